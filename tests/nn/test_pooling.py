"""Pooling beside its torch twins: what torch's own samples and the specs do not reach."""

import inspect
import itertools
import math

import pytest
import torch
import torch.nn.functional as F

from nnbook import nn as scratch
from nnbook.nn import adaptive_pooling, average_pooling, fractional_pooling, pooling, unpooling
from nnbook.nn import functional as SF

DIMS = (1, 2, 3)
SHAPES = {1: (2, 3, 13), 2: (2, 3, 7, 9), 3: (2, 2, 5, 7, 6)}


def normal(*shape, seed=0, dtype=torch.float64):
    return torch.randn(shape, generator=torch.Generator().manual_seed(seed), dtype=torch.float64).to(dtype)


def steps(*shape, seed=0, dtype=torch.float64):
    """Small whole numbers: nearly every window has several equal maxima."""
    return torch.randint(-2, 3, shape, generator=torch.Generator().manual_seed(seed)).to(dtype)


def both(name, x, *args, **kwargs):
    """(our result, torch's, our gradient, torch's) of one function, under a random cotangent."""
    results, grads = [], []
    for family in (SF, F):
        leaf = x.detach().clone().requires_grad_()
        result = getattr(family, name)(leaf, *args, **kwargs)
        y = result[0] if isinstance(result, tuple) else result
        (grad,) = torch.autograd.grad(y, leaf, normal(*y.shape, seed=5).to(y.dtype))
        results.append(result)
        grads.append(grad)
    return *results, *grads


def same(name, x, *args, **kwargs):
    ours, theirs, mine, grad = both(name, x, *args, **kwargs)
    if isinstance(theirs, tuple):
        assert torch.equal(ours[1], theirs[1]), (name, args, kwargs)
        ours, theirs = ours[0], theirs[0]
    torch.testing.assert_close(ours, theirs, equal_nan=True)
    torch.testing.assert_close(mine, grad, equal_nan=True)


# kernel, stride, padding, dilation
WINDOWS = [
    (1, 1, 0, 1),
    (2, 2, 0, 1),
    (3, 1, 1, 1),
    (3, 2, 1, 2),
    (2, 3, 1, 1),
    (4, 3, 2, 1),
    (2, 4, 0, 2),
    (4, 1, 2, 1),
]


@pytest.mark.parametrize("dims", DIMS)
@pytest.mark.parametrize("ceil_mode", [False, True])
def test_max_pooling_names_the_first_of_equal_values(dims, ceil_mode):
    x = steps(*SHAPES[dims])
    x[0, 0] = -math.inf
    x[1, 1] = 1.0
    for kernel, stride, padding, dilation in WINDOWS:
        same(f"max_pool{dims}d", x, kernel, stride, padding, dilation, ceil_mode, return_indices=True)


@pytest.mark.parametrize("dims", DIMS)
def test_average_pooling_counts_as_torch(dims):
    x = normal(*SHAPES[dims])
    for (kernel, stride, padding, _), ceil_mode, with_pad in itertools.product(WINDOWS, (False, True), (False, True)):
        same(f"avg_pool{dims}d", x, kernel, stride, padding, ceil_mode, with_pad)
        if dims > 1:
            same(f"avg_pool{dims}d", x, kernel, stride, padding, ceil_mode, with_pad, divisor_override=-3)


@pytest.mark.parametrize("dims", DIMS)
def test_adaptive_windows_cover_as_torchs(dims):
    for size in (1, 2, 3, 4, 5, 6, 10, 14):
        same(f"adaptive_avg_pool{dims}d", normal(*SHAPES[dims]), size)
        same(f"adaptive_max_pool{dims}d", steps(*SHAPES[dims]), size, return_indices=True)
    assert getattr(SF, f"adaptive_max_pool{dims}d")(normal(*SHAPES[dims]), 0).shape[-1] == 0
    assert getattr(SF, f"adaptive_avg_pool{dims}d")(normal(*SHAPES[dims]), 0).shape[-1] == 0


@pytest.mark.parametrize("dims", DIMS)
@pytest.mark.parametrize("p", [1, 2, 3.0, 0.5, -2, math.inf, -math.inf])
def test_power_averages(dims, p):
    # zeros too: some windows see nothing else
    x = normal(*SHAPES[dims]).abs() + 0.1
    if p in (1, 2, 3.0, math.inf):
        x[0, 0] = 0
    for options in ((2,), (3, 1), (2, 3, True), (3, 2, True)):
        same(f"lp_pool{dims}d", x, p, *options)


