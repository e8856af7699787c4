import torch
from torch import nn


class BCEWithLogitsLoss(nn.Module):
    """-w (a y log σ(x) + (1 - y) log(1 - σ(x))) for scores x.  (*), (*) -> () or (*)"""

    def __init__(self, weight=None, size_average=None, reduce=None, reduction: str = "mean", pos_weight=None):
        super().__init__()
        self.register_buffer("weight", weight)
        self.register_buffer("pos_weight", pos_weight)
        self.reduction = reduction

    def forward(self, input, target):
        if target.shape != input.shape:
            raise ValueError(f"target has shape {tuple(target.shape)}, input has {tuple(input.shape)}")
        smaller = torch.minimum(input, torch.zeros_like(input))
        log_p = smaller - torch.log1p(torch.exp(-input.abs()))
        log_q = log_p - input
        yes, no = -target * log_p, -(1 - target) * log_q
        if self.pos_weight is not None:
            yes = self.pos_weight * yes
        loss = yes + no
        if self.weight is not None:
            loss = self.weight * loss
        return {"mean": torch.mean, "sum": torch.sum, "none": torch.clone}[self.reduction](loss)
