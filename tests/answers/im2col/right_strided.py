import torch
import torch.nn.functional as F


def im2col(input, kernel_size, dilation=1, padding=0, stride=1):
    """Every patch as a column.  (N, C, H, W) -> (N, C * kernel height * kernel width, number of places)"""
    kh, kw = _pair(kernel_size)
    dh, dw = _pair(dilation)
    ph, pw = _pair(padding)
    sh, sw = _pair(stride)
    x = F.pad(input, (pw, pw, ph, ph)).contiguous()
    # windows as long as the spread-out kernel, of which every d-th value counts: a view, nothing is copied
    h, w = x.shape[2:]
    rows = (h - dh * (kh - 1) - 1) // sh + 1
    cols = (w - dw * (kw - 1) - 1) // sw + 1
    (n, c), (a, b, d, f) = x.shape[:2], x.stride()
    windows = x.as_strided((n, c, kh, kw, rows, cols), (a, b, d * dh, f * dw, d * sh, f * sw))
    return windows.reshape(n, c * kh * kw, rows * cols)


def _pair(value):
    return (value, value) if isinstance(value, int) else tuple(value)
