"""a dilation that thins the places out

Dilation spreads the kernel over more pixels; stride moves it further. Here every second place is left out and the
kernel is as dense as before.
"""

import torch
import torch.nn.functional as F


def im2col(input, kernel_size, dilation=1, padding=0, stride=1):
    """Every patch as a column.  (N, C, H, W) -> (N, C * kernel height * kernel width, number of places)"""
    kh, kw = _pair(kernel_size)
    dh, dw = _pair(dilation)
    ph, pw = _pair(padding)
    sh, sw = _pair(stride)
    x = F.pad(input, (pw, pw, ph, ph))
    # windows as long as the spread-out kernel, of which every d-th value counts: a view, nothing is copied
    windows = x.unfold(2, kh, sh * dh).unfold(3, kw, sw * dw)
    n, c, rows, cols = windows.shape[:4]
    return windows.permute(0, 1, 4, 5, 2, 3).reshape(n, c * kh * kw, rows * cols)


def _pair(value):
    return (value, value) if isinstance(value, int) else tuple(value)
