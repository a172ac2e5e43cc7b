"""Loss functions with their derived gradients, for NumPy arrays and torch tensors."""

from .classification import (
    bce,
    bce_with_logits,
    cce,
    cross_entropy,
    generalized_cross_entropy,
    kl_divergence,
    log_sigmoid,
    log_softmax,
    sigmoid,
    softmax,
)
from .custom import confidence_bce, cost_sensitive_bce, ordinal, power
from .debugging import check_loss
from .imbalance import dice, focal, jaccard, softmax_focal, tversky
from .margin import hinge, multiclass_hinge, squared_hinge
from .metric_learning import (
    batch_hard_triplet,
    contrastive,
    cosine_embedding,
    info_nce,
    mine_triplets,
    nt_xent,
    triplet,
)
from .ranking import lambdarank, listmle, listnet, ndcg, pairwise_hinge, ranknet
from .regression import huber, log_cosh, mae, mse, quantile

__all__ = [
    "batch_hard_triplet",
    "bce",
    "bce_with_logits",
    "cce",
    "check_loss",
    "confidence_bce",
    "contrastive",
    "cosine_embedding",
    "cost_sensitive_bce",
    "cross_entropy",
    "dice",
    "focal",
    "generalized_cross_entropy",
    "hinge",
    "huber",
    "info_nce",
    "jaccard",
    "kl_divergence",
    "lambdarank",
    "listmle",
    "listnet",
    "log_cosh",
    "log_sigmoid",
    "log_softmax",
    "mae",
    "mine_triplets",
    "mse",
    "multiclass_hinge",
    "ndcg",
    "nt_xent",
    "ordinal",
    "pairwise_hinge",
    "power",
    "quantile",
    "ranknet",
    "sigmoid",
    "softmax",
    "softmax_focal",
    "squared_hinge",
    "triplet",
    "tversky",
]
