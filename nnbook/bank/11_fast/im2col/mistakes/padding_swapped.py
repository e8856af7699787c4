"""an image padded on the wrong sides

`F.pad` takes the last dimension first: (left, right, top, bottom). A pair (vertical, horizontal) has to be turned
round. Equal paddings hide it: try padding=(2, 0).
"""

import torch
import torch.nn.functional as F


def im2col(input, kernel_size, dilation=1, padding=0, stride=1):
    """Every patch as a column.  (N, C, H, W) -> (N, C * kernel height * kernel width, number of places)"""
    kh, kw = _pair(kernel_size)
    dh, dw = _pair(dilation)
    ph, pw = _pair(padding)
    sh, sw = _pair(stride)
    x = F.pad(input, (ph, ph, pw, pw))
    # windows as long as the spread-out kernel, of which every d-th value counts: a view, nothing is copied
    windows = x.unfold(2, dh * (kh - 1) + 1, sh).unfold(3, dw * (kw - 1) + 1, sw)[..., ::dh, ::dw]
    n, c, rows, cols = windows.shape[:4]
    return windows.permute(0, 1, 4, 5, 2, 3).reshape(n, c * kh * kw, rows * cols)


def _pair(value):
    return (value, value) if isinstance(value, int) else tuple(value)
