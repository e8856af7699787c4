"""Linear, Embedding, Conv2d, Dropout, BatchNorm and init beside their torch twins, which judge every case."""

import copy
import inspect
import io
import re
import warnings
from itertools import product

import pytest
import torch
from torch import nn

from nnbook import nn as scratch
from nnbook.nn import functional as SF
from nnbook.parity.operators import FUSED, OperatorWatch

F = nn.functional
TOLERANCE = {torch.float64: 1e-11, torch.float32: 2e-5, torch.bfloat16: 3e-2, torch.float16: 4e-3}


def normal(*shape, seed=0, dtype=torch.float32):
    return torch.randn(shape, generator=torch.Generator().manual_seed(seed), dtype=torch.float64).to(dtype)


def assert_same(ours, theirs, what=""):
    if theirs is None or ours is None:
        assert ours is None and theirs is None, what
        return
    assert ours.dtype == theirs.dtype and ours.shape == theirs.shape, what
    assert ours.layout == theirs.layout and ours.is_contiguous() == theirs.is_contiguous(), what
    limit = TOLERANCE.get(ours.dtype, 0)
    torch.testing.assert_close(ours, theirs, rtol=limit, atol=limit, equal_nan=True, msg=lambda m: f"{what}: {m}")


def run(module, *inputs):
    """(output, input gradients, parameter gradients, state) after one pass with a random cotangent."""
    inputs = [x.detach().clone(memory_format=torch.preserve_format) for x in inputs]
    before = [x.clone() for x in inputs]
    for x in inputs:
        x.requires_grad_(x.is_floating_point())
    module.zero_grad()
    y = module(*inputs)
    if y.requires_grad:
        y.backward(normal(*y.shape, seed=7, dtype=y.dtype))
    for x, old in zip(inputs, before, strict=True):
        assert x.allclose(old, 0, 0, equal_nan=True), "an input was changed"
    return (
        y.detach(),
        [x.grad for x in inputs],
        {k: p.grad for k, p in module.named_parameters()},
        dict(module.state_dict()),
    )


def assert_twins(ours, theirs, *inputs):
    """Loads theirs into ours, compares all that can be seen, and loads back."""
    assert repr(ours) == repr(theirs)
    assert list(ours.state_dict()) == list(theirs.state_dict())
    ours.load_state_dict(theirs.state_dict())
    (y, dx, dp, state), (y_, dx_, dp_, state_) = run(ours, *inputs), run(theirs, *inputs)
    assert_same(y, y_, "output")
    for a, b in zip(dx, dx_, strict=True):
        assert_same(a, b, "input gradient")
    assert list(dp) == list(dp_)
    for name in dp_:
        assert_same(dp[name], dp_[name], f"gradient of {name}")
    for name in state_:
        assert_same(state[name], state_[name], name)
    theirs.load_state_dict(ours.state_dict())


def outcome(call):
    """The kind of error that a call ends in, or its result."""
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
    # NotImplementedError is a RuntimeError, and torch itself uses now one, now the other.
    kinds = {RuntimeError if isinstance(e, RuntimeError) else type(e) for e in (a, b)}
    assert len(kinds) == 1, f"torch: {b!r}; ours: {a!r}"


# Signatures and first weights -----------------------------------------------------------------------------------------

LAYERS = ["Linear", "Embedding", "Conv2d", "Dropout", "BatchNorm1d", "BatchNorm2d"]
LAYERS += ["ReLU", "LeakyReLU", "Softmax", "LogSoftmax", "MSELoss", "NLLLoss", "CrossEntropyLoss"]


@pytest.mark.parametrize("name", LAYERS)
def test_constructor_has_torchs_arguments(name):
    def arguments(cls):
        return [(p.name, p.default, p.kind) for p in inspect.signature(cls).parameters.values()]

    assert arguments(getattr(scratch, name)) == arguments(getattr(nn, name))


@pytest.mark.parametrize("name", SF.__all__)
def test_function_has_torchs_arguments(name):
    def arguments(function):
        return [(p.name, p.default) for p in inspect.signature(function).parameters.values()]

    theirs = getattr(F, name)
    if inspect.isbuiltin(theirs) or list(inspect.signature(theirs).parameters) == ["args", "kwargs"]:
        # Without a signature, but its documentation starts with one: "linear(input, weight, bias=None) -> Tensor".
        written = re.match(rf"\s*{name}\((.*?)\)( ->|\n)", theirs.__doc__)
        if written is None:
            pytest.skip("torch tells the arguments nowhere")
        theirs = eval(f"lambda {written[1]}: 0")
    ours = arguments(getattr(SF, name))
    # relu_ is relu with inplace=True
    assert [a for a in ours if not (name.endswith("_") and a[0] == "inplace")] == arguments(theirs)


