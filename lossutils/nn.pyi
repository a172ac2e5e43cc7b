# Made by `make stub` from the signatures.
from collections.abc import Sequence
from typing import Any

import torch

from . import Number, Reduction

class LossModule(torch.nn.Module):
    def settings(self) -> dict[str, Any]: ...


class BCE(LossModule):
    r"""Binary cross-entropy of probabilities: the negative log-likelihood of a Bernoulli distribution. As a module; see `lossutils.bce`."""
    reduction: Reduction
    def __init__(self, *, reduction: Reduction = 'mean') -> None:
        r"""Binary cross-entropy of probabilities: the negative log-likelihood of a Bernoulli distribution. As a module; see `lossutils.bce`."""
    def forward(self, pred: torch.Tensor, target: torch.Tensor, *, weight: torch.Tensor | None = None) -> torch.Tensor: ...
    def __call__(self, pred: torch.Tensor, target: torch.Tensor, *, weight: torch.Tensor | None = None) -> torch.Tensor: ...

class BCEWithLogits(LossModule):
    r"""Binary cross-entropy of logits: `bce` after a sigmoid, without the rounding of the sigmoid. As a module; see `lossutils.bce_with_logits`."""
    pos_weight: Number | Sequence[float] | torch.Tensor | None
    reduction: Reduction
    def __init__(self, *, pos_weight: Number | Sequence[float] | torch.Tensor | None = None, reduction: Reduction = 'mean') -> None:
        r"""Binary cross-entropy of logits: `bce` after a sigmoid, without the rounding of the sigmoid. As a module; see `lossutils.bce_with_logits`."""
    def forward(self, pred: torch.Tensor, target: torch.Tensor, *, weight: torch.Tensor | None = None) -> torch.Tensor: ...
    def __call__(self, pred: torch.Tensor, target: torch.Tensor, *, weight: torch.Tensor | None = None) -> torch.Tensor: ...

class BatchHardTriplet(LossModule):
    r"""Triplet loss of each embedding with its farthest positive and its nearest negative in the batch. As a module; see `lossutils.batch_hard_triplet`."""
    margin: Number
    reduction: Reduction
    def __init__(self, *, margin: Number = 1.0, reduction: Reduction = 'mean') -> None:
        r"""Triplet loss of each embedding with its farthest positive and its nearest negative in the batch. As a module; see `lossutils.batch_hard_triplet`."""
    def forward(self, embeddings: torch.Tensor, labels: torch.Tensor, *, weight: torch.Tensor | None = None) -> torch.Tensor: ...
    def __call__(self, embeddings: torch.Tensor, labels: torch.Tensor, *, weight: torch.Tensor | None = None) -> torch.Tensor: ...

class CCE(LossModule):
    r"""Categorical cross-entropy of probabilities: minus the log-probability of the target. As a module; see `lossutils.cce`."""
    axis: int
    ignore_index: int | None
    reduction: Reduction
    def __init__(self, *, axis: int = -1, ignore_index: int | None = None, reduction: Reduction = 'mean') -> None:
        r"""Categorical cross-entropy of probabilities: minus the log-probability of the target. As a module; see `lossutils.cce`."""
    def forward(self, pred: torch.Tensor, target: torch.Tensor, *, weight: torch.Tensor | None = None) -> torch.Tensor: ...
    def __call__(self, pred: torch.Tensor, target: torch.Tensor, *, weight: torch.Tensor | None = None) -> torch.Tensor: ...

class ConfidenceBCE(LossModule):
    r"""Binary cross-entropy minus beta times the entropy of the prediction: confidence costs, or pays. As a module; see `lossutils.confidence_bce`."""
    beta: Number
    reduction: Reduction
    def __init__(self, *, beta: Number = 0.1, reduction: Reduction = 'mean') -> None:
        r"""Binary cross-entropy minus beta times the entropy of the prediction: confidence costs, or pays. As a module; see `lossutils.confidence_bce`."""
    def forward(self, logits: torch.Tensor, target: torch.Tensor, *, weight: torch.Tensor | None = None) -> torch.Tensor: ...
    def __call__(self, logits: torch.Tensor, target: torch.Tensor, *, weight: torch.Tensor | None = None) -> torch.Tensor: ...

