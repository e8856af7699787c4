"""Rearranging and resizing images: PixelShuffle, PixelUnshuffle, ChannelShuffle and the Upsample family."""

import math
from typing import Any

from torch import Tensor

from nnbook.nn.interpolate import interpolate
from nnbook.nn.module import Module

__all__ = [
    "ChannelShuffle",
    "PixelShuffle",
    "PixelUnshuffle",
    "Upsample",
    "UpsamplingBilinear2d",
    "UpsamplingNearest2d",
]


def pixel_shuffle(input: Tensor, upscale_factor: int) -> Tensor:
    """y[c, h·r + i, w·r + j] = x[c·r² + i·r + j, h, w]. Like `torch.nn.functional.pixel_shuffle`.

    input (*, C·r², H, W) -> (*, C, H·r, W·r), with r = upscale_factor.
    """
    r = upscale_factor
    _check_pixels(input, r)
    *batch, channels, height, width = input.shape
    if channels % r**2:
        raise RuntimeError(f"pixel_shuffle needs channels divisible by {r}² = {r**2}, but got {channels}")
    # (C, r, r, H, W) -> (C, H, r, W, r): each row of blocks becomes r rows of pixels
    blocks = input.reshape(math.prod(batch), channels // r**2, r, r, height, width).permute(0, 1, 4, 2, 5, 3)
    return blocks.reshape(*batch, channels // r**2, height * r, width * r)


def pixel_unshuffle(input: Tensor, downscale_factor: int) -> Tensor:
    """y[c·r² + i·r + j, h, w] = x[c, h·r + i, w·r + j]. Like `torch.nn.functional.pixel_unshuffle`.

    input (*, C, H·r, W·r) -> (*, C·r², H, W), with r = downscale_factor: what pixel_shuffle does, undone.
    """
    r = downscale_factor
    _check_pixels(input, r)
    *batch, channels, height, width = input.shape
    if height % r or width % r:
        raise RuntimeError(f"pixel_unshuffle needs height and width divisible by {r}, but got {height} and {width}")
    # (C, H, r, W, r) -> (C, r, r, H, W)
    blocks = input.reshape(math.prod(batch), channels, height // r, r, width // r, r).permute(0, 1, 3, 5, 2, 4)
    return blocks.reshape(*batch, channels * r**2, height // r, width // r)


def channel_shuffle(input: Tensor, groups: int) -> Tensor:
    """y[:, k·g + i] = x[:, i·C/g + k]: channels dealt out like cards. Like `torch.nn.functional.channel_shuffle`.

    input (N, C, *) -> (N, C, *), with g = groups. Zhang et al., arXiv 1707.01083.
    """
    if input.dim() < 3:
        raise RuntimeError(f"channel_shuffle needs an input of 3 dimensions or more, but got {[*input.shape]}")
    if groups <= 0 or input.size(1) % groups:
        raise RuntimeError(f"channel_shuffle needs channels divisible by groups, but got {input.size(1)} and {groups}")
    # (N, g, C/g, *) -> (N, C/g, g, *)
    return input.unflatten(1, (groups, input.size(1) // groups)).transpose(1, 2).reshape(input.shape)


native_channel_shuffle = channel_shuffle


def _check_pixels(input: Tensor, factor: int) -> None:
    if input.dim() < 3:
        raise RuntimeError(f"expected an input of 3 dimensions or more, but got {[*input.shape]}")
    if factor <= 0:
        raise RuntimeError(f"expected a positive factor, but got {factor}")


class PixelShuffle(Module):
    """Channels into pixels: (*, C·r², H, W) -> (*, C, H·r, W·r). Like `torch.nn.PixelShuffle`.

    y[c, h·r + i, w·r + j] = x[c·r² + i·r + j, h, w]. Source: torch.nn.PixelShuffle; Shi et al., arXiv 1609.05158.
    """

    def __init__(self, upscale_factor: int) -> None:
        super().__init__()
        self.upscale_factor = upscale_factor

    def forward(self, input: Tensor) -> Tensor:
        return pixel_shuffle(input, self.upscale_factor)

    def extra_repr(self) -> str:
        return f"upscale_factor={self.upscale_factor}"


class PixelUnshuffle(Module):
    """Pixels into channels: (*, C, H·r, W·r) -> (*, C·r², H, W). Like `torch.nn.PixelUnshuffle`.

    Undoes PixelShuffle. Source: torch.nn.PixelUnshuffle; Shi et al., arXiv 1609.05158.
    """

    def __init__(self, downscale_factor: int) -> None:
        super().__init__()
        self.downscale_factor = downscale_factor

    def forward(self, input: Tensor) -> Tensor:
        return pixel_unshuffle(input, self.downscale_factor)

    def extra_repr(self) -> str:
        return f"downscale_factor={self.downscale_factor}"


class ChannelShuffle(Module):
    """y[:, k·g + i] = x[:, i·C/g + k], so that the next grouped layer sees all groups. Like `torch.nn.ChannelShuffle`.

    input (N, C, *) -> (N, C, *), with g = groups. Source: torch.nn.ChannelShuffle; Zhang et al., arXiv 1707.01083.
    """

    def __init__(self, groups: int) -> None:
        super().__init__()
        self.groups = groups

    def forward(self, input: Tensor) -> Tensor:
        return channel_shuffle(input, self.groups)

    def extra_repr(self) -> str:
        return f"groups={self.groups}"


class Upsample(Module):
    """Resizes to `size`, or by `scale_factor`; see `interpolate` for the modes. Like `torch.nn.Upsample`.

    input (N, C, L), (N, C, H, W) or (N, C, D, H, W) -> (N, C, *size), with size = floor(old size · scale_factor).
    Source: torch.nn.Upsample.
    """

    def __init__(
        self,
        size: Any = None,
        scale_factor: Any = None,
        mode: str = "nearest",
        align_corners: bool | None = None,
        recompute_scale_factor: bool | None = None,
    ) -> None:
        super().__init__()
        self.name = type(self).__name__
        self.size = size
        if isinstance(scale_factor, tuple):
            self.scale_factor: Any = tuple(float(factor) for factor in scale_factor)
        else:
            self.scale_factor = float(scale_factor) if scale_factor else None
        self.mode = mode
        self.align_corners = align_corners
        self.recompute_scale_factor = recompute_scale_factor

    def forward(self, input: Tensor) -> Tensor:
        return interpolate(
            input, self.size, self.scale_factor, self.mode, self.align_corners, self.recompute_scale_factor
        )

    def extra_repr(self) -> str:
        size = f"size={self.size!r}" if self.scale_factor is None else f"scale_factor={self.scale_factor!r}"
        return f"{size}, mode={self.mode!r}"


class UpsamplingNearest2d(Upsample):
    """Each pixel of (N, C, H, W) repeated. Like `torch.nn.UpsamplingNearest2d`."""

    def __init__(self, size: Any = None, scale_factor: Any = None) -> None:
        super().__init__(size, scale_factor, mode="nearest")


class UpsamplingBilinear2d(Upsample):
    """Straight lines between the pixels of (N, C, H, W), corner on corner. Like `torch.nn.UpsamplingBilinear2d`."""

    def __init__(self, size: Any = None, scale_factor: Any = None) -> None:
        super().__init__(size, scale_factor, mode="bilinear", align_corners=True)