@pytest.mark.parametrize(
    ("name", "args", "kwargs"),
    [
        ("Linear", (7, 5), {}),
        ("Linear", (7, 5), {"bias": False}),
        ("Linear", (300, 200), {"dtype": torch.float64}),
        ("Linear", (3, 4), {"dtype": torch.bfloat16}),
        ("Linear", (0, 3), {}),
        ("Embedding", (11, 3), {}),
        ("Embedding", (11, 3), {"padding_idx": -2, "dtype": torch.float64}),
        ("Conv2d", (4, 6, (3, 2)), {"groups": 2}),
        ("Conv2d", (4, 6, 3), {"bias": False, "dtype": torch.float16}),
    ],
)
@pytest.mark.filterwarnings("ignore:Initializing zero-element")
def test_first_weights_are_torchs(name, args, kwargs):
    modules = []
    for library in (scratch, nn):
        torch.manual_seed(3)
        modules.append(getattr(library, name)(*args, **kwargs))
        modules.append(torch.rand(3))  # the generator stands at the same place afterwards
    ours, next_ours, theirs, next_theirs = modules
    assert list(ours.state_dict()) == list(theirs.state_dict())
    for key, value in theirs.state_dict().items():
        assert torch.equal(ours.state_dict()[key], value)
    assert torch.equal(next_ours, next_theirs)
    assert repr(ours) == repr(theirs)
    torch.manual_seed(3)
    ours.reset_parameters()
    assert torch.equal(ours.weight, theirs.weight)


INIT_CASES = [
    ("uniform_", (3, 4), (-2.0, 3.0)),
    ("normal_", (3, 4), (1.0, 0.5)),
    ("constant_", (3,), (2.5,)),
    ("ones_", (3,), ()),
    ("zeros_", (3,), ()),
    ("eye_", (3, 5), ()),
    ("dirac_", (6, 2, 3), ()),
    ("dirac_", (6, 2, 3, 4), (3,)),
    ("dirac_", (2, 5, 3, 4, 2), ()),
    ("xavier_uniform_", (3, 4, 2), (1.5,)),
    ("xavier_normal_", (3, 4), ()),
    ("kaiming_uniform_", (5, 4), (0.3, "fan_out")),
    ("kaiming_uniform_", (5, 4, 3, 3), (0, "fan_in", "tanh")),
    ("kaiming_normal_", (5, 4), (0, "fan_in", "relu")),
    ("kaiming_normal_", (5, 4), (0.2,)),
    ("trunc_normal_", (40, 40), ()),
    ("orthogonal_", (3, 5), (2.0,)),
    ("orthogonal_", (5, 2, 2), ()),
    ("sparse_", (10, 4), (0.33,)),
]


@pytest.mark.parametrize(("name", "shape", "args"), INIT_CASES)
def test_init_draws_what_torch_draws(name, shape, args):
    results = []
    for library in (scratch.init, nn.init):
        torch.manual_seed(5)
        tensor = torch.full(shape, 9.0, requires_grad=True)
        assert getattr(library, name)(tensor, *args) is tensor
        results.append(tensor)
    torch.testing.assert_close(*results)
    assert results[0].requires_grad and results[0].is_leaf


@pytest.mark.parametrize(("a", "b"), [(2.5, 3.0), (-0.1, 0.1), (4.0, 9.0)])
@pytest.mark.filterwarnings("ignore:mean is more than 2 std")
def test_trunc_normal_far_out(a, b):
    torch.manual_seed(0)
    ours, theirs = torch.empty(20_000), torch.empty(20_000)
    scratch.init.trunc_normal_(ours, 0.0, 1.0, a, b)
    nn.init.trunc_normal_(theirs, 0.0, 1.0, a, b)
    assert a <= ours.min() and ours.max() <= b
    # Two means of 20,000 draws: seven standard errors of their difference.
    assert abs(ours.mean() - theirs.mean()) < 7 * theirs.std() * (2 / 20_000) ** 0.5


@pytest.mark.parametrize(
    ("name", "shape", "args"),
    [
        ("kaiming_uniform_", (3,), ()),
        ("kaiming_uniform_", (3, 2), (0, "fan")),
        ("kaiming_uniform_", (3, 2), (0, "fan_in", "swish")),
        ("kaiming_uniform_", (3, 2), ("a",)),
        ("xavier_normal_", (3,), ()),
        ("eye_", (3,), ()),
        ("dirac_", (3, 3), ()),
        ("dirac_", (3, 3, 3), (2,)),
        ("orthogonal_", (3,), ()),
        ("sparse_", (3,), (0.5,)),
        ("uniform_", (3,), (2.0, 1.0)),
        ("normal_", (3,), (0.0, -1.0)),
    ],
)
def test_init_refuses_what_torch_refuses(name, shape, args):
    assert_same_error(
        lambda: getattr(scratch.init, name)(torch.empty(shape), *args),
        lambda: getattr(nn.init, name)(torch.empty(shape), *args),
    )


