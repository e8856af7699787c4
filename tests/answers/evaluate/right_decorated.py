import torch


@torch.no_grad()
def evaluate(model, batches):
    before = model.training
    model.train(False)
    try:
        hits = [(model(x).topk(1, dim=-1).indices.squeeze(-1) == y) for x, y in batches]
    finally:
        if before:
            model.train()
    return torch.cat(hits).double().mean().item()
