from torch import nn


def train_epoch(model, batches, loss_fn, optimizer):
    losses, sizes = [], []
    nn.Module.train(model, True)
    for batch in batches:
        inputs, labels = batch
        for group in optimizer.param_groups:
            for p in group["params"]:
                p.grad = None
        outputs = model(inputs)
        loss = loss_fn(outputs, labels)
        loss.backward()
        optimizer.step()
        sizes.append(labels.size(0))
        losses.append(float(loss.detach()))
    return sum(n * l for n, l in zip(sizes, losses)) / sum(sizes)
