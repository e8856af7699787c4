"""Normalization beside torch's: derivatives, half precision, layouts, running statistics, errors, memory, compiling."""

import copy
import warnings

import pytest
import torch
from torch import nn

from nnbook import nn as scratch
from nnbook.nn import functional as SF

F = nn.functional


def normal(*shape, seed=0, dtype=torch.float32):
    return torch.randn(shape, generator=torch.Generator().manual_seed(seed), dtype=torch.float64).to(dtype)


def doubles(*shapes):
    return [normal(*s, seed=i, dtype=torch.float64).requires_grad_() for i, s in enumerate(shapes)]


# The closed form of the derivative ------------------------------------------------------------------------------------

MEAN, VAR = torch.tensor([0.5, -2.0]), torch.tensor([0.3, 4.0])
FUNCTIONS = {
    "batch": (lambda f, x, w, b: f.batch_norm(x, None, None, w, b, True), (3, 2, 2), (2,)),
    "batch in evaluation": (lambda f, x, w, b: f.batch_norm(x, MEAN.to(w), VAR.to(w), w, b), (3, 2, 2), (2,)),
    "batch of rows": (lambda f, x, w, b: f.batch_norm(x, None, None, w, b, True), (4, 2), (2,)),
    "instance": (lambda f, x, w, b: f.instance_norm(x, None, None, w, b), (2, 2, 3), (2,)),
    "group": (lambda f, x, w, b: f.group_norm(x, 2, w, b), (2, 4, 2), (4,)),
    "layer": (lambda f, x, w, b: f.layer_norm(x, (4,), w, b), (3, 4), (4,)),
    "layer, two dimensions": (lambda f, x, w, b: f.layer_norm(x, (2, 3), w, b), (2, 2, 3), (2, 3)),
    "layer, one row": (lambda f, x, w, b: f.layer_norm(x, (4,), w, b), (4,), (4,)),
    "layer without weight": (lambda f, x, w, b: f.layer_norm(x, (4,)) + 0 * (w + b), (3, 4), (4,)),
    "layer, bias alone": (lambda f, x, w, b: f.layer_norm(x, (4,), None, b) + 0 * w, (3, 4), (4,)),
    "layer, weight alone": (lambda f, x, w, b: f.layer_norm(x, (4,), w) + 0 * b, (3, 4), (4,)),
    "root mean square": (lambda f, x, w, b: f.rms_norm(x, (4,), w) + 0 * b, (3, 4), (4,)),
    "local response": (lambda f, x, w, b: f.local_response_norm(x, 3, 0.5, 0.7) + 0 * (w + b), (2, 4, 2), (1,)),
}


@pytest.mark.parametrize("name", FUNCTIONS)
def test_first_and_second_derivative(name):
    call, shape, vector = FUNCTIONS[name]
    inputs = doubles(shape, vector, vector)
    assert torch.autograd.gradcheck(lambda *t: call(SF, *t), inputs)
    assert torch.autograd.gradgradcheck(lambda *t: call(SF, *t), inputs)


@pytest.mark.parametrize("name", FUNCTIONS)
@pytest.mark.parametrize("dtype", [torch.float16, torch.bfloat16])
@pytest.mark.parametrize("parameters", ["half", "float"])
def test_half_precision(name, dtype, parameters):
    call, shape, vector = FUNCTIONS[name]
    if name == "layer, bias alone" and parameters == "float":
        pytest.skip("torch cannot differentiate this mix")
    kind = dtype if parameters == "half" else torch.float32
    seen = []
    for f in (SF, F):
        x, w, b = (normal(*s, seed=i) for i, s in enumerate((shape, vector, vector)))
        leaves = [x.to(dtype), w.to(kind), b.to(kind)]
        x, w, b = (leaf.requires_grad_() for leaf in leaves)
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # torch says that it mixes dtypes
            y = call(f, x, w, b)
        y.backward(normal(*y.shape, seed=5, dtype=y.dtype))
        seen.append([y.detach(), *(leaf.grad for leaf in leaves)])
    limit = 1e-2 if dtype is torch.float16 else 6e-2
    for ours, theirs in zip(*seen, strict=True):
        assert ours.dtype == theirs.dtype
        torch.testing.assert_close(ours, theirs, rtol=limit, atol=limit)