class Contrastive(LossModule):
    r"""Contrastive loss of pairs: pulls a pair of one class together, pushes two classes a margin apart. As a module; see `lossutils.contrastive`."""
    margin: Number
    reduction: Reduction
    def __init__(self, *, margin: Number = 1.0, reduction: Reduction = 'mean') -> None:
        r"""Contrastive loss of pairs: pulls a pair of one class together, pushes two classes a margin apart. As a module; see `lossutils.contrastive`."""
    def forward(self, x1: torch.Tensor, x2: torch.Tensor, same: torch.Tensor, *, weight: torch.Tensor | None = None) -> torch.Tensor: ...
    def __call__(self, x1: torch.Tensor, x2: torch.Tensor, same: torch.Tensor, *, weight: torch.Tensor | None = None) -> torch.Tensor: ...

class CosineEmbedding(LossModule):
    r"""Cosine embedding loss: the angle between two embeddings, whatever their lengths. As a module; see `lossutils.cosine_embedding`."""
    margin: Number
    reduction: Reduction
    def __init__(self, *, margin: Number = 0.0, reduction: Reduction = 'mean') -> None:
        r"""Cosine embedding loss: the angle between two embeddings, whatever their lengths. As a module; see `lossutils.cosine_embedding`."""
    def forward(self, x1: torch.Tensor, x2: torch.Tensor, target: torch.Tensor, *, weight: torch.Tensor | None = None) -> torch.Tensor: ...
    def __call__(self, x1: torch.Tensor, x2: torch.Tensor, target: torch.Tensor, *, weight: torch.Tensor | None = None) -> torch.Tensor: ...

class CostSensitiveBCE(LossModule):
    r"""Binary cross-entropy in which a missed positive and a false alarm count what they cost. As a module; see `lossutils.cost_sensitive_bce`."""
    false_negative_cost: Number
    false_positive_cost: Number
    reduction: Reduction
    def __init__(self, *, false_negative_cost: Number = 1.0, false_positive_cost: Number = 1.0, reduction: Reduction = 'mean') -> None:
        r"""Binary cross-entropy in which a missed positive and a false alarm count what they cost. As a module; see `lossutils.cost_sensitive_bce`."""
    def forward(self, logits: torch.Tensor, target: torch.Tensor, *, weight: torch.Tensor | None = None) -> torch.Tensor: ...
    def __call__(self, logits: torch.Tensor, target: torch.Tensor, *, weight: torch.Tensor | None = None) -> torch.Tensor: ...

class CrossEntropy(LossModule):
    r"""Cross-entropy of logits: `cce` after a softmax, without the rounding of the softmax. As a module; see `lossutils.cross_entropy`."""
    label_smoothing: Number
    class_weight: Number | Sequence[float] | torch.Tensor | None
    axis: int
    ignore_index: int | None
    reduction: Reduction
    def __init__(self, *, label_smoothing: Number = 0.0, class_weight: Number | Sequence[float] | torch.Tensor | None = None, axis: int = -1, ignore_index: int | None = None, reduction: Reduction = 'mean') -> None:
        r"""Cross-entropy of logits: `cce` after a softmax, without the rounding of the softmax. As a module; see `lossutils.cross_entropy`."""
    def forward(self, pred: torch.Tensor, target: torch.Tensor, *, weight: torch.Tensor | None = None) -> torch.Tensor: ...
    def __call__(self, pred: torch.Tensor, target: torch.Tensor, *, weight: torch.Tensor | None = None) -> torch.Tensor: ...

