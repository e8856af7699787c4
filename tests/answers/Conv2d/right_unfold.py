import torch
import torch.nn.functional as F
from torch import nn


class Conv2d(nn.Module):
    """Windows by Tensor.unfold, a dilation by taking every d-th pixel of each window."""

    def __init__(self, in_channels, out_channels, kernel_size, stride=1, padding=0, dilation=1, groups=1, bias=True):
        super().__init__()
        two = lambda v: (v, v) if isinstance(v, int) else v
        self.k, self.s, self.d, self.g = two(kernel_size), two(stride), two(dilation), groups
        self.padding = padding if isinstance(padding, str) else two(padding)
        self.weight = nn.Parameter(torch.empty(out_channels, in_channels // groups, *self.k))
        nn.init.kaiming_uniform_(self.weight, a=5**0.5)
        bound = self.weight[0].numel() ** -0.5
        self.bias = nn.Parameter(torch.empty(out_channels).uniform_(-bound, bound)) if bias else None

    def forward(self, x):
        single = x.ndim == 3
        if single:
            x = x[None]
        reach = [d * (k - 1) + 1 for d, k in zip(self.d, self.k)]
        if self.padding == "same":
            h, w = reach[0] - 1, reach[1] - 1
            x = F.pad(x, (w // 2, w - w // 2, h // 2, h - h // 2))
        elif self.padding != "valid":
            h, w = self.padding
            x = F.pad(x, (w, w, h, h))
        windows = x.unfold(2, reach[0], self.s[0]).unfold(3, reach[1], self.s[1])
        windows = windows[..., :: self.d[0], :: self.d[1]]
        n, _, oh, ow = windows.shape[:4]
        windows = windows.reshape(n, self.g, x.shape[1] // self.g, oh, ow, *self.k)
        weight = self.weight.reshape(self.g, -1, *self.weight.shape[1:])
        y = torch.einsum("ngcxyhw,gochw->ngoxy", windows, weight).reshape(n, self.weight.shape[0], oh, ow)
        if self.bias is not None:
            y = y + self.bias.view(1, -1, 1, 1)
        return y[0] if single else y
