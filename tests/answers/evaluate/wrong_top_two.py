# counts the two best classes as right
import torch


def evaluate(model, batches):
    was_training = model.training
    model.eval()
    right, count = 0, 0
    with torch.no_grad():
        for x, y in batches:
            right += (model(x).topk(2, dim=1).indices == y[:, None]).any(1).sum().item()
            count += len(y)
    model.train(was_training)
    return right / count
