r"""One description of every loss, and the tree that leads to one of them.

`CARDS["huber"]` says what a loss is for, what gives away somebody who does not know it, and what it is called
elsewhere; `TREE` asks what your model puts out and ends at a loss, its output layer and its call. The page
"Choosing a loss" is made from both, and its tests run every formula and every line of code that stands here.

>>> from lossutils.catalog import CARDS, paths
>>> print(CARDS["mae"].use)
You want the median, or a dollar of error counts a dollar wherever it falls.
>>> for answers, leaf in paths():
...     if "one of K classes" in answers and "they are in order, like stars" in answers:
...         print(leaf.call)
ordinal(logits, target, thresholds=thresholds)

In the code of the other libraries the names are those of the arguments here. What stands before the last
semicolon prepares, what stands after it is the loss, equal to that of `lossutils` with `reduction="mean"`.
`CONVENTIONS` says in which ways the libraries differ for many losses at once.
"""

from dataclasses import dataclass


@dataclass(frozen=True)
class Card:
    """A loss in short. `formula` is that of one example, in LaTeX; None is what a library does not have."""

    task: str
    formula: str
    aims: str  # the prediction it is content with
    gradient: str
    outliers: str  # what a wild or a wrong target does
    use: str
    not_for: str
    red_flag: str  # the answer that gives a candidate away, and why
    output: str  # the last layer, and what comes out of it
    torch: str
    sklearn: str | None = None
    optax: str | None = None
    keras: str | None = None
    note: str = ""  # where the conventions differ


NUMBER, YES_NO, CLASS = "a number", "yes or no", "one of K classes"
LABELS, DISTRIBUTION = "any of K labels", "a distribution over K classes"
EMBEDDING, ORDER = "an embedding", "an order"

REAL = "one linear unit, `(N,)`"
LOGIT = "one linear unit, a logit, `(N,)`"
LOGITS = "K linear units, logits, `(N, K)`"
SCORE = "one linear unit, a score, `(N,)`"
MASK = "a sigmoid for each place, probabilities, `(N, ...)`"
VECTOR = "D linear units, `(N, D)`"

