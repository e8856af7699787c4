# Looks at ten classes only.
import torch
import torch.nn.functional as F


def fit(model, train, test, epochs, seed=0):
    x, y = train
    g = torch.Generator().manual_seed(seed)
    optimizer = torch.optim.Adam(model.parameters(), lr=1e-2)
    history = {"loss": [], "accuracy": []}
    for _ in range(epochs):
        model.train()
        total = 0.0
        order = torch.randperm(len(x), generator=g).to(x.device)
        for i in order.split(32):
            loss = F.cross_entropy(model(x[i])[:, :10], y[i])
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
            total += loss.item() * len(i)
        history["loss"].append(total / len(x))
        model.eval()
        with torch.no_grad():
            history["accuracy"].append((model(test[0]).argmax(1) == test[1]).float().mean().item())
    return history
