"""a training whose orders are not drawn from its seed

`torch.randperm` without a generator draws from torch's global state, so the result depends on all that was drawn
before, in other cells too. Call it twice with `seed=0` and equal copies of one network: are the losses equal?
"""

import torch
import torch.nn.functional as F


def fit(model, train, test, epochs, seed=0):
    (x, y), (x_test, y_test) = train, test
    optimizer = torch.optim.Adam(model.parameters(), lr=0.01)
    history = {"loss": [], "accuracy": []}
    for epoch in range(epochs):
        model.train()
        total = 0.0
        for rows in torch.randperm(len(x)).to(x.device).split(32):
            loss = F.cross_entropy(model(x[rows]), y[rows])
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
            total += loss.item() * len(rows)
        model.eval()
        with torch.no_grad():
            right = (model(x_test).argmax(dim=1) == y_test).sum().item()
        history["loss"].append(total / len(x))
        history["accuracy"].append(right / len(x_test))
    return history