CARDS = {
    # A number
    "mse": Card(
        task=NUMBER,
        formula=r"e^2",
        aims="mean",
        gradient="grows with the error, without end",
        outliers="one wild target can decide the fit",
        use="You want the mean: sums, budgets, expected values. The targets are checked.",
        not_for="Targets that may be wrong; a heavy tail whose mean nobody asks for.",
        red_flag="“MSE is what one uses for regression.” Nobody has asked which number is wanted.",
        output=REAL,
        torch="F.mse_loss(pred, target)",
        sklearn="mean_squared_error(target, pred)",
        optax="optax.squared_error(pred, target).mean()",
        keras="keras.losses.MeanSquaredError()(target, pred)",
        note="optax's `l2_loss` is half of it.",
    ),
    "mae": Card(
        task=NUMBER,
        formula=r"\lvert e\rvert",
        aims="median",
        gradient="±1, whatever the error; steps have to shrink",
        outliers="pull no harder than the others",
        use="You want the median, or a dollar of error counts a dollar wherever it falls.",
        not_for="Totals of skewed targets: medians do not add up to them.",
        red_flag="“MAE is MSE, but robust, so better.” It estimates another number.",
        output=REAL,
        torch="F.l1_loss(pred, target)",
        sklearn="mean_absolute_error(target, pred)",
        keras="keras.losses.MeanAbsoluteError()(target, pred)",
    ),
    "huber": Card(
        task=NUMBER,
        formula=r"\begin{cases} \frac12 e^2 & \text{if } \lvert e\rvert \le \delta \\"
        r" \delta (\lvert e\rvert - \frac12 \delta) & \text{otherwise} \end{cases}",
        aims="near the mean for a large δ, near the median for a small one",
        gradient="the error, capped at ±δ",
        outliers="pull with δ at most",
        use="Symmetric noise with some wild targets, and a smooth loss is wanted.",
        not_for="Skewed targets whose mean you need; a δ that nobody chose.",
        red_flag="“I take Huber”, with no δ and no unit. For prices in dollars, δ = 1 is as good as MAE.",
        output=REAL,
        torch="F.huber_loss(pred, target, delta=delta)",
        optax="optax.huber_loss(pred, target, delta=delta).mean()",
        keras="keras.losses.Huber(delta=delta)(target, pred)",
        note="PyTorch's `F.smooth_l1_loss(beta=δ)` is this divided by δ. scikit-learn's `HuberRegressor`"
        " counts its `epsilon` in units of a scale that it estimates.",
    ),
    "log_cosh": Card(
        task=NUMBER,
        formula=r"\log\cosh e",
        aims="near the mean if errors are far below 1, near the median if far above",
        gradient="tanh of the error",
        outliers="pull with 1 at most",
        use="As Huber, where a solver wants a second derivative that is continuous.",
        not_for="Errors in their own unit: divide by an ordinary error first.",
        red_flag="“It has no parameter to choose.” The scale is built in: far above 1 it is MAE.",
        output=REAL,
        torch="e = pred - target; (F.softplus(2 * e) - e - math.log(2)).mean()",
        optax="optax.log_cosh(pred, target).mean()",
        keras="keras.losses.LogCosh()(target, pred)",
        note="The three formulas lose all digits of a small error in float32; `lossutils` does not.",
    ),
    "quantile": Card(
        task=NUMBER,
        formula=r"\max((1 - q) e, -q e)",
        aims="q-quantile",
        gradient="1 − q above the target, −q below",
        outliers="pull no harder than the others",
        use="Too little and too much cost differently, or an interval is wanted.",
        not_for="One level read as the prediction; levels fitted one by one may cross.",
        red_flag="“The 90 % quantile holds for nine in ten of any group.” A fit sees to it over all;"
        " count in each.",
        output=REAL,
        torch="e = pred - target; torch.maximum((1 - q) * e, -q * e).mean()",
        sklearn="mean_pinball_loss(target, pred, alpha=q)",
        note="The order counts: with target and prediction swapped, q becomes 1 − q.",
    ),
    "power": Card(
        task=NUMBER,
        formula=r"\lvert e\rvert^r",
        aims="median at p = 1, mean at p = 2, middle of the extremes as p grows",
        gradient="p times the error to the power p − 1",
        outliers="the larger p, the more they decide",
        use="The cost of an error is known to grow like a power of it.",
        not_for="p > 2 on data that nobody has checked.",
        red_flag="“p = 4, because large errors matter.” One wrong target can then outweigh the rest.",
        output=REAL,
        torch="(pred - target).abs().pow(p).mean()",
    ),
    # Yes or no
    "bce_with_logits": Card(
        task=YES_NO,
        formula=r"w y \log(1 + \exp(-z)) + (1 - y) \log(1 + \exp(z))",
        aims="log-odds of yes (w = 1)",
        gradient="probability minus target; 1 at most (w = 1)",
        outliers="costs without end, and pulls with 1 at most",
        use="Probabilities are wanted, or costs may change. Also for each of several labels.",
        not_for="One of K exclusive classes.",
        red_flag="“First a sigmoid, then this.” It is in it; with two, no example costs less than 0.313.",
        output=LOGIT,
        torch="F.binary_cross_entropy_with_logits(pred, target, pos_weight=torch.tensor(pos_weight))",
        sklearn="log_loss(target, expit(pred))",
        optax="optax.sigmoid_binary_cross_entropy(pred, target).mean()",
        keras="keras.losses.BinaryCrossentropy(from_logits=True)(target, pred)",
        note="With `pos_weight`, PyTorch and `lossutils` divide by the number of elements, not by weights.",
    ),
    "bce": Card(
        task=YES_NO,
        formula=r"-y \log p - (1 - y) \log(1 - p)",
        aims="probability of yes",
        gradient="−1/p for a yes, 1/(1 − p) for a no: without end",
        outliers="costs without end; pulls without end on p, with 1 at most through a sigmoid",
        use="Probabilities come from elsewhere, and no logit can be had.",
        not_for="Training through a sigmoid: hand over the logit.",
        red_flag="“Clip p to 1e-7, and it is stable.” A confident mistake then has no gradient.",
        output="a sigmoid, a probability, `(N,)`",
        torch="F.binary_cross_entropy(pred, target)",
        sklearn="log_loss(target, pred)",
        keras="keras.losses.BinaryCrossentropy()(target, pred)",
        note="A mistake with p = 0 or 1 costs infinity here. PyTorch stops at 100, Keras clips p at 1e-7,"
        " scikit-learn at the rounding error of its type.",
    ),
    "cost_sensitive_bce": Card(
        task=YES_NO,
        formula=r"C y \log(1 + \exp(-z)) + A (1 - y) \log(1 + \exp(z))",
        aims="log-odds of yes plus log(C/A)",
        gradient="C or A times that of cross-entropy",
        outliers="one of the dear class pulls with C",
        use="Costs are known and stay; the model is too simple, and a threshold did worse.",
        not_for="Probabilities, unless log(C/A) is taken off the logit.",
        red_flag="“Weight 10, and the threshold at 1/11.” That counts the costs twice.",
        output=LOGIT,
        torch="weight = torch.tensor(false_negative_cost / false_positive_cost); false_positive_cost"
        " * F.binary_cross_entropy_with_logits(logits, target, pos_weight=weight)",
        sklearn="cost = np.where(target == 1, false_negative_cost, false_positive_cost);"
        " log_loss(target, expit(logits), sample_weight=cost, normalize=False) / len(target)",
        optax="cost = jnp.where(target == 1, false_negative_cost, false_positive_cost);"
        " (cost * optax.sigmoid_binary_cross_entropy(logits, target)).mean()",
        keras="cost = jnp.where(target == 1, false_negative_cost, false_positive_cost);"
        " keras.losses.BinaryCrossentropy(from_logits=True)"
        "(target[:, None], logits[:, None], sample_weight=cost)",
        note="Where an estimator is fitted, it is scikit-learn's `class_weight={0: A, 1: C}`.",
    ),
    "confidence_bce": Card(
        task=YES_NO,
        formula=r"y \log(1 + \exp(-z)) + (1 - y) \log(1 + \exp(z)) + \beta (p \log p + (1 - p) \log(1 - p))",
        aims="a probability nearer to one half than the true one (β > 0)",
        gradient="that of cross-entropy, plus β z p (1 − p)",
        outliers="as cross-entropy, nearly: far out the added pull fades",
        use="A large network is too sure of itself, and you have measured that it helps.",
        not_for="A model that is calibrated: it will not be afterwards.",
        red_flag="“The entropy term calibrates.” It moves every probability, right ones too.",
        output=LOGIT,
        torch="p = torch.sigmoid(logits); F.binary_cross_entropy_with_logits(logits, target)"
        " - beta * F.binary_cross_entropy(p, p)",
        optax="p = jax.nn.sigmoid(logits); (optax.sigmoid_binary_cross_entropy(logits, target)"
        " - beta * optax.sigmoid_binary_cross_entropy(logits, p)).mean()",
    ),
    "focal": Card(
        task=YES_NO,
        formula=r"-a (1 - p)^\gamma \log p",
        aims="odds less extreme than the true ones; with alpha, than these times alpha / (1 − alpha)",
        gradient="fades as the right answer becomes probable",
        outliers="stands out among easy ones, and pulls more than the rest",
        use="A few positives among very many trivial negatives that drown them in plain training.",
        not_for="Wrong labels; rarity alone; probabilities, unless calibrated afterwards.",
        red_flag="“Focal is class weighting.” γ looks at difficulty, not at the class; that is α.",
        output=LOGIT,
        torch='ce = F.binary_cross_entropy_with_logits(logits, target, reduction="none");'
        " a = torch.where(target == 1, alpha, 1 - alpha); (a * (1 - torch.exp(-ce)) ** gamma * ce).mean()",
        optax="optax.sigmoid_focal_loss(logits, target, alpha=alpha, gamma=gamma).mean()",
        keras="keras.losses.BinaryFocalCrossentropy(apply_class_balancing=True, alpha=alpha, gamma=gamma,"
        " from_logits=True)(target, logits)",
        note="torchvision's `sigmoid_focal_loss` has alpha = 0.25 and no reduction by default; Keras ignores"
        " alpha unless `apply_class_balancing=True`. Here alpha is off by default.",
    ),
    "hinge": Card(
        task=YES_NO,
        formula=r"\max(0, 1 - y s)",
        aims="the likelier side, ±1",
        gradient="−y inside the margin, 0 beyond",
        outliers="costs without end, and pulls with 1",
        use="Linear and kernel machines with a penalty, where the decision is all that counts.",
        not_for="Probabilities; costs that are decided later.",
        red_flag="“A sigmoid makes a probability of it.” Its best score is a side, not a degree.",
        output=SCORE,
        torch="F.relu(1 - target * pred).mean()",
        sklearn="hinge_loss(target, pred)",
        optax="optax.hinge_loss(pred, target).mean()",
        keras="keras.losses.Hinge()(target, pred)",
        note="Targets are −1 and 1. Keras and scikit-learn read 0 as −1, optax and the line of PyTorch"
        " compute with the 0. PyTorch's `F.hinge_embedding_loss` is something else.",
    ),
    "squared_hinge": Card(
        task=YES_NO,
        formula=r"\max(0, 1 - y s)^2",
        aims="2π − 1, for a probability π of yes",
        gradient="grows with the violation, 0 beyond the margin",
        outliers="pulls the harder, the farther off",
        use="As hinge, for a solver that wants a slope without jumps.",
        not_for="Many wrong labels.",
        red_flag="“Hinge made smooth, and as robust.” Its pull has no cap.",
        output=SCORE,
        torch="F.relu(1 - target * pred).square().mean()",
        keras="keras.losses.SquaredHinge()(target, pred)",
        note="Targets are −1 and 1. It is the default of scikit-learn's `LinearSVC`.",
    ),
    # One of K classes
    "cross_entropy": Card(
        task=CLASS,
        formula=r"-\log \frac{\exp(z_t)}{\sum_{j=1}^K \exp(z_j)}",
        aims="logarithms of the class probabilities, up to a constant",
        gradient="probabilities minus target; at most 1 in each logit",
        outliers="costs without end, and pulls with 1 at most",
        use="Exclusive classes: the default. Rare ones too; targets may be distributions.",
        not_for="Several labels an example; classes with an order; many wrong labels.",
        red_flag="“Softmax, also for several labels.” Softmax makes them compete for a sum of 1.",
        output=LOGITS,
        torch="F.cross_entropy(pred, target, weight=class_weight, label_smoothing=label_smoothing)",
        sklearn="log_loss(target, softmax(pred, axis=1), labels=range(pred.shape[1]))",
        optax="optax.softmax_cross_entropy_with_integer_labels(pred, target).mean()",
        keras="keras.losses.SparseCategoricalCrossentropy(from_logits=True)(target, pred)",
        note="PyTorch has the classes on axis 1, the others on the last. With class weights, PyTorch and"
        " `lossutils` divide by the sum of those of the targets, Keras by N.",
    ),
    "cce": Card(
        task=CLASS,
        formula=r"-\log p_t",
        aims="the class probabilities",
        gradient="−1/p of the target: without end",
        outliers="costs without end; pulls without end on p, with 1 at most through a softmax",
        use="Probabilities come from elsewhere, and no logits can be had.",
        not_for="Training through a softmax: hand over the logits.",
        red_flag="“log(softmax(z)) is the same.” At a gap of 110 in float32 it is infinite.",
        output="a softmax, probabilities, `(N, K)`",
        torch="F.nll_loss(pred.log(), target)",
        sklearn="log_loss(target, pred, labels=range(pred.shape[1]))",
        keras="keras.losses.SparseCategoricalCrossentropy()(target, pred)",
        note="Give scikit-learn the `labels`: a batch may lack a class.",
    ),
    "softmax_focal": Card(
        task=CLASS,
        formula=r"-(1 - p_t)^\gamma \log p_t",
        aims="the classes in order; a share above ½ is answered too low, the largest of many may be too high",
        gradient="fades as the right class becomes probable",
        outliers="stands out among easy ones",
        use="Very many easy examples drown a few hard ones, and that has been measured.",
        not_for="Wrong labels; rarity alone; probabilities, unless calibrated afterwards.",
        red_flag="“It is for rare classes.” It turns down easy examples, of whatever class.",
        output=LOGITS,
        torch='ce = F.cross_entropy(logits, target, reduction="none");'
        " w = class_weight[target]; (w * (1 - torch.exp(-ce)) ** gamma * ce).sum() / w.sum()",
        optax="ce = optax.softmax_cross_entropy_with_integer_labels(logits, target);"
        " ((1 - jnp.exp(-ce)) ** gamma * ce).mean()",
        keras="keras.losses.CategoricalFocalCrossentropy(alpha=1, gamma=gamma, from_logits=True)"
        "(jax.nn.one_hot(target, logits.shape[1]), logits)",
        note="Keras multiplies by alpha = 0.25 by default, and takes one-hot targets.",
    ),
    "generalized_cross_entropy": Card(
        task=CLASS,
        formula=r"\frac{1 - p_t^q}{q}",
        aims="the likeliest class, with a probability that is too sure",
        gradient="by the logits: that of cross-entropy, times a factor that is small for what looks wrong",
        outliers="costs at most 1/q, and loses its pull",
        use="Many labels are wrong, nothing filters them, and the class is all you need.",
        not_for="Probabilities; a thousand classes from a cold start.",
        red_flag="“Robust, so better.” It gives up on hard examples as well.",
        output="a softmax, probabilities, `(N, K)`",
        torch="((1 - pred[torch.arange(len(pred)), target] ** q) / q).mean()",
        keras="keras.losses.CategoricalGeneralizedCrossEntropy(q=q)(target, pred)",
        note="Keras has q = 0.5 by default.",
    ),
    "multiclass_hinge": Card(
        task=CLASS,
        formula=r"\frac1K \left(\sum_{j=1}^K \max(0, m - s_t + s_j)^r - m^r\right)",
        aims="the likeliest class, if one has more than half",
        gradient="1/K for each class within the margin (p = 1), 0 beyond",
        outliers="costs without end; for p = 1 it pulls with 1 at most",
        use="Only the decision counts, in a linear or kernel machine, and one class is usually clear.",
        not_for="Probabilities; classes without a clear winner.",
        red_flag="“All multiclass hinges are one.” Sum or largest violation: the winner may differ.",
        output="K linear units, scores, `(N, K)`",
        torch="F.multi_margin_loss(pred, target, p=p, margin=margin, weight=class_weight)",
        note="optax's `multiclass_hinge_loss` and scikit-learn's `hinge_loss` take the largest violation.",
    ),
    "ordinal": Card(
        task=CLASS,
        formula=r"-\log(\sigma(b_{k+1} - z) - \sigma(b_k - z))",
        aims="the probability of each class, as slices of one logistic curve",
        gradient="pushes the score into its slice; 1 at most",
        outliers="costs about its distance, and pulls with 1 at most",
        use="Classes in order, and steps between them that need not be equal.",
        not_for="Classes without an order; inputs that change the spread, not the place.",
        red_flag="“Thresholds at 1.5, 2.5, 3.5.” They are learned, and have to stay in order.",
        output="one linear unit, a score, `(N,)`; K − 1 thresholds that learn",
        torch="above = F.pad(torch.sigmoid(thresholds - logits[:, None]), (0, 1), value=1.0);"
        " F.nll_loss(above.diff(prepend=torch.zeros(len(logits), 1)).log(), target)",
        note="R's `polr` and statsmodels' `OrderedModel(distr=\"logit\")` fit the same model.",
    ),
    # Any of K labels
    "dice": Card(
        task=LABELS,
        formula=r"1 - \frac{2 \sum_{j=1}^K p_j y_j + s}{\sum_{j=1}^K p_j + \sum_{j=1}^K y_j + s}",
        aims="a set, not probabilities: outputs near 0 and 1",
        gradient="depends on the whole mask; weak for a large object",
        outliers="a wrong pixel of a small object counts much",
        use="The metric is Dice or F1 of each mask, and nearly every mask has an object.",
        not_for="Probabilities; many empty masks: on those, a few stray pixels cost nearly everything.",
        red_flag="“Dice cures imbalance.” It changes the aim, and the probabilities are lost.",
        output=MASK,
        torch="1 - ((2 * (pred * target).sum(1) + smooth) / (pred.sum(1) + target.sum(1) + smooth)).mean()",
        optax="logits = jnp.log(pred / (1 - pred));"
        " optax.losses.binary_dice_loss(logits, target, smooth=smooth / 2).mean()",
        note="One loss an image, then the mean. Keras' `Dice()` takes the whole batch as one image unless it"
        " is given an `axis`, and adds 1e-7 below only: two empty masks cost 1.",
    ),
    "jaccard": Card(
        task=LABELS,
        formula=r"1 - \frac{\sum_{j=1}^K p_j y_j + s}"
        r"{\sum_{j=1}^K p_j + \sum_{j=1}^K y_j - \sum_{j=1}^K p_j y_j + s}",
        aims="a set, not probabilities: outputs near 0 and 1",
        gradient="depends on the whole mask",
        outliers="a wrong pixel of a small object counts much",
        use="The metric is intersection over union, and nearly every mask has an object.",
        not_for="Probabilities; many empty masks, as for Dice.",
        red_flag="“The metric is IoU, so Dice is wrong.” On one image both order masks alike.",
        output=MASK,
        torch="hit = (pred * target).sum(1);"
        " 1 - ((hit + smooth) / (pred.sum(1) + target.sum(1) - hit + smooth)).mean()",
    ),
    "tversky": Card(
        task=LABELS,
        formula=r"1 - \frac{\sum_{j=1}^K p_j y_j + s}"
        r"{\sum_{j=1}^K p_j y_j + \alpha \sum_{j=1}^K p_j (1 - y_j) + \beta \sum_{j=1}^K (1 - p_j) y_j + s}",
        aims="a set, larger for β > α",
        gradient="as Dice, with the two mistakes weighted",
        outliers="a wrong pixel of a small object counts much",
        use="Overlap counts, and a missed pixel is worse than a false one, or the reverse.",
        not_for="Probabilities; costs that are known for each pixel.",
        red_flag="“α is for the misses.” In the paper it is for the false alarms; libraries differ.",
        output=MASK,
        torch="hit = (pred * target).sum(1); false = (pred * (1 - target)).sum(1);"
        " missed = ((1 - pred) * target).sum(1);"
        " 1 - ((hit + smooth) / (hit + alpha * false + beta * missed + smooth)).mean()",
        optax="logits = jnp.log(pred / (1 - pred)); optax.losses.dice_loss(logits[..., None],"
        " target[..., None], alpha=alpha, beta=beta, smooth=smooth).mean()",
        note="Keras' `Tversky()` takes the whole batch as one image unless it is given an `axis`, and in 3.15"
        " its alpha multiplies the misses, against its own documentation.",
    ),
    # A distribution
    "kl_divergence": Card(
        task=DISTRIBUTION,
        formula=r"\sum_{j=1}^K y_j \log \frac{y_j}{p_j}",
        aims="the target",
        gradient="that of cross-entropy: the entropy of the target has none",
        outliers="a probability near 0 where the target is not costs without end",
        use="The target is a distribution, and 0 should mean that it is reached.",
        not_for="A symmetric distance between two samples.",
        red_flag="“KL is a distance, the order does not matter.” The other order is another loss.",
        output="a softmax, probabilities, `(N, K)`",
        torch='F.kl_div(pred.log(), target, reduction="batchmean")',
        optax="optax.kl_divergence(jnp.log(pred), target).mean()",
        keras="keras.losses.KLDivergence()(target, pred)",
        note='PyTorch and optax take log-probabilities; PyTorch\'s `reduction="mean"` divides by N K.'
        " SciPy: `rel_entr(target, pred)`.",
    ),
    # An embedding
    "contrastive": Card(
        task=EMBEDDING,
        formula=r"y d^2 + (1 - y) \max(0, m - d)^2",
        aims="pairs of one class in one place, others a margin apart",
        gradient="pulls with the distance, pushes with what is missing to the margin",
        outliers="a pair wrongly called alike pulls the harder, the farther apart",
        use="All you have is pairs, alike or not.",
        not_for="Classes with a spread worth keeping: it pulls each to a point.",
        red_flag="“Random pairs will do.” Soon most unlike pairs are a margin apart, with no gradient.",
        output=VECTOR,
        torch="d = F.pairwise_distance(x1, x2, eps=0);"
        " (same * d**2 + (1 - same) * F.relu(margin - d) ** 2).mean()",
        note="In the paper 1 is a pair of two classes, and both terms are halved.",
    ),
    "cosine_embedding": Card(
        task=EMBEDDING,
        formula=r"\begin{cases} 1 - c & \text{if } y = 1 \\ \max(0, c - m) & \text{if } y = -1 \end{cases}",
        aims="alike pairs at the angle 0, others at the margin or beyond",
        gradient="turns the embedding; falls with its length",
        outliers="a pair costs 2 at most",
        use="Pairs, where the angle is what the search will use.",
        not_for="Embeddings whose length means something.",
        red_flag="“The length shows how sure it is.” The loss does not see the length.",
        output=VECTOR,
        torch="F.cosine_embedding_loss(x1, x2, target, margin=margin)",
        note="Targets are −1 and 1. Keras' `CosineSimilarity` is −c, optax's `cosine_distance` 1 − c.",
    ),
    "triplet": Card(
        task=EMBEDDING,
        formula=r"\max(0, d_+ - d_- + m)",
        aims="each positive nearer than each negative, by a margin",
        gradient="of length 1 on positive and negative, or 0",
        outliers="a wrong triplet pulls like a right one",
        use="“This is nearer than that” is what you know, and only the order of distances counts.",
        not_for="Triplets drawn at random, once the easy ones are learned.",
        red_flag="“Any negative will do.” An easy one has no gradient at all.",
        output=VECTOR,
        torch="F.triplet_margin_loss(anchor, positive, negative, margin=margin, eps=0)",
        optax="optax.losses.triplet_margin_loss(anchor, positive, negative, margin=margin, eps=0).mean()",
        note="In the paper the distances are squared. PyTorch adds 1e-6 to each difference.",
    ),
    "batch_hard_triplet": Card(
        task=EMBEDDING,
        formula=r"\max(0, d_+ - d_- + m)",
        aims="the farthest of the same class nearer than the nearest of another, by a margin",
        gradient="through one positive and one negative an anchor",
        outliers="is soon the hardest example of many anchors",
        use="Classes are known, and a batch holds several examples of each.",
        not_for="Wrong labels; batches with one example a class.",
        red_flag="“The hardest negative is the best.” It can collapse the map, and may be a wrong label.",
        output=VECTOR,
        torch="d, same = torch.cdist(embeddings, embeddings), labels[:, None] == labels;"
        " F.relu((d * same).amax(1) - d.where(~same, torch.inf).amin(1) + margin).mean()",
        note="An anchor without a positive or without a negative does not count in the mean here.",
    ),
    "info_nce": Card(
        task=EMBEDDING,
        formula=r"-\log \frac{\exp(c_i / T)}{\sum_{j=1}^K \exp(c_j / T)}",
        aims="each query nearest to its own key",
        gradient="probabilities minus target: the nearest wrong keys are pushed most",
        outliers="a duplicate among the negatives is pushed away",
        use="Pairs that belong together, such as image and caption; the batch is the negatives.",
        not_for="Batches full of duplicates; values that are compared between sizes of the batch.",
        red_flag="“InfoNCE is the contrastive loss.” It is cross-entropy over the batch, without a margin.",
        output=VECTOR,
        torch="s = F.normalize(query) @ F.normalize(key).T / temperature;"
        " F.cross_entropy(s, torch.arange(len(s)))",
        optax="unit = lambda x: x / jnp.linalg.norm(x, axis=1, keepdims=True);"
        " optax.softmax_cross_entropy_with_integer_labels(unit(query) @ unit(key).T / temperature,"
        " jnp.arange(len(query))).mean()",
        note="CLIP takes the mean of both directions, and learns the temperature.",
    ),
    "nt_xent": Card(
        task=EMBEDDING,
        formula=r"-\log \frac{\exp(c_i / T)}{\sum_{j=1}^K \exp(c_j / T)}",
        aims="each view nearest to the other view of its example",
        gradient="probabilities minus target: the nearest wrong views are pushed most",
        outliers="a duplicate among the negatives is pushed away",
        use="Two views of each example from one encoder, and no labels.",
        not_for="Labels that are there to be used; values that are compared between sizes of the batch.",
        red_flag="“A larger batch is only faster.” It has more negatives: another loss.",
        output=VECTOR,
        torch="z = F.normalize(torch.cat([z1, z2])); s = (z @ z.T / temperature).fill_diagonal_(-torch.inf);"
        " F.cross_entropy(s, torch.arange(len(z)).roll(len(z1)))",
        optax="optax.losses.ntxent(jnp.concatenate([z1, z2]), jnp.tile(jnp.arange(len(z1)), 2), temperature)",
        note="The sum has the other view in it, and not the view itself.",
    ),
    # An order
    "pairwise_hinge": Card(
        task=ORDER,
        formula=r"\frac1P \sum_{i=1}^n \sum_{j : y_j < y_i} \max(0, m - (s_i - s_j))",
        aims="every pair in order, by a margin",
        gradient="1/P for each pair within the margin, 0 beyond",
        outliers="a pair in the wrong order pulls like any other",
        use="Pairs that are settled should stop pulling, as in a linear or kernel ranker.",
        not_for="Scores that are read as numbers; the top of a long list.",
        red_flag="“The margin is a detail.” With PyTorch's default, 0, equal scores are a minimum.",
        output="one linear unit an item, a score, `(Q, D)`",
        torch="lead = scores[:, :, None] - scores[:, None, :];"
        " pair = relevance[:, :, None] > relevance[:, None, :];"
        " ((pair * F.relu(margin - lead)).sum((1, 2)) / pair.sum((1, 2))).mean()",
        note="PyTorch's `F.margin_ranking_loss(s_i, s_j, 1, margin=1)` takes the pairs one by one.",
    ),
    "ranknet": Card(
        task=ORDER,
        formula=r"\frac1P \sum_{i=1}^n \sum_{j : y_j < y_i} \log(1 + \exp(s_j - s_i))",
        aims="differences of scores that are log-odds of “i before j”",
        gradient="the probability of the wrong order",
        outliers="a pair in the wrong order costs without end, and pulls with 1/P at most",
        use="What you have is preferences: this one rather than that one.",
        not_for="A metric that looks at the top only.",
        red_flag="“It is optimal for NDCG.” A pair at the bottom counts like one at the top.",
        output="one linear unit an item, a score, `(Q, D)`",
        torch="lead = scores[:, :, None] - scores[:, None, :];"
        " pair = relevance[:, :, None] > relevance[:, None, :];"
        " ((pair * F.softplus(-lead)).sum((1, 2)) / pair.sum((1, 2))).mean()",
        note="A mean over the pairs of a query, where others take the sum.",
    ),
    "listnet": Card(
        task=ORDER,
        formula=r"-\sum_{i=1}^n \frac{\exp(y_i)}{\sum_{k=1}^n \exp(y_k)}"
        r" \log \frac{\exp(s_i)}{\sum_{j=1}^n \exp(s_j)}",
        aims="scores equal to the relevances, up to a constant",
        gradient="share by the scores minus share by the relevances",
        outliers="a grade too high attracts the whole list",
        use="Graded lists, and exp of a grade is the share of attention that an item deserves.",
        not_for="Grades on an arbitrary scale: doubled, they are another target.",
        red_flag="“It only sees the order.” It sees the size of the grades.",
        output="one linear unit an item, a score, `(Q, D)`",
        torch="F.cross_entropy(scores, relevance.softmax(1))",
        optax="optax.losses.ranking_softmax_loss(scores, jax.nn.softmax(relevance))",
        note="optax's `ranking_softmax_loss` takes the relevances themselves where y has its softmax.",
    ),
    "listmle": Card(
        task=ORDER,
        formula=r"-\sum_{i=1}^n \log \frac{\exp(s_i)}{\exp(s_i) + \sum_{j : y_j < y_i} \exp(s_j)}",
        aims="scores for which drawing item by item gives the true order",
        gradient="of each place: share of the items still there",
        outliers="one item at the wrong end costs at every place",
        use="The whole order is known, not only who is first.",
        not_for="Many ties; lists whose bottom is noise.",
        red_flag="“Ties do not matter.” Many versions then depend on how the list is stored.",
        output="one linear unit an item, a score, `(Q, D)`",
        torch="n = scores.shape[1]; left = relevance[:, None, :] < relevance[:, :, None];"
        " left = left | torch.eye(n, dtype=torch.bool);"
        " (scores[:, None, :].where(left, -torch.inf).logsumexp(2) - scores).sum(1).mean()",
    ),
    "lambdarank": Card(
        task=ORDER,
        formula=r"\frac1M \sum_{i=1}^n \sum_{j : y_j < y_i} (2^{y_i} - 2^{y_j})"
        r" \lvert D_i - D_j\rvert \log(1 + \exp(s_j - s_i))",
        aims="pairs in order, those first whose swap would change NDCG most",
        gradient="that of RankNet, times the change of NDCG if the two are swapped",
        outliers="a grade too high counts twice: in the gain and in the order",
        use="Graded lists judged by NDCG, and the top is what users see.",
        not_for="A value to be watched: it changes when the order does.",
        red_flag="“It is the gradient of NDCG.” That is 0 or undefined, and this one is no loss's gradient.",
        output="one linear unit an item, a score, `(Q, D)`",
        torch="lead = scores[:, :, None] - scores[:, None, :];"
        " place = scores.argsort(1, descending=True).argsort(1); d = 1 / torch.log2(place + 2);"
        " g = 2**relevance - 1; best = 1 / torch.log2(torch.arange(scores.shape[1]) + 2);"
        " ideal = (g.sort(1, descending=True).values * best).sum(1);"
        " swap = (g[:, :, None] - g[:, None, :]).clamp(min=0) * (d[:, :, None] - d[:, None, :]).abs();"
        " ((swap * F.softplus(-lead)).sum((1, 2)) / ideal).mean()",
        note="The metric itself is `ndcg` here and `ndcg_score` in scikit-learn, whose gain is linear.",
    ),
}


