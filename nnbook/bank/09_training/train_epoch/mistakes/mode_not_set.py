"""a loop that trains in whatever mode the model came in

A fresh module is in training mode, so the first epoch is right. After an evaluation it is not: dropout stays off and
BatchNorm neither uses the batch nor updates its statistics. Call `model.eval()` first and watch `running_mean`.
"""


def train_epoch(model, batches, loss_fn, optimizer):
    total, count = 0.0, 0
    for x, y in batches:
        optimizer.zero_grad()
        loss = loss_fn(model(x), y)
        loss.backward()
        optimizer.step()
        total += loss.item() * len(x)
        count += len(x)
    return total / count
