"""The problems of the foundations chapter."""

import numpy as np

from .engine import problem, quarters

# Gradient by finite differences


def _function(shown):
    """A function of an array that reports show as its formula."""

    def name(function):
        function.shown = shown
        return function

    return name


@_function("sum(x**2)")
def _squares(x):
    return np.sum(np.asarray(x) ** 2)


@_function("sum(x**3)")
def _cubes(x):
    return np.sum(np.asarray(x) ** 3)


@_function("prod(x)")
def _product(x):
    return np.prod(x)


@_function("sum(x)**3")
def _cube_of_sum(x):
    return np.sum(x) ** 3


@problem(
    "finite_difference",
    edges=[
        ("a parabola", _squares, [3.0], 1e-5),
        ("a cubic with a large h", _cubes, [2.0], 0.1),
        ("a product", _product, [2.0, 5.0], 1e-5),
        ("three coordinates", _cubes, [1.0, -2.0, 0.5], 0.01),
    ],
    draw=lambda rng, n: ((_cubes, _cube_of_sum)[n % 2], quarters(rng, n), (0.1, 0.01)[n % 2]),
    last=[
        ("whole numbers", _cubes, np.array([1, -2, 3]), 0.01),
        ("a matrix", _cubes, np.array([[1.0, -2.0], [0.5, 3.0]]), 0.01),
    ],
)
def finite_difference(function, x, h=1e-5):
    return _difference(lambda step: (function(x + step) - function(x - step)) / (2 * h), x, h)


def _difference(quotient, x, h):
    """`quotient` for a step along each coordinate."""
    steps = h * np.eye(x.size).reshape(x.size, *x.shape)
    return np.reshape([quotient(step) for step in steps], x.shape)


finite_difference.mistake(
    "forward",
    "a forward difference, from x to x + h.",
    "For x³ its error shrinks like h. Which two points, placed around x, make it shrink like h²?",
    lambda function, x, h: _difference(lambda step: (function(x + step) - function(x)) / h, x, h),
)
finite_difference.mistake(
    "backward",
    "a backward difference, from x − h to x.",
    "For x³ its error shrinks like h. Which two points, placed around x, make it shrink like h²?",
    lambda function, x, h: _difference(lambda step: (function(x) - function(x - step)) / h, x, h),
)
finite_difference.mistake(
    "divided by h",
    "twice the derivative: the difference is divided by h.",
    "How far apart are the two points at which you evaluate the function?",
    lambda function, x, h: 2 * finite_difference.solution(function, x, h),
)
finite_difference.mistake(
    "not divided",
    "the difference of the two values, not divided by anything.",
    "A derivative is a change per step. How long is your step?",
    lambda function, x, h: 2 * h * finite_difference.solution(function, x, h),
)
finite_difference.mistake(
    "all coordinates at once",
    "all coordinates moved together, the same number everywhere.",
    "For one partial derivative, which coordinates have to stay where they are?",
    lambda function, x, h: np.full(x.shape, (function(x + h) - function(x - h)) / (2 * h)),
)
finite_difference.mistake(
    "one number",
    "one number, with all coordinates moved together.",
    "How many partial derivatives does a function of n coordinates have?",
    lambda function, x, h: (function(x + h) - function(x - h)) / (2 * h),
)


@finite_difference.mistake(
    "not put back",
    "x is changed in place and not put back before the next coordinate.",
    "Where does x stand when your loop turns to the second coordinate?",
)
def _(function, x, h):
    gradient = np.zeros_like(x)
    for i in range(len(x)):
        x[i] += h
        above = function(x)
        x[i] -= 2 * h
        gradient[i] = (above - function(x)) / (2 * h)
    return gradient