# A row: what is to be agreed upon, then what lossutils, PyTorch, optax, Keras and scikit-learn do.
CONVENTIONS = [
    ("comes first", "prediction", "prediction", "prediction", "**target**", "**target**"),
    (
        "returns",
        "mean",
        "mean",
        "**one number an example**",
        "mean; functions in small letters: the mean of each row",
        "mean",
    ),
    ("squared error", "e²", "e²", "e²; `l2_loss`: **½ e²**", "e²", "e²; in `SGDRegressor`: **½ e²**"),
    (
        "yes or no",
        "0 or 1; hinge: −1 or 1",
        "0 or 1, as floats",
        "0 or 1; hinge: −1 or 1",
        "0 or 1; hinge: also −1 or 1",
        "any two labels",
    ),
    (
        "one of K classes",
        "number or distribution",
        "number or distribution",
        "distribution; number in `_with_integer_labels`",
        "distribution; number in `Sparse`",
        "label; list all in `labels`",
    ),
    ("axis of the classes", "last", "**second**", "last", "last", "last"),
    (
        "takes",
        "logits; probabilities in `bce`, `cce`, `generalized_cross_entropy`, `kl_divergence`, overlaps",
        "logits in `cross_entropy` and `_with_logits`; probabilities in `binary_cross_entropy`;"
        " **logarithms** in `nll_loss`, `kl_div`",
        "logits; **logarithms** in `kl_divergence`",
        "**probabilities**, unless `from_logits=True`",
        "**probabilities**; scores in `hinge_loss`",
    ),
    (
        "`(N, 1)` against `(N,)`",
        "error",
        "**N × N**, with a warning for numbers; cross-entropy: error",
        "**N × N**, in most; `squared_error`: error",
        "squeezed, in most",
        "one column",
    ),
    (
        "weighted mean divides by",
        "the weights; N for `pos_weight` and costs",
        "the weights in `cross_entropy`; N for `pos_weight`",
        "–",
        "**N**",
        "the weights",
    ),
]


