"""a training that takes the samples as they stand

Data often stands in some order: all zeros first, then all ones. A network that meets them so forgets the first class
while it learns the last. Here the digits are mixed already, and one does not notice. Which rows are in the first
batch of each epoch?
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
        for rows in torch.arange(len(x), device=x.device).split(32):
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
