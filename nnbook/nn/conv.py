"""Convolutions, and the paddings that they use. All of it works for any number of spatial dimensions.

A convolution is one matrix product. `_Patches` lays the patch under each position of the kernel out as a column;
every column then meets the same weights. Its transpose, `_PutBack`, adds columns back to where they came from.
"""

import math
from collections.abc import Iterable, Iterator, Sequence
from itertools import product
from typing import Any

import torch
from torch import Tensor

from nnbook.nn import init
from nnbook.nn.module import Module
from nnbook.nn.parameter import Parameter

__all__ = ["Conv2d"]

_Sizes = tuple[int, ...]

# Padding --------------------------------------------------------------------------------------------------------------


def pad(input: Tensor, pad: Sequence[int], mode: str = "constant", value: float | None = None) -> Tensor:
    """Adds `pad = (left, right, top, bottom, ...)`, last dimension first. Like `torch.nn.functional.pad`.

    With input ABCD and pad (2, 2): constant 00ABCD00, reflect CBABCDCB, replicate AAABCDDD, circular CDABCDAB.
    Negative numbers cut off. input (*, W) -> (*, left + W + right).
    """
    if mode not in ("constant", "reflect", "replicate", "circular"):
        raise NotImplementedError(f"Unrecognised padding mode {mode}")
    if len(pad) % 2:
        raise RuntimeError("Padding length must be divisible by 2")
    dims = len(pad) // 2
    if dims > input.dim():
        raise RuntimeError(f"{len(pad)} paddings are more than two for each dimension of an input of {input.dim()}")
    sides = [(-1 - i, pad[2 * i], pad[2 * i + 1]) for i in range(dims)]
    if mode == "constant":
        return _pad_constant(input, sides, value or 0)
    if value:
        raise RuntimeError(f'Padding mode "{mode}" doesn\'t take in value argument')
    if dims not in (1, 2, 3) or input.dim() - dims not in (1, 2):
        raise NotImplementedError(f"Padding size {len(pad)} is not supported for {input.dim()}D input tensor.")
    for dim, before, after in sides:
        input = _pad_by_index(input, dim, before, after, mode)
    return input


def _pad_constant(input: Tensor, sides: list[tuple[int, int, int]], value: float) -> Tensor:
    shape, inside = list(input.shape), [slice(None)] * input.dim()
    for dim, before, after in sides:
        shape[dim] += before + after
        if shape[dim] < 0:
            raise RuntimeError(f"padding ({before}, {after}) leaves a negative size at dimension {dim}")
        # Where sides are negative, less of the input goes in.
        input = input.narrow(dim, max(-before, 0), input.size(dim) + min(before, 0) + min(after, 0))
        inside[dim] = slice(max(before, 0), max(before, 0) + input.size(dim))
    output = input.new_full(shape, value)
    output[tuple(inside)] = input
    return output


def _pad_by_index(input: Tensor, dim: int, before: int, after: int, mode: str) -> Tensor:
    n, longest = input.size(dim), max(before, after)
    if mode == "reflect" and longest >= n:
        raise RuntimeError(f"Padding size should be less than the input dimension, but got {longest} for size {n}")
    if mode == "circular" and longest > n:
        raise RuntimeError("Padding value causes wrapping around more than once.")
    if n + before + after < 0:
        raise RuntimeError(f"padding ({before}, {after}) leaves a negative size at dimension {dim}")
    # out[i] = in[place(i - before)]
    place = torch.arange(-before, n + after, device=input.device)
    if mode == "reflect":
        # fold at 0, then at n - 1
        place = (n - 1) - ((n - 1) - place.abs()).abs()
    elif mode == "replicate":
        place = place.clamp(0, n - 1)
    else:
        # what negative paddings cut off does not come around again
        first, left = max(-before, 0), n - max(-before, 0) - max(-after, 0)
        place = first + (place - first) % max(left, 1)
    return input.index_select(dim, place)


# Patches and back -----------------------------------------------------------------------------------------------------


