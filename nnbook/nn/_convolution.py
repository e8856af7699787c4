"""What all convolutions share, for any number of spatial dimensions: one sum, and its derivatives.

Everything here is one sum of three factors: images x, a kernel W, and outputs y (or a gradient of that shape).

    S(x, W, y) = Σ_n Σ_o Σ_c Σ_p Σ_k  y[n, o, p] · W[o, c, k] · x[n, c, p·stride + k·dilation]

A convolution is dS/dy, a transposed convolution dS/dx, the gradient of a convolution's kernel dS/dW. Each is linear in
the two other factors, so the backward pass of each is the two others.

No patches are laid out. Write the rows of an image one behind the other: what entry k of the kernel meets, for all
places p at once, is then a slice x_k of that one long row, and y = Σ_k W_k · x_k is a matrix product for each entry.
"""

import math
from collections.abc import Iterator
from itertools import product
from typing import Any, NamedTuple

import torch
from torch import Tensor

from nnbook.nn.pointwise import widen

_Sizes = tuple[int, ...]

# The derivatives of S -------------------------------------------------------------------------------------------------


class Convolve(torch.autograd.Function):
    """dS/dy: x (N, C, *size) and W (O, C / groups, *kernel) -> y (N, O, *out)."""

    @staticmethod
    def forward(ctx: Any, x: Tensor, weight: Tensor, at: "Geometry") -> Tensor:
        ctx.save_for_backward(x, weight)
        ctx.at = at
        y = x.new_empty(x.size(0), weight.size(0), *at.out)
        kernel = _entries(weight, at)
        x_row = None
        for images in _parts(x, y, at):
            n, x_row, y_row = len(x[images]), _row_of_x(x[images], at, x_row), _zeros_of_y(y[images], at)
            for w_k, x_k in zip(kernel, _join(_slices(x_row, n, at), kernel), strict=True):
                _add_product(y_row, w_k, x_k)  # y += W_k · x_k
            y[images] = _places(y_row, n, at)
        return y

    @staticmethod
    def backward(ctx: Any, grad: Tensor) -> Any:
        x, weight = ctx.saved_tensors
        x_needed, w_needed, _ = ctx.needs_input_grad
        dx = Spread.apply(grad, weight.conj(), ctx.at) if x_needed else None
        return dx, Correlate.apply(x.conj(), grad, ctx.at) if w_needed else None, None


class Spread(torch.autograd.Function):
    """dS/dx: y (N, O, *out) and W (O, C / groups, *kernel) -> x (N, C, *size)."""

    @staticmethod
    def forward(ctx: Any, y: Tensor, weight: Tensor, at: "Geometry") -> Tensor:
        ctx.save_for_backward(y, weight)
        ctx.at = at
        # zeros where a stride leaves pixels between the kernels, or behind the last one
        x = (y.new_empty if at.covers else y.new_zeros)(y.size(0), weight.size(1) * at.groups, *at.size)
        kernel = _entries(weight, at)
        for images in _parts(x, y, at):
            n, y_row, x_row = len(x[images]), _row_of_y(y[images], at), _zeros_of_x(x[images], at)
            slices = _slices(x_row, n, at)
            if len(kernel) == len(slices):
                for w_k, x_k in zip(kernel, slices, strict=True):
                    _add_product(x_k, w_k.mT, y_row)  # x_k += W_kᵀ · y
            else:
                products = (kernel[0].mT @ y_row).unflatten(1, (-1, len(slices)))
                for x_k, more in zip(slices, products.unbind(2), strict=True):
                    x_k += more
            for pixels, in_row in _pixels(x[images], x_row, at):
                pixels.copy_(in_row)
        return x

    @staticmethod
    def backward(ctx: Any, grad: Tensor) -> Any:
        y, weight = ctx.saved_tensors
        y_needed, w_needed, _ = ctx.needs_input_grad
        dy = Convolve.apply(grad, weight.conj(), ctx.at) if y_needed else None
        return dy, Correlate.apply(grad, y.conj(), ctx.at) if w_needed else None, None


