"""Convolutions and transposed convolutions, all of them for any number of spatial dimensions.

The arithmetic stands in `_convolution`: a convolution and a transposed one are two derivatives of the same sum. Here
are the functions that set it up, and the layers.
"""

import math
from collections.abc import Iterable, Iterator, Sequence
from typing import Any

import torch
from torch import Tensor

from nnbook.nn import init
from nnbook.nn._convolution import Convolve, Geometry, Spread
from nnbook.nn.module import Module
from nnbook.nn.padding import pad
from nnbook.nn.parameter import Parameter

__all__ = ["Conv1d", "Conv2d", "Conv3d", "ConvTranspose1d", "ConvTranspose2d", "ConvTranspose3d"]

_Sizes = tuple[int, ...]
# Functions ------------------------------------------------------------------------------------------------------------

_Int = int | Sequence[int]


def _conv(
    dims: int,
    input: Tensor,
    weight: Tensor,
    bias: Tensor | None,
    stride: _Int,
    padding: _Int | str,
    dilation: _Int,
    groups: int,
) -> Tensor:
    """y[n, o, p] = b[o] + Σ_c Σ_k W[o, c, k] · x[n, c, p·stride + k·dilation], for p and k with `dims` numbers each."""
    _check_tensors(f"conv{dims}d", dims, input, weight, groups)
    stride, dilation = _expand(stride, dims, "stride"), _expand(dilation, dims, "dilation")
    kernel = tuple(weight.shape[2:])
    if isinstance(padding, str):
        sides = _named_padding(padding, kernel, stride, dilation)
    else:
        sides = [(p, p) for p in _expand(padding, dims, "padding")]
    _check_conv(dims, input, weight, weight.size(1) * groups, stride, sides, dilation, groups)
    _check_bias(bias, weight, weight.size(0))
    if input.dim() == dims + 1:
        return _conv(dims, input.unsqueeze(0), weight, bias, stride, padding, dilation, groups).squeeze(0)

    size = tuple(input.shape[2:])
    room = [n + b + a for n, (b, a) in zip(size, sides, strict=True)]
    reach = [d * (k - 1) + 1 for d, k in zip(dilation, kernel, strict=True)]
    if any(n < r for n, r in zip(room, reach, strict=True)):
        sizes = f"Calculated padded input size per channel: {(*room,)}. Kernel size: {(*reach,)}."
        raise RuntimeError(f"{sizes} Kernel size can't be greater than actual input size")
    # places at 0, stride, 2·stride, ... as long as the kernel does not hang over the edge
    out = tuple((n - r) // s + 1 for n, r, s in zip(room, reach, stride, strict=True))
    at = Geometry(size, kernel, stride, dilation, tuple(before for before, _ in sides), out, groups)
    return _add_bias(Convolve.apply(input, weight, at), bias)


def _conv_transpose(
    dims: int,
    input: Tensor,
    weight: Tensor,
    bias: Tensor | None,
    stride: _Int,
    padding: _Int,
    output_padding: _Int,
    groups: int,
    dilation: _Int,
) -> Tensor:
    """x[n, c, p·stride + k·dilation] = b[c] + Σ_o Σ_k W[o, c, k] · y[n, o, p], for all p and k that meet there."""
    _check_tensors(f"conv_transpose{dims}d", dims, input, weight, groups)
    stride, dilation = _expand(stride, dims, "stride"), _expand(dilation, dims, "dilation")
    padding, extra = _expand(padding, dims, "padding"), _expand(output_padding, dims, "output_padding")
    kernel = tuple(weight.shape[2:])
    _check_conv(dims, input, weight, weight.size(0), stride, [(p, p) for p in padding], dilation, groups)
    _check_bias(bias, weight, weight.size(1) * groups)
    if any(not 0 <= e < max(s, d) for e, s, d in zip(extra, stride, dilation, strict=True)):
        raise RuntimeError(f"output padding must be smaller than either stride or dilation, but got {extra}")
    if input.dim() == dims + 1:
        args = weight, bias, stride, padding, extra, groups, dilation
        return _conv_transpose(dims, input.unsqueeze(0), *args).squeeze(0)

    out = tuple(input.shape[2:])
    # the size of an image that a convolution turns into `out`; several are, and `extra` chooses among them
    size = tuple(
        (o - 1) * s + d * (k - 1) + 1 - 2 * p + e
        for o, s, d, k, p, e in zip(out, stride, dilation, kernel, padding, extra, strict=True)
    )
    if min(size) <= 0 or min(out) == 0:
        raise RuntimeError(f"Given input size per channel: {out}. Calculated output size: {size}. It is too small")
    at = Geometry(size, kernel, stride, dilation, padding, out, groups)
    return _add_bias(Spread.apply(input, weight, at), bias)


def _add_bias(y: Tensor, bias: Tensor | None) -> Tensor:
    if bias is not None:
        y += bias.view(-1, *[1] * (y.dim() - 2))
    return y


def conv1d(
    input: Tensor,
    weight: Tensor,
    bias: Tensor | None = None,
    stride: _Int = 1,
    padding: _Int | str = 0,
    dilation: _Int = 1,
    groups: int = 1,
) -> Tensor:
    """Slides each of O kernels over signals. Like `torch.nn.functional.conv1d`.

    input (N, C, L) or (C, L), weight (O, C / groups, K), bias (O) -> (N, O, L') or (O, L').
    """
    return _conv(1, input, weight, bias, stride, padding, dilation, groups)


def conv2d(
    input: Tensor,
    weight: Tensor,
    bias: Tensor | None = None,
    stride: _Int = 1,
    padding: _Int | str = 0,
    dilation: _Int = 1,
    groups: int = 1,
) -> Tensor:
    """Slides each of O kernels over images. Like `torch.nn.functional.conv2d`.

    input (N, C, H, W) or (C, H, W), weight (O, C / groups, K, L), bias (O) -> (N, O, H', W') or (O, H', W').
    """
    return _conv(2, input, weight, bias, stride, padding, dilation, groups)


def conv3d(
    input: Tensor,
    weight: Tensor,
    bias: Tensor | None = None,
    stride: _Int = 1,
    padding: _Int | str = 0,
    dilation: _Int = 1,
    groups: int = 1,
) -> Tensor:
    """Slides each of O kernels over volumes or videos. Like `torch.nn.functional.conv3d`.

    input (N, C, D, H, W) or without N, weight (O, C / groups, J, K, L), bias (O) -> (N, O, D', H', W').
    """
    return _conv(3, input, weight, bias, stride, padding, dilation, groups)


def conv_transpose1d(
    input: Tensor,
    weight: Tensor,
    bias: Tensor | None = None,
    stride: _Int = 1,
    padding: _Int = 0,
    output_padding: _Int = 0,
    groups: int = 1,
    dilation: _Int = 1,
) -> Tensor:
    """Lays down a kernel for each number of a signal. Like `torch.nn.functional.conv_transpose1d`.

    input (N, C, L) or (C, L), weight (C, O / groups, K), bias (O) -> (N, O, L') or (O, L').
    """
    return _conv_transpose(1, input, weight, bias, stride, padding, output_padding, groups, dilation)


def conv_transpose2d(
    input: Tensor,
    weight: Tensor,
    bias: Tensor | None = None,
    stride: _Int = 1,
    padding: _Int = 0,
    output_padding: _Int = 0,
    groups: int = 1,
    dilation: _Int = 1,
) -> Tensor:
    """Lays down a kernel for each pixel of images. Like `torch.nn.functional.conv_transpose2d`.

    input (N, C, H, W) or (C, H, W), weight (C, O / groups, K, L), bias (O) -> (N, O, H', W') or (O, H', W').
    """
    return _conv_transpose(2, input, weight, bias, stride, padding, output_padding, groups, dilation)


def conv_transpose3d(
    input: Tensor,
    weight: Tensor,
    bias: Tensor | None = None,
    stride: _Int = 1,
    padding: _Int = 0,
    output_padding: _Int = 0,
    groups: int = 1,
    dilation: _Int = 1,
) -> Tensor:
    """Lays down a kernel for each voxel of volumes. Like `torch.nn.functional.conv_transpose3d`.

    input (N, C, D, H, W) or without N, weight (C, O / groups, J, K, L), bias (O) -> (N, O, D', H', W').
    """
    return _conv_transpose(3, input, weight, bias, stride, padding, output_padding, groups, dilation)


def conv_tbc(input: Tensor, weight: Tensor, bias: Tensor, pad: int = 0) -> Tensor:
    """conv1d with time first: (T, N, C), weight (K, C, O), bias (O) -> (T', N, O). Like `torch.conv_tbc`."""
    return conv1d(input.permute(1, 2, 0), weight.permute(2, 1, 0), bias, padding=pad).permute(2, 0, 1)


# Modules --------------------------------------------------------------------------------------------------------------


class _ConvBase(Module):
    """What convolutions of all kinds share; a subclass says how many dimensions there are."""

    _dims: int
    padding: Any  # numbers, or a name
    weight: Tensor
    bias: Tensor | None

    def _build(
        self,
        in_channels: int,
        out_channels: int,
        kernel_size: _Int,
        stride: _Int,
        padding: _Int | str,
        dilation: _Int,
        transposed: bool,
        output_padding: _Int,
        groups: int,
        bias: bool,
        padding_mode: str,
        device: Any,
        dtype: Any,
    ) -> None:
        self.in_channels, self.out_channels, self.groups = in_channels, out_channels, groups
        self.kernel_size, self.stride = self._per_dim(kernel_size), self._per_dim(stride)
        self.padding = padding if isinstance(padding, str) else self._per_dim(padding)
        self.dilation, self.padding_mode = self._per_dim(dilation), padding_mode
        self.transposed, self.output_padding = transposed, self._per_dim(output_padding)
        self._check_options()
        first, second = (in_channels, out_channels) if transposed else (out_channels, in_channels)
        shape = (first, second // groups, *self.kernel_size)
        self.weight = Parameter(torch.empty(shape, device=device, dtype=dtype))
        if bias:
            self.bias = Parameter(torch.empty(out_channels, device=device, dtype=dtype))
        else:
            self.register_parameter("bias", None)
        self.reset_parameters()

    def _per_dim(self, value: _Int) -> _Sizes:
        return tuple(value) if isinstance(value, Iterable) else (value,) * self._dims

    def reset_parameters(self) -> None:
        """Draws the first weights. A slope of sqrt(5) turns Kaiming's bound into 1/sqrt(fan_in)."""
        init.kaiming_uniform_(self.weight, a=math.sqrt(5))
        if self.bias is not None:
            # b ~ U(-1/sqrt(fan_in), 1/sqrt(fan_in)), fan_in = weight.size(1) * kernel entries
            fan_in = math.prod(self.weight.shape[1:])
            bound = 1 / math.sqrt(fan_in) if fan_in > 0 else 0
            init.uniform_(self.bias, -bound, bound)

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

    def extra_repr(self) -> str:
        text = f"{self.in_channels}, {self.out_channels}, kernel_size={self.kernel_size}, stride={self.stride}"
        if self.padding != (0,) * len(self.padding):
            text += f", padding={self.padding}"
        if self.dilation != (1,) * len(self.dilation):
            text += f", dilation={self.dilation}"
        if self.output_padding != (0,) * len(self.output_padding):
            text += f", output_padding={self.output_padding}"
        if self.groups != 1:
            text += f", groups={self.groups}"
        if self.bias is None:
            text += ", bias=False"
        if self.padding_mode != "zeros":
            text += f", padding_mode={self.padding_mode}"
        return text


class _Conv(_ConvBase):
    def __init__(
        self,
        in_channels: int,
        out_channels: int,
        kernel_size: _Int,
        stride: _Int = 1,
        padding: _Int | str = 0,
        dilation: _Int = 1,
        groups: int = 1,
        bias: bool = True,
        padding_mode: str = "zeros",
        device: Any = None,
        dtype: Any = None,
    ) -> None:
        super().__init__()
        sizes = kernel_size, stride, padding, dilation, False, 0
        self._build(in_channels, out_channels, *sizes, groups, bias, padding_mode, device, dtype)

    def forward(self, input: Tensor) -> Tensor:
        padding: _Sizes | str = self.padding
        if self.padding_mode != "zeros":
            if isinstance(padding, str):
                sides = _named_padding(padding, self.kernel_size, self.stride, self.dilation)
            else:
                sides = [(p, p) for p in padding]
            # pad wants the last dimension first
            input, padding = pad(input, [p for side in reversed(sides) for p in side], self.padding_mode), (0,)
        return _conv(self._dims, input, self.weight, self.bias, self.stride, padding, self.dilation, self.groups)


class Conv1d(_Conv):
    """y[n, o, i] = b[o] + Σ_c Σ_k W[o, c, k] · x[n, c, i·stride + k]. Like `torch.nn.Conv1d`.

    input (N, in_channels, L) or (in_channels, L) -> (N, out_channels, L') or (out_channels, L'), with
    L' = floor((L + 2·padding - dilation·(K - 1) - 1) / stride) + 1; everything else as in Conv2d.

    Source: torch.nn.Conv1d.
    """

    _dims = 1


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


class Conv3d(_Conv):
    """y[n, o, p] = b[o] + Σ_c Σ_k W[o, c, k] · x[n, c, p·stride + k], p and k with 3 numbers. Like `torch.nn.Conv3d`.

    input (N, in_channels, D, H, W) or without N -> (N, out_channels, D', H', W'); all else as in Conv2d.

    Source: torch.nn.Conv3d.
    """

    _dims = 3


class _ConvTranspose(_ConvBase):
    def __init__(
        self,
        in_channels: int,
        out_channels: int,
        kernel_size: _Int,
        stride: _Int = 1,
        padding: _Int = 0,
        output_padding: _Int = 0,
        groups: int = 1,
        bias: bool = True,
        dilation: _Int = 1,
        padding_mode: str = "zeros",
        device: Any = None,
        dtype: Any = None,
    ) -> None:
        if padding_mode != "zeros":
            raise ValueError(f'Only "zeros" padding mode is supported for {type(self).__name__}')
        super().__init__()
        sizes = kernel_size, stride, padding, dilation, True, output_padding
        self._build(in_channels, out_channels, *sizes, groups, bias, padding_mode, device, dtype)

    def forward(self, input: Tensor, output_size: Sequence[int] | None = None) -> Tensor:
        extra = self.output_padding if output_size is None else self._missing_to(output_size, input)
        sizes = self.stride, self.padding, extra, self.groups, self.dilation
        return _conv_transpose(self._dims, input, self.weight, self.bias, *sizes)

    def _missing_to(self, output_size: Sequence[int], input: Tensor) -> _Sizes:
        """The output_padding that leads to this size."""
        dims, got = self._dims, len(output_size)
        leading = input.dim() - dims
        if got == input.dim():
            output_size = output_size[leading:]
        if len(output_size) != dims:
            raise ValueError(f"output_size must have {dims} or {dims + leading} elements (got {got})")
        numbers = zip(input.shape[leading:], self.stride, self.padding, self.dilation, self.kernel_size, strict=True)
        least = [(n - 1) * s - 2 * p + d * (k - 1) + 1 for n, s, p, d, k in numbers]
        extra = tuple(size - low for size, low in zip(output_size, least, strict=True))
        if any(not 0 <= e < s for e, s in zip(extra, self.stride, strict=True)):
            most = [low + s - 1 for low, s in zip(least, self.stride, strict=True)]
            raise ValueError(f"requested an output size of {output_size}, but valid sizes range from {least} to {most}")
        return extra


class ConvTranspose1d(_ConvTranspose):
    """y[n, o, i·stride + k - padding] += W[c, o, k] · x[n, c, i] for all c, i, k. Like `torch.nn.ConvTranspose1d`.

    input (N, in_channels, L) or (in_channels, L) -> (N, out_channels, L') or (out_channels, L'), with
    L' = (L - 1)·stride - 2·padding + dilation·(K - 1) + output_padding + 1; everything else as in ConvTranspose2d.

    Source: torch.nn.ConvTranspose1d.
    """

    _dims = 1


class ConvTranspose2d(_ConvTranspose):
    """y[n, o, i·stride + k, j·stride + l] += W[c, o, k, l] · x[n, c, i, j] for all c, i, j, k, l, after y = bias.

    Like `torch.nn.ConvTranspose2d`: each pixel lays down a kernel, `padding` pixels are cut off all around. It is what
    the gradient of a Conv2d with the same numbers does to its output, and leads back to the size of its input.

    input (N, in_channels, H, W) or (in_channels, H, W) -> (N, out_channels, H', W') or (out_channels, H', W'), where
    H' = (H - 1)·stride - 2·padding + dilation·(K - 1) + output_padding + 1. A strided convolution makes one size out of
    several: output_padding, or output_size in the call, says which to return to. weight (in_channels, out_channels /
    groups, K, L) and bias (out_channels) start from U(-k, k) with k = 1/sqrt(out_channels / groups · K · L).

    Source: torch.nn.ConvTranspose2d; Dumoulin and Visin, arXiv 1603.07285.
    """

    _dims = 2


class ConvTranspose3d(_ConvTranspose):
    """y[n, o, p·stride + k] += W[c, o, k] · x[n, c, p], p and k with 3 numbers each. Like `torch.nn.ConvTranspose3d`.

    input (N, in_channels, D, H, W) or without N -> (N, out_channels, D', H', W'); all else as in ConvTranspose2d.

    Source: torch.nn.ConvTranspose3d.
    """

    _dims = 3


# Checks ---------------------------------------------------------------------------------------------------------------


def _expand(value: _Int, dims: int, name: str) -> _Sizes:
    """One number for each dimension, from one for all or one each."""
    values = tuple(value) if isinstance(value, Iterable) else (value,)
    if not all(isinstance(v, int) for v in values):
        raise TypeError(f"{name} must be int or a sequence of ints, but got {value}")
    if len(values) not in (1, dims):
        raise RuntimeError(f"expected {name} to be a single integer value or a list of {dims} values, but got {value}")
    return values if len(values) == dims else values * dims


def _named_padding(padding: str, kernel: _Sizes, stride: _Sizes, dilation: _Sizes) -> list[tuple[int, int]]:
    """(before, after) for each dimension, of "same" and "valid"."""
    if padding == "valid":
        return [(0, 0)] * len(kernel)
    if padding != "same":
        raise RuntimeError(f"Invalid padding string: '{padding}'")
    if any(s != 1 for s in stride):
        raise RuntimeError("padding='same' is not supported for strided convolutions")
    # A kernel of length k eats dilation * (k - 1); if that is odd, the larger half is put back at the end.
    eaten = [d * (k - 1) for k, d in zip(kernel, dilation, strict=True)]
    return [(e // 2, e - e // 2) for e in eaten]


def _check_tensors(name: str, dims: int, input: Tensor, weight: Tensor, groups: int) -> None:
    for argument, tensor in (("input", input), ("weight", weight)):
        if not isinstance(tensor, Tensor):
            raise TypeError(f"{name}(): argument '{argument}' must be Tensor, not {type(tensor).__name__}")
    if groups <= 0:
        raise RuntimeError("non-positive groups is not supported")
    if weight.dim() != dims + 2:
        raise RuntimeError(f"expected a weight of {dims + 2} dimensions, but got {[*weight.shape]}")
    if input.dim() not in (dims + 1, dims + 2):
        shapes = f"Expected {dims + 1}D (unbatched) or {dims + 2}D (batched) input to {name}"
        raise RuntimeError(f"{shapes}, but got input of size: {[*input.shape]}")


def _check_conv(
    dims: int,
    input: Tensor,
    weight: Tensor,
    channels: int,
    stride: _Sizes,
    sides: list[tuple[int, int]],
    dilation: _Sizes,
    groups: int,
) -> None:
    def problems() -> Iterator[tuple[bool, str]]:
        yield min(stride) <= 0, "non-positive stride is not supported"
        yield min(min(side) for side in sides) < 0, "negative padding is not supported"
        yield min(dilation) <= 0, f"dilation should be greater than zero, but got {[*dilation]}"
        yield min(weight.shape[2:]) <= 0, f"kernel size should be greater than zero, but got {[*weight.shape[2:]]}"
        first, got = weight.size(0), input.size(-dims - 1)
        yield first == 0 or first % groups != 0, f"weight of size {[*weight.shape]} does not make {groups} groups"
        expected = f"expected input{[*input.shape]} to have {channels} channels, but got {got} channels instead"
        yield got != channels, f"Given groups={groups}, weight of size {[*weight.shape]}, {expected}"
        yield (
            input.dtype != weight.dtype,
            f"Input type ({input.dtype}) and weight type ({weight.dtype}) should be the same",
        )

    for wrong, message in problems():
        if wrong:
            raise RuntimeError(message)


def _check_bias(bias: Tensor | None, weight: Tensor, channels: int) -> None:
    if bias is None:
        return
    if tuple(bias.shape) != (channels,):
        raise RuntimeError(f"expected bias to be 1-dimensional with {channels} elements, but got {[*bias.shape]}")
    if bias.dtype != weight.dtype:
        raise RuntimeError(f"weight and bias should have the same type, but got {weight.dtype} and {bias.dtype}")
