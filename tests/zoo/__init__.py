"""The broken losses that `check_loss` was made on, in the rooms of `lossutils/debugging/checks`."""

from . import batches, extremes, gradient, minimum, padding, precision, refusals  # noqa: F401
from .shared import ZOO, Broken, broken

__all__ = ["ZOO", "Broken", "broken"]
