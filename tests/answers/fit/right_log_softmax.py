import random

import torch
import torch.nn.functional as F


def fit(model, train, test, epochs, seed=0):
    optimizer = torch.optim.Adam(model.parameters(), lr=0.01)
    dice = random.Random(seed)
    history = {"loss": [], "accuracy": []}
    for _ in range(epochs):
        order = list(range(len(train[0])))
        dice.shuffle(order)
        model.train()
        sums = torch.zeros(())
        for at in range(0, len(order), 20):
            rows = torch.tensor(order[at : at + 20], device=train[0].device)
            logs = F.log_softmax(model(train[0][rows]), dim=1)
            losses = -logs.gather(1, train[1][rows][:, None])[:, 0]
            optimizer.zero_grad()
            losses.mean().backward()
            optimizer.step()
            sums = sums + losses.detach().sum().cpu()
        history["loss"].append(float(sums) / len(order))
        model.train(False)
        with torch.no_grad():
            scores = torch.cat([model(part) for part in test[0].split(64)])
        history["accuracy"].append(float((scores.argmax(1) == test[1]).float().mean()))
    return history