finite_difference.mistake(
    "flipped sign",
    "the right size with the wrong sign.",
    "When the function rises, which of your two values is the larger one?",
    lambda function, x, h: -finite_difference.solution(function, x, h),
)
finite_difference.mistake(
    "ignores h",
    "h = 1e-5 whatever the caller asks for.",
    "Where in your formula does the argument h appear?",
    lambda function, x, h: finite_difference.solution(function, x, 1e-5),
)
finite_difference.mistake(
    "no brackets",
    "a division by 2 and then a multiplication by h.",
    "Python works out / and * from left to right. What is 12 / 2*3?",
    lambda function, x, h: h**2 * finite_difference.solution(function, x, h),
)
finite_difference.mistake(
    "second point is x",
    "the second value is taken at x itself, and the difference is divided by 2h.",
    "You have added h. How far do you have to go back to be as far below x?",
    lambda function, x, h: _difference(lambda step: (function(x + step) - function(x)) / (2 * h), x, h),
)
finite_difference.mistake(
    "same point twice",
    "both values come from the same point, so every difference is 0.",
    "After `a = x` and `b = x`, how many arrays are there?",
    lambda function, x, h: np.zeros(len(x)),
)


@finite_difference.mistake(
    "step not reset",
    "the steps pile up: each coordinate is moved together with those before it.",
    "Which entries of your step differ from 0 when the loop turns to the second coordinate?",
)
def _(function, x, h):
    steps = h * np.tri(len(x))
    return np.array([(function(x + step) - function(x - step)) / (2 * h) for step in steps])


finite_difference.mistake(
    "whole numbers",
    "steps of 0 where x holds whole numbers: the h is cut off.",
    "Which type has np.zeros_like(x) for this x, and what becomes of 0.01 in it?",
    lambda function, x, h: finite_difference.solution(function, x, h) * (x.dtype.kind == "f"),
)


@finite_difference.mistake(
    "rows",
    "a whole row of the matrix moved at a time.",
    "How many numbers does x hold, and how many rounds does your loop make?",
)
def _(function, x, h):
    if x.ndim == 1:
        return finite_difference.solution(function, x, h)
    return finite_difference.solution(function, x, h).sum(axis=1, keepdims=True) + 0 * x


# One step of gradient descent with an L2 penalty


@problem(
    "l2_step",
    edges=[
        ("no penalty", [3.0], [1.0], 0.1, 0.0),
        ("no gradient", [3.0], [0.0], 0.1, 0.5),
        ("gradient and penalty", [3.0], [1.0], 0.1, 0.5),
        ("a negative weight", [-3.0], [1.0], 0.1, 0.5),
        ("two weights", [3.0, -1.5], [1.0, 2.0], 0.5, 0.25),
    ],
    draw=lambda rng, n: (quarters(rng, n), quarters(rng, n), (0.25, 0.5, 0.1)[n % 3], (0.5, 0.25)[n % 2]),
)
def l2_step(w, gradient, lr, penalty):
    return w - lr * (gradient + 2 * penalty * w)


