"""Unfold lays out patches of an image as columns, Fold adds columns back to an image: transposes of each other."""

from collections.abc import Iterable, Sequence
from itertools import product
from typing import Any, NamedTuple

import torch
from torch import Tensor

from nnbook.nn.module import Module

__all__ = ["Fold", "Unfold"]

_Int = int | Sequence[int]
_Pair = tuple[int, int]


class _Geometry(NamedTuple):
    """How a window moves over an image: two numbers each."""

    size: _Pair
    kernel: _Pair
    dilation: _Pair
    padding: _Pair
    stride: _Pair

    @property
    def places(self) -> _Pair:
        """How many there are for the window, down and across."""
        h, w = (
            (n + 2 * p - d * (k - 1) - 1) // s + 1
            for n, k, d, p, s in zip(self.size, self.kernel, self.dilation, self.padding, self.stride, strict=True)
        )
        return h, w

    def windows(self, image: Tensor) -> Any:
        """For each place in the window, what lies under it as the window moves: a view (N, C, *places)."""
        for entry in product(*[range(k) for k in self.kernel]):
            # pixel = place · stride + entry · dilation
            starts = [e * d for e, d in zip(entry, self.dilation, strict=True)]
            ends = [b + s * (n - 1) + 1 for b, s, n in zip(starts, self.stride, self.places, strict=True)]
            down, across = (slice(b, e, s) for b, e, s in zip(starts, ends, self.stride, strict=True))
            yield image[:, :, down, across]

    def frame(self, image: Tensor) -> tuple[Tensor, Tensor]:
        """Zeros around an image of this size, and the view of the image within."""
        (h, w), (top, left) = self.size, self.padding
        framed = image.new_zeros(*image.shape[:2], h + 2 * top, w + 2 * left)
        return framed, framed[:, :, top : top + h, left : left + w]


class _Unfold(torch.autograd.Function):
    @staticmethod
    def forward(ctx: Any, x: Tensor, at: _Geometry) -> Tensor:
        ctx.at = at
        framed, inside = at.frame(x)
        inside.copy_(x)
        for i, (k, d, s) in enumerate(zip(at.kernel, at.dilation, at.stride, strict=True)):
            # Windows as long as the spread-out kernel, of which every dilation-th pixel counts: views, no copies.
            framed = framed.unfold(2 + i, d * (k - 1) + 1, s)[..., ::d]
        # columns[n, (c, k), p] = x[n, c, p·stride + k·dilation - padding]
        return framed.permute(0, 1, 4, 5, 2, 3).flatten(4).flatten(1, 3)

    @staticmethod
    def backward(ctx: Any, grad: Tensor) -> Any:
        return _Fold.apply(grad, ctx.at), None


class _Fold(torch.autograd.Function):
    @staticmethod
    def forward(ctx: Any, columns: Tensor, at: _Geometry) -> Tensor:
        ctx.at = at
        k = at.kernel[0] * at.kernel[1]
        patches = columns.unflatten(2, at.places).unflatten(1, (-1, k))
        framed, inside = at.frame(patches[:, :, 0])
        for window, entry in zip(at.windows(framed), patches.unbind(2), strict=True):
            # x[n, c, p·stride + k·dilation - padding] += columns[n, (c, k), p]
            window += entry
        return inside.contiguous()

    @staticmethod
    def backward(ctx: Any, grad: Tensor) -> Any:
        return _Unfold.apply(grad, ctx.at), None


def unfold(input: Tensor, kernel_size: _Int, dilation: _Int = 1, padding: _Int = 0, stride: _Int = 1) -> Tensor:
    """Each patch of an image as a column. Like `torch.nn.functional.unfold`.

    input (N, C, H, W) or (C, H, W) -> (N, C · kernel entries, places) or the same without N.
    """
    _check_tensor(input, "unfold")
    if input.dim() < 3:
        raise IndexError(f"an image has three dimensions (C, H, W), but got {[*input.shape]}")
    if input.dim() > 4 or 0 in input.shape[-3:]:
        raise RuntimeError(f"Expected 3D or 4D (batch mode) tensor of images, but got: {[*input.shape]}")
    h, w = input.shape[-2:]
    at = _geometry((h, w), kernel_size, dilation, padding, stride)
    if input.dim() == 3:
        return _Unfold.apply(input.unsqueeze(0), at).squeeze(0)
    return _Unfold.apply(input, at)


