"""How long a training step takes with the multiclass hinge and with cross-entropy, in turn in one process.

    python benchmarks/hinge_step.py

The network of notebooks/margin.ipynb (64 inputs, 32 hidden units, 10 classes), 900 digits, float64. A step
is forward and backward; the ratio is that of the medians. Timed before training, where every digit pulls, and
after 80 steps of Adam on the multiclass hinge, where few do.
"""

import statistics
import time

import torch
from sklearn.datasets import load_digits

from lossutils import cross_entropy, multiclass_hinge

torch.manual_seed(0)
torch.set_num_threads(1)
pixels, digit = load_digits(return_X_y=True)
seen = torch.randperm(len(digit))[:900]
inputs, labels = torch.tensor((pixels - 8) / 8)[seen], torch.tensor(digit)[seen]
net = torch.nn.Sequential(torch.nn.Linear(64, 32), torch.nn.ReLU(), torch.nn.Linear(32, 10)).double()
losses = {"multiclass hinge": multiclass_hinge, "cross-entropy": cross_entropy}


def seconds(loss):
    net.zero_grad()
    start = time.perf_counter()
    loss(net(inputs), labels).backward()
    return time.perf_counter() - start


def report(when):
    pull = multiclass_hinge.grad(net(inputs).detach(), labels).abs().sum(dim=-1) > 0
    print(f"{when}: {pull.double().mean():.0%} of the digits pull with the multiclass hinge")
    times = {name: [] for name in losses}
    for _ in range(200):  # in turn, so that a busy moment hits both
        for name, loss in losses.items():
            times[name].append(seconds(loss))
    medians = {name: statistics.median(all_times[20:]) for name, all_times in times.items()}
    for name, median in medians.items():
        print(f"  {name:18} {median * 1e3:6.2f} ms a step")
    print(f"  ratio              {medians['multiclass hinge'] / medians['cross-entropy']:6.2f}")


report("before training")
optimizer = torch.optim.Adam(net.parameters(), lr=0.01)
for _ in range(80):
    optimizer.zero_grad()
    multiclass_hinge(net(inputs), labels).backward()
    optimizer.step()
report("after 80 steps")
