"""How long a training step takes with the multiclass hinge and with cross-entropy, in turn in one process.

    python benchmarks/hinge_step.py

The network of notebooks/margin.ipynb (64 inputs, 32 hidden units, 10 classes) with 900 examples in float64.
A step is forward and backward; the ratio is that of the medians.
"""

import statistics
import time

import torch

from lossutils import cross_entropy, multiclass_hinge

torch.manual_seed(0)
torch.set_num_threads(1)
inputs, labels = torch.rand(900, 64, dtype=torch.float64), torch.randint(10, (900,))
net = torch.nn.Sequential(torch.nn.Linear(64, 32), torch.nn.ReLU(), torch.nn.Linear(32, 10)).double()


def seconds(loss):
    start = time.perf_counter()
    loss(net(inputs), labels).backward()
    return time.perf_counter() - start


losses = {"multiclass hinge": multiclass_hinge, "cross-entropy": cross_entropy}
times = {name: [] for name in losses}
for _ in range(200):  # in turn, so that a busy moment hits both
    for name, loss in losses.items():
        times[name].append(seconds(loss))
medians = {name: statistics.median(all_times[20:]) for name, all_times in times.items()}
for name, median in medians.items():
    print(f"{name:18} {median * 1e3:6.2f} ms a step")
print(f"ratio              {medians['multiclass hinge'] / medians['cross-entropy']:6.2f}")