class Dice(LossModule):
    r"""Soft Dice loss: 1 minus twice the overlap over the sum of the two sizes. As a module; see `lossutils.dice`."""
    smooth: Number
    reduction: Reduction
    def __init__(self, *, smooth: Number = 1e-05, reduction: Reduction = 'mean') -> None:
        r"""Soft Dice loss: 1 minus twice the overlap over the sum of the two sizes. As a module; see `lossutils.dice`."""
    def forward(self, pred: torch.Tensor, target: torch.Tensor, *, weight: torch.Tensor | None = None) -> torch.Tensor: ...
    def __call__(self, pred: torch.Tensor, target: torch.Tensor, *, weight: torch.Tensor | None = None) -> torch.Tensor: ...

class Focal(LossModule):
    r"""Focal loss: cross-entropy, times a factor that fades as the right answer becomes probable. As a module; see `lossutils.focal`."""
    alpha: Number | None
    gamma: Number
    reduction: Reduction
    def __init__(self, *, alpha: Number | None = None, gamma: Number = 2.0, reduction: Reduction = 'mean') -> None:
        r"""Focal loss: cross-entropy, times a factor that fades as the right answer becomes probable. As a module; see `lossutils.focal`."""
    def forward(self, logits: torch.Tensor, target: torch.Tensor, *, weight: torch.Tensor | None = None) -> torch.Tensor: ...
    def __call__(self, logits: torch.Tensor, target: torch.Tensor, *, weight: torch.Tensor | None = None) -> torch.Tensor: ...

class GeneralizedCrossEntropy(LossModule):
    r"""Between cross-entropy (q → 0) and the absolute error (q = 1): bounded, for labels that may be wrong. As a module; see `lossutils.generalized_cross_entropy`."""
    q: Number
    axis: int
    ignore_index: int | None
    reduction: Reduction
    def __init__(self, *, q: Number = 0.7, axis: int = -1, ignore_index: int | None = None, reduction: Reduction = 'mean') -> None:
        r"""Between cross-entropy (q → 0) and the absolute error (q = 1): bounded, for labels that may be wrong. As a module; see `lossutils.generalized_cross_entropy`."""
    def forward(self, pred: torch.Tensor, target: torch.Tensor, *, weight: torch.Tensor | None = None) -> torch.Tensor: ...
    def __call__(self, pred: torch.Tensor, target: torch.Tensor, *, weight: torch.Tensor | None = None) -> torch.Tensor: ...

class Hinge(LossModule):
    r"""Hinge loss of a score: what is missing to a margin of 1. As a module; see `lossutils.hinge`."""
    reduction: Reduction
    def __init__(self, *, reduction: Reduction = 'mean') -> None:
        r"""Hinge loss of a score: what is missing to a margin of 1. As a module; see `lossutils.hinge`."""
    def forward(self, pred: torch.Tensor, target: torch.Tensor, *, weight: torch.Tensor | None = None) -> torch.Tensor: ...
    def __call__(self, pred: torch.Tensor, target: torch.Tensor, *, weight: torch.Tensor | None = None) -> torch.Tensor: ...

class Huber(LossModule):
    r"""Huber's loss: half the square of a small error, linear in a large one. As a module; see `lossutils.huber`."""
    delta: Number
    reduction: Reduction
    def __init__(self, *, delta: Number = 1.0, reduction: Reduction = 'mean') -> None:
        r"""Huber's loss: half the square of a small error, linear in a large one. As a module; see `lossutils.huber`."""
    def forward(self, pred: torch.Tensor, target: torch.Tensor, *, weight: torch.Tensor | None = None) -> torch.Tensor: ...
    def __call__(self, pred: torch.Tensor, target: torch.Tensor, *, weight: torch.Tensor | None = None) -> torch.Tensor: ...

