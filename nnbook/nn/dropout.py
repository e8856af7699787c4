"""Dropout: noise in training, nothing in evaluation, for each value or for whole channels.

On a CPU the draws are torch's, too.
"""

import math
import warnings

import torch
from torch import Tensor

from nnbook.nn.module import Module

__all__ = ["AlphaDropout", "Dropout", "Dropout1d", "Dropout2d", "Dropout3d", "FeatureAlphaDropout"]


def dropout(input: Tensor, p: float = 0.5, training: bool = True, inplace: bool = False) -> Tensor:
    """y = m x / (1 - p), each m being 0 with probability p, else 1. Like `torch.nn.functional.dropout`.

    input (*) -> (*). When not training, and for p = 0, the result is the input itself.
    """
    if _nothing_to_draw(input, p, training):
        return _all_or_nothing(input, p, training, inplace)
    # m ~ Bernoulli(1 - p), scaled so that E[y] = x
    scaled_mask = torch.empty_like(input).bernoulli_(1 - p).div_(1 - p)
    return input.mul_(scaled_mask) if inplace else input * scaled_mask


def _channel_dropout(input: Tensor, p: float, training: bool, inplace: bool) -> Tensor:
    if _nothing_to_draw(input, p, training):
        return _all_or_nothing(input, p, training, inplace)
    # one m for each channel of each sample
    scaled_mask = input.new_empty(_channels(input)).bernoulli_(1 - p).div_(1 - p)
    return input.mul_(scaled_mask) if inplace else input * scaled_mask


def _with_batch(dims: int, input: Tensor, p: float, training: bool, inplace: bool) -> Tensor:
    if input.dim() == dims:
        return _channel_dropout(input, p, training, inplace)
    y = _channel_dropout(input.unsqueeze(0), p, training, inplace).squeeze(0)
    return input if inplace else y


def dropout1d(input: Tensor, p: float = 0.5, training: bool = True, inplace: bool = False) -> Tensor:
    """y = m x / (1 - p) with one m for each channel. Like `torch.nn.functional.dropout1d`: (N, C, L) or (C, L)."""
    if input.dim() not in (2, 3):
        raise RuntimeError(f"dropout1d: Expected 2D or 3D input, but received a {input.dim()}D input.")
    return _with_batch(3, input, p, training, inplace)


def dropout2d(input: Tensor, p: float = 0.5, training: bool = True, inplace: bool = False) -> Tensor:
    """y = m x / (1 - p) with one m for each channel. Like `torch.nn.functional.dropout2d`: (N, C, H, W) or (N, C, L).

    As in torch, three dimensions are (N, C, L), with a warning: not one image without a batch.
    """
    if input.dim() not in (3, 4):
        warnings.warn(
            f"dropout2d: Received a {input.dim()}-D input to dropout2d, which is deprecated and will result in an "
            "error in a future release: use dropout, or dropout1d and dropout3d.",
            stacklevel=2,
        )
    if input.dim() == 3:
        warnings.warn("dropout2d: Received a 3D input, taken as (N, C, L). Use dropout1d for that.", stacklevel=2)
    return _channel_dropout(input, p, training, inplace)


def dropout3d(input: Tensor, p: float = 0.5, training: bool = True, inplace: bool = False) -> Tensor:
    """y = m x / (1 - p) with one m for each channel. Like `torch.nn.functional.dropout3d`.

    input (N, C, D, H, W) or (C, D, H, W).
    """
    if input.dim() not in (4, 5):
        warnings.warn(
            f"dropout3d: Received a {input.dim()}-D input to dropout3d, which is deprecated and will result in an "
            "error in a future release: use dropout, or dropout1d and dropout2d.",
            stacklevel=2,
        )
    return _with_batch(5, input, p, training, inplace)


# Dropout for SELU -----------------------------------------------------------------------------------------------------


def alpha_dropout(input: Tensor, p: float = 0.5, training: bool = False, inplace: bool = False) -> Tensor:
    """y = a (m x + (1 - m) α') + b: dropped values become SELU's floor α' = -1.7581, not 0.

    a and b keep mean 0 and variance 1. Like `torch.nn.functional.alpha_dropout`: input (*) -> (*).
    """
    if _nothing_to_draw(input, p, training):
        return _all_or_nothing(input, p, training, inplace)
    return _to_the_floor(input, torch.empty_like(input), p, inplace)


def feature_alpha_dropout(input: Tensor, p: float = 0.5, training: bool = False, inplace: bool = False) -> Tensor:
    """alpha_dropout with one draw for each channel. Like `torch.nn.functional.feature_alpha_dropout`: (N, C, *)."""
    if _nothing_to_draw(input, p, training):
        return _all_or_nothing(input, p, training, inplace)
    return _to_the_floor(input, input.new_empty(_channels(input)), p, inplace)


