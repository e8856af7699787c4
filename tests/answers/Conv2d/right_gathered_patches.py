import torch
from torch import nn


class Conv2d(nn.Module):
    """Patches gathered by row and column numbers; what lies outside the image is read from one added zero pixel."""

    def __init__(self, in_channels, out_channels, kernel_size, stride=1, padding=0, dilation=1, groups=1, bias=True):
        super().__init__()

        def pair(v):
            return (v, v) if isinstance(v, int) else v

        self.kernel, self.stride, self.dilation, self.groups = pair(kernel_size), pair(stride), pair(dilation), groups
        self.padding = padding
        fan = in_channels // groups * self.kernel[0] * self.kernel[1]
        bound = fan**-0.5
        self.weight = nn.Parameter(
            torch.empty(out_channels, in_channels // groups, *self.kernel).uniform_(-bound, bound)
        )
        self.bias = nn.Parameter(torch.empty(out_channels).uniform_(-bound, bound)) if bias else None

    def places(self, size, axis):
        k, s, d = self.kernel[axis], self.stride[axis], self.dilation[axis]
        if self.padding == "same":
            before, total = d * (k - 1) // 2, d * (k - 1)
        elif self.padding == "valid":
            before = total = 0
        else:
            before = self.padding if isinstance(self.padding, int) else self.padding[axis]
            total = 2 * before
        count = (size + total - d * (k - 1) - 1) // s + 1
        at = torch.arange(count)[:, None] * s + torch.arange(k) * d - before
        return torch.where((at < 0) | (at >= size), torch.tensor(size), at)

    def forward(self, x):
        image = x.unsqueeze(0) if x.dim() == 3 else x
        n, c, h, w = image.shape
        image = torch.cat([image, image.new_zeros(n, c, 1, w)], 2)
        image = torch.cat([image, image.new_zeros(n, c, h + 1, 1)], 3)
        rows, columns = self.places(h, 0), self.places(w, 1)
        patches = image[:, :, rows[:, None, :, None], columns[None, :, None, :]]
        patches = patches.view(n, self.groups, c // self.groups, *patches.shape[2:])
        weight = self.weight.view(self.groups, -1, *self.weight.shape[1:])
        y = torch.einsum("ngcxyab,gocab->ngoxy", patches, weight).flatten(1, 2)
        if self.bias is not None:
            y = y + self.bias.unflatten(0, (-1, 1, 1))
        return y if x.dim() == 4 else y[0]