class InfoNCE(LossModule):
    r"""InfoNCE: each query has to find its own key among all keys of the batch. As a module; see `lossutils.info_nce`."""
    reduction: Reduction
    def __init__(self, *, temperature: Number | torch.Tensor = 0.1, learn_temperature: bool = False, reduction: Reduction = 'mean') -> None:
        r"""InfoNCE: each query has to find its own key among all keys of the batch. As a module; see `lossutils.info_nce`."""
    def forward(self, query: torch.Tensor, key: torch.Tensor, *, weight: torch.Tensor | None = None) -> torch.Tensor: ...
    def __call__(self, query: torch.Tensor, key: torch.Tensor, *, weight: torch.Tensor | None = None) -> torch.Tensor: ...

class Jaccard(LossModule):
    r"""Soft Jaccard loss: 1 minus the intersection over the union. As a module; see `lossutils.jaccard`."""
    smooth: Number
    reduction: Reduction
    def __init__(self, *, smooth: Number = 1e-05, reduction: Reduction = 'mean') -> None:
        r"""Soft Jaccard loss: 1 minus the intersection over the union. As a module; see `lossutils.jaccard`."""
    def forward(self, pred: torch.Tensor, target: torch.Tensor, *, weight: torch.Tensor | None = None) -> torch.Tensor: ...
    def __call__(self, pred: torch.Tensor, target: torch.Tensor, *, weight: torch.Tensor | None = None) -> torch.Tensor: ...

class KLDivergence(LossModule):
    r"""Kullback-Leibler divergence KL(target ‖ pred) of probabilities, summed over the last axis. As a module; see `lossutils.kl_divergence`."""
    axis: int
    ignore_index: int | None
    reduction: Reduction
    def __init__(self, *, axis: int = -1, ignore_index: int | None = None, reduction: Reduction = 'mean') -> None:
        r"""Kullback-Leibler divergence KL(target ‖ pred) of probabilities, summed over the last axis. As a module; see `lossutils.kl_divergence`."""
    def forward(self, pred: torch.Tensor, target: torch.Tensor, *, weight: torch.Tensor | None = None) -> torch.Tensor: ...
    def __call__(self, pred: torch.Tensor, target: torch.Tensor, *, weight: torch.Tensor | None = None) -> torch.Tensor: ...

class LambdaRank(LossModule):
    r"""LambdaRank: RankNet in which a pair counts what NDCG would change if the two changed places. As a module; see `lossutils.lambdarank`."""
    reduction: Reduction
    def __init__(self, *, reduction: Reduction = 'mean') -> None:
        r"""LambdaRank: RankNet in which a pair counts what NDCG would change if the two changed places. As a module; see `lossutils.lambdarank`."""
    def forward(self, scores: torch.Tensor, relevance: torch.Tensor, *, mask: torch.Tensor | None = None, weight: torch.Tensor | None = None) -> torch.Tensor: ...
    def __call__(self, scores: torch.Tensor, relevance: torch.Tensor, *, mask: torch.Tensor | None = None, weight: torch.Tensor | None = None) -> torch.Tensor: ...

class ListMLE(LossModule):
    r"""ListMLE: minus the log-likelihood of the right order, in which one document after the other is drawn. As a module; see `lossutils.listmle`."""
    reduction: Reduction
    def __init__(self, *, reduction: Reduction = 'mean') -> None:
        r"""ListMLE: minus the log-likelihood of the right order, in which one document after the other is drawn. As a module; see `lossutils.listmle`."""
    def forward(self, scores: torch.Tensor, relevance: torch.Tensor, *, mask: torch.Tensor | None = None, weight: torch.Tensor | None = None) -> torch.Tensor: ...
    def __call__(self, scores: torch.Tensor, relevance: torch.Tensor, *, mask: torch.Tensor | None = None, weight: torch.Tensor | None = None) -> torch.Tensor: ...