@pytest.mark.parametrize("dims", (2, 3))
def test_fractional_pooling_draws_as_torch(dims):
    name, x = f"fractional_max_pool{dims}d", steps(*SHAPES[dims])
    for kernel, size in ((1, 3), (2, 3), (3, 2), (2, 1), ((2, 3, 1)[:dims], (2, 3, 4)[:dims])):
        for dtype in (torch.float64, torch.float32):
            samples = torch.rand(2, x.size(1), dims, generator=torch.Generator().manual_seed(3)).to(dtype)
            same(name, x.to(dtype), kernel, size, return_indices=True, _random_samples=samples)
    torch.manual_seed(9)
    ours = getattr(SF, name)(x[0], 2, output_ratio=(0.5,) * dims)
    torch.manual_seed(9)
    assert torch.equal(ours, getattr(F, name)(x[0], 2, output_ratio=(0.5,) * dims))


@pytest.mark.parametrize("dims", DIMS)
def test_unpooling_puts_back_what_pooling_took(dims):
    x = normal(*SHAPES[dims])
    y, places = getattr(SF, f"max_pool{dims}d")(x, 2, return_indices=True)
    back = getattr(scratch, f"MaxUnpool{dims}d")(2)(y, places, output_size=x.shape)
    # every value is 0 or its original, and the windows' maxima are all there
    assert back.shape == x.shape
    assert torch.equal(back[back != 0], x[back != 0])
    assert torch.equal(back.flatten(2).gather(-1, places.flatten(2)), y.flatten(2))
    assert int((back != 0).sum()) == y.numel()


def test_nan_counts_as_the_largest():
    x = normal(1, 1, 4, 4)
    x[0, 0, 1, 1] = math.nan
    x[0, 0, 3, 2] = math.inf
    same("max_pool2d", x, 3, 1, return_indices=True)
    same("adaptive_max_pool2d", x, 3, return_indices=True)
    assert SF.max_pool2d(x, 3, 1).isnan().all()


@pytest.mark.parametrize("dims", DIMS)
def test_gradcheck(dims):
    shape = {1: (2, 7), 2: (1, 4, 5), 3: (1, 2, 3, 3)}[dims]
    x = torch.randperm(math.prod(shape), generator=torch.Generator().manual_seed(1)).double().view(shape) / 7 + 0.3
    x.requires_grad_()
    u = torch.rand(1, shape[-dims - 1], dims, dtype=torch.float64, generator=torch.Generator().manual_seed(2))
    functions = [
        lambda x: getattr(SF, f"avg_pool{dims}d")(x, 2, 1, 1, False, False),
        lambda x: getattr(SF, f"avg_pool{dims}d")(x, 2, 3, 1, True),
        lambda x: getattr(SF, f"adaptive_avg_pool{dims}d")(x, 2).square(),
        lambda x: getattr(SF, f"adaptive_avg_pool{dims}d")(x, 6),
        lambda x: getattr(SF, f"max_pool{dims}d")(x, 2, 1, 1).square(),
        lambda x: getattr(SF, f"adaptive_max_pool{dims}d")(x, 2),
        lambda x: getattr(SF, f"lp_pool{dims}d")(x, 3, 2, 1),
    ]
    if dims > 1:
        size = (1, 2, 2)[-dims:]
        functions.append(lambda x: getattr(SF, f"fractional_max_pool{dims}d")(x, 1, size, _random_samples=u))
    for function in functions:
        assert torch.autograd.gradcheck(function, x, fast_mode=dims == 3)
        assert torch.autograd.gradgradcheck(function, x, fast_mode=dims == 3)


def test_gradcheck_of_unpooling():
    x = normal(1, 2, 2, 2).requires_grad_()
    places = torch.tensor([[[[0, 5], [10, 15]], [[3, 2], [8, 9]]]])
    assert torch.autograd.gradcheck(lambda x: SF.max_unpool2d(x, places, 2).square(), x)
    assert torch.autograd.gradgradcheck(lambda x: SF.max_unpool2d(x, places, 2).square(), x)


@pytest.mark.parametrize("dtype", [torch.float16, torch.bfloat16])
def test_half_precision(dtype):
    x = normal(2, 3, 8, 9, dtype=dtype)
    limit = {"rtol": 2e-2, "atol": 2e-2}
    for name, args in (
        ("max_pool2d", (3, 2, 1)),
        ("avg_pool2d", (3, 2, 1)),
        ("adaptive_avg_pool2d", (3,)),
        ("adaptive_max_pool2d", (3,)),
    ):
        ours, theirs, mine, grad = both(name, x, *args)
        assert ours.dtype == dtype and mine.dtype == dtype
        torch.testing.assert_close(ours, theirs, **limit)
        torch.testing.assert_close(mine, grad, **limit)
    # A sum of 256 · 300 does not fit into float16; the mean does.
    assert float(SF.avg_pool2d(torch.full((1, 1, 16, 16), 300.0, dtype=dtype), 16)) == 300


