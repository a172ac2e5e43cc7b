"""Every public loss beside the fastest peer that has it, forward and backward, at three sizes: `make bench`.

    python benchmarks/compare.py                   all losses; writes benchmarks/table.md and README.md
    python benchmarks/compare.py huber listmle     these, printed only

The peer is the line of PyTorch on the card of the loss (`lossutils.catalog`), which a test holds equal in
value, or for focal losses the usual script. Peer and loss run in turn in one process, so that a busy moment
hits both; a time is the fastest of several. "ratio" is the time of the peer over that of the loss: above 1
the loss is faster. "NumPy" is `value_and_grad` on NumPy arrays. "floor" is what the machine needs at least:
the bytes of the inputs and the gradient at the bandwidth of a copy, or the exponentials at the rate of
torch, whichever is more. "memory" is what NumPy holds at most beyond its inputs, in multiples of the inputs
and the gradient, on Linux.
"""

import ast
import functools
import inspect
import math
import platform
import sys
import time
import tracemalloc
from pathlib import Path

import numpy as np
import torch
import torch.nn.functional as F

import lossutils
from lossutils.catalog import CARDS
from lossutils.loss import Loss

LOSSES = {name: x for name, x in vars(lossutils).items() if isinstance(x, Loss) and name == x.__name__}
SCRIPTS = {
    "focal": "ce = F.binary_cross_entropy_with_logits(logits, target, reduction='none');"
    " p = torch.sigmoid(logits);"
    " hit = p * target + (1 - p) * (1 - target); (ce * (1 - hit) ** gamma).mean()",
    "softmax_focal": "lp = logits.log_softmax(1).gather(1, target[:, None]);"
    " (-((1 - lp.exp()) ** gamma) * lp).mean()",
    "kl_divergence": "F.kl_div(pred.log(), target, reduction='batchmean')",
}
ELEMENTS = (64, 10**5, 10**7)
CLASSES = ((128, 10), (10**5, 10), (2048, 8000))
LISTS = ((8, 20), (100, 100), (100, 1000))
PAIRS = ((64, 32), (10**4, 64), (10**5, 128))
BATCHES = ((64, 32), (1024, 128), (2048, 128))
MASKS = ((4, 1000), (64, 10**4), (64, 10**5))
GROUPS = {
    "a number": ELEMENTS,
    "yes or no": ELEMENTS,
    "one of K classes": CLASSES,
    "a distribution over K classes": CLASSES,
    "any of K labels": MASKS,
    "an order": LISTS,
}
SETTINGS = {"thresholds": torch.tensor([-1.0, 0.5, 2.0])}


def sizes(name):
    if name in ("info_nce", "nt_xent", "batch_hard_triplet"):
        return BATCHES
    if name in ("contrastive", "cosine_embedding", "triplet"):
        return PAIRS
    return ELEMENTS if name == "ordinal" else GROUPS[CARDS[name].task]


