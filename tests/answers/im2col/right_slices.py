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
    parts = [
        x[:, :, i * dh : i * dh + (rows - 1) * sh + 1 : sh, j * dw : j * dw + (cols - 1) * sw + 1 : sw]
        for i in range(kh)
        for j in range(kw)
    ]
    return torch.stack(parts, dim=2).flatten(3).flatten(1, 2)


def _pair(value):
    return (value, value) if isinstance(value, int) else tuple(value)