def test_gains():
    for name in ("linear", "conv2d", "conv_transpose3d", "sigmoid", "tanh", "relu", "leaky_relu", "selu"):
        assert scratch.init.calculate_gain(name) == nn.init.calculate_gain(name)
    assert scratch.init.calculate_gain("leaky_relu", 0.2) == nn.init.calculate_gain("leaky_relu", 0.2)
    with pytest.raises(ValueError, match="negative_slope"):
        scratch.init.calculate_gain("leaky_relu", True)


# Linear ---------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("dtype", TOLERANCE)
@pytest.mark.parametrize("bias", [True, False])
@pytest.mark.parametrize("shape", [(4, 3), (3,), (2, 5, 3), (0, 3), (2, 0, 3), (2, 2, 2, 3)])
def test_linear(shape, bias, dtype):
    assert_twins(
        scratch.Linear(3, 4, bias, dtype=dtype), nn.Linear(3, 4, bias=bias, dtype=dtype), normal(*shape, dtype=dtype)
    )


def test_linear_of_views_and_extremes():
    assert_twins(scratch.Linear(3, 4), nn.Linear(3, 4), normal(3, 6).t()[::2])
    assert_twins(scratch.Linear(3, 4), nn.Linear(3, 4), normal(5, 1, seed=1).expand(5, 3))
    assert_twins(scratch.Linear(2, 2), nn.Linear(2, 2), torch.tensor([[1e4, -1e4], [float("inf"), float("nan")]]))


@pytest.mark.parametrize(
    "case",
    [
        lambda m: m.Linear(3, 4)(normal(2, 4)),
        lambda m: m.Linear(3, 4)(normal(2, 3, dtype=torch.float64)),
        lambda m: m.Linear(3, 4)(torch.tensor(1.0)),
        lambda m: m.Linear(3, 4)(normal(4)),
        lambda m: m.Linear(3, 4)(torch.ones(2, 3, dtype=torch.long)),
        lambda m: m.Linear(3, 4)([1.0, 2.0, 3.0]),
        lambda m: m.Linear(-1, 3),
        lambda m: m.Linear(1.5, 3),
        lambda m: m.Linear(3, 3, dtype=torch.int64),
        lambda m: m.functional.linear(normal(2, 3), normal(4, 3), normal(3)),
        lambda m: m.functional.linear(normal(2, 3), normal(4, 3), normal(4).double()),
        lambda m: m.functional.linear(normal(2, 3), normal(4, 3), normal(2, 1, 4)),
        lambda m: m.functional.linear(normal(2, 3), normal(3), torch.tensor(1.0)),
        lambda m: m.functional.linear(normal(2, 3), normal(3, 3, 3)),
    ],
)
def test_linear_refuses_what_torch_refuses(case):
    assert_same_error(lambda: case(scratch), lambda: case(nn))


def test_linear_function_with_a_vector():
    assert_same(SF.linear(normal(2, 3), normal(3)), F.linear(normal(2, 3), normal(3)))
    assert_same(SF.linear(normal(3), normal(3)), F.linear(normal(3), normal(3)))
    assert_same(SF.linear(normal(2, 3), normal(4, 3), normal(1)), F.linear(normal(2, 3), normal(4, 3), normal(1)))


def test_identity():
    x = normal(2, 3)
    assert scratch.Identity(54, unused=0.1)(x) is x
    assert repr(scratch.Identity(54, unused=0.1)) == repr(nn.Identity(54, unused=0.1))


def test_meta_device_and_deepcopy():
    for ours in (scratch.Linear(3, 2, device="meta"), scratch.BatchNorm2d(3, device="meta")):
        assert all(value.is_meta for value in ours.state_dict().values())
    assert scratch.Conv2d(2, 4, 3, device="meta")(torch.empty(1, 2, 5, 5, device="meta")).shape == (1, 4, 3, 3)
    assert torch.equal(copy.deepcopy(ours := scratch.Linear(3, 2)).weight, ours.weight)


# Embedding ------------------------------------------------------------------------------------------------------------

INDICES = [torch.tensor(i) for i in ([[1, 4, 1], [0, 2, 2]], [3], 2)] + [torch.zeros(0, 2, dtype=torch.long)]


