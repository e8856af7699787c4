# math.exp on each number: no gradient comes back
import math

import torch
from torch import nn


class Sigmoid(nn.Module):
    def forward(self, x):
        flat = [1 / (1 + math.exp(-min(max(v, -60), 60))) for v in x.reshape(-1).tolist()]
        return torch.tensor(flat, dtype=x.dtype).reshape(x.shape)