def fold(
    input: Tensor,
    output_size: _Int,
    kernel_size: _Int,
    dilation: _Int = 1,
    padding: _Int = 0,
    stride: _Int = 1,
) -> Tensor:
    """Adds each column to the place of its patch. Like `torch.nn.functional.fold`.

    input (N, C · kernel entries, places) or without N -> (N, C, *output_size) or without N.
    """
    _check_tensor(input, "fold")
    if input.dim() not in (2, 3) or 0 in input.shape[-2:]:
        raise RuntimeError(f"Expected 2D or 3D (batch mode) tensor of columns, but got: {[*input.shape]}")
    at = _geometry(_pair(output_size, "output_size"), kernel_size, dilation, padding, stride)
    k, places = at.kernel[0] * at.kernel[1], at.places[0] * at.places[1]
    if input.size(-2) % k != 0:
        raise RuntimeError(f"Expected size {input.size(-2)} of a column to be a multiple of the {k} kernel entries")
    if input.size(-1) != places:
        raise RuntimeError(f"Expected {at.places[0]} * {at.places[1]} = {places} columns, but got {input.size(-1)}")
    if input.dim() == 2:
        return _Fold.apply(input.unsqueeze(0), at).squeeze(0)
    return _Fold.apply(input, at)


class Unfold(Module):
    """columns[n, (c, k), p] = x[n, c, p·stride + k·dilation - padding]: patches as columns. Like `torch.nn.Unfold`.

    input (N, C, H, W) or (C, H, W) -> (N, C · Πkernel_size, L) or (C · Πkernel_size, L), where L counts the places of
    the window: Π floor((size + 2·padding - dilation·(kernel_size - 1) - 1) / stride + 1). A convolution is a matrix
    times these columns.

    Source: torch.nn.Unfold.
    """

    def __init__(self, kernel_size: _Int, dilation: _Int = 1, padding: _Int = 0, stride: _Int = 1) -> None:
        super().__init__()
        self.kernel_size, self.dilation, self.padding, self.stride = kernel_size, dilation, padding, stride

    def forward(self, input: Tensor) -> Tensor:
        return unfold(input, self.kernel_size, self.dilation, self.padding, self.stride)

    def extra_repr(self) -> str:
        return f"kernel_size={self.kernel_size}, dilation={self.dilation}, padding={self.padding}, stride={self.stride}"


class Fold(Module):
    """x[n, c, p·stride + k·dilation - padding] += columns[n, (c, k), p] for all k and p. Like `torch.nn.Fold`.

    input (N, C · Πkernel_size, L) or without N -> (N, C, *output_size) or without N; L as in Unfold. Where patches
    overlap their numbers add up, so fold(unfold(x)) is x times the number of patches over each pixel.

    Source: torch.nn.Fold.
    """

    def __init__(
        self, output_size: _Int, kernel_size: _Int, dilation: _Int = 1, padding: _Int = 0, stride: _Int = 1
    ) -> None:
        super().__init__()
        self.output_size, self.kernel_size = output_size, kernel_size
        self.dilation, self.padding, self.stride = dilation, padding, stride

    def forward(self, input: Tensor) -> Tensor:
        return fold(input, self.output_size, self.kernel_size, self.dilation, self.padding, self.stride)

    def extra_repr(self) -> str:
        return (
            f"output_size={self.output_size}, kernel_size={self.kernel_size}, dilation={self.dilation}, "
            f"padding={self.padding}, stride={self.stride}"
        )


def _check_tensor(input: Any, name: str) -> None:
    if not isinstance(input, Tensor):
        raise TypeError(f"{name}(): argument 'input' must be Tensor, not {type(input).__name__}")
    if not (input.is_floating_point() or input.is_complex() or input.dtype == torch.bool):
        raise NotImplementedError(f"{name} is not implemented for {input.dtype}")


def _geometry(size: _Pair, kernel: _Int, dilation: _Int, padding: _Int, stride: _Int) -> _Geometry:
    named = {"kernel_size": kernel, "dilation": dilation, "padding": padding, "stride": stride}
    pairs = [_pair(value, name) for name, value in named.items()]
    for name, pair in zip(named, pairs, strict=True):
        if min(pair) < (0 if name == "padding" else 1):
            raise RuntimeError(
                f"{name} should be {'at least' if name == 'padding' else 'greater than'} zero, got {pair}"
            )
    at = _Geometry(size, *pairs)
    if min(at.places) < 1:
        raise RuntimeError(f"an image of {size} has no place for {at.kernel} with dilation {at.dilation}: {at.places}")
    return at


def _pair(value: _Int, name: str) -> _Pair:
    values = tuple(value) if isinstance(value, Iterable) else (value, value)
    if not all(isinstance(v, int) for v in values):
        raise TypeError(f"{name} must be int or a pair of ints, but got {value}")
    if len(values) != 2:
        raise RuntimeError(f"expected {name} to be one number or two, but got {value}")
    return values
