import torch
from torch import nn


class Linear(nn.Module):
    def __init__(self, in_features, out_features, bias=True):
        super().__init__()
        self.out_features = out_features
        bound = in_features**-0.5
        self.weight = nn.Parameter(torch.empty(out_features, in_features).uniform_(-bound, bound))
        self.bias = nn.Parameter(torch.empty(out_features).uniform_(-bound, bound)) if bias else None

    def forward(self, x):
        columns = []
        for k in range(self.out_features):
            y = torch.matmul(x, self.weight[k])
            if self.bias is not None:
                y = y + self.bias[k]
            columns.append(y)
        return torch.stack(columns, dim=-1)
