"""Convolutions beside torch's: many geometries, derivatives of derivatives, half precision, memory."""

import random

import pytest
import torch
from torch import nn

from nnbook import nn as scratch
from nnbook.nn import _convolution
from nnbook.nn import functional as SF
from nnbook.nn.interop import as_torch

F = nn.functional
TOLERANCE = {torch.float64: 1e-11, torch.float32: 2e-5, torch.bfloat16: 3e-2, torch.float16: 4e-3}


def normal(*shape, seed=0, dtype=torch.float64):
    return torch.randn(shape, generator=torch.Generator().manual_seed(seed), dtype=torch.float64).to(dtype)


def outcome(function, x, weight, bias, **options):
    """Output and gradients."""
    leaves = [t.clone().requires_grad_() for t in (x, weight, bias)]
    y = function(*leaves, **options)
    return [y.detach(), *torch.autograd.grad(y, leaves, normal(*y.shape, seed=9, dtype=y.dtype))]


def assert_same(name, *tensors, **options):
    ours, theirs = (outcome(getattr(library, name), *tensors, **options) for library in (SF, F))
    limit = TOLERANCE[tensors[0].dtype]
    for what, a, b in zip(("output", "of x", "of the weight", "of the bias"), ours, theirs, strict=True):
        assert a.dtype == b.dtype, what
        torch.testing.assert_close(a, b, rtol=limit, atol=limit, msg=lambda m, w=what: f"{w} {options}: {m}")


def drawn_geometries(dims, count, transposed):
    """Random options for which there is at least one place, with seeded draws."""
    draw = random.Random(dims + 10 * transposed)
    while count:
        kernel, stride, dilation, padding = ([draw.randint(low, 3) for _ in range(dims)] for low in (1, 1, 1, 0))
        size = [draw.randint(1, 8 if dims < 3 else 5) for _ in range(dims)]
        groups, ins, outs = draw.randint(1, 3), draw.choice((1, 2, 9)), draw.choice((1, 2, 3))
        reach = [d * (k - 1) + 1 for d, k in zip(dilation, kernel, strict=True)]
        options = {"stride": stride, "padding": padding, "dilation": dilation, "groups": groups}
        if transposed:
            extra = [draw.randint(0, max(s, d) - 1) for s, d in zip(stride, dilation, strict=True)]
            numbers = zip(size, stride, reach, padding, extra, strict=True)
            options["output_padding"] = extra
            fits = all((n - 1) * s + r - 2 * p + e > 0 for n, s, r, p, e in numbers)
            weight = (groups * ins, outs, *kernel)
        else:
            fits = all(n + 2 * p >= r for n, p, r in zip(size, padding, reach, strict=True))
            weight = (groups * outs, ins, *kernel)
        if fits:
            count -= 1
            yield (draw.randint(1, 3), groups * ins, *size), weight, groups * outs, options


@pytest.mark.parametrize("dims", [1, 2, 3])
@pytest.mark.parametrize("transposed", [False, True])
def test_random_geometries(dims, transposed):
    name = f"conv_transpose{dims}d" if transposed else f"conv{dims}d"
    for x, weight, outs, options in drawn_geometries(dims, 30, transposed):
        assert_same(name, normal(*x), normal(*weight, seed=1), normal(outs, seed=2), **options)


