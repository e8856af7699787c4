# goes through float32
import torch
import torch.nn.functional as F
from torch import nn


class MaxPool2d(nn.Module):
    """The largest value of each window.  x: (N, C, H, W) or without N -> (N, C, H_out, W_out)"""

    def __init__(self, kernel_size, stride=None, padding=0, dilation=1, ceil_mode=False):
        super().__init__()

        def pair(value):
            return (value, value) if isinstance(value, int) else tuple(value)

        self.kernel_size, self.padding, self.dilation = pair(kernel_size), pair(padding), pair(dilation)
        self.stride = self.kernel_size if stride is None else pair(stride)
        self.ceil_mode = ceil_mode

    def forward(self, x):
        (kh, kw), (sh, sw), (dh, dw) = self.kernel_size, self.stride, self.dilation
        height, width = self.places(x.shape[-2], 0), self.places(x.shape[-1], 1)
        # a window that begins before the end reaches at most d (k - 1) beyond it
        (top, bottom), (left, right) = zip(self.padding, (dh * (kh - 1), dw * (kw - 1)))
        x = F.pad(x, (left, right, top, bottom), value=float("-inf"))
        seen = []
        for a in range(kh):
            for b in range(kw):
                # what the window's entry (a, b) meets at each of its places
                rows = slice(a * dh, a * dh + (height - 1) * sh + 1, sh)
                columns = slice(b * dw, b * dw + (width - 1) * sw + 1, sw)
                seen.append(x[..., rows, columns])
        return torch.stack(seen, dim=-1).float().max(dim=-1).values.to(x.dtype)

    def places(self, size, i):
        """How many windows there are along `size` pixels, in direction i."""
        k, s, p, d = self.kernel_size[i], self.stride[i], self.padding[i], self.dilation[i]
        room = size + 2 * p - d * (k - 1) - 1
        count = room // s + 1
        if self.ceil_mode and room % s and count * s < size + p:
            count += 1
        return count