@pytest.mark.parametrize("index", INDICES, ids=lambda i: str(tuple(i.shape)))
@pytest.mark.parametrize(
    "options",
    [
        {},
        {"padding_idx": 1},
        {"padding_idx": -1},
        {"padding_idx": 0, "scale_grad_by_freq": True},
        {"scale_grad_by_freq": True},
        {"max_norm": 1.0},
        {"max_norm": 0.5, "norm_type": 1.0},
        {"max_norm": 0.5, "norm_type": float("inf")},
        {"max_norm": 1.5, "norm_type": 3},
        {"max_norm": 1.5, "norm_type": 0.0},
        {"dtype": torch.float64},
        {"_freeze": True},
    ],
    ids=str,
)
def test_embedding(index, options):
    assert_twins(scratch.Embedding(5, 3, **options), nn.Embedding(5, 3, **options), index)
    assert_twins(scratch.Embedding(5, 3, **options), nn.Embedding(5, 3, **options), index.int())


def test_embedding_gradient_collects_repeats():
    index = torch.tensor([[1, 1, 1], [0, 1, 4]])
    ours = scratch.Embedding(5, 2)
    ours(index).sum().backward()
    assert ours.weight.grad.tolist() == [[1, 1], [4, 4], [0, 0], [0, 0], [1, 1]]


@pytest.mark.parametrize("padding_idx", [None, 1])
def test_sparse_embedding(padding_idx):
    grads = []
    for library in (scratch, nn):
        torch.manual_seed(0)
        table = library.Embedding(5, 3, padding_idx=padding_idx, sparse=True)
        y = table(torch.tensor([[3, 1, 3]]))
        y.backward(normal(1, 3, 3))
        assert table.weight.grad.is_sparse and not table.weight.grad.is_coalesced()
        grads.append(table.weight.grad)
        assert "sparse=True" in repr(table)
    assert torch.equal(grads[0]._indices(), grads[1]._indices())
    assert torch.equal(grads[0]._values(), grads[1]._values())


@pytest.mark.parametrize("options", [{}, {"freeze": False}, {"padding_idx": 2, "max_norm": 1.0}])
def test_embedding_from_pretrained(options):
    index = torch.tensor([2, 0, 2])
    tables = [normal(4, 3), normal(4, 3)]
    ours, theirs = (
        scratch.Embedding.from_pretrained(tables[0], **options),
        nn.Embedding.from_pretrained(tables[1], **options),
    )
    assert repr(ours) == repr(theirs) and ours.weight.requires_grad == theirs.weight.requires_grad
    assert ours.weight.data_ptr() == tables[0].data_ptr()
    assert_same(ours(index).detach(), theirs(index).detach())
    torch.testing.assert_close(*tables)  # max_norm shrinks rows in the table that was given


@pytest.mark.parametrize(
    "case",
    [
        lambda m: m.Embedding(5, 3)(torch.tensor([5])),
        lambda m: m.Embedding(5, 3)(torch.tensor([-1])),
        lambda m: m.Embedding(5, 3)(torch.tensor([1.0])),
        lambda m: m.Embedding(5, 3)(torch.tensor([True])),
        lambda m: m.Embedding(5, 3)(torch.tensor([1]).byte()),
        lambda m: m.Embedding(5, 3)([1]),
        lambda m: m.Embedding(5, 3, padding_idx=5),
        lambda m: m.Embedding(5, 3, padding_idx=-6),
        lambda m: m.Embedding(0, 3, padding_idx=0),
        lambda m: m.Embedding(5, 3, _weight=normal(4, 3)),
        lambda m: m.Embedding.from_pretrained(normal(4)),
        lambda m: m.Embedding(5, 3, max_norm=1.0)(torch.tensor([5])),
        lambda m: m.Embedding(5, 3, max_norm=1.0)(torch.tensor([-1])),
        lambda m: m.Embedding(5, 3, scale_grad_by_freq=True, sparse=True)(torch.tensor([1])).sum().backward(),
        lambda m: m.functional.embedding(torch.tensor([1]), normal(4)),
        lambda m: m.functional.embedding(torch.tensor([1]), normal(4, 2), padding_idx=4),
    ],
)
def test_embedding_refuses_what_torch_refuses(case):
    assert_same_error(lambda: case(scratch), lambda: case(nn))


# Conv2d ---------------------------------------------------------------------------------------------------------------

CONVS = [
    {"kernel_size": 3},
    {"kernel_size": 1},
    {"kernel_size": (3, 2), "stride": (2, 1), "padding": (1, 2)},
    {"kernel_size": 3, "stride": 3, "bias": False},
    {"kernel_size": (2, 3), "dilation": (3, 2), "stride": (1, 2), "padding": 2},
    {"kernel_size": 3, "groups": 2, "padding": 1},
    {"kernel_size": 3, "groups": 4, "stride": 2},
    {"kernel_size": 3, "padding": "same"},
    {"kernel_size": (4, 2), "dilation": (1, 3), "padding": "same"},
    {"kernel_size": 5, "padding": "valid"},
    {"kernel_size": 3, "padding": [1, 2], "stride": [2]},
    *({"kernel_size": 3, "padding": (1, 2), "padding_mode": m} for m in ("reflect", "replicate", "circular")),
    *({"kernel_size": 4, "padding": "same", "padding_mode": m} for m in ("reflect", "replicate", "circular")),
    {"kernel_size": 3, "padding": "valid", "padding_mode": "circular"},
    {"kernel_size": 3, "padding": 9, "padding_mode": "replicate"},
    {"kernel_size": 3, "padding": -1, "padding_mode": "reflect"},
    {"kernel_size": (6, 7)},
]


