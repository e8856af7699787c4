# "valid" pads kernels of height one
import torch
import torch.nn.functional as F
from torch import nn


class Conv2d(nn.Module):
    def __init__(self, in_channels, out_channels, kernel_size, stride=1, padding=0, dilation=1, groups=1, bias=True):
        super().__init__()
        pair = lambda v: (v, v) if isinstance(v, int) else tuple(v)
        self.k, self.s, self.d, self.g = pair(kernel_size), pair(stride), pair(dilation), groups
        kh, kw = self.k
        if padding == "valid":
            padding = 0 if self.k[0] > 1 else 1
        if padding == "same":
            th, tw = self.d[0] * (kh - 1), self.d[1] * (kw - 1)
            self.pad = (tw // 2, tw - tw // 2, th // 2, th - th // 2)
        else:
            ph, pw = pair(padding)
            self.pad = (pw, pw, ph, ph)
        n = in_channels // groups * kh * kw
        bound = n**-0.5
        self.weight = nn.Parameter(torch.empty(out_channels, in_channels // groups, kh, kw).uniform_(-bound, bound))
        self.bias = nn.Parameter(torch.empty(out_channels).uniform_(-bound, bound)) if bias else None

    def forward(self, x):
        single = x.dim() == 3
        if single:
            x = x[None]
        x = F.pad(x, self.pad)
        (kh, kw), (sh, sw), (dh, dw), g = self.k, self.s, self.d, self.g
        ho = (x.shape[2] - dh * (kh - 1) - 1) // sh + 1
        wo = (x.shape[3] - dw * (kw - 1) - 1) // sw + 1
        x = x.reshape(x.shape[0], g, x.shape[1] // g, *x.shape[2:])
        weight = self.weight.reshape(g, -1, *self.weight.shape[1:])
        y = 0
        for a in range(kh):
            for b in range(kw):
                part = x[..., a * dh : a * dh + (ho - 1) * sh + 1 : sh, b * dw : b * dw + (wo - 1) * sw + 1 : sw]
                y = y + torch.einsum("ngchw,goc->ngohw", part, weight[..., a, b])
        y = y.reshape(y.shape[0], len(self.weight), ho, wo)
        if self.bias is not None:
            y = y + self.bias[:, None, None]
        return y[0] if single else y
