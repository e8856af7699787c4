"""Small data sets that need no download, and minibatches of them.

Every draw comes from a generator on the CPU with a stated seed, so that the same call gives the same data on a GPU.
"""

import math
from collections.abc import Iterator
from typing import NamedTuple

import torch
from torch import Tensor

__all__ = ["Digits", "Examples", "batches", "digits", "moons"]


class Examples(NamedTuple):
    """Inputs and their labels, row by row: unpacks as `x, y`."""

    inputs: Tensor
    labels: Tensor


class Digits(NamedTuple):
    """Images to learn from and images to be tested on: unpacks as `train, test`."""

    train: Examples
    test: Examples


def digits(*, device: torch.device | str | None = None, dtype: torch.dtype = torch.float32) -> Digits:
    """Handwritten digits: 1,797 images of 8 × 8 pixels, 1,400 to learn from and 397 to be tested on.

    `inputs` are (N, 1, 8, 8) in [0, 1], `labels` (N,) in 0..9, int64. The split is always the same one and holds all
    digits in equal shares, within one image; no image is in both parts. `device`, and `dtype` of the images, as in
    torch.

        train, test = digits()
        for x, y in batches(*train, batch_size=64, seed=0): ...

    Source: the test set of "Optical Recognition of Handwritten Digits" by E. Alpaydin and C. Kaynak, 1998, UCI Machine
    Learning Repository, https://doi.org/10.24432/C50P49, licence CC BY 4.0. It comes with scikit-learn
    (`sklearn.datasets.load_digits`): nothing is downloaded. Each image counts the dark points of a 32 × 32 scan in
    blocks of 4 × 4; here the counts 0..16 are divided by 16.
    """
    # Here and not above: lessons that draw their data with torch do not wait for scikit-learn to load.
    from sklearn.datasets import load_digits

    pixels, digit = load_digits(return_X_y=True)
    images = torch.tensor(pixels, dtype=torch.float64).view(-1, 1, 8, 8) / 16
    labels = torch.tensor(digit, dtype=torch.int64)

    # Each image gets its place among the images of its own digit, as a share: 0.5 for the one in the middle. Taking all
    # images below one bound then takes the same share of every digit.
    shuffled = torch.randperm(len(labels), generator=torch.Generator().manual_seed(0))
    share = torch.empty(len(labels), dtype=torch.float64)
    for label in range(10):
        own = shuffled[labels[shuffled] == label]
        share[own] = (torch.arange(len(own), dtype=torch.float64) + 0.5) / len(own)
    order = share.argsort(stable=True)

    parts = []
    for rows in (order[:1400], order[1400:]):
        rows = rows.sort().values  # in the order of the file: `batches` shuffles
        parts.append(Examples(images[rows].to(device=device, dtype=dtype), labels[rows].to(device=device)))
    return Digits(*parts)


def batches(x: Tensor, y: Tensor, batch_size: int, seed: int) -> Iterator[tuple[Tensor, Tensor]]:
    """All examples once, in an order drawn with `seed`, `batch_size` at a time; the last batch may be smaller.

    The same seed gives the same order on every device: it is drawn on the CPU and moved to where `x` and `y` are. Give
    each epoch a seed of its own, or it will see the same order again.
    """
    if len(x) != len(y):
        raise ValueError(f"x and y must have one row per example, but have {len(x)} and {len(y)}")
    if batch_size < 1:
        raise ValueError(f"batch_size must be at least 1, got {batch_size}")

    order = torch.randperm(len(x), generator=torch.Generator().manual_seed(seed))
    rows = [part for part in order.split(batch_size) if len(part)]
    return ((x[part.to(x.device)], y[part.to(y.device)]) for part in rows)


def moons(
    n: int = 200,
    noise: float = 0.1,
    seed: int = 0,
    *,
    device: torch.device | str | None = None,
    dtype: torch.dtype = torch.float32,
) -> Examples:
    """Two half circles that no straight line separates: `inputs` (n, 2), `labels` (n,) 0 or 1, int64, n / 2 of each.

    Label 0 is the upper half of the unit circle, label 1 the lower half of the unit circle around (1, 0.5); `noise` is
    the standard deviation of what is added to both coordinates. Label 0 comes first: `batches` shuffles.

    Source: made here with torch, after the shape known from `sklearn.datasets.make_moons`.
    """
    if n < 0:
        raise ValueError(f"n must not be negative, got {n}")
    if noise < 0:
        raise ValueError(f"noise must not be negative, got {noise}")
    upper, lower = (torch.linspace(0, math.pi, k, dtype=torch.float64) for k in ((n + 1) // 2, n // 2))

    points = torch.cat(
        [
            torch.stack([upper.cos(), upper.sin()], dim=1),  # (cos t, sin t)
            torch.stack([1 - lower.cos(), 0.5 - lower.sin()], dim=1),  # (1 − cos t, 1/2 − sin t)
        ]
    )
    points += noise * torch.randn(n, 2, generator=torch.Generator().manual_seed(seed), dtype=torch.float64)
    labels = torch.cat([torch.zeros(len(upper), dtype=torch.int64), torch.ones(len(lower), dtype=torch.int64)])
    return Examples(points.to(device=device, dtype=dtype), labels.to(device=device))