class Correlate(torch.autograd.Function):
    """dS/dW: x (N, C, *size) and y (N, O, *out) -> W (O, C / groups, *kernel)."""

    @staticmethod
    def forward(ctx: Any, x: Tensor, y: Tensor, at: "Geometry") -> Tensor:
        ctx.save_for_backward(x, y)
        ctx.at = at
        outs, ins = y.size(1) // at.groups, x.size(1) // at.groups
        joined = _is_thin(outs, ins)
        k = math.prod(at.kernel)
        weight = widen(x).new_zeros(*((1, at.groups, outs, ins * k) if joined else (k, at.groups, outs, ins)))
        x_row = None
        for images in _parts(x, y, at):
            n, x_row, y_row = len(x[images]), _row_of_x(x[images], at, x_row), _row_of_y(y[images], at)
            for w_k, x_k in zip(weight, _join(_slices(x_row, n, at), weight), strict=True):
                _add_product(w_k, y_row, x_k.mT)  # W_k += y · x_kᵀ
        weight = weight if joined else weight.movedim(0, -1)
        return weight.reshape(y.size(1), ins, *at.kernel).to(x.dtype)

    @staticmethod
    def backward(ctx: Any, grad: Tensor) -> Any:
        x, y = ctx.saved_tensors
        x_needed, y_needed, _ = ctx.needs_input_grad
        dx = Spread.apply(y.conj(), grad, ctx.at) if x_needed else None
        return dx, Convolve.apply(x.conj(), grad, ctx.at) if y_needed else None, None


# Images as long rows --------------------------------------------------------------------------------------------------


