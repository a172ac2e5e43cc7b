"""Facts that the bank of the interview room states and that no other test proves."""

import numpy as np
import pytest
from sklearn.datasets import load_digits

from lossutils import contrastive

torch = pytest.importorskip("torch")


def test_with_turned_labels_the_contrastive_loss_falls_and_recall_as_well():
    pixels, classes = load_digits(return_X_y=True)
    x = torch.tensor(pixels[:900] / 16, dtype=torch.float32)
    y = classes[:900]

    def recall(net):
        with torch.no_grad():
            distances = torch.cdist(net(x), net(x)).fill_diagonal_(np.inf)
        return np.mean(y[distances.argmin(1).numpy()] == y)

    def trained(turned):
        torch.manual_seed(0)
        rng = np.random.default_rng(0)
        net = torch.nn.Sequential(torch.nn.Linear(64, 32), torch.nn.ReLU(), torch.nn.Linear(32, 4))
        steps = torch.optim.Adam(net.parameters(), lr=0.02)
        losses, before = [], recall(net)
        i, j = np.triu_indices(40, 1)
        for _ in range(60):
            batch = np.concatenate([rng.choice(np.flatnonzero(y == c), 4, replace=False) for c in range(10)])
            same = (y[batch][i] == y[batch][j]) != turned
            z = net(x[batch])
            loss = contrastive(z[i], z[j], torch.tensor(same, dtype=torch.float32), margin=1.0)
            steps.zero_grad()
            loss.backward()
            steps.step()
            losses.append(loss.item())
        return losses[0], np.mean(losses[-20:]), before, recall(net)

    first, last, before, after = trained(turned=False)
    assert last < first / 5 and after > 0.9 > before
    first, last, before, after = trained(turned=True)
    assert last < 0.9 * first and after < before / 2
