import torch


def evaluate(model, batches):
    modes = [(m, m.training) for m in model.modules()]
    model.eval()
    weighted = total = 0
    recording = torch.is_grad_enabled()
    torch.set_grad_enabled(False)
    try:
        for inputs, labels in batches:
            share = (model(inputs).argmax(-1) == labels).double().mean().item()
            weighted += share * len(inputs)
            total += len(inputs)
    finally:
        torch.set_grad_enabled(recording)
        for m, mode in modes:
            m.training = mode
    return weighted / total
