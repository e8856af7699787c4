"""Activations beside their torch twins, which judge every case."""

import warnings

import pytest
import torch
from torch import nn

from nnbook import nn as scratch
from nnbook.nn import functional as SF

F = nn.functional
TOLERANCE = {torch.float64: 1e-12, torch.float32: 1e-6, torch.bfloat16: 1e-2, torch.float16: 1e-3}
EXTREMES = [0.0, -0.0, 1e-30, -1e-30, 20.0, -20.0, 90.0, -90.0, 1e4, -1e4, 3e38, -3e38]
INFINITE = [float("inf"), -float("inf"), 1.0]

MAPS = {
    "relu": ("ReLU", ()),
    "relu in place": ("ReLU", (True,)),
    "leaky": ("LeakyReLU", ()),
    "leaky in place": ("LeakyReLU", (0.2, True)),
    "leaky falling": ("LeakyReLU", (-0.3,)),
    "leaky flat": ("LeakyReLU", (0.0, True)),
    "sigmoid": ("Sigmoid", ()),
    "tanh": ("Tanh", ()),
    "elu": ("ELU", (0.7,)),
    "elu in place": ("ELU", (1.7, True)),
    "celu": ("CELU", (2.0,)),
    "celu in place": ("CELU", (0.5, True)),
    "selu": ("SELU", ()),
    "selu in place": ("SELU", (True,)),
    "relu6": ("ReLU6", ()),
    "hardtanh": ("Hardtanh", (-0.1, 0.7)),
    "hardtanh in place": ("Hardtanh", (-0.1, 0.7, True)),
    "hardsigmoid": ("Hardsigmoid", ()),
    "hardswish": ("Hardswish", ()),
    "threshold": ("Threshold", (0.1, 20.0)),
    "threshold in place": ("Threshold", (0.1, 20.0, True)),
    "hardshrink": ("Hardshrink", ()),
    "softshrink": ("Softshrink", (0.3,)),
    "logsigmoid": ("LogSigmoid", ()),
    "softsign": ("Softsign", ()),
    "tanhshrink": ("Tanhshrink", ()),
    "silu": ("SiLU", ()),
    "silu in place": ("SiLU", (True,)),
    "mish": ("Mish", ()),
    "mish in place": ("Mish", (True,)),
    "gelu": ("GELU", ()),
    "gelu tanh": ("GELU", ("tanh",)),
    "softplus": ("Softplus", ()),
    "softplus sharp": ("Softplus", (2.0, 1.0)),
    "softplus below zero": ("Softplus", (1.0, -2.0)),
}
ALONG = {f"{name} {dim}": (name, (dim,)) for name in ("Softmax", "LogSoftmax") for dim in (0, 1, -1, -2)}


def normal(*shape, seed=0, dtype=torch.float32):
    return torch.randn(shape, generator=torch.Generator().manual_seed(seed), dtype=torch.float64).to(dtype)


def run(module, x):
    """What the module made, the gradient, and the module's input afterwards."""
    leaf = x.detach().clone(memory_format=torch.preserve_format).requires_grad_()
    h = leaf * 1
    y = module(h)
    y.backward(normal(*y.shape, seed=7, dtype=y.dtype))
    return y, leaf.grad, h


def assert_twins(case, x):
    name, args = case
    ours, theirs = getattr(scratch, name)(*args), getattr(nn, name)(*args)
    assert repr(ours) == repr(theirs)
    for a, b in zip(run(ours, x), run(theirs, x), strict=True):
        assert a.dtype == b.dtype and a.shape == b.shape
        limit = TOLERANCE[b.dtype]
        torch.testing.assert_close(a, b, rtol=limit, atol=limit, equal_nan=True)


def outcome(call):
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            return call()
    except Exception as error:
        return error


def assert_same_error(ours, theirs):
    a, b = outcome(ours), outcome(theirs)
    assert isinstance(b, Exception), "torch accepts this"
    assert isinstance(a, Exception), f"torch: {b!r}; ours accepts this"
    kinds = {RuntimeError if isinstance(e, RuntimeError) else type(e) for e in (a, b)}
    assert len(kinds) == 1, f"torch: {b!r}; ours: {a!r}"


@pytest.mark.parametrize("case", [*MAPS.values(), *ALONG.values()], ids=str)
def test_like_torch(case):
    for dtype in TOLERANCE:
        for shape in ((4, 5), (2, 3, 4), (0, 3), (3, 0)):
            assert_twins(case, 3 * normal(*shape, dtype=dtype))