l2_step.mistake(
    "no factor 2",
    "the factor 2 is missing: this is the step for ½ · penalty · Σ w².",
    "What is the derivative of penalty · w²?",
    lambda w, gradient, lr, penalty: w - lr * (gradient + penalty * w),
)
l2_step.mistake(
    "decay without lr",
    "the pull of the penalty is not multiplied by the learning rate.",
    "The step follows the gradient of R + penalty. Which part of that gradient does lr multiply?",
    lambda w, gradient, lr, penalty: w - lr * gradient - 2 * penalty * w,
)
l2_step.mistake(
    "decay without lr and 2",
    "the weights shrink by penalty · w, with neither the learning rate nor the factor 2.",
    "Write down the gradient of J first, then multiply all of it by lr.",
    lambda w, gradient, lr, penalty: w - lr * gradient - penalty * w,
)
l2_step.mistake(
    "penalty flipped",
    "the penalty has the wrong sign: the weights grow.",
    "With a gradient of 0, should a weight of 3 move towards 0 or away from it?",
    lambda w, gradient, lr, penalty: w - lr * (gradient - 2 * penalty * w),
)
l2_step.mistake(
    "L1",
    "the step of an L1 penalty, the same pull on every weight.",
    "Should a weight of 6 be pulled as hard as a weight of 3?",
    lambda w, gradient, lr, penalty: w - lr * (gradient + penalty * np.sign(w)),
)
l2_step.mistake(
    "value of the penalty",
    "the penalty itself is added to the gradient, not its derivative.",
    "With a gradient of 0, which way does a weight of −3 move?",
    lambda w, gradient, lr, penalty: w - lr * (gradient + penalty * w**2),
)
l2_step.mistake(
    "uphill",
    "a step uphill: the gradient is added instead of subtracted.",
    "With a gradient of 1, does J fall when w grows or when it shrinks?",
    lambda w, gradient, lr, penalty: w + lr * (gradient + 2 * penalty * w),
)
l2_step.mistake(
    "no penalty",
    "the penalty is left out.",
    "Where in your formula does the argument penalty appear?",
    lambda w, gradient, lr, penalty: w - lr * gradient,
)
l2_step.mistake(
    "only the step",
    "the step alone, without the place it starts from.",
    "Where does w stand after the step?",
    lambda w, gradient, lr, penalty: -lr * (gradient + 2 * penalty * w),
)
l2_step.mistake(
    "only the gradient",
    "the gradient of J, not the weights after the step.",
    "What do you do with a gradient to get the next w?",
    lambda w, gradient, lr, penalty: gradient + 2 * penalty * w,
)
l2_step.mistake(
    "decay after the step",
    "the weights take the step first and are shrunk after it.",
    "Both gradients belong to one point. At which w do you work out that of the penalty?",
    lambda w, gradient, lr, penalty: (w - lr * gradient) * (1 - 2 * lr * penalty),
)
l2_step.mistake(
    "only the step, unsigned",
    "what the step takes off w, not the new w.",
    "Where does w stand after the step?",
    lambda w, gradient, lr, penalty: lr * (gradient + 2 * penalty * w),
)
l2_step.mistake(
    "sum as the gradient",
    "the whole penalty, one number, is added to the gradient of every weight.",
    "How does Σ w² change when the first weight alone moves a little?",
    lambda w, gradient, lr, penalty: w - lr * (gradient + penalty * np.sum(w**2)),
)


# The mean over batches of unequal size


@problem(
    "combine_means",
    edges=[
        ("one batch", [3.0], np.array([4])),
        ("equal sizes", [1.0, 3.0], np.array([8, 8])),
        ("unequal sizes", [1.0, 3.0], np.array([10, 30])),
        ("a small last batch", [1.0, 1.5, 9.0], np.array([32, 32, 4])),
    ],
    draw=lambda rng, n: (quarters(rng, n, 0.25), rng.randint(1, 9, n)),
)
def combine_means(means, sizes):
    return np.sum(means * sizes) / np.sum(sizes)


combine_means.mistake(
    "mean of means",
    "the plain mean of the means.",
    "How much does one example of a batch of 4 count, how much one of a batch of 32?",
    lambda means, sizes: np.mean(means),
)
combine_means.mistake(
    "not divided",
    "the sum of all losses, not yet divided.",
    "means · sizes gives the sum of a batch. How many examples are there altogether?",
    lambda means, sizes: np.sum(means * sizes),
)
combine_means.mistake(
    "divided by batches",
    "the sum of all losses, divided by the number of batches.",
    "You want the loss of an average example. How many examples are there?",
    lambda means, sizes: np.sum(means * sizes) / len(means),
)
combine_means.mistake(
    "weights inverted",
    "weights that are inverted: the smallest batch counts most.",
    "Which batch holds more of the examples, and should it count more or less?",
    lambda means, sizes: np.sum(means / sizes) / np.sum(1 / sizes),
)
combine_means.mistake(
    "divided by the sizes",
    "each mean is divided by its size once more.",
    "A mean has been divided by the size already. How do you get back to the sum of the batch?",
    lambda means, sizes: np.sum(means / sizes),
)
combine_means.mistake(
    "means over examples",
    "the sum of the means, divided by the number of examples.",
    "Numerator and denominator have to belong together: what is summed over the examples?",
    lambda means, sizes: np.sum(means) / np.sum(sizes),
)
combine_means.mistake(
    "sum of means",
    "the sum of the means.",
    "If every batch has a mean of 3, what is the mean of all examples?",
    lambda means, sizes: np.sum(means),
)
