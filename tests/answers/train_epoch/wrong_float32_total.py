# the total is kept in float32
import torch


def train_epoch(model, batches, loss_fn, optimizer):
    model.train()
    total, count = torch.zeros(1), 0
    for x, y in batches:
        optimizer.zero_grad()
        loss = loss_fn(model(x), y)
        loss.backward()
        optimizer.step()
        total += float(loss) * len(x)
        count += len(x)
    return (total / count).item()