@pytest.mark.parametrize("options", CONVS, ids=str)
@pytest.mark.parametrize("shape", [(2, 4, 6, 7), (4, 6, 7), (0, 4, 6, 7)])
@pytest.mark.parametrize("dtype", [torch.float32, torch.float64])
@pytest.mark.filterwarnings("ignore:Using padding='same'")
def test_conv2d(options, shape, dtype):
    assert_twins(
        scratch.Conv2d(4, 8, dtype=dtype, **options),
        nn.Conv2d(4, 8, dtype=dtype, **options),
        normal(*shape, dtype=dtype),
    )


@pytest.mark.parametrize("dtype", [torch.bfloat16, torch.float16])
def test_conv2d_keeps_half_precision(dtype):
    assert_twins(scratch.Conv2d(2, 3, 2, dtype=dtype), nn.Conv2d(2, 3, 2, dtype=dtype), normal(2, 2, 4, 4, dtype=dtype))


def test_conv2d_of_views():
    images = normal(2, 7, 6, 4).permute(0, 3, 2, 1)
    assert_twins(scratch.Conv2d(4, 2, 3), nn.Conv2d(4, 2, 3), images)
    assert_twins(
        scratch.Conv2d(4, 2, 3, padding=1, stride=2), nn.Conv2d(4, 2, 3, padding=1, stride=2), images[..., ::2]
    )
    assert_same(
        SF.conv2d(normal(1, 1, 1, 1).expand(2, 4, 5, 5), normal(3, 4, 2, 2)),
        F.conv2d(normal(1, 1, 1, 1).expand(2, 4, 5, 5), normal(3, 4, 2, 2)),
    )
    big = 1e4 * normal(1, 4, 3, 3)
    torch.testing.assert_close(
        SF.conv2d(big, normal(3, 4, 2, 2)), F.conv2d(big, normal(3, 4, 2, 2)), rtol=1e-5, atol=0.1
    )


def test_conv2d_differentiates_twice():
    x, w = normal(1, 2, 5, 4, dtype=torch.float64), normal(4, 1, 2, 2, seed=1, dtype=torch.float64)
    x.requires_grad_(), w.requires_grad_()
    assert torch.autograd.gradgradcheck(lambda x, w: SF.conv2d(x, w, None, (2, 1), (1, 1), (1, 2), 2), (x, w))


@pytest.mark.parametrize(
    "options",
    [
        {"groups": 3},
        {"groups": 0},
        {"groups": 1.0},
        {"out_channels": 3, "groups": 2},
        {"padding": "same", "stride": 2},
        {"padding": "foo"},
        {"padding_mode": "foo"},
        {"stride": 0},
        {"stride": -1},
        {"stride": 1.5},
        {"stride": (1, 1, 1)},
        {"padding": -1},
        {"padding": 1.5},
        {"dilation": 0},
        {"dilation": (1, 2, 3)},
        {"kernel_size": 0},
        {"kernel_size": (3,)},
        {"kernel_size": (3, 3, 3)},
        {"out_channels": 0},
        {"padding": 6, "padding_mode": "reflect"},
        {"padding": 6, "padding_mode": "circular"},
    ],
    ids=str,
)
def test_conv2d_refuses_options_that_torch_refuses(options):
    options = {"in_channels": 2, "out_channels": 4, "kernel_size": 3, **options}
    x = normal(1, 2, 5, 5)
    assert_same_error(lambda: scratch.Conv2d(**options)(x), lambda: nn.Conv2d(**options)(x))
    # Refused at the same time: by the constructor or only by the call.
    ours, theirs = outcome(lambda: scratch.Conv2d(**options)), outcome(lambda: nn.Conv2d(**options))
    assert isinstance(ours, Exception) == isinstance(theirs, Exception)


@pytest.mark.parametrize(
    "x",
    [
        normal(1, 3, 5, 5),
        normal(1, 2, 2, 2),
        normal(1, 2, 5, 5, 5),
        normal(5, 5),
        normal(1, 2, 5, 5, dtype=torch.float64),
        normal(3, 5, 5),
        torch.ones(1, 2, 5, 5, dtype=torch.long),
        normal(1, 0, 5, 5),
        normal(1, 2, 0, 5),
        [1],
    ],
    ids=lambda x: str(getattr(x, "shape", x)),
)
def test_conv2d_refuses_inputs_that_torch_refuses(x):
    assert_same_error(lambda: scratch.Conv2d(2, 4, 3)(x), lambda: nn.Conv2d(2, 4, 3)(x))


