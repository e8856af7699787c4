from torch import nn


def distances(a, b):
    return [abs(u - v) for u, v in zip(a.reshape(-1).unbind(), b.reshape(-1).unbind())]


class L1Loss(nn.Module):
    """One number after the other."""

    def __init__(self, reduction="mean"):
        super().__init__()
        if reduction not in ("mean", "sum", "none"):
            raise ValueError(reduction)
        self.reduction = reduction

    def forward(self, prediction, truth):
        each = distances(prediction, truth)
        if self.reduction == "none":
            out = prediction.new_zeros(len(each))
            for i, value in enumerate(each):
                out[i] = value
            return out.reshape(prediction.shape)
        total = sum(each, prediction.new_zeros(()))
        return total / len(each) if self.reduction == "mean" else total