class _Patches(torch.autograd.Function):
    """(N, C, *size) -> (C, *kernel, N, *out): for each place in the kernel, what lies under it as the kernel moves."""

    @staticmethod
    def forward(ctx: Any, x: Tensor, kernel: _Sizes, stride: _Sizes, dilation: _Sizes) -> Tensor:
        ctx.geometry = tuple(x.shape), kernel, stride, dilation
        dims = len(kernel)
        for i in range(dims):
            # Windows as long as the spread-out kernel, of which every dilation-th value counts: a view, no copy.
            x = x.unfold(2 + i, dilation[i] * (kernel[i] - 1) + 1, stride[i])[..., :: dilation[i]]
        return x.permute(1, *range(2 + dims, 2 + 2 * dims), 0, *range(2, 2 + dims)).contiguous()

    @staticmethod
    def backward(ctx: Any, grad: Tensor) -> Any:
        return _PutBack.apply(grad, *ctx.geometry), None, None, None


class _PutBack(torch.autograd.Function):
    """(C, *kernel, N, *out) -> (N, C, *size): adds each value to the place that `_Patches` read it from."""

    @staticmethod
    def forward(ctx: Any, cols: Tensor, shape: _Sizes, kernel: _Sizes, stride: _Sizes, dilation: _Sizes) -> Tensor:
        ctx.geometry = kernel, stride, dilation
        out, x = cols.shape[2 + len(kernel) :], cols.new_zeros(shape)
        cols = cols.flatten(1, len(kernel))
        for i, place in enumerate(product(*[range(k) for k in kernel])):
            # x[n, c, o*stride + k*dilation] += cols[c, k, n, o] for all positions o of the kernel at once
            starts = [k * d for k, d in zip(place, dilation, strict=True)]
            seen = [slice(b, b + s * (o - 1) + 1, s) for b, s, o in zip(starts, stride, out, strict=True)]
            x[:, :, *seen] += cols[:, i].transpose(0, 1)
        return x

    @staticmethod
    def backward(ctx: Any, grad: Tensor) -> Any:
        return _Patches.apply(grad, *ctx.geometry), None, None, None, None


# Convolution ----------------------------------------------------------------------------------------------------------