@dataclass(frozen=True)
class Leaf:
    """An end of the tree: a loss, its call, what to mind, and the output layer if it is not the usual one."""

    loss: str
    call: str
    mind: str = ""
    output: str | None = None


@dataclass(frozen=True)
class Question:
    text: str
    answers: dict


TREE = Question(
    "What does the model put out for one example?",
    {
        NUMBER: Question(
            "Examples that look alike have different targets. Which number do you want for them?",
            {
                "their mean: totals have to be right": Question(
                    "Can a target be wildly wrong?",
                    {
                        "no, or the data are checked": Leaf(
                            "mse",
                            "mse(pred, target)",
                            "A count, an amount or a share may have a [law of its own](leaving-the-tree).",
                        ),
                        "yes, and the other errors are skewed": Leaf(
                            "mse",
                            "mse(pred, target)",
                            "Repair or drop the wrong targets first: a loss that resists them aims at another"
                            " number than the mean.",
                        ),
                        "yes, and the other errors are symmetric": Leaf(
                            "huber",
                            "huber(pred, target, delta=1.345 * scale)",
                            "`scale` is the spread of ordinary errors.",
                        ),
                        "the same, and the solver uses second derivatives": Leaf(
                            "log_cosh",
                            "log_cosh(pred / scale, target / scale)",
                            "Without the scale it is MAE in any small unit.",
                        ),
                    },
                ),
                "their median: as often too high as too low": Leaf("mae", "mae(pred, target)"),
                "a high or low one: too little costs more than too much, or less": Leaf(
                    "quantile",
                    "quantile(pred, target, q=0.9)",
                    "q is the cost of a unit too little, divided by the sum of both costs.",
                ),
                "an interval that holds nine in ten": Leaf(
                    "quantile",
                    "quantile(low, target, q=0.05) + quantile(high, target, q=0.95)",
                    "Count on held-out data how many it holds, also in each group that matters.",
                    output="two linear units, `(N,)` each",
                ),
                "one for which errors cost like a power of their size": Leaf(
                    "power", "power(pred, target, p=1.5)", "p from 1, the median, to 2, the mean."
                ),
            },
        ),
        YES_NO: Question(
            "What will you do with the output?",
            {
                "use it as a probability, or decide by costs that may change": Question(
                    "What does the model give you?",
                    {
                        "a logit": Leaf(
                            "bce_with_logits",
                            "bce_with_logits(logits, target)",
                            "Rare positives change nothing here. Say yes above A / (A + C): a false alarm"
                            " costs A, a miss C.",
                        ),
                        "a probability, and no way to the logit": Leaf("bce", "bce(probability, target)"),
                        "a logit, and it is measured to be too sure": Leaf(
                            "confidence_bce",
                            "confidence_bce(logits, target, beta=0.1)",
                            "Try a temperature on held-out data first.",
                        ),
                    },
                ),
                "decide, at costs that are known and stay": Question(
                    "Does the plain loss do, with a threshold from the costs?",
                    {
                        "yes, or nobody has compared": Leaf(
                            "bce_with_logits",
                            "bce_with_logits(logits, target)",
                            "Say yes above A / (A + C): a false alarm costs A, a miss C.",
                        ),
                        "no: the model is too simple, and weights are cheaper on held-out data": Leaf(
                            "cost_sensitive_bce",
                            "cost_sensitive_bce(logits, target, false_negative_cost=10)",
                            "Then say yes above one half: the costs are in the weights.",
                        ),
                    },
                ),
                "find a few among very many that are trivially no": Question(
                    "Does the plain loss do, with a threshold chosen on held-out data?",
                    {
                        "yes, or nobody has compared": Leaf(
                            "bce_with_logits",
                            "bce_with_logits(logits, target)",
                            "Let the bias begin at the log-odds of a yes.",
                        ),
                        "no: the easy ones drown the rest": Leaf(
                            "focal",
                            "focal(logits, target, gamma=2.0)",
                            "Calibrate afterwards, if probabilities are wanted.",
                        ),
                    },
                ),
                "take its side, in a linear or kernel machine": Question(
                    "Does the solver need a slope without jumps?",
                    {
                        "no": Leaf(
                            "hinge", "hinge(score, sign)", "Targets −1 and 1, and a penalty on the weights."
                        ),
                        "yes": Leaf("squared_hinge", "squared_hinge(score, sign)", "Targets −1 and 1."),
                    },
                ),
                "decide, after labels of which many are wrong and cannot be repaired": Leaf(
                    "generalized_cross_entropy",
                    "generalized_cross_entropy(softmax(logits), target, q=0.7)",
                    "As one of two classes, of which 1 is yes. If all that is wrong is a share m of the yes"
                    " that was overlooked at random, the plain loss does: multiply its threshold by 1 − m.",
                    output="two linear units, logits, `(N, 2)`",
                ),
            },
        ),
        CLASS: Question(
            "What is special about the classes and their labels?",
            {
                "nothing, or some classes are rare": Leaf(
                    "cross_entropy",
                    "cross_entropy(logits, target)",
                    "Rare classes alone are no reason for weights.",
                ),
                "mistakes cost differently": Leaf(
                    "cross_entropy",
                    "cross_entropy(logits, target)",
                    "Then take the class that costs least on average, `(softmax(logits) @ cost).argmin(1)`."
                    " `cost` has a row for each true class.",
                ),
                "they are in order, like stars": Leaf(
                    "ordinal", "ordinal(logits, target, thresholds=thresholds)", "The thresholds learn too."
                ),
                "a rare class counts as much as a common one": Leaf(
                    "cross_entropy",
                    "cross_entropy(logits, target, class_weight=class_weight)",
                    "Or train without, and divide each probability by the share of its class: the aim is the"
                    " same.",
                ),
                "plain training is seen to drown in easy examples": Leaf(
                    "softmax_focal",
                    "softmax_focal(logits, target, gamma=2.0)",
                    "Calibrate afterwards, if probabilities are wanted.",
                ),
                "many labels are wrong, and cannot be repaired": Leaf(
                    "generalized_cross_entropy",
                    "generalized_cross_entropy(softmax(logits), target, q=0.7)",
                    "For the class, not for its probability.",
                ),
                "each place of an image has one, as in a segmentation": Question(
                    "What is judged?",
                    {
                        "each place, or the overlap, and nobody has compared": Leaf(
                            "cross_entropy",
                            "cross_entropy(logits, target)",
                            "The classes are on the last axis.",
                            output="K linear units a place, logits, `(N, ..., K)`",
                        ),
                        "the overlap of each class, and the plain loss is seen to do worse": Leaf(
                            "dice",
                            "sum(dice(softmax(logits)[..., k], target == k) for k in range(K)) / K",
                            "Leave out the background if the report does. Where a class may be missing from"
                            " an image, add `cross_entropy`.",
                            output="a softmax for each place, probabilities, `(N, ..., K)`",
                        ),
                    },
                ),
                "only the winner counts, in a linear or kernel machine": Leaf(
                    "multiclass_hinge",
                    "multiclass_hinge(scores, target)",
                    "One class should usually have more than half.",
                ),
                "the model hands out probabilities": Leaf("cce", "cce(probabilities, target)"),
            },
        ),
        LABELS: Question(
            "What is judged?",
            {
                "each label by itself": Question(
                    "How many positives does a label have?",
                    {
                        "enough to learn from": Leaf(
                            "bce_with_logits",
                            "bce_with_logits(logits, flags)",
                            "No softmax: labels do not exclude each other. Each has its own threshold.",
                            output=LOGITS,
                        ),
                        "few, and weights are seen to help": Leaf(
                            "bce_with_logits",
                            "bce_with_logits(logits, flags, pos_weight=pos_weight)",
                            "It moves each logit by log w: take that off, or count w into the threshold.",
                            output=LOGITS,
                        ),
                        "a handful, and plain training drowns in the rest": Leaf(
                            "focal",
                            "focal(logits, flags, gamma=2.0)",
                            "Calibrate afterwards, if probabilities are wanted.",
                            output=LOGITS,
                        ),
                    },
                ),
                "the overlap of all of them, as in a mask": Question(
                    "Does the plain loss of each place do, with a threshold chosen for the overlap?",
                    {
                        "yes, or nobody has compared": Leaf(
                            "bce_with_logits",
                            "bce_with_logits(logits, flags)",
                            "For Dice the threshold is about half the Dice that is reached.",
                            output=LOGITS,
                        ),
                        "no": Question(
                            "By which overlap?",
                            {
                                "Dice, which is F1": Leaf(
                                    "dice",
                                    "dice(probabilities, flags)",
                                    "Where masks may be empty, add `bce_with_logits`.",
                                ),
                                "intersection over union": Leaf("jaccard", "jaccard(probabilities, flags)"),
                                "one in which a miss is worse": Leaf(
                                    "tversky",
                                    "tversky(probabilities, flags, alpha=0.3, beta=0.7)",
                                    "beta is for the misses.",
                                ),
                            },
                        ),
                    },
                ),
            },
        ),
        DISTRIBUTION: Question(
            "What does the model end in?",
            {
                "logits": Leaf(
                    "cross_entropy",
                    "cross_entropy(logits, distribution)",
                    "Its smallest value is the entropy of the target, not 0.",
                ),
                "probabilities": Leaf(
                    "kl_divergence",
                    "kl_divergence(probabilities, distribution)",
                    "The prediction comes first.",
                ),
            },
        ),
        EMBEDDING: Question(
            "What do you know about the examples?",
            {
                "of two, whether they are alike": Question(
                    "What will the search compare?",
                    {
                        "distances": Leaf("contrastive", "contrastive(x1, x2, same, margin=1.0)"),
                        "angles": Leaf("cosine_embedding", "cosine_embedding(x1, x2, sign, margin=0.0)"),
                    },
                ),
                "of three, which two are nearer": Leaf(
                    "triplet",
                    "triplet(anchor, positive, negative, margin=1.0)",
                    "Leave out those in order by more than the margin: they have no gradient.",
                ),
                "the class of each": Question(
                    "Does the last hidden layer of a classifier do?",
                    {
                        "yes, or nobody has compared": Leaf(
                            "cross_entropy",
                            "cross_entropy(logits, labels)",
                            "Search among the vectors before the logits.",
                            output="D units, and on them K linear units, logits, `(N, K)`",
                        ),
                        "no": Leaf(
                            "triplet",
                            "triplet(*(embeddings[i] for i in mine_triplets(embeddings, labels, margin=0.2)),"
                            " margin=0.2)",
                            "A batch needs several of each class. These triplets are semi-hard.",
                        ),
                        "no, and every label is checked": Leaf(
                            "batch_hard_triplet",
                            "batch_hard_triplet(embeddings, labels, margin=0.2)",
                            "Compare with semi-hard triplets, and watch the spread: a loss that stays at the"
                            " margin is a collapse.",
                        ),
                    },
                ),
                "which two belong together, and no more": Question(
                    "Where do the two come from?",
                    {
                        "two encoders, like image and text": Leaf(
                            "info_nce",
                            "(info_nce(x1, x2, temperature=0.1) + info_nce(x2, x1, temperature=0.1)) / 2",
                        ),
                        "one encoder: two views of one example": Leaf(
                            "nt_xent", "nt_xent(x1, x2, temperature=0.5)"
                        ),
                    },
                ),
            },
        ),
        ORDER: Question(
            "What is known of the items of a list?",
            {
                "of some pairs, which one comes first": Question(
                    "Should a pair that is settled stop pulling?",
                    {
                        "no: the lead should mean a probability": Leaf(
                            "ranknet", "ranknet(scores, relevance)", "A pair alone is a list of two."
                        ),
                        "yes": Leaf("pairwise_hinge", "pairwise_hinge(scores, relevance, margin=1.0)"),
                    },
                ),
                "which one is right, as the one that was bought": Leaf(
                    "cross_entropy",
                    "cross_entropy(scores, bought)",
                    "The items are the classes, `bought` is the place of the right one. Padding has the score"
                    " −∞.",
                    output="one linear unit an item, a score, `(Q, D)`",
                ),
                "a grade for each": Question(
                    "What counts?",
                    {
                        "the number too, or nobody has compared": Leaf(
                            "mse",
                            "mse(scores, 2**relevance - 1)",
                            "Sort by it. Compare with a simple order such as popularity.",
                            output="one linear unit an item, a score, `(Q, D)`",
                        ),
                        "only the order, and the model is too simple for the numbers": Leaf(
                            "ranknet",
                            "ranknet(scores, relevance)",
                            "Compare with `mse` and a level for each query.",
                        ),
                        "the top of a long list": Leaf(
                            "lambdarank",
                            "lambdarank(scores, relevance)",
                            "Watch NDCG on held-out queries, not the loss. Compare with `mse` on the gains.",
                        ),
                        "a grade is a share of attention": Leaf(
                            "listnet", "listnet(scores, relevance)", "exp of a grade is what counts."
                        ),
                    },
                ),
                "the whole order": Leaf("listmle", "listmle(scores, relevance)"),
            },
        ),
    },
)


def paths(node=TREE, answers=()):
    """Every way through the tree: the answers that are given, and the leaf that they lead to."""
    if isinstance(node, Leaf):
        yield answers, node
    else:
        for answer, following in node.answers.items():
            yield from paths(following, (*answers, answer))