class ListNet(LossModule):
    r"""ListNet: cross-entropy between the shares that the relevances and the scores give to each document. As a module; see `lossutils.listnet`."""
    reduction: Reduction
    def __init__(self, *, reduction: Reduction = 'mean') -> None:
        r"""ListNet: cross-entropy between the shares that the relevances and the scores give to each document. As a module; see `lossutils.listnet`."""
    def forward(self, scores: torch.Tensor, relevance: torch.Tensor, *, mask: torch.Tensor | None = None, weight: torch.Tensor | None = None) -> torch.Tensor: ...
    def __call__(self, scores: torch.Tensor, relevance: torch.Tensor, *, mask: torch.Tensor | None = None, weight: torch.Tensor | None = None) -> torch.Tensor: ...

class LogCosh(LossModule):
    r"""Logarithm of the hyperbolic cosine of the error: a Huber loss without a corner in its slope. As a module; see `lossutils.log_cosh`."""
    reduction: Reduction
    def __init__(self, *, reduction: Reduction = 'mean') -> None:
        r"""Logarithm of the hyperbolic cosine of the error: a Huber loss without a corner in its slope. As a module; see `lossutils.log_cosh`."""
    def forward(self, pred: torch.Tensor, target: torch.Tensor, *, weight: torch.Tensor | None = None) -> torch.Tensor: ...
    def __call__(self, pred: torch.Tensor, target: torch.Tensor, *, weight: torch.Tensor | None = None) -> torch.Tensor: ...

class MAE(LossModule):
    r"""Mean absolute error; a constant minimizes it exactly when it is a median. As a module; see `lossutils.mae`."""
    reduction: Reduction
    def __init__(self, *, reduction: Reduction = 'mean') -> None:
        r"""Mean absolute error; a constant minimizes it exactly when it is a median. As a module; see `lossutils.mae`."""
    def forward(self, pred: torch.Tensor, target: torch.Tensor, *, weight: torch.Tensor | None = None) -> torch.Tensor: ...
    def __call__(self, pred: torch.Tensor, target: torch.Tensor, *, weight: torch.Tensor | None = None) -> torch.Tensor: ...

class MSE(LossModule):
    r"""Mean squared error; the constant that minimizes it is the mean. As a module; see `lossutils.mse`."""
    reduction: Reduction
    def __init__(self, *, reduction: Reduction = 'mean') -> None:
        r"""Mean squared error; the constant that minimizes it is the mean. As a module; see `lossutils.mse`."""
    def forward(self, pred: torch.Tensor, target: torch.Tensor, *, weight: torch.Tensor | None = None) -> torch.Tensor: ...
    def __call__(self, pred: torch.Tensor, target: torch.Tensor, *, weight: torch.Tensor | None = None) -> torch.Tensor: ...

class MulticlassHinge(LossModule):
    r"""Multiclass hinge loss: what each wrong class lacks to a margin below the right one, averaged over K. As a module; see `lossutils.multiclass_hinge`."""
    p: Number
    margin: Number
    class_weight: Number | Sequence[float] | torch.Tensor | None
    axis: int
    ignore_index: int | None
    reduction: Reduction
    def __init__(self, *, p: Number = 1, margin: Number = 1.0, class_weight: Number | Sequence[float] | torch.Tensor | None = None, axis: int = -1, ignore_index: int | None = None, reduction: Reduction = 'mean') -> None:
        r"""Multiclass hinge loss: what each wrong class lacks to a margin below the right one, averaged over K. As a module; see `lossutils.multiclass_hinge`."""
    def forward(self, pred: torch.Tensor, target: torch.Tensor, *, weight: torch.Tensor | None = None) -> torch.Tensor: ...
    def __call__(self, pred: torch.Tensor, target: torch.Tensor, *, weight: torch.Tensor | None = None) -> torch.Tensor: ...

