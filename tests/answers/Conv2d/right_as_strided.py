import torch
from torch import nn


def _pair(v):
    return tuple(v) if isinstance(v, (tuple, list)) else (v, v)


class Conv2d(nn.Module):
    """One strided view of the padded image, one matrix product per group."""

    def __init__(self, in_channels, out_channels, kernel_size, stride=1, padding=0, dilation=1, groups=1, bias=True):
        super().__init__()
        self.in_channels, self.out_channels, self.groups = in_channels, out_channels, groups
        self.kernel_size, self.stride, self.dilation = _pair(kernel_size), _pair(stride), _pair(dilation)
        self.padding = padding
        fan_in = in_channels // groups * self.kernel_size[0] * self.kernel_size[1]
        self.weight = nn.Parameter(torch.rand(out_channels, in_channels // groups, *self.kernel_size) * 2 - 1)
        self.weight.data.div_(fan_in**0.5)
        self.register_parameter("bias", None)
        if bias:
            self.bias = nn.Parameter((torch.rand(out_channels) * 2 - 1) / fan_in**0.5)

    def _pad(self, x):
        if self.padding == "valid":
            return x
        if self.padding == "same":
            th, tw = (d * (k - 1) for d, k in zip(self.dilation, self.kernel_size))
            before, after = (th // 2, tw // 2), (th - th // 2, tw - tw // 2)
        else:
            before = after = _pair(self.padding)
        n, c, h, w = x.shape
        out = x.new_zeros(n, c, before[0] + h + after[0], before[1] + w + after[1])
        out[:, :, before[0] : before[0] + h, before[1] : before[1] + w] = x
        return out

    def forward(self, x):
        if x.dim() == 3:
            return self.forward(x.unsqueeze(0))[0]
        x = self._pad(x).contiguous()
        n, c, h, w = x.shape
        (kh, kw), (sh, sw), (dh, dw) = self.kernel_size, self.stride, self.dilation
        oh, ow = (h - dh * (kh - 1) - 1) // sh + 1, (w - dw * (kw - 1) - 1) // sw + 1
        a, b, r, q = x.stride()
        view = x.as_strided((n, c, kh, kw, oh, ow), (a, b, r * dh, q * dw, r * sh, q * sw))
        outputs = []
        for part, weight in zip(view.chunk(self.groups, 1), self.weight.chunk(self.groups, 0)):
            columns = part.reshape(n, weight[0].numel(), oh * ow)
            outputs.append(weight.flatten(1) @ columns)
        y = torch.cat(outputs, 1).reshape(n, self.out_channels, oh, ow)
        return y if self.bias is None else y + self.bias.reshape(-1, 1, 1)
