import torch
import torch.nn.functional as F
from torch import nn


class Conv2d(nn.Module):
    """A kernel moved over an image.  x: (N, in_channels, H, W) or without N -> (N, out_channels, H_out, W_out)"""

    def __init__(self, in_channels, out_channels, kernel_size, stride=1, padding=0, dilation=1, groups=1, bias=True):
        super().__init__()

        # BEGIN SOLUTION
        def pair(value):
            return (value, value) if isinstance(value, int) else tuple(value)

        self.kernel_size, self.stride, self.dilation = pair(kernel_size), pair(stride), pair(dilation)
        self.groups = groups
        if padding == "same":
            total = [d * (k - 1) for d, k in zip(self.dilation, self.kernel_size)]
            self.padding = [(t // 2, t - t // 2) for t in total]
        else:
            self.padding = [(p, p) for p in pair(0 if padding == "valid" else padding)]

        shape = (out_channels, in_channels // groups, *self.kernel_size)
        bound = (shape[1] * shape[2] * shape[3]) ** -0.5
        self.weight = nn.Parameter(torch.empty(shape).uniform_(-bound, bound))
        self.bias = nn.Parameter(torch.empty(out_channels).uniform_(-bound, bound)) if bias else None
        # END SOLUTION

    def forward(self, x):
        # BEGIN SOLUTION
        if x.dim() == 3:
            return self.forward(x.unsqueeze(0)).squeeze(0)
        (top, bottom), (left, right) = self.padding
        x = F.pad(x, (left, right, top, bottom))  # F.pad wants the last dimension first
        (kh, kw), (sh, sw), (dh, dw) = self.kernel_size, self.stride, self.dilation
        height = (x.shape[2] - dh * (kh - 1) - 1) // sh + 1
        width = (x.shape[3] - dw * (kw - 1) - 1) // sw + 1

        x = x.unflatten(1, (self.groups, -1))  # (N, groups, in / groups, H, W)
        w = self.weight.unflatten(0, (self.groups, -1))  # (groups, out / groups, in / groups, kh, kw)
        y = 0
        for a in range(kh):
            for b in range(kw):
                # what the kernel's entry (a, b) meets at each of its places
                rows = slice(a * dh, a * dh + (height - 1) * sh + 1, sh)
                columns = slice(b * dw, b * dw + (width - 1) * sw + 1, sw)
                y = y + torch.einsum("ngchw,goc->ngohw", x[..., rows, columns], w[..., a, b])
        y = y.flatten(1, 2)
        return y if self.bias is None else y + self.bias[:, None, None]
        # END SOLUTION