def test_only_the_input_is_kept_for_the_way_back():
    x = normal(8, 4, 16, 16).requires_grad_()
    kept = {}

    def remember(tensor):
        kept[tensor.data_ptr()] = tensor.numel()
        return tensor

    for layer in (scratch.BatchNorm2d(4), scratch.InstanceNorm2d(4, affine=True), scratch.GroupNorm(2, 4)):
        kept.clear()
        with torch.autograd.graph.saved_tensors_hooks(remember, lambda t: t):
            layer(x)
        assert x.data_ptr() in kept
        assert sum(kept.values()) < x.numel() + 200


def test_an_input_that_needs_no_gradient():
    for make, shape in ((lambda m: m.LayerNorm(4), (3, 4)), (lambda m: m.BatchNorm1d(4), (3, 4))):
        ours, theirs = make(scratch), make(nn)
        for layer in (ours, theirs):
            layer(normal(*shape)).square().sum().backward()
        torch.testing.assert_close(ours.weight.grad, theirs.weight.grad)
        torch.testing.assert_close(ours.bias.grad, theirs.bias.grad)


# Layouts --------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "make",
    [
        lambda m: m.BatchNorm2d(6),
        lambda m: m.InstanceNorm2d(6, affine=True),
        lambda m: m.GroupNorm(3, 6),
        lambda m: m.LayerNorm((4, 5)),
        lambda m: m.RMSNorm(5),
        lambda m: m.LocalResponseNorm(3),
    ],
)
def test_odd_layouts(make):
    ours, theirs = make(scratch), make(nn)
    dense = normal(2, 6, 4, 5)
    for x in (
        dense.to(memory_format=torch.channels_last),
        normal(5, 4, 6, 2).permute(3, 2, 1, 0),
        normal(2, 6, 8, 10)[:, :, ::2, ::2],
        normal(1, 6, 4, 5).expand(2, 6, 4, 5),
    ):
        seen = []
        for layer in (ours, theirs):
            leaf = x.detach().requires_grad_()
            y = layer(leaf)
            y.backward(normal(*y.shape, seed=3))
            seen.append((y.detach(), leaf.grad))
        torch.testing.assert_close(*seen, rtol=1e-4, atol=1e-5)


def test_channels_last_stays_so():
    x = normal(2, 6, 4, 5).to(memory_format=torch.channels_last)
    for layer in (scratch.BatchNorm2d(6), scratch.GroupNorm(3, 6)):
        assert layer(x).is_contiguous(memory_format=torch.channels_last)


def test_large_means_keep_their_digits():
    x = normal(8, 6, 4, 5) * 0.1 + 1000
    for make in (
        lambda m: m.BatchNorm2d(6),
        lambda m: m.InstanceNorm2d(6),
        lambda m: m.GroupNorm(3, 6),
        lambda m: m.LayerNorm((4, 5)),
    ):
        exact = make(nn).double()(x.double()).float()
        # x itself is good to 3e-5 here, a tenth of a thousandth of its standard deviation
        torch.testing.assert_close(make(scratch)(x), exact, rtol=0, atol=2e-3)


@pytest.mark.parametrize("value", [0.1, 1000.1, -123456.7, 1e15])
def test_what_is_constant_becomes_zero(value):
    # the mean of n equal numbers, added up and divided, is off by a rounding: much, next to a variance of 0
    x = torch.full((3, 6, 1, 7), value)
    for make in (
        lambda m: m.BatchNorm2d(6),
        lambda m: m.InstanceNorm2d(6),
        lambda m: m.GroupNorm(2, 6),
        lambda m: m.LayerNorm((1, 7)),
    ):
        torch.testing.assert_close(make(scratch)(x), torch.zeros_like(x), rtol=0, atol=1e-6)


@pytest.mark.parametrize(
    ("make", "shape"),
    [
        (lambda m: m.LayerNorm(4), (3, 4)),
        (lambda m: m.RMSNorm(4), (3, 4)),
        (lambda m: m.GroupNorm(2, 4), (2, 4, 3)),
        (lambda m: m.InstanceNorm1d(4), (2, 4, 3)),
        (lambda m: m.LocalResponseNorm(2), (2, 4, 3)),
    ],
)
def test_infinite_and_large_inputs(make, shape):
    for size in (1e4, -1e4, 1e15, float("inf"), float("nan")):
        x = normal(*shape)
        x.view(-1)[0] = size
        torch.testing.assert_close(make(scratch)(x), make(nn)(x), rtol=1e-4, atol=1e-4, equal_nan=True)


