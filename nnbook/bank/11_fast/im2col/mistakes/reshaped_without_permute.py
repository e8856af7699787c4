"""columns that are cut from the wrong order

A reshape keeps the order in memory: places before positions of the kernel. The shape is right, and each column holds
pieces of several patches. Use an image that counts 0, 1, 2, ... and read the first column.
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
    windows = x.unfold(2, dh * (kh - 1) + 1, sh).unfold(3, dw * (kw - 1) + 1, sw)[..., ::dh, ::dw]
    n, c, rows, cols = windows.shape[:4]
    return windows.reshape(n, c * kh * kw, rows * cols)


def _pair(value):
    return (value, value) if isinstance(value, int) else tuple(value)
