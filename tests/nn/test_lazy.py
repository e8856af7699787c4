"""Lazy layers: what their specs and torch's samples do not reach."""

import copy
import io
import pickle

import pytest
import torch
from torch import nn

from nnbook import nn as scratch
from nnbook.nn.interop import as_torch
from nnbook.nn.lazy import LazyModuleMixin
from nnbook.nn.parameter import UninitializedBuffer, UninitializedParameter

MADE = [
    ("LazyLinear", (3,), (2, 5)),
    *((f"LazyConv{d}d", (4, 2), (2, 3, 5, 4, 3)[: d + 2]) for d in (1, 2, 3)),
    *((f"LazyConvTranspose{d}d", (4, 2), (2, 3, 5, 4, 3)[: d + 2]) for d in (1, 2, 3)),
    *((f"LazyBatchNorm{d}d", (), (2, 3, 5, 4, 3)[: d + 2]) for d in (1, 2, 3)),
    *((f"LazyInstanceNorm{d}d", (), (2, 3, 5, 4, 3)[: d + 2]) for d in (1, 2, 3)),
]


@pytest.mark.parametrize(("name", "args", "shape"), MADE)
def test_becomes_torchs_twin(name, args, shape):
    ours, theirs = getattr(scratch, name)(*args), getattr(nn, name)(*args)
    assert repr(ours) == repr(theirs) and str(ours.state_dict()) == str(theirs.state_dict())
    x = torch.randn(shape)
    torch.manual_seed(0)
    y = ours(x)
    torch.manual_seed(0)
    torch.testing.assert_close(y, theirs(x), rtol=1e-4, atol=1e-5)
    assert type(ours) is getattr(scratch, name.removeprefix("Lazy")) and repr(ours) == repr(theirs)
    assert all(type(p) is scratch.Parameter for p in ours.parameters())
    assert all(type(b) is torch.Tensor for b in ours.buffers())
    theirs.load_state_dict(ours.state_dict())


@pytest.mark.parametrize(("name", "args", "shape"), MADE)
def test_takes_the_state_of_torchs_layer(name, args, shape):
    theirs = getattr(nn, name)(*args)
    x = torch.randn(shape)
    theirs(x)
    ours = getattr(scratch, name)(*args)
    ours.load_state_dict(theirs.state_dict())
    assert not ours.has_uninitialized_params()
    torch.testing.assert_close(ours.eval()(x), theirs.eval()(x), rtol=1e-4, atol=1e-5)
    # Unlike torch's, the layer then knows its size in all cases.
    assert ours.extra_repr() == theirs.extra_repr()
    with pytest.raises(RuntimeError, match="shape of an uninitialized"):
        ours.load_state_dict(getattr(scratch, name)(*args).state_dict())


def test_in_a_model():
    model = scratch.Sequential(
        scratch.LazyConv2d(4, 3), scratch.ReLU(), scratch.LazyBatchNorm2d(), scratch.LazyLinear(2)
    )
    model = copy.deepcopy(model.to(torch.float64))
    first = model(torch.randn(2, 3, 6, 6, dtype=torch.float64))
    assert first.dtype == torch.float64 and [type(m) for m in model] == [
        *(scratch.Conv2d, scratch.ReLU, scratch.BatchNorm2d, scratch.Linear)
    ]
    first.sum().backward()
    assert all(p.grad is not None for p in model.parameters())


def test_seen_through_torch():
    model = nn.Sequential(as_torch(scratch.LazyLinear(3)), nn.ReLU(), as_torch(scratch.LazyLinear(2)))
    assert model(torch.randn(4, 5)).shape == (4, 2)
    assert [list(p.shape) for p in model.parameters()] == [[3, 5], [3], [2, 3], [2]]


@pytest.mark.parametrize("kind", [UninitializedParameter, UninitializedBuffer])
def test_a_tensor_without_a_shape(kind):
    tensor = kind(dtype=torch.float64)
    assert tensor.requires_grad == (kind is UninitializedParameter) and tensor.dtype == torch.float64
    for same in (copy.deepcopy(tensor), pickle.loads(pickle.dumps(tensor))):
        assert type(same) is kind and same.dtype == torch.float64 and same is not tensor
    for refused in (lambda: tensor + 1, lambda: tensor.sum(), lambda: torch.zeros(2) * tensor):
        with pytest.raises(ValueError, match="uninitialized parameter"):
            refused()
    for refused in (lambda: tensor.shape, tensor.share_memory_):
        with pytest.raises(RuntimeError, match="uninitialized"):
            refused()
    tensor.materialize((2, 3), dtype=torch.float32)
    assert tensor.shape == (2, 3) and tensor.dtype == torch.float32
    assert type(tensor) is (scratch.Parameter if kind is UninitializedParameter else torch.Tensor)


def test_saved_before_the_first_batch():
    file = io.BytesIO()
    torch.save(scratch.LazyBatchNorm1d().state_dict(), file)
    file.seek(0)
    read = torch.load(file)  # weights_only
    assert str(read["weight"]) == "<UninitializedParameter>" and str(read["running_var"]) == "<UninitializedBuffer>"
    scratch.LazyBatchNorm1d().load_state_dict(read)


def test_a_lazy_layer_of_ones_own():
    class LazyScale(LazyModuleMixin, scratch.Module):
        def __init__(self):
            super().__init__()
            self.scale = UninitializedParameter()
            self.shift = UninitializedParameter()

        def initialize_parameters(self, input, factor=1.0):
            self.scale.materialize(input.shape[-1:])
            with torch.no_grad():
                self.scale.fill_(factor)

        def forward(self, input, factor=1.0):
            return input * self.scale

    layer = LazyScale()
    with pytest.raises(RuntimeError, match="has not been fully initialized"):
        layer(torch.ones(2, 3))
    layer = LazyScale()
    del layer.shift
    assert torch.equal(layer(torch.ones(2, 3), factor=2.0), torch.full((2, 3), 2.0))
    assert type(layer) is LazyScale and not layer._forward_pre_hooks

    class Unfinished(LazyModuleMixin, scratch.Module):
        pass

    with pytest.raises(NotImplementedError):
        Unfinished()(torch.ones(1))


@pytest.mark.parametrize(
    "case",
    [
        lambda m: m.LazyConv2d(4, 3, groups=3)(torch.randn(1, 4, 5, 5)),
        lambda m: m.LazyConv2d(4, 3, groups=2)(torch.randn(1, 3, 5, 5)),
        lambda m: m.LazyConv1d(4, 3)(torch.randn(5)),
        lambda m: m.LazyConvTranspose1d(4, 3, padding_mode="reflect"),
        lambda m: m.LazyBatchNorm2d()(torch.randn(3)),
        lambda m: m.LazyBatchNorm2d()(torch.randn(3, 2)),
    ],
)
def test_refuses_what_torch_refuses(case):
    kinds = []
    for library in (scratch, nn):
        with pytest.raises(Exception) as caught:
            case(library)
        kinds.append(RuntimeError if isinstance(caught.value, RuntimeError) else caught.type)
    assert kinds[0] is kinds[1]