# Running statistics ---------------------------------------------------------------------------------------------------

INSTANCE = [
    {},
    {"affine": True},
    {"affine": True, "bias": False},
    {"track_running_stats": True},
    {"affine": True, "track_running_stats": True, "momentum": 0.3, "eps": 1e-2},
    {"track_running_stats": True, "momentum": None},
]


@pytest.mark.parametrize("options", INSTANCE, ids=str)
@pytest.mark.parametrize("dims", [1, 2, 3])
def test_instance_norm_over_its_life(dims, options):
    ours, theirs = (getattr(m, f"InstanceNorm{dims}d")(3, **options) for m in (scratch, nn))
    assert repr(ours) == repr(theirs) and list(ours.state_dict()) == list(theirs.state_dict())
    for step, training in enumerate((True, True, False, True, False)):
        ours.train(training), theirs.train(training)
        shape = (2, 3, *[4] * dims) if step != 1 else (3, *[4] * dims)  # once without a batch
        x = 3 * normal(*shape, seed=step) + 2
        torch.testing.assert_close(ours(x), theirs(x), rtol=1e-4, atol=1e-5)
        torch.testing.assert_close(ours.state_dict(), theirs.state_dict())


def test_instance_norm_refuses_the_statistics_of_old_checkpoints():
    state = nn.InstanceNorm2d(3, track_running_stats=True).state_dict()
    state._metadata = {}
    for library in (scratch, nn):
        with pytest.raises(RuntimeError, match="running"):
            library.InstanceNorm2d(3).load_state_dict(copy.copy(state))
        del state["num_batches_tracked"]
        assert library.InstanceNorm2d(3, track_running_stats=True).load_state_dict(copy.copy(state)).missing_keys == []
        state["num_batches_tracked"] = torch.tensor(0)


def test_instance_norm_without_weights_takes_other_channels():
    x = normal(2, 5, 4, 4)
    with pytest.warns(UserWarning, match="expected 3 channels"):
        y = scratch.InstanceNorm2d(3)(x)
    with pytest.warns(UserWarning, match="num_features"):
        torch.testing.assert_close(y, nn.InstanceNorm2d(3)(x))


# Errors ---------------------------------------------------------------------------------------------------------------

