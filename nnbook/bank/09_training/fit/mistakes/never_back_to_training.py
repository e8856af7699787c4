"""a training that never leaves evaluation mode after its first epoch

`model.train()` stands above the loop, and `model.eval()` at the end of each turn has the last word: from the second
epoch on, dropout is off and BatchNorm goes on with the statistics it had. Print `model.training` at the start of each
epoch.
"""

import torch
import torch.nn.functional as F


def fit(model, train, test, epochs, seed=0):
    (x, y), (x_test, y_test) = train, test
    optimizer = torch.optim.Adam(model.parameters(), lr=0.01)
    orders = torch.Generator().manual_seed(seed)
    history = {"loss": [], "accuracy": []}
    model.train()
    for epoch in range(epochs):
        total = 0.0
        for rows in torch.randperm(len(x), generator=orders).to(x.device).split(32):
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
