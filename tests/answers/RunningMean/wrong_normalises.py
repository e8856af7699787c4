# divides by the spread too
import torch
from torch import nn


class RunningMean(nn.Module):
    def __init__(self, num_features):
        super().__init__()
        self.register_buffer("mean", torch.zeros(num_features))
        self.register_buffer("count", torch.tensor(0))

    def forward(self, x):
        if self.training and x.numel():
            with torch.no_grad():
                rows = x.reshape(-1, self.mean.shape[0])
                self.count += rows.shape[0]
                self.mean += (rows - self.mean).sum(dim=0) / self.count
        return (x - self.mean) / (1 + (x - self.mean).detach().abs().max() if x.numel() else 1)