@pytest.mark.parametrize("name", ["conv2d", "conv_transpose2d"])
@pytest.mark.parametrize("options", [{}, {"stride": 2, "padding": 1}, {"groups": 3}], ids=str)
@pytest.mark.parametrize("room", [1, 2000])
def test_images_one_by_one_give_the_same(name, options, room, monkeypatch):
    monkeypatch.setattr(_convolution, "_ROOM", room)
    weight = (3, 9 // options.get("groups", 1), 3, 3) if name == "conv2d" else (9, 3, 3, 3)
    outs = 3 if name == "conv2d" else 3 * options.get("groups", 1)
    assert_same(name, normal(5, 9, 6, 5), normal(*weight, seed=1), normal(outs, seed=2), **options)


GRADCHECKED = [
    ("conv1d", (2, 4, 7), (6, 2, 3), {"stride": 2, "padding": 1, "groups": 2}),
    ("conv2d", (2, 2, 4, 5), (3, 2, 2, 3), {"dilation": (2, 1), "padding": (1, 0)}),
    ("conv2d", (2, 3, 4, 4), (3, 1, 2, 2), {"groups": 3, "stride": 2}),
    ("conv2d", (1, 9, 3, 3), (2, 9, 2, 2), {"padding": "same"}),
    ("conv3d", (1, 2, 3, 2, 3), (2, 2, 2, 1, 2), {}),
    ("conv_transpose1d", (2, 4, 3), (4, 1, 3), {"stride": 2, "padding": 1, "groups": 2, "output_padding": 1}),
    ("conv_transpose2d", (1, 9, 3, 2), (9, 2, 2, 2), {"stride": (2, 1), "dilation": 2}),
    ("conv_transpose3d", (1, 2, 2, 2, 1), (2, 1, 2, 1, 2), {"stride": 2}),
]


@pytest.mark.parametrize(("name", "x", "weight", "options"), GRADCHECKED)
def test_derivatives_of_both_orders(name, x, weight, options):
    tensors = [normal(*x).requires_grad_(), normal(*weight, seed=1).requires_grad_()]

    def function(x, weight):
        return getattr(SF, name)(x, weight, **options)

    assert torch.autograd.gradcheck(function, tensors)
    assert torch.autograd.gradgradcheck(function, tensors, fast_mode=True)


@pytest.mark.parametrize("name", ["conv2d", "conv_transpose2d"])
def test_complex_numbers(name):
    tensors = [torch.complex(normal(*s, seed=i), normal(*s, seed=i + 5)) for i, s in enumerate([(2, 3, 4, 4)] * 1)]
    tensors.append(torch.complex(normal(3, 3, 2, 2, seed=2), normal(3, 3, 2, 2, seed=3)))
    tensors = [t.requires_grad_() for t in tensors]
    torch.testing.assert_close(getattr(SF, name)(*tensors), getattr(F, name)(*tensors))
    assert torch.autograd.gradcheck(getattr(SF, name), tensors, fast_mode=True)


@pytest.mark.parametrize("name", ["conv2d", "conv_transpose2d"])
@pytest.mark.parametrize("dtype", [torch.float16, torch.bfloat16])
@pytest.mark.parametrize("groups", [1, 12])
def test_half_precision_rounds_once(name, dtype, groups):
    """Over 12 · 9 products a sum kept in half precision would drift."""
    weight = normal(12, 12 // groups, 3, 3, seed=1, dtype=dtype)
    x = 3 + normal(2, 12, 6, 6, dtype=dtype)
    y = getattr(SF, name)(x, weight, groups=groups)
    exact = getattr(F, name)(x.double(), weight.double(), groups=groups)
    assert y.dtype == dtype
    assert torch.equal(y, exact.to(dtype)) or (y - exact).abs().max() <= exact.abs().max() * torch.finfo(dtype).eps


def test_odd_layouts():
    x = normal(2, 5, 6, 4).permute(0, 3, 1, 2)
    weight = normal(3, 3, 4, 6, seed=1).permute(3, 2, 0, 1)
    assert_same("conv2d", x, weight, normal(12, seed=2)[::2])
    assert_same("conv2d", normal(1, 4, 1, 1).expand(2, 4, 5, 6), weight, normal(1).expand(6))
    assert_same("conv2d", x.to(memory_format=torch.channels_last), weight, normal(6), padding=1)


def test_conv_tbc():
    x, weight, bias = normal(7, 2, 3), normal(3, 3, 4, seed=1), normal(4, seed=2)
    torch.testing.assert_close(SF.conv_tbc(x, weight, bias, 1), torch.conv_tbc(x, weight, bias, 1))


@pytest.mark.parametrize("dims", [1, 2, 3])
@pytest.mark.parametrize("batch", [(), (2,)])
def test_output_size_undoes_a_strided_convolution(dims, batch):
    size = (8, 7, 6)[:dims]
    theirs = getattr(nn, f"ConvTranspose{dims}d")(3, 2, 3, stride=2, padding=1).double()
    ours = getattr(scratch, f"ConvTranspose{dims}d")(3, 2, 3, stride=2, padding=1).double()
    ours.load_state_dict(theirs.state_dict())
    small = getattr(F, f"conv{dims}d")(normal(*batch, 2, *size), theirs.weight, stride=2, padding=1).detach()
    for wanted in (size, (*batch, 2, *size)):
        assert ours(small, output_size=wanted).shape == (*batch, 2, *size)
        torch.testing.assert_close(ours(small, output_size=wanted), theirs(small, output_size=wanted))
    for wanted in ((20,) * dims, (1,) * (dims + 5)):
        with pytest.raises(ValueError, match=r"output.size"):
            ours(small, output_size=wanted)


@pytest.mark.parametrize(
    "case",
    [
        lambda m: m.ConvTranspose2d(2, 3, 3, padding_mode="circular"),
        lambda m: m.ConvTranspose2d(2, 3, 3, groups=2),
        lambda m: m.ConvTranspose2d(2, 3, 3)(normal(1, 3, 4, 4).float()),
        lambda m: m.ConvTranspose2d(2, 3, 3)(normal(2, 4).float()),
        lambda m: m.ConvTranspose2d(2, 3, 3, output_padding=2)(normal(1, 2, 4, 4).float()),
        lambda m: m.ConvTranspose2d(2, 3, 3, padding=4)(normal(1, 2, 2, 2).float()),
        lambda m: m.ConvTranspose2d(2, 3, 3)(normal(1, 2, 4, 4)),
        lambda m: m.ConvTranspose1d(2, 3, 3)([1.0]),
        lambda m: m.Conv1d(2, 3, 3)(normal(1, 2, 2).float()),
        lambda m: m.Conv3d(2, 3, 3)(normal(1, 2, 4, 4).float()),
        lambda m: m.Conv1d(2, 3, 3)(normal(1, 2, 5)),
        lambda m: m.Conv1d(2, 3, 3, padding="full"),
        lambda m: m.functional.conv_transpose1d(normal(1, 2, 5), normal(2, 3, 3), padding=-1),
        lambda m: m.functional.conv_transpose1d(normal(1, 2, 5), normal(2, 3, 3), stride=0),
        lambda m: m.functional.conv1d(normal(1, 2, 5), normal(2, 2, 3), stride=(1, 1)),
    ],
)
def test_refuses_what_torch_refuses(case):
    kinds = []
    for library in (scratch, nn):
        with pytest.raises(Exception) as caught:
            case(library)
        kinds.append(RuntimeError if isinstance(caught.value, RuntimeError) else caught.type)
    assert kinds[0] is kinds[1]


def test_gradients_only_where_asked():
    x, weight = normal(1, 9, 4, 4), normal(2, 9, 3, 3).requires_grad_()
    SF.conv2d(x, weight).sum().backward()
    assert x.grad is None and weight.grad.shape == weight.shape


@pytest.mark.parametrize("options", [{"padding": 1}, {"stride": 2}, {"groups": 16}, {"padding": "same"}], ids=str)
def test_only_image_and_weight_are_held_for_backward(options):
    x, layer, held = normal(4, 16, 8, 8).requires_grad_(), scratch.Conv2d(16, 16, 3, **options).double(), {}

    def note(tensor):
        held[tensor.untyped_storage().data_ptr()] = tensor.untyped_storage().nbytes()
        return tensor

    with torch.autograd.graph.saved_tensors_hooks(note, lambda tensor: tensor):
        layer(x).sum().backward()
    assert sum(held.values()) == x.untyped_storage().nbytes() + layer.weight.untyped_storage().nbytes()


def test_no_patches_are_laid_out():
    x, layer = normal(64, 16, 32, 32, dtype=torch.float32).requires_grad_(), scratch.Conv2d(16, 16, 3, padding=1)
    with torch.profiler.profile(profile_memory=True) as profile:
        layer(x).sum().backward()
    events = [e for e in profile.profiler.kineto_results.events() if e.name() == "[memory]"]
    now = peak = 0
    for event in sorted(events, key=lambda e: e.start_ns()):
        now += event.nbytes()
        peak = max(peak, now)
    # y and dx are as large as x, the patches would be 9 times that; beside them come the rows of two parts.
    size = x.untyped_storage().nbytes()
    assert size < peak < 2 * size + 2.5 * 4 * _convolution._ROOM < 9 * size


def test_as_a_torch_module():
    layer = scratch.ConvTranspose2d(2, 3, 3, stride=2)
    x = normal(1, 2, 4, 4, dtype=torch.float32)
    assert torch.equal(as_torch(layer)(x), layer(x))