@pytest.mark.parametrize(
    "case",
    [
        lambda f: f.conv2d(normal(1, 2, 5, 5), normal(4, 2, 3, 3), stride=2, padding="same"),
        lambda f: f.conv2d(normal(1, 2, 5, 5), normal(4, 2, 3)),
        lambda f: f.conv2d(normal(1, 2, 5, 5), normal(4, 2, 3, 3), normal(3)),
        lambda f: f.conv2d(normal(1, 2, 5, 5), normal(4, 2, 3, 3), normal(1)),
        lambda f: f.conv2d(normal(1, 2, 5, 5), normal(4, 2, 3, 3), normal(4, 1)),
        lambda f: f.conv2d(normal(1, 2, 5, 5), normal(4, 2, 3, 3), normal(4).double()),
        lambda f: f.conv2d(normal(1, 2, 5, 5), normal(3, 1, 3, 3), groups=2),
        lambda f: f.conv2d(normal(1, 2, 5, 5), normal(3, 1, 3, 3), groups=0),
        lambda f: f.conv2d(normal(1, 2, 5, 5), normal(4, 2, 3, 3), padding="foo"),
    ],
)
def test_conv2d_function_refuses_what_torch_refuses(case):
    assert_same_error(lambda: case(SF), lambda: case(F))


PADS = [(1, 2), (1, 2, 3, 0), (4, 0, 0, 3), (6, 6, 6, 6), (1,), (1, 1, 0, 2, 1, 2), (-1, 1, 0, -2), (1,) * 10, (1,) * 8]
PADS += [(), (5, 0, 0, 0), (-3, -2, 0, 0), (-3, -3)]


@pytest.mark.parametrize("mode", ["constant", "reflect", "replicate", "circular", "foo"])
@pytest.mark.parametrize("shape", [(2, 3, 5, 5), (3, 4, 5), (3, 5), (4,), (2, 2, 3, 4, 5)], ids=str)
def test_pad(mode, shape):
    refused = 0
    for sides in PADS:
        x, x_ = normal(*shape).requires_grad_(), normal(*shape).requires_grad_()
        theirs = outcome(lambda: F.pad(x_, sides, mode))  # noqa: B023
        if isinstance(theirs, Exception):
            assert_same_error(lambda: SF.pad(x, sides, mode), lambda: F.pad(x_, sides, mode))  # noqa: B023
            refused += 1
            continue
        ours = SF.pad(x, sides, mode)
        assert_same(ours.detach(), theirs.detach(), str(sides))
        ours.backward(normal(*ours.shape)), theirs.backward(normal(*ours.shape))
        assert_same(x.grad, x_.grad, str(sides))
    assert refused < len(PADS) or mode == "foo" or len(shape) == 1


@pytest.mark.parametrize("mode", ["constant", "reflect", "replicate", "circular"])
def test_pad_of_an_empty_batch(mode):
    assert_same(SF.pad(normal(0, 3, 4), (1, 2), mode), F.pad(normal(0, 3, 4), (1, 2), mode))


def test_pad_values():
    assert_same(SF.pad(normal(2), (1, 0), value=3.5), F.pad(normal(2), (1, 0), value=3.5))
    assert_same(SF.pad(torch.tensor([True]), (1, 1)), F.pad(torch.tensor([True]), (1, 1)))
    assert_same_error(
        lambda: SF.pad(normal(2, 2), (1, 1), "reflect", 1.0), lambda: F.pad(normal(2, 2), (1, 1), "reflect", 1.0)
    )


# Dropout --------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("p", [0, 0.0, 0.2, 0.5, 0.9, 1, 1.0])
@pytest.mark.parametrize("inplace", [False, True])
@pytest.mark.parametrize("training", [False, True])
@pytest.mark.parametrize("dtype", TOLERANCE)
def test_dropout_draws_what_torch_draws(p, inplace, training, dtype):
    seen = []
    for library in (scratch, nn):
        torch.manual_seed(4)
        layer = library.Dropout(p, inplace).train(training)
        x = normal(50, 40, dtype=dtype).requires_grad_()
        h = x * 1
        y = layer(h)
        assert (y is h) == (inplace or not training or p == 0)
        y.backward(normal(50, 40, seed=1, dtype=dtype))
        seen.append((y.detach(), x.grad, h.detach(), torch.rand(1), repr(layer)))
    for ours, theirs in zip(*seen, strict=True):
        assert ours == theirs if isinstance(ours, str) else torch.equal(ours, theirs)


