"""Fold and unfold beside torch's."""

import pytest
import torch

from nnbook import nn as scratch
from nnbook.nn import functional as SF

F = torch.nn.functional
WINDOWS = [
    {"kernel_size": 2},
    {"kernel_size": (3, 2), "padding": (2, 0)},
    {"kernel_size": (1, 3), "dilation": (1, 2), "stride": (2, 1), "padding": 1},
]


def normal(*shape, seed=0, dtype=torch.float64):
    return torch.randn(shape, generator=torch.Generator().manual_seed(seed), dtype=torch.float64).to(dtype)


@pytest.mark.parametrize("window", WINDOWS, ids=str)
def test_derivatives_of_both_orders(window):
    image = normal(1, 2, 5, 6).requires_grad_()
    columns = SF.unfold(image.detach(), **window).requires_grad_()
    for function, x in (
        (lambda x: SF.unfold(x, **window), image),
        (lambda x: SF.fold(x, (5, 6), **window), columns),
    ):
        assert torch.autograd.gradcheck(function, (x,))
        assert torch.autograd.gradgradcheck(function, (x,), fast_mode=True)


@pytest.mark.parametrize("window", WINDOWS, ids=str)
def test_the_same_as_torchs(window):
    # Strides that are none of a contiguous image's.
    image = normal(6, 5, 2, 2).permute(2, 3, 1, 0)
    columns = SF.unfold(image, **window)
    assert torch.equal(columns, F.unfold(image, **window))
    assert columns.is_contiguous()
    torch.testing.assert_close(SF.fold(columns, (5, 6), **window), F.fold(columns, (5, 6), **window))


@pytest.mark.parametrize("dtype", [torch.float16, torch.bfloat16, torch.float32, torch.complex64])
def test_dtypes(dtype):
    image = normal(2, 3, 4, 5, dtype=dtype)
    assert torch.equal(SF.unfold(image, 2), F.unfold(image, 2))


def test_each_is_the_transpose_of_the_other():
    x, y = normal(2, 3, 5, 6), normal(2, 27, 30, seed=1)
    unfold, fold = scratch.Unfold(3, padding=1), scratch.Fold((5, 6), 3, padding=1)
    # <unfold x, y> = <x, fold y>
    torch.testing.assert_close((unfold(x) * y).sum(), (x * fold(y)).sum())
    counts = fold(unfold(torch.ones(1, 1, 5, 6, dtype=torch.float64)))
    torch.testing.assert_close(fold(unfold(x)), counts * x)


@pytest.mark.parametrize(
    "case",
    [
        lambda f: f.unfold(normal(4), 2),
        lambda f: f.unfold(normal(4, 4), 2),
        lambda f: f.unfold(normal(1, 2, 3, 4, 4), 2),
        lambda f: f.unfold(normal(2, 0, 4, 4), 2),
        lambda f: f.unfold(normal(1, 2, 4, 4), (2, 2, 2)),
        lambda f: f.unfold(normal(1, 2, 4, 4), 2, stride=(1,)),
        lambda f: f.unfold(normal(1, 2, 4, 4), 2, padding=-1),
        lambda f: f.unfold(normal(1, 2, 4, 4), 2, dilation=0),
        lambda f: f.unfold(normal(1, 2, 4, 4), 5),
        lambda f: f.unfold(normal(1, 2, 4, 4), 2.0),
        lambda f: f.unfold([1.0], 2),
        lambda f: f.unfold(torch.ones(1, 2, 4, 4, dtype=torch.long), 2),
        lambda f: f.fold(normal(9), 4, 2),
        lambda f: f.fold(normal(1, 2, 4, 9), 4, 2),
        lambda f: f.fold(normal(1, 5, 9), 4, 2),
        lambda f: f.fold(normal(1, 4, 8), 4, 2),
        lambda f: f.fold(normal(1, 4, 9), (4, 4, 4), 2),
        lambda f: f.fold(normal(1, 4, 9), 4, 5),
    ],
)
def test_refuses_what_torch_refuses(case):
    kinds = []
    for functional in (SF, F):
        with pytest.raises(Exception) as caught:
            case(functional)
        kinds.append(RuntimeError if isinstance(caught.value, RuntimeError) else caught.type)
    assert kinds[0] is kinds[1]