def arrays(name, size):
    """Drawn arguments, in the order of the signature, float32."""
    draw, shape = torch.Generator().manual_seed(0), size if isinstance(size, tuple) else (size,)

    def normal(*shape):
        return torch.randn(*shape, generator=draw)

    def whole(limit, *shape):
        return torch.randint(limit, shape, generator=draw)

    task, n = CARDS[name].task, shape[0]
    if name in ("info_nce", "nt_xent"):
        return normal(*shape), normal(*shape)
    if name == "batch_hard_triplet":
        return normal(*shape), whole(max(2, n // 8), n)
    if name == "triplet":
        return normal(*shape), normal(*shape), normal(*shape)
    if name == "contrastive":
        return normal(*shape), normal(*shape), whole(2, n)
    if name == "cosine_embedding":
        return normal(*shape), normal(*shape), whole(2, n).float() * 2 - 1
    if name == "ordinal":
        return normal(n), whole(4, n)
    if task == "a number":
        return normal(n), normal(n)
    if task == "yes or no":
        flags = whole(2, n).float()
        signed = name in ("hinge", "squared_hinge")
        return torch.sigmoid(normal(n)) if name == "bce" else normal(n), 2 * flags - 1 if signed else flags
    if task == "an order":
        return normal(*shape), whole(5, *shape).float()
    if task == "any of K labels":
        return torch.sigmoid(normal(*shape)), whole(2, *shape).float()
    if name == "kl_divergence":
        return normal(*shape).softmax(1), normal(*shape).softmax(1)
    probabilities = name in ("cce", "generalized_cross_entropy")
    return normal(*shape).softmax(1) if probabilities else normal(*shape), whole(shape[1], n)


def peer(name, given):
    """The card's line of PyTorch as a function without arguments."""
    code = SCRIPTS.get(name) or CARDS[name].torch
    signature = inspect.signature(LOSSES[name])
    names = {"F": F, "torch": torch, "math": math, **given}
    for key, parameter in signature.parameters.items():
        if key not in names:
            names[key] = SETTINGS.get(key, parameter.default)
    if name == "bce_with_logits":
        code = "F.binary_cross_entropy_with_logits(pred, target)"
    *prepare, last = ast.parse(code).body
    steps = compile(ast.Module(prepare, []), name, "exec"), compile(ast.Expression(last.value), name, "eval")

    def run():
        scope = dict(names)
        exec(steps[0], scope)
        return eval(steps[1], scope)

    return run


def training_step(value, predictions):
    def step():
        for pred in predictions:
            pred.grad = None
        value().backward()

    return step


def fastest(steps, budget=1.5):
    """The fastest run of each, in turn, in milliseconds."""
    best, spent, runs = [math.inf] * len(steps), 0.0, 0
    while runs < 3 or (spent < budget and runs < 2000):
        for place, step in enumerate(steps):
            start = time.perf_counter()
            step()
            took = time.perf_counter() - start
            best[place], spent = min(best[place], took), spent + took
        runs += 1
    return [1e3 * x for x in best]


def peak(step, size):
    """What a run in NumPy holds at most beyond its inputs, in multiples of the inputs and the gradient."""
    tracemalloc.start()
    step()
    _, most = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    return most / size


def machine():
    """Bytes a second of a copy, exponentials a second."""
    x = torch.ones(4 * 10**7)
    y = torch.empty_like(x)
    copy = min(timed(lambda: y.copy_(x)) for _ in range(5))
    small, out = torch.ones(2**17), torch.empty(2**17)
    power = min(timed(lambda: torch.exp(small, out=out)) for _ in range(200))
    return 8 * x.numel() / copy, small.numel() / power


def timed(run):
    start = time.perf_counter()
    run()
    return time.perf_counter() - start


EXPONENTIALS = {"yes or no": 1, "one of K classes": 1, "an order": 1}


def rows(names):
    bandwidth, rate = machine()
    print(f"copy {bandwidth / 1e9:.1f} GB/s, {rate / 1e9:.2f} exponentials a nanosecond\n", flush=True)
    for name in names:
        for size in sizes(name):
            drawn = arrays(name, size)
            signature = list(inspect.signature(LOSSES[name]).parameters)
            predictions = [x.requires_grad_() for x in drawn[: LOSSES[name].predictions]]
            given = dict(zip(signature, drawn, strict=False))
            extra = {key: x for key, x in SETTINGS.items() if key in signature}
            call = functools.partial(LOSSES[name], **given, **extra)
            steps = [training_step(call, predictions)]
            table = name in ("pairwise_hinge", "ranknet", "listmle", "lambdarank") and size[1] > 100
            if not table:  # the peer would hold a table of all pairs of all lists
                steps.append(training_step(peer(name, given), predictions))
            ours, *theirs = fastest(steps)
            moved = sum(x.numel() * x.element_size() for x in [*drawn, *predictions])
            work = EXPONENTIALS.get(CARDS[name].task, 0) * drawn[0].numel()
            floor = 1e3 * max(moved / bandwidth, work / rate)
            array = tuple(x.detach().numpy() for x in drawn)
            extra = {key: x.numpy() for key, x in extra.items()}
            in_numpy = functools.partial(LOSSES[name].value_and_grad, *array, **extra)
            (of_numpy,) = fastest([in_numpy], budget=0.5)
            memory = peak(in_numpy, moved) if moved > 10**7 else None
            yield name, size, theirs[0] if theirs else None, ours, of_numpy, floor, memory


def cell(x, digits=3):
    return "–" if x is None else f"{x:.{digits}g}"


def line(name, size, theirs, ours, of_numpy, floor, memory):
    ratio = None if theirs is None else theirs / ours
    shape = " × ".join(f"{n:,}" for n in (size if isinstance(size, tuple) else (size,)))
    numbers = [theirs, ours, ratio, of_numpy, floor, memory]
    return f"| `{name}` | {shape} | " + " | ".join(map(cell, numbers)) + " |"


HEAD = """\
| loss | size | PyTorch, ms | lossutils, ms | ratio | NumPy, ms | floor, ms | memory |
| --- | --- | --: | --: | --: | --: | --: | --: |"""
# What the README shows of the table.
SHOWN = """
    mse.10,000,000 huber.10,000,000 bce_with_logits.10,000,000 focal.10,000,000 cross_entropy.100,000
    cross_entropy.2,048 multiclass_hinge.100,000 nt_xent.2,048 listmle.100 huber.64 cross_entropy.128
""".split()


def write(table):
    """The whole table, and some of its rows in the README."""
    cpu = Path("/proc/cpuinfo")
    names = [x for x in cpu.read_text().splitlines() if x.startswith("model name")] if cpu.exists() else []
    name = names[0].partition(": ")[2] if names else platform.processor() or platform.machine()
    versions = f"torch {torch.__version__.partition('+')[0]}, NumPy {np.__version__}"
    machine = f"{name}, {torch.get_num_threads()} threads, {versions}; float32, forward and backward."
    here = Path(__file__)
    here.with_name("table.md").write_text("\n".join([machine, "", HEAD, *table]) + "\n")
    rows = [row for one in SHOWN for row in table if row.startswith("| `{}` | {}".format(*one.split(".")))]
    readme = here.parents[1] / "README.md"
    start, _, rest = readme.read_text("utf-8").partition("<!-- benchmark -->\n")
    _, end, rest = rest.partition("<!-- end of benchmark -->")
    readme.write_text("\n".join([start + "<!-- benchmark -->", machine, "", HEAD, *rows, end + rest]))


def main():
    names = sys.argv[1:] or list(LOSSES)
    print(HEAD, flush=True)
    table = []
    for row in rows(names):
        table.append(line(*row))
        print(table[-1], flush=True)
    if not sys.argv[1:]:
        write(table)


if __name__ == "__main__":
    main()