@pytest.mark.parametrize("case", [*MAPS.values(), *ALONG.values()], ids=str)
def test_views(case):
    assert_twins(case, normal(6, 7).t()[::2, 1:])
    assert_twins(case, normal(4, 1).expand(4, 3))


@pytest.mark.parametrize("case", [*MAPS.values(), ("Softmax", (0,)), ("LogSoftmax", (-1,))], ids=str)
@pytest.mark.parametrize("dtype", TOLERANCE)
def test_extremes(case, dtype):
    # Beyond 1e38 and at infinity torch's own GELU and Mish give inf or NaN.
    overflows = case[0] in ("GELU", "Mish")
    assert_twins(case, torch.tensor(EXTREMES[: -2 if overflows else None], dtype=dtype))
    if not overflows:
        assert_twins(case, torch.tensor(INFINITE, dtype=dtype))
    # NaN stays NaN; what its gradient is has no meaning
    nan = torch.tensor([torch.nan, 1.0], dtype=dtype)
    ours, theirs = (getattr(library, case[0])(*case[1])(nan.clone()) for library in (scratch, nn))
    assert torch.equal(ours.isnan(), theirs.isnan())
    assert_twins(case, torch.tensor(2.0, dtype=dtype))
    for pair in ([1e4, -1e4], [1e4, 1e4], [-1e4, -1e4], [-float("inf"), 1.0], [-float("inf")] * 2):
        assert_twins(case, torch.tensor(pair, dtype=dtype))


def test_promises_in_words():
    x = torch.tensor([0.0, -0.0], requires_grad=True)
    SF.relu(x).sum().backward()
    assert x.grad.tolist() == [0, 0]
    x = torch.tensor([1e4, -1e4], requires_grad=True)
    SF.sigmoid(x).sum().backward()
    assert x.grad.tolist() == [0, 0]
    # sqrt has an infinite slope at 0, which relu must not turn into inf * 0
    x = torch.tensor([-1.0, 0.0, 4.0], requires_grad=True)
    SF.relu(x).sqrt().sum().backward()
    assert x.grad.tolist() == [0, 0, 0.25]
    assert SF.log_softmax(torch.tensor([1e4, -1e4]), 0).tolist() == [0, -2e4]
    assert SF.softmax(torch.tensor([1e4, 1e4]), 0).tolist() == [0.5, 0.5]


@pytest.mark.parametrize("name", ["ReLU", "LeakyReLU"])
def test_in_place(name):
    x = normal(3, 4)
    kept = x.clone()
    getattr(scratch, name)()(x)
    assert torch.equal(x, kept)
    half = x[:, ::2]
    assert getattr(scratch, name)(inplace=True)(half) is half
    expected = kept.clone()
    getattr(nn, name)(inplace=True)(expected[:, ::2])
    assert torch.equal(x, expected)
    # On a view of something that is being differentiated.
    grads = []
    for library in (scratch, nn):
        leaf = normal(3, 4).requires_grad_()
        h = leaf * 2
        getattr(library, name)(inplace=True)(h[1])
        h.pow(2).sum().backward()
        grads.append(leaf.grad)
    assert torch.equal(*grads)


@pytest.mark.parametrize("name", ["relu", "sigmoid", "tanh"])
def test_whole_numbers(name):
    for x in (torch.tensor([-1, 0, 2]), torch.tensor([3], dtype=torch.uint8)):
        torch.testing.assert_close(getattr(SF, name)(x), getattr(F, name)(x))
    if name != "relu":
        x = torch.tensor([True, False])
        torch.testing.assert_close(getattr(SF, name)(x), getattr(F, name)(x))


@pytest.mark.parametrize("name", ["softmax", "log_softmax"])
def test_dtype_and_default_dim(name):
    for x in (torch.tensor([1, 2]), normal(3, dtype=torch.float16), normal(3)):
        for dtype in (torch.float32, torch.float64):
            torch.testing.assert_close(getattr(SF, name)(x, 0, dtype=dtype), getattr(F, name)(x, 0, dtype=dtype))
    x, x_ = normal(3, dtype=torch.float16).requires_grad_(), normal(3, dtype=torch.float16).requires_grad_()
    getattr(SF, name)(x, 0, dtype=torch.float32)[0].backward()
    getattr(F, name)(x_, 0, dtype=torch.float32)[0].backward()
    torch.testing.assert_close(x.grad, x_.grad)
    for shape in ((), (3,), (2, 3), (2, 3, 4), (2, 3, 4, 2)):
        with pytest.warns(UserWarning, match="Implicit dimension choice") as caught:
            ours = getattr(SF, name)(normal(*shape))
        assert caught[0].filename == __file__
        with pytest.warns(UserWarning):
            torch.testing.assert_close(ours, getattr(F, name)(normal(*shape)))