class Geometry(NamedTuple):
    """How a kernel moves over images: one number per spatial dimension, and `groups`."""

    size: _Sizes  # of x
    kernel: _Sizes
    stride: _Sizes
    dilation: _Sizes
    before: _Sizes  # zeros before the first pixel; those behind the last follow from `out`
    out: _Sizes  # of y
    groups: int

    # With a stride s every s-th pixel goes into a grid of its own: entry k meets the pixels p·s + k·d, all of which are
    # neighbours in grid number k·d mod s. There are as many grids as remainders occur.
    @property
    def grids(self) -> _Sizes:
        return tuple(min(s, d * (k - 1) + 1) for s, d, k in zip(self.stride, self.dilation, self.kernel, strict=True))

    # In its grid entry k starts k·d // s further on, so a grid has room for all places and the largest such step.
    @property
    def grid(self) -> _Sizes:
        steps = [d * (k - 1) // s for k, d, s in zip(self.kernel, self.dilation, self.stride, strict=True)]
        return tuple(o + step for o, step in zip(self.out, steps, strict=True))

    @property
    def covers(self) -> bool:
        """Whether every pixel stands in a grid."""
        ends = (g * s - b for g, s, b in zip(self.grid, self.stride, self.before, strict=True))
        return self.grids == self.stride and all(end >= n for end, n in zip(ends, self.size, strict=True))


def _length_of_x(n: int, at: Geometry) -> int:
    """All grids of n images, and a rest over which the last slice hangs."""
    rest = sum((g - o) * math.prod(at.grid[i + 1 :]) for i, (g, o) in enumerate(zip(at.grid, at.out, strict=True)))
    return math.prod(at.grids) * n * math.prod(at.grid) + rest


def _zeros_of_x(x: Tensor, at: Geometry) -> Tensor:
    """A row for images like x: (groups, C / groups, length)."""
    return widen(x).new_zeros(at.groups, x.size(1) // at.groups, _length_of_x(x.size(0), at))


def _row_of_x(x: Tensor, at: Geometry, row: Tensor | None = None) -> Tensor:
    """Images as a row: a new one, or that of earlier images, where all but the pixels is zero already."""
    if at.grid == at.size and max(at.kernel) == 1 and not any(at.before):
        return widen(x).transpose(0, 1).reshape(at.groups, x.size(1) // at.groups, -1)
    if row is None or row.size(2) != _length_of_x(x.size(0), at):
        row = _zeros_of_x(x, at)
    for pixels, in_row in _pixels(x, row, at):
        in_row.copy_(pixels)
    return row


def _pixels(x: Tensor, row: Tensor, at: Geometry) -> Iterator[tuple[Tensor, Tensor]]:
    """For each grid the pixels that it holds: as they stand in x, and as they stand in the row."""
    n, c = x.shape[:2]
    grids = row.flatten(0, 1)[:, : math.prod(at.grids) * n * math.prod(at.grid)].view(c, *at.grids, n, *at.grid)
    for which in product(*[range(g) for g in at.grids]):
        in_x: list[slice] = [slice(None)] * 2
        in_grid: list[slice] = [slice(None)] * 2
        for r, s, b, length, size in zip(which, at.stride, at.before, at.grid, at.size, strict=True):
            # place j of the grid is pixel r + s·j - before
            first = max(-((r - b) // s), 0)
            pixel = r + s * first - b
            count = max(min(length - first, -((pixel - size) // s)), 0)
            in_x.append(slice(pixel, pixel + s * count, s))
            in_grid.append(slice(first, first + count))
        place: tuple[Any, ...] = (slice(None), *which)
        grid = grids[place].transpose(0, 1)
        yield x[tuple(in_x)], grid[tuple(in_grid)]


def _slices(row: Tensor, n: int, at: Geometry) -> list[Tensor]:
    """x_k for each entry k of the kernel: (groups, C / groups, N · grid), none of them a copy."""
    length = n * math.prod(at.grid)
    starts = []
    for entry in product(*[range(k) for k in at.kernel]):
        which = step = 0
        for k, d, s, grids, grid in zip(entry, at.dilation, at.stride, at.grids, at.grid, strict=True):
            which, step = which * grids + k * d % s, step * grid + k * d // s
        starts.append(which * length + step)
    return [row[:, :, start : start + length] for start in starts]


def _zeros_of_y(y: Tensor, at: Geometry) -> Tensor:
    return widen(y).new_zeros(at.groups, y.size(1) // at.groups, y.size(0) * math.prod(at.grid))


def _row_of_y(y: Tensor, at: Geometry) -> Tensor:
    """(N, O, *out) -> (groups, O / groups, N · grid), zero where the kernel would hang over an edge."""
    if at.grid == at.out:
        return widen(y).transpose(0, 1).reshape(at.groups, y.size(1) // at.groups, -1)
    row = _zeros_of_y(y, at)
    _places(row, y.size(0), at).copy_(y)
    return row


def _places(row: Tensor, n: int, at: Geometry) -> Tensor:
    """The row of y as (N, O, *out), without those places."""
    return row.view(-1, n, *at.grid)[:, :, *map(slice, at.out)].transpose(0, 1)


def _parts(x: Tensor, y: Tensor, at: Geometry) -> Iterator[slice]:
    """A few images at a time: their rows stay in the cache, and little memory is needed beside x and y."""
    n = x.size(0)
    if torch.compiler.is_compiling():
        return iter([slice(0, n)])
    k = math.prod(at.kernel) if _is_thin(y.size(1) // at.groups, x.size(1) // at.groups) else 0
    each = math.prod(at.grid) * (x.size(1) * (math.prod(at.grids) + k) + y.size(1))
    few = max((_ROOM if x.device.type == "cpu" else 64 * _ROOM) // max(each, 1), 1)
    few = math.ceil(n / math.ceil(n / few)) if n else 1  # parts of one size, as far as possible
    return (slice(i, min(i + few, n)) for i in range(0, n, few))


_ROOM = 2**19  # numbers, 2 MB of them in float32


# Products -------------------------------------------------------------------------------------------------------------


def _add_product(total: Tensor, a: Tensor, b: Tensor) -> None:
    """total += a @ b. If every channel is a group (depthwise) `a` is one number a group, and times is faster than @."""
    if a.size(1) == a.size(2) == 1:
        total.addcmul_(a, b)
    else:
        total.baddbmm_(a, b)


def _is_thin(outs: int, ins: int) -> bool:
    """Few channels in and more out (a first layer): one product with all slices joined is faster than thin ones."""
    return ins < min(outs, 8)


def _entries(weight: Tensor, at: Geometry) -> Tensor:
    """W_k for each entry k: (kernel, groups, O / groups, C / groups). Thin ones stand side by side in one."""
    by_group = widen(weight).reshape(at.groups, weight.size(0) // at.groups, weight.size(1), -1)
    if _is_thin(*by_group.shape[1:3]):
        return by_group.flatten(2)[None]
    return by_group.movedim(-1, 0).contiguous()


def _join(slices: list[Tensor], kernel: Tensor) -> list[Tensor]:
    return slices if len(kernel) == len(slices) else [torch.stack(slices, 2).flatten(1, 2)]