LONG = torch.ones(2, 4, 3, dtype=torch.long)
REFUSED = {
    "layer: no shape": lambda m: m.functional.layer_norm(normal(2, 3), ()),
    "layer: a number": lambda m: m.functional.layer_norm(normal(2, 3), 3),
    "layer: too long": lambda m: m.functional.layer_norm(normal(3), (2, 3)),
    "layer: weight": lambda m: m.functional.layer_norm(normal(2, 3), (3,), normal(1, 3)),
    "layer: dtype": lambda m: m.functional.layer_norm(normal(2, 3), (3,), normal(3).double()),
    "layer: bias": lambda m: m.functional.layer_norm(normal(2, 3), (3,), normal(3), normal(2)),
    "layer: whole": lambda m: m.functional.layer_norm(LONG, (3,)),
    "layer: complex": lambda m: m.functional.layer_norm(normal(2, 3).to(torch.complex64), (3,)),
    "rms: no shape": lambda m: m.functional.rms_norm(normal(2, 3), ()),
    "rms: weight": lambda m: m.functional.rms_norm(normal(2, 3), (3,), normal(2)),
    "rms: whole": lambda m: m.functional.rms_norm(LONG, (3,)),
    "group: not divisible": lambda m: m.functional.group_norm(normal(2, 4, 3), 3),
    "group: none": lambda m: m.functional.group_norm(normal(2, 4, 3), 0),
    "group: negative": lambda m: m.functional.group_norm(normal(2, 4, 3), -2),
    "group: too many": lambda m: m.functional.group_norm(normal(2, 4, 3), 8),
    "group: a row": lambda m: m.functional.group_norm(normal(4), 2),
    "group: one value": lambda m: m.functional.group_norm(normal(1, 4), 4),
    "group: weight": lambda m: m.functional.group_norm(normal(2, 4, 3), 2, normal(3)),
    "group: dtype": lambda m: m.functional.group_norm(normal(2, 4, 3), 2, normal(4).double()),
    "group: whole": lambda m: m.functional.group_norm(LONG, 2),
    "GroupNorm: not divisible": lambda m: m.GroupNorm(3, 4),
    "GroupNorm: no groups": lambda m: m.GroupNorm(0, 4),
    "GroupNorm: channels": lambda m: m.GroupNorm(2, 4)(normal(2, 6, 3)),
    "instance: one pixel": lambda m: m.functional.instance_norm(normal(2, 3, 1)),
    "instance: weight": lambda m: m.functional.instance_norm(normal(2, 3, 4), weight=normal(2)),
    "instance: mean alone": lambda m: m.functional.instance_norm(normal(2, 3, 4), torch.zeros(3)),
    "instance: mean": lambda m: m.functional.instance_norm(normal(2, 3, 4), torch.zeros(2), torch.ones(3)),
    "instance: nothing to use": lambda m: m.functional.instance_norm(normal(2, 3, 4), use_input_stats=False),
    "instance: momentum": lambda m: m.functional.instance_norm(normal(2, 3, 4), momentum=None),
    "instance: whole": lambda m: m.functional.instance_norm(LONG),
    "InstanceNorm: channels": lambda m: m.InstanceNorm2d(3, affine=True)(normal(2, 5, 4, 4)),
    "InstanceNorm: no batch": lambda m: m.InstanceNorm2d(3, affine=True)(normal(5, 4, 4)),
    "InstanceNorm: dimensions": lambda m: m.InstanceNorm2d(3)(normal(4, 4)),
    "InstanceNorm: statistics": lambda m: m.InstanceNorm2d(3, track_running_stats=True)(normal(2, 5, 4, 4)),
    "BatchNorm3d: dimensions": lambda m: m.BatchNorm3d(3)(normal(2, 3, 4, 4)),
    "local response: a matrix": lambda m: m.LocalResponseNorm(2)(normal(3, 4)),
}


def _library(module):
    return type("Library", (), {**vars(module), "functional": SF if module is scratch else F})


@pytest.mark.parametrize("name", REFUSED)
@pytest.mark.filterwarnings("ignore:input's size", "ignore:expected 3 channels")
def test_refuses_what_torch_refuses(name):
    kinds = []
    for library in (scratch, nn):
        with pytest.raises(Exception) as caught:
            REFUSED[name](_library(library))
        kinds.append(RuntimeError if isinstance(caught.value, RuntimeError) else type(caught.value))
    assert kinds[0] is kinds[1]


# Local response and the compiler --------------------------------------------------------------------------------------


@pytest.mark.parametrize("size", [1, 2, 3, 4, 9])
def test_local_response_windows(size):
    for shape in ((2, 5, 3), (2, 5, 3, 2), (1, 5, 2, 2, 2), (0, 5, 3)):
        x = 3 * normal(*shape)
        torch.testing.assert_close(
            SF.local_response_norm(x, size, 0.5, 0.6, 2.0), F.local_response_norm(x, size, 0.5, 0.6, 2.0)
        )


@pytest.mark.parametrize(
    ("make", "shape"),
    [
        (lambda: scratch.BatchNorm2d(4), (3, 4, 5, 5)),
        (lambda: scratch.InstanceNorm2d(4, affine=True, track_running_stats=True), (3, 4, 5, 5)),
        (lambda: scratch.GroupNorm(2, 4), (3, 4, 5, 5)),
        (lambda: scratch.LayerNorm(4), (3, 4)),
        (lambda: scratch.RMSNorm(4), (3, 4)),
        (lambda: scratch.LocalResponseNorm(3), (3, 4, 5, 5)),
    ],
)
def test_one_graph_when_compiled(make, shape):
    plain, traced = make(), make()
    torch.compiler.reset()
    compiled = torch.compile(scratch.as_torch(traced), backend="aot_eager", fullgraph=True)
    x, x_ = normal(*shape).requires_grad_(), normal(*shape).requires_grad_()
    y, y_ = plain(x), compiled(x_)
    torch.testing.assert_close(y, y_)
    y.backward(normal(*shape, seed=1)), y_.backward(normal(*shape, seed=1))
    torch.testing.assert_close(x.grad, x_.grad)
    torch.testing.assert_close(plain.state_dict(), traced.state_dict())
