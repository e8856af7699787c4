import torch


@torch.no_grad()
def evaluate(model, batches):
    modes = {m: m.training for m in model.modules()}
    model.eval()
    try:
        hits = []
        for x, y in batches:
            hits.append(torch.max(model(x), dim=1).indices.eq(y))
        return torch.cat(hits).double().mean().item()
    finally:
        for m, mode in modes.items():
            m.training = mode