def _conv(
    dims: int,
    input: Tensor,
    weight: Tensor,
    bias: Tensor | None,
    stride: int | Sequence[int],
    padding: int | Sequence[int] | str,
    dilation: int | Sequence[int],
    groups: int,
) -> Tensor:
    """y[n, o, p] = b[o] + Σ_c Σ_k W[o, c, k] · x[n, c, p·stride + k·dilation], for p and k with `dims` numbers each."""
    if not isinstance(input, Tensor):
        raise TypeError(f"conv{dims}d(): argument 'input' must be Tensor, not {type(input).__name__}")
    stride, dilation = _expand(stride, dims, "stride"), _expand(dilation, dims, "dilation")
    kernel = tuple(weight.shape[2:])
    if isinstance(padding, str):
        sides = _named_padding(padding, kernel, stride, dilation)
    else:
        sides = [(p, p) for p in _expand(padding, dims, "padding")]
    _check_conv(dims, input, weight, bias, stride, sides, dilation, groups)

    if input.dim() == dims + 1:
        return _conv(dims, input.unsqueeze(0), weight, bias, stride, padding, dilation, groups).squeeze(0)
    x = pad(input, _last_first(sides)) if any(map(any, sides)) else input
    _check_room(x, kernel, dilation)
    n, c, o = x.size(0), weight.size(1), weight.size(0)
    k = math.prod(kernel)

    cols = _Patches.apply(x, kernel, stride, dilation)  # (groups * c, *kernel, n, *out)
    out = cols.shape[2 + dims :]
    # y = W · cols: each group of output channels sees its own group of input channels
    y = weight.reshape(groups, o // groups, c * k) @ cols.view(groups, c * k, n * math.prod(out))
    y = y.view(o, n, *out)
    if bias is not None:
        y += bias.view(o, *[1] * (dims + 1))
    return y.transpose(0, 1).contiguous()


def _expand(value: int | Sequence[int], dims: int, name: str) -> _Sizes:
    """One number for each dimension, from one for all or one each."""
    values = tuple(value) if isinstance(value, Iterable) else (value,)
    if not all(isinstance(v, int) for v in values):
        raise TypeError(f"{name} must be int or a sequence of ints, but got {value}")
    if len(values) not in (1, dims):
        raise RuntimeError(f"expected {name} to be a single integer value or a list of {dims} values, but got {value}")
    return values if len(values) == dims else values * dims


def _named_padding(padding: str, kernel: _Sizes, stride: _Sizes, dilation: _Sizes) -> list[tuple[int, int]]:
    """The (before, after) of each dimension under the names "same" and "valid"."""
    if padding == "valid":
        return [(0, 0)] * len(kernel)
    if padding != "same":
        raise RuntimeError(f"Invalid padding string: '{padding}'")
    if any(s != 1 for s in stride):
        raise RuntimeError("padding='same' is not supported for strided convolutions")
    # A kernel of length k eats dilation * (k - 1); if that is odd, the larger half is put back at the end.
    eaten = [d * (k - 1) for k, d in zip(kernel, dilation, strict=True)]
    return [(e // 2, e - e // 2) for e in eaten]


def _last_first(sides: Sequence[tuple[int, int]]) -> list[int]:
    """(before, after) per dimension -> the order of `pad`."""
    return [number for side in reversed(sides) for number in side]


def _check_conv(
    dims: int,
    input: Tensor,
    weight: Tensor,
    bias: Tensor | None,
    stride: _Sizes,
    sides: list[tuple[int, int]],
    dilation: _Sizes,
    groups: int,
) -> None:
    def problems() -> Iterator[tuple[bool, str]]:
        yield weight.dim() != dims + 2, f"expected a weight of {dims + 2} dimensions, but got {[*weight.shape]}"
        shapes = f"Expected {dims + 1}D (unbatched) or {dims + 2}D (batched) input to conv{dims}d"
        yield input.dim() not in (dims + 1, dims + 2), f"{shapes}, but got input of size: {[*input.shape]}"
        yield groups <= 0, "non-positive groups is not supported"
        yield min(stride) <= 0, "non-positive stride is not supported"
        yield min(min(side) for side in sides) < 0, "negative padding is not supported"
        yield min(dilation) <= 0, f"dilation should be greater than zero, but got {[*dilation]}"
        yield min(weight.shape[2:]) <= 0, f"kernel size should be greater than zero, but got {[*weight.shape[2:]]}"
        o, c = weight.shape[:2]
        yield o == 0 or o % groups != 0, f"{o} output channels do not make {groups} groups"
        channels = input.size(-dims - 1)
        expected = f"expected input{[*input.shape]} to have {c * groups} channels, but got {channels} channels instead"
        yield channels != c * groups, f"Given groups={groups}, weight of size {[*weight.shape]}, {expected}"
        if bias is not None:
            yield tuple(bias.shape) != (o,), f"expected bias to be 1-dimensional with {o} elements, got {[*bias.shape]}"
            kinds = f"{weight.dtype} and {bias.dtype}"
            yield bias.dtype != weight.dtype, f"weight and bias should have the same type, but got {kinds}"

    for wrong, message in problems():
        if wrong:
            raise RuntimeError(message)


def _check_room(x: Tensor, kernel: _Sizes, dilation: _Sizes) -> None:
    needed = [d * (k - 1) + 1 for k, d in zip(kernel, dilation, strict=True)]
    if any(size < need for size, need in zip(x.shape[2:], needed, strict=True)):
        sizes = f"Calculated padded input size per channel: {(*x.shape[2:],)}. Kernel size: {(*needed,)}."
        raise RuntimeError(f"{sizes} Kernel size can't be greater than actual input size")


def conv2d(
    input: Tensor,
    weight: Tensor,
    bias: Tensor | None = None,
    stride: int | Sequence[int] = 1,
    padding: int | Sequence[int] | str = 0,
    dilation: int | Sequence[int] = 1,
    groups: int = 1,
) -> Tensor:
    """Slides each of O kernels over images. Like `torch.nn.functional.conv2d`.

    input (N, C, H, W) or (C, H, W), weight (O, C / groups, K, L), bias (O) -> (N, O, H', W') or (O, H', W').
    """
    return _conv(2, input, weight, bias, stride, padding, dilation, groups)


class _Conv(Module):
    """What convolutions of all dimensions share; a subclass says how many there are and how it is called."""

    _dims: int
    weight: Tensor
    bias: Tensor | None

    def __init__(
        self,
        in_channels: int,
        out_channels: int,
        kernel_size: int | Sequence[int],
        stride: int | Sequence[int] = 1,
        padding: int | Sequence[int] | str = 0,
        dilation: int | Sequence[int] = 1,
        groups: int = 1,
        bias: bool = True,
        padding_mode: str = "zeros",
        device: Any = None,
        dtype: Any = None,
    ) -> None:
        super().__init__()
        self.in_channels, self.out_channels, self.groups = in_channels, out_channels, groups
        self.kernel_size, self.stride = self._per_dim(kernel_size), self._per_dim(stride)
        self.padding = padding if isinstance(padding, str) else self._per_dim(padding)
        self.dilation = self._per_dim(dilation)
        self.padding_mode = padding_mode
        self.transposed, self.output_padding = False, self._per_dim(0)
        self._check_options()
        shape = (out_channels, in_channels // groups, *self.kernel_size)
        self.weight = Parameter(torch.empty(shape, device=device, dtype=dtype))
        if bias:
            self.bias = Parameter(torch.empty(out_channels, device=device, dtype=dtype))
        else:
            self.register_parameter("bias", None)
        self.reset_parameters()

    def _per_dim(self, value: int | Sequence[int]) -> _Sizes:
        return tuple(value) if isinstance(value, Iterable) else (value,) * self._dims

    def _check_options(self) -> None:
        if self.groups <= 0:
            raise ValueError("groups must be a positive integer")
        if self.in_channels % self.groups != 0:
            raise ValueError("in_channels must be divisible by groups")
        if self.out_channels % self.groups != 0:
            raise ValueError("out_channels must be divisible by groups")
        if isinstance(self.padding, str):
            if self.padding not in ("same", "valid"):
                raise ValueError(f"Invalid padding string {self.padding!r}, should be 'same' or 'valid'")
            if self.padding == "same" and any(s != 1 for s in self.stride):
                raise ValueError("padding='same' is not supported for strided convolutions")
        modes = ("zeros", "reflect", "replicate", "circular")
        if self.padding_mode not in modes:
            raise ValueError(f"padding_mode must be one of {modes}, but got padding_mode='{self.padding_mode}'")

    def reset_parameters(self) -> None:
        """Draws the first weights. A slope of sqrt(5) turns Kaiming's bound into 1/sqrt(fan_in)."""
        init.kaiming_uniform_(self.weight, a=math.sqrt(5))
        if self.bias is not None:
            # b ~ U(-1/sqrt(fan_in), 1/sqrt(fan_in)), fan_in = (C / groups) * K * L
            fan_in = math.prod(self.weight.shape[1:])
            bound = 1 / math.sqrt(fan_in) if fan_in > 0 else 0
            init.uniform_(self.bias, -bound, bound)

    def forward(self, input: Tensor) -> Tensor:
        padding: _Sizes | str = self.padding
        if self.padding_mode != "zeros":
            if isinstance(padding, str):
                sides = _named_padding(padding, self.kernel_size, self.stride, self.dilation)
            else:
                sides = [(p, p) for p in padding]
            input, padding = pad(input, _last_first(sides), self.padding_mode), (0,)
        return _conv(self._dims, input, self.weight, self.bias, self.stride, padding, self.dilation, self.groups)

    def extra_repr(self) -> str:
        text = f"{self.in_channels}, {self.out_channels}, kernel_size={self.kernel_size}, stride={self.stride}"
        if self.padding != (0,) * len(self.padding):
            text += f", padding={self.padding}"
        if self.dilation != (1,) * len(self.dilation):
            text += f", dilation={self.dilation}"
        if self.groups != 1:
            text += f", groups={self.groups}"
        if self.bias is None:
            text += ", bias=False"
        if self.padding_mode != "zeros":
            text += f", padding_mode={self.padding_mode}"
        return text


class Conv2d(_Conv):
    """y[n, o, i, j] = b[o] + Σ_c Σ_k Σ_l W[o, c, k, l] · x[n, c, i·stride + k, j·stride + l]. Like `torch.nn.Conv2d`.

    input (N, in_channels, H, W) or (in_channels, H, W) -> (N, out_channels, H', W') or (out_channels, H', W'), where
    H' = floor((H + 2·padding - dilation·(K - 1) - 1) / stride) + 1. weight (out_channels, in_channels / groups, K, L)
    and bias (out_channels) start from U(-k, k) with k = 1/sqrt(in_channels / groups · K · L).

    padding: a number, one for each side, "same" or "valid"; padding_mode: zeros, reflect, replicate or circular.
    dilation spreads the kernel out; groups makes the channels sets that do not see each other.

    Source: torch.nn.Conv2d; Dumoulin and Visin, arXiv 1603.07285.
    """

    _dims = 2
