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
    h, w = x.shape[2:]
    rows = (h - dh * (kh - 1) - 1) // sh + 1
    cols = (w - dw * (kw - 1) - 1) // sw + 1
    i = (torch.arange(kh) * dh)[:, None] + (torch.arange(rows) * sh)[None]
    j = (torch.arange(kw) * dw)[:, None] + (torch.arange(cols) * sw)[None]
    windows = x[:, :, i[:, None, :, None], j[None, :, None, :]]
    return windows.flatten(4).flatten(1, 3)


def _pair(value):
    return (value, value) if isinstance(value, int) else tuple(value)