@pytest.mark.parametrize(
    "case",
    [
        lambda m: m.ReLU()([1.0]),
        lambda m: m.ReLU()(torch.tensor([True])),
        lambda m: m.ReLU()(torch.tensor([1j])),
        lambda m: m.LeakyReLU()(torch.tensor([1])),
        lambda m: m.LeakyReLU()([1.0]),
        lambda m: m.ReLU(inplace=True)(normal(3).requires_grad_()),
        lambda m: m.LeakyReLU(inplace=True)(normal(3).requires_grad_()),
        lambda m: m.Sigmoid()([1.0]),
        lambda m: m.Tanh()([1.0]),
        lambda m: m.Softmax(0)([1.0]),
        lambda m: m.Softmax(2)(normal(3, 2)),
        lambda m: m.Softmax(-3)(normal(3, 2)),
        lambda m: m.Softmax(1)(torch.tensor(1.0)),
        lambda m: m.LogSoftmax("a")(normal(3, 2)),
        lambda m: m.LogSoftmax(1.0)(normal(3, 2)),
        lambda m: m.LogSoftmax(True)(normal(3, 2)),
        lambda m: m.LogSoftmax((0, 1))(normal(3, 2)),
        lambda m: m.LogSoftmax(0)(torch.tensor([1, 2])),
        lambda m: m.Softmax(0)(torch.tensor([1, 2])),
        lambda m: m.Sigmoid(1),
        lambda m: m.functional.relu(normal(3), p=1),
        lambda m: m.ELU()(torch.tensor([1])),
        lambda m: m.GELU("other")(normal(3)),
        lambda m: m.GELU()(torch.tensor([1])),
        lambda m: m.SiLU(True)(normal(3).requires_grad_()),
        lambda m: m.SiLU()(torch.tensor([1])),
        lambda m: m.CELU(0.0)(normal(3)),
        lambda m: m.Hardtanh(1.0, -1.0),
        lambda m: m.functional.hardtanh(normal(3), 1.0, -1.0),
        lambda m: m.Softshrink(-1.0)(normal(3)),
        lambda m: m.RReLU(0.5, 0.1)(normal(3)),
        lambda m: m.PReLU(3)(normal(2, 4)),
        lambda m: m.PReLU()(normal(2, 4).double()),
        lambda m: m.PReLU(2)(torch.tensor(1.0)),
        lambda m: m.functional.prelu(normal(2, 2), normal(2, 2)),
        lambda m: m.GLU()(normal(3)),
        lambda m: m.GLU()(torch.tensor(1.0)),
        lambda m: m.GLU(2)(normal(4, 4)),
        lambda m: m.Softmax2d()(normal(3, 4)),
    ],
)
def test_refuses_what_torch_refuses(case):
    assert_same_error(lambda: case(scratch), lambda: case(nn))


def test_a_refused_leaf_is_left_alone():
    x = normal(5).requires_grad_()
    for function in (SF.relu, SF.leaky_relu):
        with pytest.raises(RuntimeError, match="leaf"):
            function(x, inplace=True)
    assert torch.equal(x.detach(), normal(5))
    with torch.no_grad():
        SF.relu(x, inplace=True)
    assert x.min() == 0


@pytest.mark.parametrize("case", [*MAPS.values(), ("PReLU", ()), ("GLU", (0,))], ids=str)
def test_differentiates_twice(case):
    name, args = case
    module = getattr(scratch, name)(*args).double()
    # Away from the corners, and on both sides of each.
    x = torch.tensor([-9.0, -3.7, -2.2, -0.6, -0.2, 0.05, 0.4, 0.9, 3.4, 8.0], dtype=torch.float64, requires_grad=True)
    leaves = (x, *module.parameters())
    assert torch.autograd.gradcheck(lambda x, *_: module(x * 1), leaves)
    assert torch.autograd.gradgradcheck(lambda x, *_: module(x * 1), leaves)


def test_differentiates_twice_far_from_zero():
    for name in ("sigmoid", "silu", "logsigmoid", "softplus", "gelu", "elu"):
        second = []
        for library in (SF, F):
            x = torch.tensor([-1e4, -200.0, 200.0, 1e4], requires_grad=True)
            (grad,) = torch.autograd.grad(getattr(library, name)(x).sum(), x, create_graph=True)
            second.append(torch.autograd.grad(grad.sum(), x, allow_unused=True)[0])
        torch.testing.assert_close(*second)