def test_whole_numbers_are_divided_towards_zero():
    x = torch.tensor([[[[-3, -2, 0, 1, 2, 4]]]])
    assert torch.equal(SF.avg_pool2d(x, (1, 2)), F.avg_pool2d(x, (1, 2)))
    assert torch.equal(SF.avg_pool1d(x[0], 4, 2, 1, True), F.avg_pool1d(x[0], 4, 2, 1, True))


@pytest.mark.parametrize("layout", ["transposed", "gaps", "expanded", "channels_last"])
def test_inputs_laid_out_otherwise(layout):
    x = normal(2, 4, 6, 6)
    x = {
        "transposed": lambda: x.transpose(2, 3),
        "gaps": lambda: normal(4, 8, 12, 12)[::2, ::2, ::2, ::2],
        "expanded": lambda: normal(1, 1, 1, 6).expand(2, 4, 6, 6),
        "channels_last": lambda: x.contiguous(memory_format=torch.channels_last),
    }[layout]()
    for name, args in (("max_pool2d", (3, 2, 1)), ("avg_pool2d", (3, 2, 1)), ("adaptive_avg_pool2d", (4,))):
        torch.testing.assert_close(getattr(SF, name)(x, *args), getattr(F, name)(x, *args))
        same(name, x, *args)


def saved_bytes(function, x):
    """How much a call keeps for its backward pass."""
    sizes = {}

    def keep(t):
        sizes[t.untyped_storage().data_ptr()] = t.untyped_storage().nbytes()
        return t

    with torch.autograd.graph.saved_tensors_hooks(keep, lambda t: t):
        function(x)
    return sum(sizes.values())


@pytest.mark.parametrize("options", [(2,), (3, 1, 1), (5, 1, 2)])
def test_no_copy_of_all_windows_is_kept(options):
    x = normal(2, 3, 32, 32, dtype=torch.float32).requires_grad_()
    assert saved_bytes(lambda x: SF.max_pool2d(x, *options), x) <= saved_bytes(lambda x: F.max_pool2d(x, *options), x)
    assert saved_bytes(lambda x: SF.avg_pool2d(x, *options), x) == 0


@pytest.mark.parametrize("name", ["max_pool2d", "avg_pool2d", "adaptive_avg_pool2d", "adaptive_max_pool2d"])
def test_an_empty_batch(name):
    for argument in (1, 2, 3):
        x = torch.empty(0, 3, 4, 5, requires_grad=True)
        y = getattr(SF, name)(x, argument)
        assert y.shape == getattr(F, name)(x, argument).shape
        assert torch.autograd.grad(y.sum(), x)[0].shape == x.shape


BAD = [
    ("max_pool2d", (2, 3, 4, 4), (0,), {}),
    ("max_pool2d", (2, 3, 4, 4), (5,), {}),
    ("max_pool2d", (2, 3, 4, 4), (3, 1, 2), {}),
    ("max_pool2d", (2, 3, 9, 9), (3, 1, 2, 2), {}),
    ("max_pool2d", (2, 3, 4, 4), (3, -1), {}),
    ("max_pool2d", (2, 3, 4, 4), (2, 1, 0, 0), {}),
    ("max_pool2d", (2, 3, 4, 4), (2.0,), {}),
    ("max_pool2d", (2, 3, 4, 4), (True,), {}),
    ("max_pool2d", (2, 3, 4, 4), (None,), {}),
    ("max_pool2d", (2, 3, 4, 4), (2,), {"ceil_mode": 1}),
    ("max_pool2d", (4, 4), (2,), {}),
    ("max_pool3d", (4, 4, 4), (2,), {}),
    ("max_pool1d", (2, 0, 4), (2,), {}),
    ("avg_pool1d", (2, 3, 4), ((2, 2),), {}),
    ("avg_pool2d", (2, 3, 4, 4), (2,), {"divisor_override": 0}),
    ("avg_pool2d", (2, 3, 4, 4), (3, 1, 2), {}),
    ("avg_pool3d", (2, 3, 4, 4, 0), (2,), {}),
    ("adaptive_avg_pool1d", (2, 3, 4), (None,), {}),
    ("adaptive_avg_pool1d", (2, 3, 4), ((1, 2, 3),), {}),
    ("adaptive_avg_pool2d", (2, 3, 4, 4), (-1,), {}),
    ("adaptive_avg_pool2d", (2, 3, 4, 4), ((1, 2, 3),), {}),
    ("adaptive_avg_pool2d", (2, 3, 0, 4), (2,), {}),
    ("adaptive_max_pool2d", (2, 3, 4, 4), (2.0,), {}),
    ("adaptive_max_pool2d", (3, 4), ((2, 2, 2),), {}),
    ("adaptive_max_pool3d", (2, 0, 4, 4, 4), (2,), {}),
    ("fractional_max_pool2d", (2, 3, 4, 4), (2,), {}),
    ("fractional_max_pool2d", (2, 3, 4, 4), (2, 4), {}),
    ("fractional_max_pool2d", (2, 3, 4, 4), (2, None, (0.5, 0.5, 0.5)), {}),
    ("fractional_max_pool2d", (3, 4), (2, 2), {}),
    ("fractional_max_pool2d", (2, 3, 4, 4), (2, 2), {"_random_samples": torch.rand(2, 3, 3)}),
    ("fractional_max_pool2d", (2, 3, 4, 4), (2, 2), {"_random_samples": torch.rand(2, 3, 2).double()}),
    ("fractional_max_pool3d", (2, 3, 4, 4, 4), (2, 3), {}),
    ("lp_pool2d", (2, 3, 4, 4), (0, 2), {}),
]