class NTXent(LossModule):
    r"""NT-Xent, the loss of SimCLR: of 2N views, each has to find the other view of its example. As a module; see `lossutils.nt_xent`."""
    reduction: Reduction
    def __init__(self, *, temperature: Number | torch.Tensor = 0.5, learn_temperature: bool = False, reduction: Reduction = 'mean') -> None:
        r"""NT-Xent, the loss of SimCLR: of 2N views, each has to find the other view of its example. As a module; see `lossutils.nt_xent`."""
    def forward(self, z1: torch.Tensor, z2: torch.Tensor, *, weight: torch.Tensor | None = None) -> torch.Tensor: ...
    def __call__(self, z1: torch.Tensor, z2: torch.Tensor, *, weight: torch.Tensor | None = None) -> torch.Tensor: ...

class Ordinal(LossModule):
    r"""Cumulative link loss: one score, cut into ordered classes by thresholds (proportional odds). As a module; see `lossutils.ordinal`."""
    ignore_index: int | None
    reduction: Reduction
    def __init__(self, *, thresholds: Sequence[float] | torch.Tensor, learn_thresholds: bool = False, ignore_index: int | None = None, reduction: Reduction = 'mean') -> None:
        r"""Cumulative link loss: one score, cut into ordered classes by thresholds (proportional odds). As a module; see `lossutils.ordinal`."""
    def forward(self, logits: torch.Tensor, target: torch.Tensor, *, weight: torch.Tensor | None = None) -> torch.Tensor: ...
    def __call__(self, logits: torch.Tensor, target: torch.Tensor, *, weight: torch.Tensor | None = None) -> torch.Tensor: ...

class PairwiseHinge(LossModule):
    r"""Hinge loss of pairs: the more relevant of two documents should lead by a margin. As a module; see `lossutils.pairwise_hinge`."""
    margin: Number
    reduction: Reduction
    def __init__(self, *, margin: Number = 1.0, reduction: Reduction = 'mean') -> None:
        r"""Hinge loss of pairs: the more relevant of two documents should lead by a margin. As a module; see `lossutils.pairwise_hinge`."""
    def forward(self, scores: torch.Tensor, relevance: torch.Tensor, *, mask: torch.Tensor | None = None, weight: torch.Tensor | None = None) -> torch.Tensor: ...
    def __call__(self, scores: torch.Tensor, relevance: torch.Tensor, *, mask: torch.Tensor | None = None, weight: torch.Tensor | None = None) -> torch.Tensor: ...

class Power(LossModule):
    r"""A power of the absolute error, between the absolute (p = 1) and the squared error (p = 2), or above. As a module; see `lossutils.power`."""
    p: Number
    reduction: Reduction
    def __init__(self, *, p: Number = 1.5, reduction: Reduction = 'mean') -> None:
        r"""A power of the absolute error, between the absolute (p = 1) and the squared error (p = 2), or above. As a module; see `lossutils.power`."""
    def forward(self, pred: torch.Tensor, target: torch.Tensor, *, weight: torch.Tensor | None = None) -> torch.Tensor: ...
    def __call__(self, pred: torch.Tensor, target: torch.Tensor, *, weight: torch.Tensor | None = None) -> torch.Tensor: ...

class Quantile(LossModule):
    r"""Quantile (pinball) loss: a constant minimizes it exactly when it is a q-quantile. As a module; see `lossutils.quantile`."""
    q: Number
    reduction: Reduction
    def __init__(self, *, q: Number = 0.5, reduction: Reduction = 'mean') -> None:
        r"""Quantile (pinball) loss: a constant minimizes it exactly when it is a q-quantile. As a module; see `lossutils.quantile`."""
    def forward(self, pred: torch.Tensor, target: torch.Tensor, *, weight: torch.Tensor | None = None) -> torch.Tensor: ...
    def __call__(self, pred: torch.Tensor, target: torch.Tensor, *, weight: torch.Tensor | None = None) -> torch.Tensor: ...

