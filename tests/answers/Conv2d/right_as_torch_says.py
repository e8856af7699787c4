import math

import torch
import torch.nn.functional as F
from torch import nn
from torch.nn import init


class Conv2d(nn.Module):
    """torch's own bookkeeping around a sum over the kernel's entries, with the channels moved last."""

    def __init__(
        self,
        in_channels,
        out_channels,
        kernel_size,
        stride=1,
        padding=0,
        dilation=1,
        groups=1,
        bias=True,
        padding_mode="zeros",
    ):
        super().__init__()
        if in_channels % groups or out_channels % groups:
            raise ValueError("channels must be divisible by groups")
        kernel_size, stride, dilation = (v if isinstance(v, tuple) else (v, v) for v in (kernel_size, stride, dilation))
        self.in_channels, self.out_channels, self.kernel_size = in_channels, out_channels, kernel_size
        self.stride, self.dilation, self.groups, self.padding_mode = stride, dilation, groups, padding_mode
        self.padding = padding if isinstance(padding, (str, tuple)) else (padding, padding)
        if isinstance(self.padding, str):
            self._reversed_padding_repeated_twice = [0, 0, 0, 0]
            if padding == "same":
                for d, k, i in zip(dilation, kernel_size, (1, 0)):
                    total = d * (k - 1)
                    self._reversed_padding_repeated_twice[2 * i] = total // 2
                    self._reversed_padding_repeated_twice[2 * i + 1] = total - total // 2
        else:
            self._reversed_padding_repeated_twice = [p for p in reversed(self.padding) for _ in range(2)]
        self.weight = nn.Parameter(torch.empty((out_channels, in_channels // groups, *kernel_size)))
        if bias:
            self.bias = nn.Parameter(torch.empty(out_channels))
        else:
            self.register_parameter("bias", None)
        self.reset_parameters()

    def reset_parameters(self):
        init.kaiming_uniform_(self.weight, a=math.sqrt(5))
        if self.bias is not None:
            fan_in = self.weight[0].numel()
            bound = 1 / math.sqrt(fan_in)
            init.uniform_(self.bias, -bound, bound)

    def forward(self, input):
        x = F.pad(input, self._reversed_padding_repeated_twice).movedim(-3, -1)
        (kh, kw), (sh, sw), (dh, dw) = self.kernel_size, self.stride, self.dilation
        parts = []
        for xs, ws in zip(x.split(self.in_channels // self.groups, -1), self.weight.chunk(self.groups)):
            total = None
            for i in range(kh):
                for j in range(kw):
                    end_i, end_j = xs.size(-3) - dh * (kh - 1 - i), xs.size(-2) - dw * (kw - 1 - j)
                    term = xs[..., i * dh : end_i : sh, j * dw : end_j : sw, :] @ ws[:, :, i, j].t()
                    total = term if total is None else total + term
            parts.append(total)
        y = torch.cat(parts, -1)
        if self.bias is not None:
            y = y + self.bias
        return y.movedim(-1, -3)
