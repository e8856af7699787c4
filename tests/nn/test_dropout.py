"""Dropout in all its forms beside torch's: on a CPU with the same draws."""

import warnings

import pytest
import torch
from torch import nn

from nnbook import nn as scratch
from nnbook.nn import functional as SF

F = nn.functional
SHAPES = {
    "Dropout": [(4, 5), (), (3,), (2, 3, 4)],
    "Dropout1d": [(4, 5), (6, 4, 5)],
    "Dropout2d": [(6, 5, 4, 3), (6, 5, 4), (6, 5)],
    "Dropout3d": [(6, 5, 4, 3, 2), (5, 4, 3, 2)],
    "AlphaDropout": [(4, 5), (), (2, 3, 4)],
    "FeatureAlphaDropout": [(6, 5, 4), (6, 5)],
}
TOLERANCE = {torch.float32: 1e-6, torch.float64: 1e-12, torch.float16: 2e-3, torch.bfloat16: 2e-2}
CASES = [(name, shape) for name, shapes in SHAPES.items() for shape in shapes]


def normal(*shape, dtype=torch.float32):
    return torch.randn(shape, generator=torch.Generator().manual_seed(1), dtype=torch.float64).to(dtype)


def run(library, name, shape, dtype, *args):
    """Output, gradient and the input afterwards, for draws after one seed."""
    leaf = normal(*shape, dtype=dtype).requires_grad_()
    h = leaf * 1
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        torch.manual_seed(3)
        y = getattr(library, name)(*args)(h)
    return y, torch.autograd.grad(y, leaf, torch.ones_like(y))[0], h


@pytest.mark.parametrize("case", CASES, ids=str)
def test_draws_are_torchs(case):
    for dtype, limit in TOLERANCE.items():
        for args in ((), (0.3, True), (1.0,), (0.0, True), (1.0, True)):
            ours, theirs = run(scratch, *case, dtype, *args), run(nn, *case, dtype, *args)
            for a, b in zip(ours, theirs, strict=True):
                torch.testing.assert_close(a, b, rtol=limit, atol=limit)


@pytest.mark.parametrize("name", ["alpha_dropout", "feature_alpha_dropout", "dropout1d"])
def test_functions_in_place(name):
    results = []
    for library in (SF, F):
        torch.manual_seed(3)
        x = normal(4, 3, 5)
        assert getattr(library, name)(x, 0.4, True, True) is x
        results.append(x)
    torch.testing.assert_close(*results)


def test_what_is_drawn_beside_strides():
    for shape in ((6, 5, 4, 4), (6, 5, 4)):
        x = normal(*shape).transpose(0, -1)
        for name in ("dropout", "alpha_dropout", "feature_alpha_dropout"):
            results = []
            for library in (SF, F):
                torch.manual_seed(3)
                results.append(getattr(library, name)(x, 0.4, True))
            torch.testing.assert_close(*results)
            assert results[0].stride() == results[1].stride()


@pytest.mark.parametrize("name", ["dropout2d", "dropout3d"])
def test_warns_of_other_dimensions(name):
    for shape in ((4, 3), (4, 3, 2)):
        said = []
        for library in (SF, F):
            with warnings.catch_warnings(record=True) as caught:
                warnings.simplefilter("always")
                getattr(library, name)(normal(*shape))
            said.append(len(caught))
        assert said[0] == said[1] > 0


@pytest.mark.parametrize(
    "case",
    [
        lambda m: m.Dropout(-0.1),
        lambda m: m.AlphaDropout(1.1),
        lambda m: m.functional.dropout1d(normal(3)),
        lambda m: m.functional.dropout1d(normal(3, 2, 2, 2)),
        lambda m: m.functional.dropout2d(normal(3)),
        lambda m: m.functional.feature_alpha_dropout(normal(3), 0.5, True),
        lambda m: m.functional.dropout(normal(3), 2.0),
        lambda m: m.functional.dropout2d(normal(3, 2, 2), -1.0),
        lambda m: m.functional.alpha_dropout(normal(3), -1.0),
        lambda m: m.Dropout()([1.0]),
        lambda m: m.Dropout(0.5, True)(normal(3).requires_grad_()),
    ],
)
def test_refuses_what_torch_refuses(case):
    kinds = []
    for library in (scratch, nn):
        with pytest.raises((ValueError, TypeError, RuntimeError)) as caught, warnings.catch_warnings():
            warnings.simplefilter("ignore")
            case(library)
        kinds.append(caught.type)
    assert kinds[0] is kinds[1]


@pytest.mark.parametrize("name", ["dropout", "alpha_dropout", "feature_alpha_dropout"])
def test_differentiates_twice(name):
    def function(x):
        torch.manual_seed(3)
        return getattr(SF, name)(x, 0.4, True)

    x = normal(4, 3, dtype=torch.float64).requires_grad_()
    assert torch.autograd.gradcheck(function, (x,))
    assert torch.autograd.gradgradcheck(function, (x,))
