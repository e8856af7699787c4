# rows and columns of every window as tables of indices; what lies outside is masked
import math

import torch
from torch import nn


class MaxPool2d(nn.Module):
    def __init__(self, kernel_size, stride=None, padding=0, dilation=1, ceil_mode=False):
        super().__init__()
        self.options = []
        for given in (kernel_size, kernel_size if stride is None else stride, padding, dilation):
            self.options.append([given] * 2 if isinstance(given, int) else list(given))
        self.round = math.ceil if ceil_mode else math.floor

    def table(self, n, axis):
        k, s, p, d = (option[axis] for option in self.options)
        count = self.round((n + 2 * p - d * (k - 1) - 1) / s) + 1
        while (count - 1) * s >= n + p:
            count -= 1
        return torch.arange(count)[:, None] * s + torch.arange(k) * d - p

    def forward(self, x):
        h, w = x.shape[-2:]
        rows, columns = self.table(h, 0), self.table(w, 1)
        r, c = rows[:, None, :, None], columns[None, :, None, :]
        outside = (r < 0) | (r >= h) | (c < 0) | (c >= w)
        windows = x[..., r.clamp(0, h - 1), c.clamp(0, w - 1)].masked_fill(outside, -math.inf)
        windows = windows.reshape(*windows.shape[:-2], windows.shape[-2] * windows.shape[-1])
        return torch.max(windows, -1).values
