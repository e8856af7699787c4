"""The claim of lesson 09: the same network, trained by nnbook and by torch from the same start, has the same losses.

Over 3 epochs of digits every logged loss agrees within 1e-4 in float32 and 1e-9 in float64 on the CPU.
"""

import pytest
import torch
from torch import nn, optim

from nnbook import nn as scratch
from nnbook import optim as scratch_optim
from nnbook.data import batches, digits

RATES = {"SGD": {"lr": 0.05, "momentum": 0.9}, "Adam": {"lr": 0.005}, "RMSprop": {"lr": 0.002}}
DTYPES = {"float32": torch.float32, "float64": torch.float64}
# On a GPU sums run in another order, and differently from run to run.
WITHIN = {("cpu", "float32"): 1e-4, ("cpu", "float64"): 1e-9, ("cuda", "float32"): 5e-2, ("cuda", "float64"): 1e-6}


def simple_nn(nn):
    """The guide's network, on logits."""

    class SimpleNN(nn.Module):
        def __init__(self, input_size, hidden_size, num_classes):
            super().__init__()
            self.fc1 = nn.Linear(input_size, hidden_size)
            self.relu = nn.ReLU()
            self.fc2 = nn.Linear(hidden_size, num_classes)

        def forward(self, x):
            return self.fc2(self.relu(self.fc1(x.flatten(1))))

    return SimpleNN(64, 32, 10)


def cnn(nn):
    """Two convolutions with BatchNorm; the second one halves the image by its stride."""

    class CNN(nn.Module):
        def __init__(self):
            super().__init__()
            self.features = nn.Sequential(
                nn.Conv2d(1, 8, 3, padding=1),
                nn.BatchNorm2d(8),
                nn.ReLU(),
                nn.Conv2d(8, 16, 3, stride=2, padding=1),
                nn.BatchNorm2d(16),
                nn.ReLU(),
            )
            self.scores = nn.Linear(16 * 4 * 4, 10)

        def forward(self, x):
            return self.scores(self.features(x).flatten(1))

    return CNN()


NETWORKS = {"SimpleNN": simple_nn, "CNN": cnn}


def train(nn, optim, network, optimizer_name, dtype, device, epochs=3):
    """The loss at every step, and the share of right answers on the test images."""
    torch.manual_seed(0)
    start = NETWORKS[network](torch.nn).state_dict()
    model = NETWORKS[network](nn)
    model.load_state_dict(start)
    model.to(device=device, dtype=dtype)
    optimizer = getattr(optim, optimizer_name)(model.parameters(), **RATES[optimizer_name])
    loss_fn = nn.CrossEntropyLoss()
    data, test = digits(device=device, dtype=dtype)
    losses = []
    for epoch in range(epochs):
        for x, y in batches(*data, batch_size=64, seed=epoch):
            optimizer.zero_grad()
            loss = loss_fn(model(x), y)
            loss.backward()
            optimizer.step()
            losses.append(loss.item())
    model.eval()
    with torch.no_grad():
        right = (model(test.inputs).argmax(dim=1) == test.labels).double().mean().item()
    return losses, right, model


@pytest.mark.slow
@pytest.mark.parametrize("device", ["cpu", pytest.param("cuda", marks=pytest.mark.cuda)])
@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("optimizer", RATES)
@pytest.mark.parametrize("network", NETWORKS)
def test_every_logged_loss_agrees(network, optimizer, dtype, device, monkeypatch):
    if device == "cuda":
        if not torch.cuda.is_available():
            pytest.skip("no CUDA device")
        # torch's convolutions round to ten bits there by default
        monkeypatch.setattr(torch.backends.cudnn, "allow_tf32", False)
    theirs, their_share, their_model = train(nn, optim, network, optimizer, DTYPES[dtype], device)
    ours, our_share, our_model = train(scratch, scratch_optim, network, optimizer, DTYPES[dtype], device)
    assert not any(isinstance(m, nn.Linear | nn.Conv2d) for m in our_model.modules()), "that would be torch's own"
    assert len(ours) == len(theirs) == 3 * 22
    assert theirs[-1] < 0.5 * theirs[0], "a loss that does not fall would agree too"
    assert max(abs(a - b) for a, b in zip(ours, theirs, strict=True)) <= WITHIN[device, dtype]
    assert abs(our_share - their_share) <= (0.01 if device == "cpu" else 0.03)
    for (name, p), (same, q) in zip(our_model.state_dict().items(), their_model.state_dict().items(), strict=True):
        assert name == same and p.shape == q.shape and p.dtype == q.dtype


@pytest.mark.parametrize("device", ["cpu", pytest.param("cuda", marks=pytest.mark.cuda)])
def test_the_cnn_names_97_of_100_digits(device):
    if device == "cuda" and not torch.cuda.is_available():
        pytest.skip("no CUDA device")
    _, share, _ = train(scratch, scratch_optim, "CNN", "Adam", torch.float32, device, epochs=6)
    assert share >= 0.97
