# a loop over all places
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
    n, c = x.shape[:2]
    columns = []
    for k in range(n):
        here = []
        for i in range(rows):
            for j in range(cols):
                patch = [x[k, :, i * sh + a * dh, j * sw + b * dw] for a in range(kh) for b in range(kw)]
                here.append(torch.stack(patch, 1).flatten())
        columns.append(torch.stack(here, 1))
    return torch.stack(columns) if columns else x.new_zeros(0, c * kh * kw, rows * cols)


def _pair(value):
    return (value, value) if isinstance(value, int) else tuple(value)
