# frozen parameters are unfrozen
import torch


def train_epoch(model, batches, loss_fn, optimizer):
    model.train()
    model.requires_grad_(True)
    optimizer.add_param_group({"params": [p for p in model.parameters() if all(p is not q for g in optimizer.param_groups for q in g["params"])]}) if any(all(p is not q for g in optimizer.param_groups for q in g["params"]) for p in model.parameters()) else None
    total, count = 0.0, 0
    for x, y in batches:
        optimizer.zero_grad()
        loss = loss_fn(model(x), y)
        loss.backward()
        optimizer.step()
        total += loss.item() * len(x)
        count += len(x)
    return total / count
