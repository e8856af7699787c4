"""Padding: a frame around signals, images and volumes, filled with a constant or out of the input itself."""

from collections.abc import Callable, Iterable, Sequence
from typing import Any

import torch
from torch import Tensor

from nnbook.nn.module import Module

__all__ = [
    "CircularPad1d",
    "CircularPad2d",
    "CircularPad3d",
    "ConstantPad1d",
    "ConstantPad2d",
    "ConstantPad3d",
    "ReflectionPad1d",
    "ReflectionPad2d",
    "ReflectionPad3d",
    "ReplicationPad1d",
    "ReplicationPad2d",
    "ReplicationPad3d",
    "ZeroPad1d",
    "ZeroPad2d",
    "ZeroPad3d",
]


def pad(input: Tensor, pad: Sequence[int], mode: str = "constant", value: float | None = None) -> Tensor:
    """Adds `pad = (left, right, top, bottom, ...)`, last dimension first. Like `torch.nn.functional.pad`.

    With input ABCD and pad (2, 2): constant 00ABCD00, reflect CBABCDCB, replicate AAABCDDD, circular CDABCDAB.
    Negative numbers cut off. input (*, W) -> (*, left + W + right).
    """
    if mode not in ("constant", *_WHERE_FROM):
        raise NotImplementedError(f"Unrecognised padding mode {mode}")
    if len(pad) % 2:
        raise RuntimeError("Padding length must be divisible by 2")
    dims = len(pad) // 2
    if dims > input.dim():
        raise RuntimeError(f"{len(pad)} paddings are more than two for each dimension of an input of {input.dim()}")
    sides = [(-1 - i, pad[2 * i], pad[2 * i + 1]) for i in range(dims)]
    if mode == "constant":
        return _pad_constant(input, sides, value or 0)
    _check_frame(input, sides, mode, value)
    for dim, before, after in sides:
        if mode == "circular" and min(before, after) < 0:
            # What is cut off does not come around again.
            input = _pad_constant(input, [(dim, min(before, 0), min(after, 0))], 0)
            before, after = max(before, 0), max(after, 0)
        input = _Frame.apply(input, dim, before, after, _WHERE_FROM[mode])
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
    return _Within.apply(input, shape, tuple(inside), value)


class _Within(torch.autograd.Function):
    """The input at `inside` in a tensor that is `value` elsewhere. (Autograd's own way copies the gradient twice.)"""

    @staticmethod
    def forward(ctx: Any, x: Tensor, shape: list[int], inside: tuple[slice, ...], value: float) -> Tensor:
        ctx.inside = inside
        y = x.new_full(shape, value)
        y[inside] = x
        return y

    @staticmethod
    def backward(ctx: Any, grad: Tensor) -> Any:
        return grad[ctx.inside], None, None, None


# Where the frame's place i is read from in an input of places 0, ..., n - 1.
_WHERE_FROM: dict[str, Callable[[int, int], int]] = {
    "reflect": lambda i, n: (n - 1) - abs((n - 1) - abs(i)),  # folded at 0, then at n - 1
    "replicate": lambda i, n: min(max(i, 0), n - 1),
    "circular": lambda i, n: i % n,
}


class _Frame(torch.autograd.Function):
    """Places -before, ..., -1 | 0, ..., n - 1 | n, ..., n + after - 1 along dim: the frame, the input, the frame.

    On the way back, what a place of the frame gets belongs to the place that it was read from.
    """

    @staticmethod
    def forward(
        ctx: Any, x: Tensor, dim: int, before: int, after: int, where_from: Callable[[int, int], int]
    ) -> Tensor:
        n, begin, end = x.size(dim), -before, x.size(dim) + after
        # Where numbers are negative, less than the input is left, and maybe only a part of the frame.
        first, last = min(max(begin, 0), n), min(max(end, 0), n)
        left, right = range(begin, min(end, 0)), range(max(begin, n), end)
        source = torch.tensor([where_from(i, n) for i in (*left, *right)], dtype=torch.long, device=x.device)
        ctx.save_for_backward(source)
        ctx.dim, ctx.cut, ctx.lengths = dim, (first, n - last), [len(left), last - first, len(right)]
        frame = x.index_select(dim, source).split([len(left), len(right)], dim)
        return torch.cat([frame[0], x.narrow(dim, first, last - first), frame[1]], dim)

    @staticmethod
    def backward(ctx: Any, grad: Tensor) -> Any:
        left, inside, right = grad.split(ctx.lengths, ctx.dim)
        if any(ctx.cut):
            inside = _pad_constant(inside, [(ctx.dim, *ctx.cut)], 0)
        dx = inside.index_add(ctx.dim, ctx.saved_tensors[0], torch.cat([left, right], ctx.dim))
        return dx, None, None, None, None


