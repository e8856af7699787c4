"""Distances and angles: what torch's samples and the specs do not reach."""

import math

import pytest
import torch
import torch.nn.functional as F
from torch.autograd import gradcheck, gradgradcheck

from nnbook.nn import functional as scratch


@pytest.mark.parametrize("p", [0, 0.5, 1, 1.5, 2, 3, math.inf])
@pytest.mark.parametrize("shape", [(1, 4), (2, 4), (3, 1), (40, 5)])
def test_pdist(shape, p):
    torch.manual_seed(0)
    x = torch.randn(shape, dtype=torch.float64)
    if len(x) > 2:
        x[2] = x[0]  # a distance of 0
    results = []
    for f in (scratch, F):
        leaf = x.clone().requires_grad_()
        y = f.pdist(leaf, p)
        (y * torch.linspace(-1, 2, len(y), dtype=y.dtype)).sum().backward()
        results.append((y, leaf.grad))
    torch.testing.assert_close(*results)


def test_the_slope_of_pdist_for_points_close_together_and_far_from_the_origin():
    torch.manual_seed(0)
    x = 100 + torch.randint(3, (300, 1)) * 10 + torch.randn(300, 4) * 1e-3
    results = []
    for f in (scratch, F):
        leaf = x.clone().requires_grad_()
        f.pdist(leaf).sum().backward()
        results.append(leaf.grad)
    torch.testing.assert_close(*results, rtol=1e-5, atol=1e-4)


@pytest.mark.parametrize("p", [1.5, 2, 3, math.inf])
def test_the_derivative_of_pdist(p):
    assert gradcheck(lambda x: scratch.pdist(x, p), torch.randn(7, 3, dtype=torch.float64, requires_grad=True))


def test_pdist_of_nothing_and_of_what_is_no_matrix():
    assert scratch.pdist(torch.zeros(0, 3)).shape == scratch.pdist(torch.zeros(1, 3)).shape == (0,)
    assert torch.equal(scratch.pdist(torch.zeros(4, 0)), torch.zeros(6))
    for bad, p in ((torch.zeros(3), 2), (torch.zeros(2, 3, 4), 2), (torch.zeros(3, 2), -1)):
        for f in (scratch, F):
            with pytest.raises(RuntimeError):
                f.pdist(bad, p)


@pytest.mark.parametrize("f", [scratch.cosine_similarity, scratch.pairwise_distance])
def test_derivatives(f):
    x1, x2 = (torch.randn(3, 4, dtype=torch.float64, requires_grad=True) for _ in range(2))
    assert gradcheck(f, (x1, x2))
    assert gradgradcheck(f, (x1, x2))


def test_normalize():
    x = torch.randn(3, 4, 5)
    x[0] = 0
    for options in ({}, {"p": 1, "dim": -1}, {"dim": (1, 2)}, {"p": math.inf, "dim": 0}, {"eps": 10.0}):
        torch.testing.assert_close(scratch.normalize(x, **options), F.normalize(x, **options))
    out = torch.empty_like(x)
    assert scratch.normalize(x, out=out) is out
    torch.testing.assert_close(out, F.normalize(x))
    assert scratch.normalize(x.bfloat16()).dtype == torch.bfloat16


@pytest.mark.parametrize("size", [1e-30, 1e-10, 1e10])
def test_angles_of_extreme_vectors(size):
    x1, x2 = torch.randn(4, 5) * size, torch.randn(4, 5)
    results = []
    for f in (scratch, F):
        a, b = x1.clone().requires_grad_(), x2.clone().requires_grad_()
        y = f.cosine_similarity(a, b)
        results.append((y, *torch.autograd.grad(y.sum(), (a, b))))
    torch.testing.assert_close(*results)


# one_hot --------------------------------------------------------------------------------------------------------------


def test_one_hot():
    for x, classes in ((torch.tensor([[2, 0], [1, 1]]), -1), (torch.tensor(3), 5), (torch.zeros(0, 2).long(), 4)):
        y = scratch.one_hot(x, classes)
        assert torch.equal(y, F.one_hot(x, classes))
        assert y.dtype == torch.int64


@pytest.mark.parametrize(
    ("x", "classes"),
    [
        (torch.tensor([1.0]), -1),
        (torch.tensor([1], dtype=torch.int32), -1),
        (torch.tensor([-1, 2]), -1),
        (torch.tensor([3]), 3),
        (torch.tensor([3]), 0),
        (torch.tensor([3]), -2),
        (torch.zeros(0).long(), -1),
        (torch.zeros(0).long(), 0),
    ],
)
def test_one_hot_refuses_what_torch_refuses(x, classes):
    for f in (scratch, F):
        with pytest.raises(RuntimeError):
            f.one_hot(x, classes)
