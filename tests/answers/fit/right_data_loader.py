import torch
from torch import nn
from torch.utils.data import DataLoader, TensorDataset


def fit(model, train, test, epochs, seed=0):
    loader = DataLoader(
        TensorDataset(*train), batch_size=25, shuffle=True, generator=torch.Generator().manual_seed(seed)
    )
    loss_fn = nn.CrossEntropyLoss()
    optimizer = torch.optim.AdamW(model.parameters(), lr=0.01)
    history = {"accuracy": [], "loss": []}
    for _ in range(epochs):
        model.train()
        losses = []
        for x, y in loader:
            loss = loss_fn(model(x), y)
            loss.backward()
            optimizer.step()
            optimizer.zero_grad()
            losses += [loss.item()] * len(x)
        model.eval()
        with torch.no_grad():
            history["accuracy"].append((model(test[0]).argmax(1) == test[1]).double().mean().item())
        history["loss"].append(sum(losses) / len(losses))
    return history
