"""What readers type, and the section that explains it: entries of the index, which the search ranks first.

A name in anybody's library, a synonym, a symptom; in any case, whole or the first half of it.
"""

from docutils import nodes
from sphinx import addnodes
from sphinx.errors import ExtensionError
from sphinx.transforms import SphinxTransform

TERMS = {
    "foundations": {
        "what-a-loss-is": "cost function; objective function; empirical risk; risk minimization",
        "likelihood": "negative log likelihood; nll; maximum likelihood; gaussiannllloss; poissonnllloss",
        "l2-penalty": "weight decay; weight_decay; adamw; l2 regularization; ridge",
        "mean-against-sum": "reduction; reduction sum; reduction mean; sum over batch",
        "why-not-accuracy": "surrogate loss; accuracy as a loss; 0-1 loss; zero-one loss",
        "zero-one-targets": "mse for classification; brier score; brier_score_loss; vanishing gradient",
    },
    "regression": {
        "squared-error": "mean squared error; mseloss; mse_loss; mean_squared_error; squared_error; l2_loss;"
        " l2 loss; meansquarederror; quadratic loss; least squares",
        "absolute-error": "mean absolute error; l1loss; l1_loss; l1 loss; mean_absolute_error;"
        " meanabsoluteerror; absolute_error; least absolute deviations",
        "huber-loss": "huberloss; huber_loss; smoothl1loss; smooth_l1_loss; smooth l1 loss; huberregressor",
        "log-cosh-loss": "logcosh; log_cosh; log-cosh; log cosh loss",
        "quantile-loss": "pinball; pinball loss; quantile regression; mean_pinball_loss; quantileregressor",
        "outliers-in-y-and-x": "outliers; robust regression; leverage",
        "rmse-and-r2": "rmse; r2; r squared; root mean squared error; r2_score",
        "log-targets": "mean_squared_log_error; msle; log transform; log1p target",
    },
    "classification": {
        "softmax-twice": "softmax twice; double softmax; loss stuck at 1.46",
        "bernoulli": "binary cross-entropy; binary cross entropy; bceloss; binary_cross_entropy;"
        " bcewithlogitsloss; binary_cross_entropy_with_logits; binarycrossentropy; log loss; log_loss;"
        " logistic loss; sigmoid_binary_cross_entropy; sigmoid_cross_entropy_with_logits",
        "categorical": "crossentropyloss; cross_entropy; categorical cross-entropy; categoricalcrossentropy;"
        " sparse_categorical_crossentropy; sparsecategoricalcrossentropy; nllloss; nll_loss; softmax loss;"
        " softmax_cross_entropy; softmax_cross_entropy_with_integer_labels; multinomial logistic loss",
        "entropy": "kldivloss; kl_div; kl divergence; kullback-leibler; kullback-leibler divergence; entropy;"
        " kl_divergence",
        "label-smoothing": "label smoothing; label_smoothing",
        "temperature": "temperature scaling; distillation; knowledge distillation",
        "label-noise": "noisy labels; label noise; wrong labels; generalized cross entropy; gce",
        "calibration": "calibration; ece; expected calibration error; reliability diagram; overconfidence",
        "multi-label": "multi-label; multilabel; multilabelsoftmarginloss; several labels",
        "numerics": "log-sum-exp; logsumexp; log_softmax; logsigmoid; numerical stability; overflow",
    },
    "margin": {
        "hinge-loss": "hinge; hinge loss; hinge_loss; svm loss; max-margin loss; softmarginloss",
        "many-classes": "multimarginloss; multi_margin_loss; multiclass hinge; crammer-singer;"
        " crammer singer",
        "soft-margin": "soft margin; svm; support vector machine; linearsvc; squared hinge; squaredhinge",
        "platt-scaling": "platt scaling; svm probabilities",
        "hinge-dual": "svm dual; kernel trick; kernel",
    },
    "imbalance": {
        "four-layers": "class imbalance; imbalanced data; imbalanced classes; rare class; rare events",
        "focal": "focal loss; sigmoid_focal_loss; binaryfocalcrossentropy; categoricalfocalcrossentropy",
        "weights": "class_weight; class weights; pos_weight; oversampling; undersampling; smote",
        "threshold": "decision threshold; threshold moving; cost-sensitive; cost sensitive learning",
        "bias-initialization": "bias initialization; initial bias",
        "overlap": "dice; dice loss; jaccard; iou loss; tversky; soft dice; f1 loss; intersection over union",
        "prior-shift": "prior shift; label shift; base rate",
    },
    "metric_learning": {
        "pair-loss": "contrastive loss; contrastiveloss; siamese network; cosineembeddingloss",
        "triplet-loss": "triplet loss; tripletmarginloss; triplet_margin_loss; semi-hard; facenet",
        "info-nce-loss": "infonce; info_nce; nt-xent; ntxentloss; ntxent; simclr; clip loss;"
        " contrastive learning",
        "contrast-temperature": "contrastive temperature; hard negatives",
        "false-negatives": "false negatives in a batch; debiased contrastive loss",
        "collapse-and-stall": "collapse; embedding collapse; all embeddings equal",
        "mining": "hard negative mining; triplet mining; batch hard; tripletmarginminer",
    },
    "ranking": {
        "ndcg": "ndcg; dcg; ndcg_score; discounted cumulative gain",
        "pairs": "ranknet; marginrankingloss; margin_ranking_loss; pairwise ranking; pairwise loss;"
        " rank:pairwise",
        "list-losses": "listnet; listmle; listwise; plackett-luce; ranking_softmax_loss",
        "lambdarank": "lambdarank; lambdamart; rank:ndcg; learning to rank",
    },
    "custom": {
        "four-steps": "custom loss; custom loss function; design a loss; write my own loss",
        "ratings": "ordinal regression; ordinal loss; ordered classes; proportional odds; orderedmodel;"
        " coral",
        "entropy-term": "confidence penalty; entropy regularization",
        "validate": "gradient check; gradcheck; finite differences",
    },
    "debugging": {
        "bug-nan": "nan loss; loss is nan; loss nan; inf loss; exploding gradients; gradient clipping",
        "bug-metric": "loss falls but accuracy does not; loss decreases accuracy does not",
        "bug-oscillation": "loss oscillates; loss explodes; learning rate too high; loss spikes",
        "bug-majority": "predicts only one class; predicts majority class; always predicts the same class",
        "symptom-table": "loss does not decrease; loss not decreasing; loss stuck; debugging a loss",
        "check-your-own-loss": "check_loss; test a loss function",
    },
}


class Index(SphinxTransform):
    """Puts the terms of a page into the index, each at its section."""

    default_priority = 800  # before Sphinx's domains take in the index entries of a page

    def apply(self, **kwargs):
        folder, _, page = self.env.docname.rpartition("/")
        if folder != "book":
            return
        for place, terms in TERMS.get(page, {}).items():
            found = [node for node in self.document.findall(nodes.section) if place in node["ids"]]
            if not found:
                raise ExtensionError(f"course_index: book/{page}.md has no section ({place})=")
            entries = [("single", term, place, "main", None) for term in terms.split("; ")]
            found[0].insert(1, addnodes.index(entries=entries))


def setup(app):
    app.add_transform(Index)
    return {"version": "1", "parallel_read_safe": True, "parallel_write_safe": True}
