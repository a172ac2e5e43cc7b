"""The last digits of another machine, for reproduce.py: whatever a notebook draws, initializes or gets from a
product of matrices is off by about one rounding, 1e-15 of its size in float64 and 1e-7 in float32.

`start(seed)` in the first cell of a kernel changes the cells after it, not the libraries they call.
"""

import ast

import numpy as np
import torch

SIZES = {"float64": 1e-15, "float32": 1e-7}
DRAWS = (
    "normal standard_normal multivariate_normal random uniform exponential standard_exponential laplace "
    "logistic lognormal gumbel standard_t standard_cauchy gamma standard_gamma beta dirichlet chisquare "
    "rayleigh weibull pareto triangular vonmises"
).split()
TORCH_DRAWS = [
    (torch, "randn"),
    (torch, "rand"),
    (torch, "normal"),
    (torch, "randn_like"),
    (torch, "rand_like"),
]
TORCH_DRAWS += [(torch.Tensor, "normal_"), (torch.Tensor, "uniform_")]


class Noise:
    def __init__(self, seed):
        self.numpy = np.random.Generator(np.random.PCG64(seed))
        self.torch = torch.Generator().manual_seed(seed)

    def __call__(self, x):
        """The numbers of x, each off in its last digit; what is not float64 or float32 stays as it is."""
        size = SIZES.get(str(getattr(x, "dtype", "")).removeprefix("torch."))
        if type(x) is float:  # what rng.random() gives
            return x * float(1 + SIZES["float64"] * self.numpy.standard_normal())
        if size is None:
            return x
        if isinstance(x, torch.Tensor):
            noise = torch.empty(x.shape, dtype=x.dtype)
            draw_normal(noise, generator=self.torch)
            return x * (1 + size * noise)
        if isinstance(x, (np.ndarray, np.floating)):
            return x * (1 + size * self.numpy.standard_normal(np.shape(x))).astype(x.dtype)
        return x


draw_normal = torch.Tensor.normal_


class Products(ast.NodeTransformer):
    """`a @ b` becomes `noise(a @ b)`."""

    def visit_BinOp(self, node):
        self.generic_visit(node)
        if not isinstance(node.op, ast.MatMult):
            return node
        call = ast.Call(ast.Name("_last_digits", ast.Load()), [node], [])
        return ast.fix_missing_locations(ast.copy_location(call, node))


def start(seed):
    noise = Noise(seed)

    class Generator(np.random.Generator):
        pass

    def noisy_method(name):
        def draw(self, *args, **kwargs):
            return noise(getattr(np.random.Generator, name)(self, *args, **kwargs))

        return draw

    for name in DRAWS:
        setattr(Generator, name, noisy_method(name))
    default_rng = np.random.default_rng
    np.random.default_rng = lambda seed=None: Generator(default_rng(seed).bit_generator)

    def noisy_draw(draw):
        def drawn(*args, **kwargs):
            result = draw(*args, **kwargs)
            with torch.no_grad():
                result.copy_(noise(result.detach()))
            return result

        return drawn

    for owner, name in TORCH_DRAWS:
        setattr(owner, name, noisy_draw(getattr(owner, name)))

    shell = get_ipython()  # noqa: F821, defined in a kernel
    shell.user_ns["_last_digits"] = noise
    shell.ast_transformers.append(Products())
