"""Padding beside its torch twins: what torch's own samples do not reach."""

import inspect
import itertools

import pytest
import torch
import torch.nn.functional as F

from nnbook import nn as scratch
from nnbook.nn import functional as SF
from nnbook.nn import padding

MODES = ("constant", "reflect", "replicate", "circular")


def normal(*shape, seed=0, dtype=torch.float64):
    return torch.randn(shape, generator=torch.Generator().manual_seed(seed), dtype=torch.float64).to(dtype)


def outcome(function, x, pad, mode):
    """Output and gradient, or the kind of error."""
    leaf = x.detach().clone().requires_grad_()
    try:
        y = function(leaf, pad, mode)
    except (RuntimeError, NotImplementedError) as err:
        return type(err)
    (grad,) = torch.autograd.grad(y, leaf, normal(*y.shape, seed=4))
    return y, grad


@pytest.mark.parametrize("mode", MODES)
def test_all_small_paddings_of_a_row(mode):
    x, refused = normal(2, 2, 4), 0
    for pad in itertools.product(range(-5, 6), repeat=2):
        if mode == "circular" and 4 + min(*pad, 0) < max(pad) <= 4:
            # More than what is left after cutting: torch refuses, or hands out memory that was never written.
            with pytest.raises(RuntimeError):
                SF.pad(x, pad, mode)
            continue
        ours, theirs = outcome(SF.pad, x, pad, mode), outcome(F.pad, x, pad, mode)
        if isinstance(theirs, type):
            refused += 1
            assert ours is theirs, pad
        else:
            assert not isinstance(ours, type), (pad, ours)
            assert torch.equal(ours[0], theirs[0]), pad
            torch.testing.assert_close(ours[1], theirs[1])
    assert 0 < refused < 121


@pytest.mark.parametrize("mode", MODES)
@pytest.mark.parametrize("pad", [(1, 2, 3, 0), (-1, 2, 0, -2), (0, 0, -3, 1), (2, 2, 2, 2)])
def test_images(mode, pad):
    for x in (
        normal(2, 3, 5, 4),
        normal(3, 5, 4),
        normal(2, 3, 4, 5).transpose(2, 3),
        normal(1, 1, 1, 4).expand(2, 3, 5, 4),
    ):
        ours, theirs = outcome(SF.pad, x, pad, mode), outcome(F.pad, x, pad, mode)
        assert torch.equal(ours[0], theirs[0])
        torch.testing.assert_close(ours[1], theirs[1])


@pytest.mark.parametrize("mode", MODES)
def test_gradcheck(mode):
    x = normal(1, 2, 4, 3).requires_grad_()
    for pad in ((1, 2, 3, 0), (-1, 1, 2, -1), (0, 0, 1, 1)):
        assert torch.autograd.gradcheck(lambda x, pad=pad: SF.pad(x, pad, mode).square(), x)
        assert torch.autograd.gradgradcheck(lambda x, pad=pad: SF.pad(x, pad, mode).square(), x)


@pytest.mark.parametrize("mode", MODES)
@pytest.mark.parametrize("dtype", [torch.float16, torch.bfloat16, torch.int64, torch.uint8, torch.complex64])
def test_other_dtypes(mode, dtype):
    x = (normal(1, 2, 4) * 9).abs().to(dtype)
    assert torch.equal(SF.pad(x, (2, 1), mode), F.pad(x, (2, 1), mode))


def test_constants():
    x = normal(2, 3)
    for pad, value in (((1, 2), 3.5), ((0, 1, 2, 0), -1e30), ((1, 1), float("-inf")), ((1, 1), None), ((), 2.0)):
        assert torch.equal(SF.pad(x, pad, value=value), F.pad(x, pad, value=value))
    flags = torch.tensor([True, False])
    assert torch.equal(SF.pad(flags, (1, 1), value=True), F.pad(flags, (1, 1), value=True))
    assert torch.equal(SF.pad(torch.arange(3), (1, 1), value=7), F.pad(torch.arange(3), (1, 1), value=7))


def test_what_comes_out_is_the_callers_own():
    """Nothing is shared with the input, even where nothing is added."""
    for mode in MODES:
        x = normal(1, 2, 3)
        y = SF.pad(x, (0, 0), mode)
        y += 1
        assert torch.equal(x, normal(1, 2, 3)), mode


@pytest.mark.parametrize(
    ("shape", "pad", "mode", "value"),
    [
        ((2, 3), (1,), "constant", None),
        ((2, 3), (1, 1, 1, 1, 1, 1), "constant", None),
        ((2, 3), (-2, -2), "constant", None),
        ((2, 3), (3, 0), "reflect", None),
        ((2, 3), (0, 4), "circular", None),
        ((2, 3), (1, 1), "reflect", 2.0),
        ((3,), (1, 1), "reflect", None),
        ((2, 2, 3, 3, 3), (1, 1), "replicate", None),
        ((2, 3), (1, 1), "mirror", None),
    ],
)
def test_kinds_of_error(shape, pad, mode, value):
    with pytest.raises((RuntimeError, NotImplementedError)) as theirs:
        F.pad(torch.ones(shape), pad, mode, value)
    with pytest.raises(theirs.type):
        SF.pad(torch.ones(shape), pad, mode, value)


def test_modules_say_what_they_are():
    for name in padding.__all__:
        dims = int(name[-2])
        ours, theirs = getattr(scratch, name), getattr(torch.nn, name)
        assert [*inspect.signature(ours).parameters] == [*inspect.signature(theirs).parameters]
        x = normal(2, 1, *(4, 5, 6)[:dims])
        more = (0.5,) if name.startswith("Constant") else ()
        for pad in (1, tuple(range(1, 2 * dims + 1))[::-1] if dims == 1 else (2, 1) * dims, [1, 0] * dims):
            mine, reference = ours(pad, *more), theirs(pad, *more)
            assert repr(mine) == repr(reference) and mine.padding == reference.padding
            assert torch.equal(mine(x), reference(x))
            assert torch.equal(mine(x[0]), reference(x[0]))


@pytest.mark.parametrize("dims", (1, 2, 3))
def test_circular_padding_refuses_other_inputs(dims):
    for shape in ((4,) * dims, (1, 1, 1) + (4,) * dims):
        with pytest.raises(ValueError):
            getattr(torch.nn, f"CircularPad{dims}d")(1)(torch.ones(shape))
        with pytest.raises(ValueError):
            getattr(scratch, f"CircularPad{dims}d")(1)(torch.ones(shape))
