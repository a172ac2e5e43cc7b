"""The table of causes: what can be wrong with a loss, how bad it is, what to do, and who reported it.

"error" is a wrong answer to a valid input; "warning" is an invalid input that passes in silence, digits that
are lost, or a surprise for who uses the loss. Errors fail a build, warnings do not unless strict=True.
"""

from typing import NamedTuple


class Cause(NamedTuple):
    severity: str  # "error" or "warning"
    advice: str
    reports: str  # where this was reported, or how it is usually made; broken twins of it stand in tests/zoo


CAUSES = {
    "wrong-gradient": Cause(
        "error",
        "Derive the gradient again, or let autograd do it; look for detach().",
        "aprender#2182, davisking/dlib#2552, Atcold/torch-TripletEmbedding#6",
    ),
    "detached-gradient": Cause(
        "error",
        "Stay with tensors: no .item(), .numpy(), .detach(), round or argmax.",
        'the error "element 0 of tensors does not require grad"',
    ),
    "jump": Cause(
        "error",
        "Let the pieces meet: compare their values where one takes over from the other.",
        "a Huber loss without − δ/2, a wing loss without its constant",
    ),
    "flat": Cause(
        "error",
        "Replace the threshold, argmax or rounding by something that has a slope.",
        "the accuracy taken as a loss",
    ),
    "gradient-not-finite": Cause(
        "error",
        "Guard the input of sqrt, log, power or the division (`where` inside, not outside).",
        "adambielski/siamese-triplet#18, tensorflow#30199, sentence-transformers#4033, keras#1172, "
        "kornia#918, optax#1267, optax#1786",
    ),
    "dead-gradient": Cause(
        "error",
        "Take logits and use log-sigmoid or log-softmax; do not clip.",
        "gradients by hand that are clipped where the value is not",
    ),
    "value-not-finite": Cause(
        "error",
        "Say what 0/0 and 0·log 0 are: usually 0 (xlogy, a guarded division).",
        "torchmetrics#1029, optax#473, tensorflow/addons#2447, pytorch-metric-learning#107, lightly#1259",
    ),
    "overflow": Cause(
        "error",
        "Use the stable form: log-sum-exp, softplus, logaddexp, |x| + log1p(exp(−2|x|)).",
        "torchmetrics#3488, keras#8524, borgwang/tinynn#7, pytorch#1835, sentence-transformers#4019",
    ),
    "clipped": Cause(
        "error",
        "Take logits and use log-sigmoid or log-softmax instead of clipping or adding an ε.",
        "kornia#918; Keras clips at 1e-7, PyTorch at −100",
    ),
    "squashed-twice": Cause(
        "error",
        "Apply sigmoid or softmax once: give this loss what it says it takes.",
        "tflearn#562, lightning-bolts#654, ariecattan/SciCo#2",
    ),
    "wrong-minimum": Cause(
        "error",
        "Look at the sign, the order of the arguments and the label convention.",
        "keras#16935, VinhLoiIT/signet-pytorch#2, pytorch#51716, carpedm20/NTM-tensorflow#17",
    ),
    "wrong-reduction": Cause(
        "error",
        'Make "mean" the mean and "sum" the sum of what "none" returns.',
        "linkedin/Liger-Kernel#435",
    ),
    "wrong-denominator": Cause(
        "error",
        "Divide by the number of examples, and by nothing else.",
        "pytorch#6622, facebookresearch/deit#61, HikariTJU/LD#74, bhanML/Co-teaching#4",
    ),
    "wrong-shape": Cause(
        "error",
        "Return one number, or one number an example.",
        "a loss that returns the matrix of all pairs",
    ),
    "batch-order": Cause(
        "error",
        "Compare each prediction with its own target; look for sort, roll and shuffle.",
        "weights by the place in the batch; a reshape that mixes axes",
    ),
    "batch-of-one": Cause(
        "error",
        "Name the axis in squeeze() and in sums; do not squeeze the batch away.",
        "tacotron2#303, layumi/Person_reID_baseline_pytorch#77",
    ),
    "input-changed": Cause(
        "error",
        "Work on a copy: no in-place operation on an argument.",
        "NVIDIA-NeMo/Automodel#3918",
    ),
    "not-deterministic": Cause(
        "error",
        "Remove the randomness or the state that is kept between calls.",
        "dropout left on, a running mean kept in the loss",
    ),
    "upstream-ignored": Cause(
        "error",
        "Multiply by grad_output in backward, example by example.",
        "linkedin/Liger-Kernel#1298, linkedin/Liger-Kernel#968",
    ),
    "padding-counted": Cause(
        "error",
        "Divide by the number of examples that count, and leave out the others.",
        "d2l-en#2076, tensorflow#39146, DeepX-inc/machina#118, huggingface/lerobot#3377",
    ),
    "second-derivative": Cause(
        "warning",
        "Write backward in differentiable operations, or mark it once_differentiable.",
        "tensorflow#7403, tensorflow#5876, pytorch#122198",
    ),
    "batch-split": Cause(
        "warning",
        "Return the mean over examples, or say that batches cannot be put together.",
        "torchtune#1875, transformers#34191",
    ),
    "weights-not-in-mean": Cause(
        "warning",
        "Divide by the sum of the weights, or say that the mean is over all examples.",
        "keras#19740, keras#15323",
    ),
    "lost-digits": Cause(
        "warning",
        "Use log1p, expm1 and log-sum-exp without the largest term; avoid 1 − p.",
        "binary_cross_entropy_with_logits of PyTorch at logit −15; log-cosh of Keras and optax at 1e-4",
    ),
    "half-precision": Cause(
        "warning",
        "Calculate in float32 and convert the result.",
        "segmentation_models.pytorch#463, ultralytics#24554",
    ),
    "dtype-changed": Cause(
        "warning",
        "Keep the precision of the prediction: no float64 constants, no float().",
        "a constant of float64 in NumPy",
    ),
    "broadcast": Cause(
        "warning",
        "Raise an error where the shapes differ.",
        "pytorch#4938, pytorch#16045, tensorflow#37770, TALENT#92",
    ),
    "target-range": Cause(
        "warning",
        "Raise an error that names the value.",
        "pytorch#110865, pytorch#80208",
    ),
    "prediction-range": Cause("warning", "Raise an error that names the value.", "pytorch#87373"),
    "unknown-reduction": Cause(
        "warning",
        "Raise an error for a reduction that you do not know.",
        'a misspelled reduction that becomes "none"',
    ),
    "empty-batch": Cause("warning", "Raise an error, or return 0 and say so.", "pytorch#64572"),
    "all-ignored": Cause(
        "warning",
        "Return 0 where nothing counts, or raise an error.",
        "pytorch#70348, pytorch#116349, OpenRLHF#583",
    ),
    "hidden-nan": Cause(
        "warning",
        "Let a NaN through: no nan_to_num, nanmean, fmax, no comparison that hides it.",
        "multi_margin_loss of PyTorch; pytorch-metric-learning 2.9",
    ),
    "integer-wrap": Cause(
        "warning", "Refuse integers, or convert them to floats first.", "l1_loss of PyTorch in uint8"
    ),
}