@pytest.mark.parametrize(("name", "shape", "args", "kwargs"), BAD)
def test_kinds_of_error(name, shape, args, kwargs):
    x = torch.ones(shape)
    with pytest.raises((TypeError, ValueError, RuntimeError, IndexError, ZeroDivisionError)) as theirs:
        getattr(F, name)(x, *args, **kwargs)
    with pytest.raises(theirs.type):
        getattr(SF, name)(x, *args, **kwargs)


def test_kinds_of_error_of_unpooling():
    y, places = F.max_pool2d(normal(1, 2, 6, 6), 2, return_indices=True)
    for values, where, options in (
        (y, places.int(), {}),
        (y, places[:, :1], {}),
        (y, places + 36, {}),
        (y, places - 36, {}),
        (y[0, 0], places[0, 0], {}),
        (y.long(), places, {}),
        (y, places, {"output_size": (9, 7)}),
        (y, places, {"output_size": (7,)}),
        (y, places, {"padding": 4}),
    ):
        with pytest.raises((ValueError, RuntimeError, NotImplementedError)) as theirs:
            F.max_unpool2d(values, where, 2, **options)
        with pytest.raises(theirs.type):
            SF.max_unpool2d(values, where, 2, **options)


@pytest.mark.parametrize("dtype", [torch.bool, torch.complex64])
def test_what_has_no_order_is_refused(dtype):
    for name, argument in itertools.product(("max_pool2d", "avg_pool2d", "adaptive_max_pool2d"), (2,)):
        with pytest.raises(NotImplementedError):
            getattr(F, name)(torch.ones(1, 1, 4, 4, dtype=dtype), argument)
        with pytest.raises(NotImplementedError):
            getattr(SF, name)(torch.ones(1, 1, 4, 4, dtype=dtype), argument)


FILES = (pooling, average_pooling, adaptive_pooling, fractional_pooling, unpooling)
CLASSES = [name for file in FILES for name in file.__all__]


def test_signatures_are_torchs():
    for name in CLASSES:
        ours, theirs = (inspect.signature(getattr(family, name)).parameters for family in (scratch, torch.nn))
        assert [(p.name, p.default, p.kind) for p in ours.values()] == [
            (p.name, p.default, p.kind) for p in theirs.values()
        ], name


@pytest.mark.parametrize("name", ["max_pool2d", "adaptive_max_pool3d", "fractional_max_pool2d"])
def test_functions_that_always_give_the_pair(name):
    x, function = steps(1, 2, 5, 6, 7), getattr(SF, f"{name}_with_indices")
    x = x[:, 0] if name.endswith("2d") else x
    options = {"max_pool2d": (1, 0, 1, False), "fractional_max_pool2d": (None, (0.5, 0.5)), "adaptive_max_pool3d": ()}[
        name
    ]
    results = []
    for family in (SF, F):
        for last in ((), (False,)):
            torch.manual_seed(1)
            results.append(getattr(family, f"{name}_with_indices")(x, 2, *options, *last))
    for values, places in results:
        assert torch.equal(values, results[-1][0]) and torch.equal(places, results[-1][1])
    assert function.__name__ == f"{name}_with_indices"


def test_every_class_has_its_function():
    for name in CLASSES:
        assert issubclass(getattr(scratch, name), scratch.Module)
    names = [n for n in dir(F) if "pool" in n and not n.startswith("_") and n != "boolean_dispatch"]
    assert [n for n in names if not hasattr(SF, n)] == []