@pytest.mark.parametrize(
    "case",
    [
        *(lambda m, p=p: m.Dropout(p) for p in (-0.1, 1.1, "a", None)),
        *(lambda m, p=p: m.functional.dropout(normal(3), p) for p in (-0.1, 1.1, "a", float("nan"))),
        lambda m: m.functional.dropout(torch.ones(3, dtype=torch.long)),
        lambda m: m.Dropout()([1.0]),
        lambda m: m.Dropout(inplace=True)(normal(3).requires_grad_()),
    ],
)
def test_dropout_refuses_what_torch_refuses(case):
    assert_same_error(lambda: case(scratch), lambda: case(nn))


def test_dropout_corners():
    for x in (torch.ones(3, dtype=torch.long), normal(0, 3), torch.tensor([float("nan"), float("inf")])):
        for p, training in product((0.0, 1.0), (True, False)):
            assert_same(SF.dropout(x, p, training), F.dropout(x, p, training))


# BatchNorm ------------------------------------------------------------------------------------------------------------

NORMS = [
    {},
    {"eps": 1e-2},
    {"momentum": 0.3},
    {"momentum": None},
    {"momentum": 0.0},
    {"momentum": 1},
    {"affine": False},
    {"bias": False},
    {"track_running_stats": False},
    {"affine": False, "track_running_stats": False},
]


@pytest.mark.parametrize("options", NORMS, ids=str)
@pytest.mark.parametrize("dtype", [torch.float32, torch.float64])
@pytest.mark.parametrize(
    ("name", "shape"),
    [("BatchNorm2d", (4, 3, 5, 6)), ("BatchNorm2d", (2, 3, 1, 1)), ("BatchNorm1d", (7, 3)), ("BatchNorm1d", (4, 3, 2))],
)
def test_batchnorm(name, shape, options, dtype):
    ours, theirs = (getattr(m, name)(3, dtype=dtype, **options) for m in (scratch, nn))
    with torch.no_grad():
        for i, tensor in enumerate(theirs.parameters()):
            tensor.copy_(normal(3, seed=i))
    for step in range(3):
        assert_twins(ours, theirs, 3 * normal(*shape, seed=step, dtype=dtype) + 2)
    ours.eval(), theirs.eval()
    assert_twins(ours, theirs, normal(*shape, seed=9, dtype=dtype))
    if theirs.running_mean is not None or (len(shape) > 2 and shape[2] > 1):
        assert_twins(ours, theirs, normal(1, *shape[1:], seed=9, dtype=dtype))
    ours.reset_parameters(), theirs.reset_parameters()
    assert_twins(ours, theirs, normal(*shape, seed=9, dtype=dtype))
    ours.track_running_stats = theirs.track_running_stats = False
    ours.train(), theirs.train()
    assert_twins(ours, theirs, normal(*shape, seed=9, dtype=dtype))


def test_batchnorm_of_odd_inputs():
    for x in (
        torch.full((4, 3, 2, 2), 2.0),
        normal(4, 3, 2, 2) * 1e-2 + 1000,
        normal(4, 3, 2, 2) * 1e4,
        normal(2, 4, 5, 3).permute(0, 3, 1, 2),
    ):
        ours, theirs = scratch.BatchNorm2d(3, eps=1e-3), nn.BatchNorm2d(3, eps=1e-3)
        y, y_ = ours(x), theirs(x)
        torch.testing.assert_close(y, y_, rtol=1e-4, atol=3e-3)
        torch.testing.assert_close(ours.running_var, theirs.running_var)


@pytest.mark.filterwarnings("ignore:var_mean")
@pytest.mark.parametrize("shape", [(0, 3, 2, 2), (2, 3, 0, 2)])
def test_batchnorm_of_nothing(shape):
    ours, theirs = scratch.BatchNorm2d(3), nn.BatchNorm2d(3)
    assert_twins(ours, theirs, normal(*shape))
    assert ours.num_batches_tracked == 1 and torch.equal(ours.running_var, torch.ones(3))


@pytest.mark.parametrize("dtype", [torch.float16, torch.bfloat16])
@pytest.mark.parametrize("parameters", ["half", "float"])
def test_batchnorm_half(dtype, parameters):
    kind = dtype if parameters == "half" else torch.float32
    assert_twins(scratch.BatchNorm2d(3, dtype=kind), nn.BatchNorm2d(3, dtype=kind), normal(4, 3, 5, 5, dtype=dtype))


def test_batchnorm_reads_old_checkpoints():
    state = nn.BatchNorm2d(3).state_dict()
    del state["num_batches_tracked"]
    for state._metadata in ({"": {"version": 1}}, {}):
        ours = scratch.BatchNorm2d(3)
        ours(normal(2, 3, 2, 2))
        assert ours.load_state_dict(copy.copy(state)).missing_keys == []
    state._metadata = {"": {"version": 2}}
    with pytest.raises(RuntimeError, match="num_batches_tracked"):
        scratch.BatchNorm2d(3).load_state_dict(state)


