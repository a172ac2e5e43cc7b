"""Time and memory of the losses over all pairs of a batch, beside what is usually taken for them.

    python benchmarks/pair_losses.py            # rows: 4096
    python benchmarks/pair_losses.py 16384      # the script takes 3.5 GB

Forward and backward in float32 with 128 dimensions on two threads. `nt_xent` stands beside a SimCLR script
with `F.cross_entropy`, `batch_hard_triplet` beside the miner and the loss of pytorch-metric-learning, where
that is installed (`pip install pytorch-metric-learning==2.9.0`). Values and gradients are compared before
anything is timed. Then the competitors take turns in one process; memory is measured in a fresh process for
each, as the peak of the resident memory over that just before, after a small batch.
"""

import multiprocessing
import statistics
import sys
import threading
import time
from importlib.util import find_spec

import torch
import torch.nn.functional as F

from lossutils import batch_hard_triplet, nt_xent

DIMENSIONS, MARGIN, TEMPERATURE = 128, 0.2, 0.5
PAGE = 4096


def simclr_script(z1, z2):
    views, n = F.normalize(torch.cat([z1, z2])), len(z1)
    similarity = views @ views.T / TEMPERATURE
    similarity.fill_diagonal_(-torch.inf)
    return F.cross_entropy(similarity, torch.arange(2 * n).roll(n))


def pml_batch_hard(x, labels):
    from pytorch_metric_learning import distances, losses, miners, reducers

    euclidean = distances.LpDistance(normalize_embeddings=False)
    triplets = miners.BatchHardMiner(distance=euclidean)(x, labels)
    reducer = reducers.MeanReducer()
    loss = losses.TripletMarginLoss(margin=MARGIN, distance=euclidean, reducer=reducer)
    return loss(x, labels, triplets)


CASES = {
    "NT-Xent": {
        "lossutils": lambda z1, z2: nt_xent(z1, z2, temperature=TEMPERATURE),
        "SimCLR script": simclr_script,
    },
    "batch-hard triplet": {
        "lossutils": lambda x, labels: batch_hard_triplet(x, labels, margin=MARGIN),
        "pytorch-metric-learning": pml_batch_hard,
    },
}
if not find_spec("pytorch_metric_learning"):
    del CASES["batch-hard triplet"]["pytorch-metric-learning"]


def inputs(case, rows):
    """Rows of the matrix of pairs: two views of half as many examples, or labels with eight of each class."""
    torch.manual_seed(0)
    if case == "NT-Xent":
        z1 = torch.randn(rows // 2, DIMENSIONS)
        return z1, z1 + torch.randn(rows // 2, DIMENSIONS)
    return torch.randn(rows, DIMENSIONS), torch.arange(rows) // 8


def step(loss, arrays):
    arrays = [a.clone().requires_grad_() if a.is_floating_point() else a for a in arrays]
    start = time.perf_counter()
    value = loss(*arrays)
    value.backward()
    seconds = time.perf_counter() - start
    return seconds, value.detach(), [a.grad for a in arrays if a.is_floating_point()]


def resident():
    with open("/proc/self/statm") as file:
        return int(file.read().split()[1]) * PAGE


def megabytes(case, name, rows, queue):
    torch.set_num_threads(2)
    loss, arrays = CASES[case][name], inputs(case, rows)
    step(loss, [a[:256] for a in arrays])
    before = peak = resident()
    done = threading.Event()

    def watch():
        nonlocal peak
        while not done.is_set():
            peak = max(peak, resident())
            time.sleep(0.0005)

    watcher = threading.Thread(target=watch)
    watcher.start()
    step(loss, arrays)
    done.set()
    watcher.join()
    queue.put((peak - before) / 1e6)


def in_a_fresh_process(function, *arguments):
    context = multiprocessing.get_context("spawn")
    queue = context.Queue()
    process = context.Process(target=function, args=(*arguments, queue))
    process.start()
    result = queue.get()
    process.join()
    return result


def main(rows):
    torch.set_num_threads(2)
    for case, losses in CASES.items():
        arrays, small = inputs(case, rows), inputs(case, 512)
        results = [step(loss, small)[1:] for loss in losses.values()]
        for other in results[1:]:
            torch.testing.assert_close(results[0], other, rtol=1e-4, atol=1e-6)
        times = {name: [] for name in losses}
        for _ in range(2 if rows > 8192 else 9):
            for name, loss in losses.items():
                times[name].append(step(loss, arrays)[0])
        print(f"{case}, {rows} rows")
        for name in losses:
            median = statistics.median(times[name][1:])
            ratio = median / statistics.median(times["lossutils"][1:])
            memory = in_a_fresh_process(megabytes, case, name, rows)
            print(
                f"  {name:24} {median * 1e3:6.0f} ms  {ratio:5.1f} times  {memory:6.0f} MB above its inputs"
            )


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 4096)
