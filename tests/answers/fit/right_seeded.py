import torch
import torch.nn.functional as F


def fit(model, train, test, epochs, seed=0):
    torch.manual_seed(seed)
    x, y = train
    optimizer = torch.optim.Adam(model.parameters(), lr=0.01)
    history = {"loss": [], "accuracy": []}
    for epoch in range(epochs):
        model.train()
        losses = []
        for rows in torch.randperm(len(y)).split(20):
            loss = F.cross_entropy(model(x[rows]), y[rows], reduction="none")
            optimizer.zero_grad()
            loss.mean().backward()
            optimizer.step()
            losses += loss.tolist()
        history["loss"].append(sum(losses) / len(losses))
        model.eval()
        with torch.inference_mode():
            history["accuracy"].append(float((model(test[0]).argmax(1) == test[1]).float().mean()))
    return history