@pytest.mark.parametrize("name", ["relu", "relu6", "hardtanh", "hardsigmoid", "hardshrink", "softshrink"])
def test_an_infinite_gradient_passes_or_does_not(name):
    grads = []
    for library in (SF, F):
        x = torch.tensor([-7.0, -0.1, 0.0, 0.8, 7.0], requires_grad=True)
        dy = torch.tensor([torch.inf, -torch.inf, torch.inf, torch.inf, -torch.inf])
        grads.append(torch.autograd.grad(getattr(library, name)(x), x, dy)[0])
    assert torch.equal(*grads)


def test_complex_silu():
    # torch has no gradient here; ours is the product rule's
    x = torch.complex(normal(8), normal(8, seed=1))
    torch.testing.assert_close(SF.silu(x), F.silu(x))


@pytest.mark.parametrize("name", ["sigmoid", "tanh", "softsign", "tanhshrink"])
def test_complex_numbers(name):
    results = []
    for library in (SF, F):
        x = torch.complex(normal(8, dtype=torch.float64), normal(8, seed=1, dtype=torch.float64)).requires_grad_()
        y = getattr(library, name)(x)
        results.append((y.detach(), torch.autograd.grad(y, x, torch.complex(normal(8), normal(8, seed=2)).to(y))[0]))
    torch.testing.assert_close(*results)


@pytest.mark.parametrize("name", ["relu_", "leaky_relu_", "elu_", "celu_", "selu_", "hardtanh_", "rrelu_"])
def test_names_of_the_forms_in_place(name):
    ours, theirs = normal(3, 4), normal(3, 4)
    assert getattr(SF, name)(ours) is ours
    torch.testing.assert_close(ours, getattr(F, name)(theirs))
    torch.testing.assert_close(SF.threshold_(normal(9), 0.3, -2.0), F.threshold_(normal(9), 0.3, -2.0))


def test_thresholds_and_values_without_end():
    x = torch.tensor([-torch.inf, -1.0, 0.0, 2.0, torch.inf, torch.nan])
    for at in (0.0, torch.inf, -torch.inf):
        for value in (-torch.inf, torch.inf, 3.0):
            torch.testing.assert_close(SF.threshold(x, at, value), F.threshold(x, at, value), equal_nan=True)
    for name in ("hardtanh", "softplus"):
        for args in ((-torch.inf, 1.0), (0.5, torch.inf)):
            if name == "softplus" and args[0] < 0:
                continue
            torch.testing.assert_close(getattr(SF, name)(x, *args), getattr(F, name)(x, *args), equal_nan=True)


@pytest.mark.parametrize("shape", [(6,), (4, 3), (4, 3, 2), (2, 3, 4, 2), ()])
@pytest.mark.parametrize("dtype", [torch.float64, torch.float16, torch.bfloat16])
def test_prelu(shape, dtype):
    for count in (1, *([3] if len(shape) > 1 else [])):
        results = []
        for library in (scratch, nn):
            module = library.PReLU(count, init=0.3, dtype=dtype)
            x = normal(*shape, dtype=dtype).requires_grad_()
            y = module(x)
            y.backward(normal(*shape, seed=3, dtype=dtype))
            results.append((y, x.grad, module.weight.grad))
        limit = TOLERANCE[dtype]
        torch.testing.assert_close(*results, rtol=limit, atol=limit)


def test_random_slopes_are_torchs():
    for dtype in (torch.float32, torch.float64):
        results = []
        for library in (scratch, nn):
            torch.manual_seed(5)
            x = normal(50, 7, dtype=dtype).requires_grad_()
            y = library.RReLU()(x)
            results.append((y, torch.autograd.grad(y.sum(), x)[0]))
        torch.testing.assert_close(*results)


@pytest.mark.parametrize("hard", [False, True])
def test_gumbel_softmax(hard):
    results = []
    for library in (SF, F):
        torch.manual_seed(5)
        x = normal(6, 5).requires_grad_()
        y = library.gumbel_softmax(x, tau=0.7, hard=hard, dim=0)
        results.append((y, torch.autograd.grad(y, x, normal(6, 5, seed=1))[0]))
    torch.testing.assert_close(*results)


def test_softmin_and_softmax2d():
    for case in (("Softmin", (0,)), ("Softmin", (-1,)), ("Softmax2d", ())):
        assert_twins(case, normal(3, 4, 5))


@pytest.mark.parametrize("name", ["softmax", "log_softmax"])
def test_along_differentiates_twice(name):
    x = normal(3, 4, dtype=torch.float64).requires_grad_()
    assert torch.autograd.gradgradcheck(lambda x: getattr(SF, name)(x, 1), (x,))