def _check_frame(input: Tensor, sides: list[tuple[int, int, int]], mode: str, value: float | None) -> None:
    if value:
        raise RuntimeError(f'Padding mode "{mode}" doesn\'t take in value argument')
    dims = len(sides)
    if dims not in (1, 2, 3) or input.dim() - dims not in (1, 2):
        raise NotImplementedError(f"Padding size {2 * dims} is not supported for {input.dim()}D input tensor.")
    for dim, before, after in sides:
        n, longest = input.size(dim), max(before, after)
        if mode == "reflect" and longest >= n:
            raise RuntimeError(f"Padding size should be less than the input dimension, but got {longest} for size {n}")
        if mode == "circular" and longest > max(n + min(before, 0) + min(after, 0), 0):
            raise RuntimeError("Padding value causes wrapping around more than once.")
        if n + before + after < 0:
            raise RuntimeError(f"padding ({before}, {after}) leaves a size of {n + before + after} at dimension {dim}")
    # As in torch, one dimension may be left with a size of 0, but not all.
    if mode != "circular" and all(input.size(dim) + before + after == 0 for dim, before, after in sides):
        raise RuntimeError(f"paddings {sides} leave nothing of an input of shape {(*input.shape,)}")


class _Pad(Module):
    """What paddings of all modes share; a subclass says the mode, and one of each number of dimensions follows."""

    _mode: str
    _dims: int

    def __init__(self, padding: int | Sequence[int]) -> None:
        super().__init__()
        self.padding = tuple(padding) if isinstance(padding, Iterable) else (padding,) * (2 * self._dims)

    def forward(self, input: Tensor) -> Tensor:
        return pad(input, self.padding, self._mode)

    def extra_repr(self) -> str:
        return f"{self.padding}"


# Constant -------------------------------------------------------------------------------------------------------------


class ConstantPad1d(_Pad):
    """vvABCDvv: a frame of the number `value`. Like `torch.nn.ConstantPad1d`.

    input (N, C, W) or (C, W), padding a number or (left, right) -> the same with left + W + right. Negative paddings
    cut off. Source: torch.nn.ConstantPad1d.
    """

    _mode, _dims = "constant", 1

    def __init__(self, padding: int | Sequence[int], value: float) -> None:
        super().__init__(padding)
        self.value = value

    def forward(self, input: Tensor) -> Tensor:
        return pad(input, self.padding, "constant", self.value)

    def extra_repr(self) -> str:
        return f"padding={self.padding}, value={self.value}"


class ConstantPad2d(ConstantPad1d):
    """A frame of the number `value` around (*, H, W). Like `torch.nn.ConstantPad2d`.

    padding is a number or (left, right, top, bottom). Source: torch.nn.ConstantPad2d.
    """

    _dims = 2


class ConstantPad3d(ConstantPad1d):
    """A frame of the number `value` around (*, D, H, W). Like `torch.nn.ConstantPad3d`.

    padding is a number or (left, right, top, bottom, front, back). Source: torch.nn.ConstantPad3d.
    """

    _dims = 3


class _ZeroPad(ConstantPad1d):
    def __init__(self, padding: int | Sequence[int]) -> None:
        super().__init__(padding, 0.0)

    def extra_repr(self) -> str:
        return f"{self.padding}"


