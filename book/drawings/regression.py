"""The drawings of *Regression*: each function returns a figure and what a screen reader says of it."""

import numpy as np

from lossutils import huber, mae, mse
from lossutils.figures import COLORS, new_figure


def pulls():
    error = np.linspace(-3, 3, 601)
    target = np.zeros_like(error)
    figure, (top, bottom) = new_figure(2, 1, height=4.6, sharex=True)
    for loss, factor, name, color, dash in [
        (mse, 0.5, "half the squared error", COLORS[0], "-"),
        (mae, 1.0, "absolute error", COLORS[1], "--"),
        (huber, 1.0, "Huber, capped at 1", COLORS[2], "-"),
    ]:
        slope = factor * loss.grad(error, target, reduction="sum")
        top.plot(error, slope, dash, color=color, label=name)
        bottom.plot(error, factor * loss(error, target, reduction="none"), dash, color=color)
    top.set_ylabel("pull")
    top.legend()
    bottom.set(xlabel="error, prediction minus target", ylabel="loss")
    at = {name: float(loss(np.array([3.0]), np.zeros(1))) for name, loss in [("mae", mae), ("huber", huber)]}
    alt = (
        "Top: the pull against the error. A straight line for the squared error, a step from -1 to 1 for the "
        "absolute error, for Huber a line that stays at -1 and 1 beyond errors of size 1. Bottom: the "
        f"losses, which at an error of 3 are 4.5, {at['mae']:g} and {at['huber']:g}."
    )
    return figure, alt