def _to_the_floor(input: Tensor, room: Tensor, p: float, inplace: bool) -> Tensor:
    floor = -1.7580993408473766  # SELU's -s α
    # x has mean 0 and variance 1; m x + (1 - m) α' has mean p α' and variance (1 - p)(1 + p α'²)
    a = 1 / math.sqrt((1 - p) * (1 + p * floor**2))
    b = -a * p * floor
    m = room.bernoulli_(1 - p)
    # y = (a m) x + (a (1 - m) α' + b)
    shift = (1 - m).mul_(a * floor).add_(b)
    return input.mul_(m.mul_(a)).add_(shift) if inplace else (input * m.mul_(a)).add_(shift)


# The modules ----------------------------------------------------------------------------------------------------------


class _Dropout(Module):
    def __init__(self, p: float = 0.5, inplace: bool = False) -> None:
        super().__init__()
        _check_p(p)
        self.p = p
        self.inplace = inplace

    def extra_repr(self) -> str:
        return f"p={self.p}, inplace={self.inplace}"


class Dropout(_Dropout):
    """y = m x / (1 - p), m ~ Bernoulli(1 - p) for each value; in eval() y = x. Like `torch.nn.Dropout`.

    input (*) -> (*). The survivors grow by 1 / (1 - p) so that E[y] = x. `inplace` overwrites the input.

    Source: torch.nn.Dropout; Hinton et al., arXiv 1207.0580.
    """

    def forward(self, input: Tensor) -> Tensor:
        return dropout(input, self.p, self.training, self.inplace)


class Dropout1d(_Dropout):
    """Dropout of whole channels: (N, C, L) or (C, L) -> the same. Like `torch.nn.Dropout1d`.

    Neighbours in a feature map say nearly the same, so that dropping one of them drops nothing.
    Source: torch.nn.Dropout1d; Tompson et al., arXiv 1411.4280.
    """

    def forward(self, input: Tensor) -> Tensor:
        return dropout1d(input, self.p, self.training, self.inplace)


class Dropout2d(_Dropout):
    """Dropout of whole channels: (N, C, H, W) or (N, C, L) -> the same. Like `torch.nn.Dropout2d`."""

    def forward(self, input: Tensor) -> Tensor:
        return dropout2d(input, self.p, self.training, self.inplace)


class Dropout3d(_Dropout):
    """Dropout of whole channels: (N, C, D, H, W) or (C, D, H, W) -> the same. Like `torch.nn.Dropout3d`."""

    def forward(self, input: Tensor) -> Tensor:
        return dropout3d(input, self.p, self.training, self.inplace)


class AlphaDropout(_Dropout):
    """Dropout that keeps mean 0 and variance 1, to go with SELU; in eval() y = x. Like `torch.nn.AlphaDropout`.

    input (*) -> (*): y = a (m x + (1 - m) α') + b. As in torch, `inplace` is kept and printed, and does nothing.
    Source: torch.nn.AlphaDropout; Klambauer et al., arXiv 1706.02515.
    """

    def forward(self, input: Tensor) -> Tensor:
        return alpha_dropout(input, self.p, self.training)


class FeatureAlphaDropout(_Dropout):
    """AlphaDropout of whole channels: (N, C, *) -> (N, C, *). Like `torch.nn.FeatureAlphaDropout`."""

    def forward(self, input: Tensor) -> Tensor:
        return feature_alpha_dropout(input, self.p, self.training)


# Cases without a draw -------------------------------------------------------------------------------------------------


def _check_p(p: float) -> None:
    if p < 0 or p > 1:
        raise ValueError(f"dropout probability has to be between 0 and 1, but got {p}")


def _nothing_to_draw(input: Tensor, p: float, training: bool) -> bool:
    if not isinstance(input, Tensor):
        raise TypeError(f"argument 'input' must be Tensor, not {type(input).__name__}")
    _check_p(p)
    return not training or p in (0, 1) or input.numel() == 0


def _all_or_nothing(input: Tensor, p: float, training: bool, inplace: bool) -> Tensor:
    if not training or p == 0 or input.numel() == 0:
        return input
    # p = 1: nothing is left, so nothing is rescaled (and 0 / 0 avoided)
    return input.mul_(0) if inplace else input * 0


def _channels(input: Tensor) -> list[int]:
    """(N, C, 1, ...): the shape of one number for each channel of each sample."""
    if input.dim() < 2:
        raise RuntimeError("Feature dropout requires at least 2 dimensions in the input")
    return [*input.shape[:2], *[1] * (input.dim() - 2)]
