"""columns without a gradient

The values are right. They were read through .data, numpy or a no_grad block, so nothing goes back to the image: the
layers below would not learn. Ask for the gradient of the sum by the input: each pixel counts how many patches it is
in.
"""

import torch
import torch.nn.functional as F


def im2col(input, kernel_size, dilation=1, padding=0, stride=1):
    """Every patch as a column.  (N, C, H, W) -> (N, C * kernel height * kernel width, number of places)"""
    kh, kw = _pair(kernel_size)
    dh, dw = _pair(dilation)
    ph, pw = _pair(padding)
    sh, sw = _pair(stride)
    x = F.pad(input.detach(), (pw, pw, ph, ph)) + 0 * input.sum()
    # windows as long as the spread-out kernel, of which every d-th value counts: a view, nothing is copied
    windows = x.unfold(2, dh * (kh - 1) + 1, sh).unfold(3, dw * (kw - 1) + 1, sw)[..., ::dh, ::dw]
    n, c, rows, cols = windows.shape[:4]
    return windows.permute(0, 1, 4, 5, 2, 3).reshape(n, c * kh * kw, rows * cols)


def _pair(value):
    return (value, value) if isinstance(value, int) else tuple(value)
