"""a training that reports the accuracy on its own training data

The number is high because it asks what was practised: the history says 1.00 while new images fail. Compare the last
entry with the accuracy that you measure on `test` yourself.
"""

import torch
import torch.nn.functional as F


def fit(model, train, test, epochs, seed=0):
    (x, y), (x_test, y_test) = train, test
    optimizer = torch.optim.Adam(model.parameters(), lr=0.01)
    orders = torch.Generator().manual_seed(seed)
    history = {"loss": [], "accuracy": []}
    for epoch in range(epochs):
        model.train()
        total = 0.0
        for rows in torch.randperm(len(x), generator=orders).to(x.device).split(32):
            loss = F.cross_entropy(model(x[rows]), y[rows])
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
            total += loss.item() * len(rows)
        model.eval()
        with torch.no_grad():
            right = (model(x).argmax(dim=1) == y).sum().item()
        history["loss"].append(total / len(x))
        history["accuracy"].append(right / len(x))
    return history