@pytest.mark.parametrize(
    "case",
    [
        lambda m: m.BatchNorm2d(3)(normal(3, 4, 4)),
        lambda m: m.BatchNorm2d(3)(normal(2, 4, 3, 3)),
        lambda m: m.BatchNorm2d(3)(normal(1, 3, 1, 1)),
        lambda m: m.BatchNorm2d(3)(normal(2, 3, 2, 2).double()),
        lambda m: m.BatchNorm2d(3)(torch.ones(2, 3, 2, 2, dtype=torch.long)),
        lambda m: m.BatchNorm2d(3)([1.0]),
        lambda m: m.BatchNorm2d(3).eval()(normal(2, 4, 3, 3)),
        lambda m: m.BatchNorm2d(3).eval()(normal(2, 3, 3)),
        lambda m: m.BatchNorm2d(3, eps=0.0)(normal(2, 3, 2, 2)),
        lambda m: m.BatchNorm2d(3, eps=-1.0).eval()(normal(2, 3, 2, 2)),
        lambda m: m.BatchNorm2d(0)(normal(2, 0, 2, 2)),
        lambda m: m.BatchNorm2d(3, track_running_stats=False).eval()(normal(1, 3, 1, 1)),
        lambda m: m.BatchNorm2d(3, 1e-5, 0.1, True, True, None, None, True),
        lambda m: m.BatchNorm1d(3)(normal(3)),
        lambda m: m.BatchNorm1d(3)(normal(1, 3)),
        lambda m: m.BatchNorm1d(3)(normal(2, 3, 2, 2)),
        lambda m: m.functional.batch_norm(normal(4, 3), None, None),
        lambda m: m.functional.batch_norm(normal(4, 3), torch.zeros(3), None, training=True),
        lambda m: m.functional.batch_norm(normal(4, 3), torch.zeros(2), torch.ones(3), training=True),
        lambda m: m.functional.batch_norm(normal(4, 3), torch.zeros(3), torch.ones(3), weight=normal(2)),
        lambda m: m.functional.batch_norm(normal(4, 3), torch.zeros(3), torch.ones(3), True, None, momentum=None),
        lambda m: m.functional.batch_norm(normal(4), None, None, training=True),
    ],
)
def test_batchnorm_refuses_what_torch_refuses(case):
    assert_same_error(lambda: case(scratch), lambda: case(nn))


def test_batchnorm_differentiates_twice():
    x = normal(3, 2, 2, dtype=torch.float64).requires_grad_()
    w, b = (normal(2, seed=i, dtype=torch.float64).requires_grad_() for i in (1, 2))
    assert torch.autograd.gradgradcheck(lambda x, w, b: SF.batch_norm(x, None, None, w, b, True), (x, w, b))


# From scratch ---------------------------------------------------------------------------------------------------------

WATCHED = [
    (lambda: scratch.Linear(3, 4), normal(2, 3)),
    (lambda: scratch.Embedding(5, 3, padding_idx=1, max_norm=1.0, scale_grad_by_freq=True), torch.tensor([1, 2])),
    *((lambda o=o: scratch.Conv2d(4, 8, **o), normal(2, 4, 6, 7)) for o in CONVS),
    (lambda: scratch.Dropout(), normal(3)),
    (lambda: scratch.BatchNorm1d(3), normal(4, 3)),
    (lambda: scratch.BatchNorm2d(3), normal(4, 3, 2, 2)),
    (lambda: scratch.ReLU(), normal(3)),
    (lambda: scratch.ReLU(inplace=True), normal(3)),
    (lambda: scratch.LeakyReLU(), normal(3)),
    (lambda: scratch.Sigmoid(), normal(3)),
    (lambda: scratch.Tanh(), normal(3)),
    (lambda: scratch.Softmax(0), normal(3)),
    (lambda: scratch.LogSoftmax(0), normal(3)),
]


@pytest.mark.parametrize("number", range(len(WATCHED)))
def test_made_from_elementary_operations(number):
    make, x = WATCHED[number]
    with OperatorWatch(FUSED) as watch:
        h = x.clone().requires_grad_() * 1 if x.is_floating_point() else x
        make()(h).sum().backward()
    assert watch.seen == []


def test_saved_and_loaded():
    for name, args in (("Linear", (3, 2)), ("Conv2d", (2, 3, 2)), ("BatchNorm2d", (3,)), ("Embedding", (4, 2))):
        file = io.BytesIO()
        torch.save(getattr(scratch, name)(*args).state_dict(), file)
        file.seek(0)
        getattr(nn, name)(*args).load_state_dict(torch.load(file))