class RankNet(LossModule):
    r"""RankNet: the logistic loss of pairs, cross-entropy of "i belongs before j" with the logit s_i − s_j. As a module; see `lossutils.ranknet`."""
    reduction: Reduction
    def __init__(self, *, reduction: Reduction = 'mean') -> None:
        r"""RankNet: the logistic loss of pairs, cross-entropy of "i belongs before j" with the logit s_i − s_j. As a module; see `lossutils.ranknet`."""
    def forward(self, scores: torch.Tensor, relevance: torch.Tensor, *, mask: torch.Tensor | None = None, weight: torch.Tensor | None = None) -> torch.Tensor: ...
    def __call__(self, scores: torch.Tensor, relevance: torch.Tensor, *, mask: torch.Tensor | None = None, weight: torch.Tensor | None = None) -> torch.Tensor: ...

class SoftmaxFocal(LossModule):
    r"""Focal loss over K classes: `cross_entropy`, times (1 − p_t)^gamma. As a module; see `lossutils.softmax_focal`."""
    gamma: Number
    class_weight: Number | Sequence[float] | torch.Tensor | None
    axis: int
    ignore_index: int | None
    reduction: Reduction
    def __init__(self, *, gamma: Number = 2.0, class_weight: Number | Sequence[float] | torch.Tensor | None = None, axis: int = -1, ignore_index: int | None = None, reduction: Reduction = 'mean') -> None:
        r"""Focal loss over K classes: `cross_entropy`, times (1 − p_t)^gamma. As a module; see `lossutils.softmax_focal`."""
    def forward(self, logits: torch.Tensor, target: torch.Tensor, *, weight: torch.Tensor | None = None) -> torch.Tensor: ...
    def __call__(self, logits: torch.Tensor, target: torch.Tensor, *, weight: torch.Tensor | None = None) -> torch.Tensor: ...

class SquaredHinge(LossModule):
    r"""Square of the hinge loss: small violations cost little, large ones much, and the slope has no jump. As a module; see `lossutils.squared_hinge`."""
    reduction: Reduction
    def __init__(self, *, reduction: Reduction = 'mean') -> None:
        r"""Square of the hinge loss: small violations cost little, large ones much, and the slope has no jump. As a module; see `lossutils.squared_hinge`."""
    def forward(self, pred: torch.Tensor, target: torch.Tensor, *, weight: torch.Tensor | None = None) -> torch.Tensor: ...
    def __call__(self, pred: torch.Tensor, target: torch.Tensor, *, weight: torch.Tensor | None = None) -> torch.Tensor: ...

class Triplet(LossModule):
    r"""Triplet loss: the positive must be nearer to the anchor than the negative is, by a margin. As a module; see `lossutils.triplet`."""
    margin: Number
    reduction: Reduction
    def __init__(self, *, margin: Number = 1.0, reduction: Reduction = 'mean') -> None:
        r"""Triplet loss: the positive must be nearer to the anchor than the negative is, by a margin. As a module; see `lossutils.triplet`."""
    def forward(self, anchor: torch.Tensor, positive: torch.Tensor, negative: torch.Tensor, *, weight: torch.Tensor | None = None) -> torch.Tensor: ...
    def __call__(self, anchor: torch.Tensor, positive: torch.Tensor, negative: torch.Tensor, *, weight: torch.Tensor | None = None) -> torch.Tensor: ...

class Tversky(LossModule):
    r"""Tversky loss: an overlap that counts false positives and false negatives differently. As a module; see `lossutils.tversky`."""
    alpha: Number
    beta: Number
    smooth: Number
    reduction: Reduction
    def __init__(self, *, alpha: Number = 0.5, beta: Number = 0.5, smooth: Number = 1e-05, reduction: Reduction = 'mean') -> None:
        r"""Tversky loss: an overlap that counts false positives and false negatives differently. As a module; see `lossutils.tversky`."""
    def forward(self, pred: torch.Tensor, target: torch.Tensor, *, weight: torch.Tensor | None = None) -> torch.Tensor: ...
    def __call__(self, pred: torch.Tensor, target: torch.Tensor, *, weight: torch.Tensor | None = None) -> torch.Tensor: ...