class ZeroPad1d(_ZeroPad):
    """00ABCD00: zeros at both ends. Like `torch.nn.ZeroPad1d`; else as ConstantPad1d. Source: torch.nn.ZeroPad1d."""

    _dims = 1


class ZeroPad2d(_ZeroPad):
    """A frame of zeros. Like `torch.nn.ZeroPad2d`; shapes as in ConstantPad2d. Source: torch.nn.ZeroPad2d."""

    _dims = 2


class ZeroPad3d(_ZeroPad):
    """A frame of zeros. Like `torch.nn.ZeroPad3d`; shapes as in ConstantPad3d. Source: torch.nn.ZeroPad3d."""

    _dims = 3


# Out of the input itself ----------------------------------------------------------------------------------------------


class ReflectionPad1d(_Pad):
    """CBABCDCB: mirrored at the first and the last value, which stand once. Like `torch.nn.ReflectionPad1d`.

    input (N, C, W) or (C, W), padding a number or (left, right), each below W -> the same with left + W + right.
    Source: torch.nn.ReflectionPad1d.
    """

    _mode, _dims = "reflect", 1


class ReflectionPad2d(_Pad):
    """Mirrored at all four edges. Like `torch.nn.ReflectionPad2d`.

    input (N, C, H, W) or (C, H, W), padding a number or (left, right, top, bottom). Source: torch.nn.ReflectionPad2d.
    """

    _mode, _dims = "reflect", 2


class ReflectionPad3d(_Pad):
    """Mirrored at all six faces. Like `torch.nn.ReflectionPad3d`.

    input (N, C, D, H, W) or (C, D, H, W), padding a number or (left, right, top, bottom, front, back).
    Source: torch.nn.ReflectionPad3d.
    """

    _mode, _dims = "reflect", 3


class ReplicationPad1d(_Pad):
    """AAABCDDD: the first and the last value again and again. Like `torch.nn.ReplicationPad1d`.

    input (N, C, W) or (C, W), padding a number or (left, right). Source: torch.nn.ReplicationPad1d.
    """

    _mode, _dims = "replicate", 1


class ReplicationPad2d(_Pad):
    """The values of the edges again and again. Like `torch.nn.ReplicationPad2d`.

    input (N, C, H, W) or (C, H, W), padding a number or (left, right, top, bottom). Source: torch.nn.ReplicationPad2d.
    """

    _mode, _dims = "replicate", 2


class ReplicationPad3d(_Pad):
    """The values of the faces again and again. Like `torch.nn.ReplicationPad3d`.

    input (N, C, D, H, W) or (C, D, H, W), padding a number or (left, right, top, bottom, front, back).
    Source: torch.nn.ReplicationPad3d.
    """

    _mode, _dims = "replicate", 3


class _CircularPad(_Pad):
    _mode = "circular"

    def forward(self, input: Tensor) -> Tensor:
        if input.dim() - self._dims not in (1, 2):
            raise ValueError(f"expected {self._dims + 1}D or {self._dims + 2}D input (got {input.dim()}D input)")
        return super().forward(input)


class CircularPad1d(_CircularPad):
    """CDABCDAB: after the end comes the beginning. Like `torch.nn.CircularPad1d`.

    input (N, C, W) or (C, W), padding a number or (left, right), each at most W. Source: torch.nn.CircularPad1d.
    """

    _dims = 1


class CircularPad2d(_CircularPad):
    """After the right edge comes the left, after the bottom the top. Like `torch.nn.CircularPad2d`.

    input (N, C, H, W) or (C, H, W), padding a number or (left, right, top, bottom). Source: torch.nn.CircularPad2d.
    """

    _dims = 2


class CircularPad3d(_CircularPad):
    """After each face comes the opposite one. Like `torch.nn.CircularPad3d`.

    input (N, C, D, H, W) or (C, D, H, W), padding a number or (left, right, top, bottom, front, back).
    Source: torch.nn.CircularPad3d.
    """

    _dims = 3
