import math

import torch
import torch.nn.functional as F
from torch import nn


class Conv2d(nn.Module):
    """Visits every output pixel, as the formula does."""

    def __init__(self, in_channels, out_channels, kernel_size, stride=1, padding=0, dilation=1, groups=1, bias=True):
        super().__init__()
        both = lambda v: (v, v) if isinstance(v, int) else v
        self.kernel_size, self.stride, self.dilation = both(kernel_size), both(stride), both(dilation)
        self.groups = groups
        if padding == "valid":
            padding = 0
        if padding == "same":
            top, left = [d * (k - 1) // 2 for d, k in zip(self.dilation, self.kernel_size)]
            bottom, right = [d * (k - 1) - t for d, k, t in zip(self.dilation, self.kernel_size, (top, left))]
            self.edges = (left, right, top, bottom)
        else:
            ph, pw = both(padding)
            self.edges = (pw, pw, ph, ph)
        bound = 1 / math.sqrt(in_channels // groups * math.prod(self.kernel_size))
        self.weight = nn.Parameter(torch.empty(out_channels, in_channels // groups, *self.kernel_size))
        self.bias = nn.Parameter(torch.empty(out_channels)) if bias else None
        for p in self.parameters():
            nn.init.uniform_(p, -bound, bound)

    def forward(self, x):
        batched = x if x.dim() == 4 else x.unsqueeze(0)
        image = F.pad(batched, self.edges)
        (kh, kw), (sh, sw), (dh, dw) = self.kernel_size, self.stride, self.dilation
        n_in, n_out = image.shape[1] // self.groups, self.weight.shape[0] // self.groups
        blocks = []
        for g in range(self.groups):
            part = image[:, g * n_in : (g + 1) * n_in]
            weight = self.weight[g * n_out : (g + 1) * n_out]
            rows = []
            for top in range(0, image.shape[2] - dh * (kh - 1), sh):
                row = []
                for left in range(0, image.shape[3] - dw * (kw - 1), sw):
                    patch = part[:, :, top : top + dh * (kh - 1) + 1 : dh, left : left + dw * (kw - 1) + 1 : dw]
                    row.append(torch.tensordot(patch, weight, dims=([1, 2, 3], [1, 2, 3])))
                rows.append(torch.stack(row, -1))
            blocks.append(torch.stack(rows, -2))
        y = torch.cat(blocks, 1)
        if self.bias is not None:
            y = y + self.bias[None, :, None, None]
        return y if x.dim() == 4 else y.squeeze(0)
