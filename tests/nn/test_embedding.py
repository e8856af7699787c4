"""EmbeddingBag and Bilinear beside torch's: derivatives, ties, frequencies, sparse gradients, errors."""

import inspect

import pytest
import torch
from torch import nn

from nnbook import nn as scratch
from nnbook.nn import functional as SF

F = nn.functional
NUMBERS, OFFSETS = torch.tensor([3, 1, 3, 4, 4, 2, 0]), torch.tensor([0, 3, 3, 5])


def normal(*shape, seed=0, dtype=torch.float32):
    return torch.randn(shape, generator=torch.Generator().manual_seed(seed), dtype=torch.float64).to(dtype)


@pytest.mark.parametrize("name", ["EmbeddingBag", "Bilinear", "Embedding", "Linear"])
def test_constructors_are_torchs(name):
    def arguments(cls):
        return [(p.name, p.default, p.kind) for p in inspect.signature(cls).parameters.values()]

    assert arguments(getattr(scratch, name)) == arguments(getattr(nn, name))


@pytest.mark.parametrize("name", ["EmbeddingBag", "Bilinear"])
def test_first_weights_are_torchs(name):
    made = []
    for library in (scratch, nn):
        torch.manual_seed(3)
        made.append(library.EmbeddingBag(5, 3, padding_idx=-2) if name == "EmbeddingBag" else library.Bilinear(4, 3, 2))
    assert repr(made[0]) == repr(made[1])
    torch.testing.assert_close(made[0].state_dict(), made[1].state_dict(), rtol=0, atol=0)


# EmbeddingBag ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("mode", ["sum", "mean", "max"])
@pytest.mark.parametrize("padding_idx", [None, 3])
def test_derivatives_of_bags(mode, padding_idx):
    table = normal(5, 3, dtype=torch.float64).requires_grad_()

    def call(w):
        return SF.embedding_bag(NUMBERS, w, OFFSETS, mode=mode, padding_idx=padding_idx)

    # gradcheck would find a gradient in the padding row of a lookup, were it not left out of the bags altogether
    assert torch.autograd.gradcheck(call, table)
    assert torch.autograd.gradgradcheck(call, table)


def test_derivative_of_weights_in_a_bag():
    shares = normal(7, seed=1, dtype=torch.float64).requires_grad_()
    table = normal(5, 3, dtype=torch.float64).requires_grad_()
    for padding_idx in (None, 3):
        assert torch.autograd.gradcheck(
            lambda w, s, k=padding_idx: SF.embedding_bag(
                NUMBERS, w, OFFSETS, mode="sum", per_sample_weights=s, padding_idx=k
            ),
            (table, shares),
        )


def test_the_first_of_equals_is_the_largest():
    grads = []
    for f in (SF, F):
        table = torch.zeros(5, 2).requires_grad_()
        f.embedding_bag(torch.tensor([[2, 1, 3], [4, 4, 0]]), table, mode="max").sum().backward()
        grads.append(table.grad)
    assert torch.equal(*grads)


@pytest.mark.parametrize("mode", ["sum", "mean"])
def test_frequency_divides_each_row_by_its_own_count(mode):
    # torch on the CPU is right as long as all counts are equal, and divides some rows by another's otherwise
    for index, torch_is_right in ((torch.tensor([[1, 2], [2, 1]]), True), (torch.tensor([[1, 2], [1, 3]]), False)):
        ours, theirs = normal(5, 2).requires_grad_(), normal(5, 2).requires_grad_()
        SF.embedding_bag(index, ours, mode=mode, scale_grad_by_freq=True).sum().backward()
        F.embedding_bag(index, theirs, mode=mode, scale_grad_by_freq=True).sum().backward()
        plain = normal(5, 2).requires_grad_()
        F.embedding_bag(index, plain, mode=mode).sum().backward()
        count = torch.bincount(index.flatten(), minlength=5).clamp(min=1).unsqueeze(1)
        torch.testing.assert_close(ours.grad, plain.grad / count)
        assert torch.allclose(ours.grad, theirs.grad) == torch_is_right


@pytest.mark.parametrize("padding_idx", [None, 3])
@pytest.mark.parametrize("mode", ["sum", "mean"])
def test_sparse_gradient_of_bags(mode, padding_idx):
    grads = []
    for library in (scratch, nn):
        torch.manual_seed(0)
        layer = library.EmbeddingBag(5, 3, mode=mode, sparse=True, padding_idx=padding_idx)
        layer(NUMBERS, OFFSETS).backward(normal(4, 3))
        assert layer.weight.grad.is_sparse
        grads.append(layer.weight.grad)
    assert torch.equal(grads[0]._indices(), grads[1]._indices())
    torch.testing.assert_close(grads[0]._values(), grads[1]._values())


@pytest.mark.parametrize("dtype", [torch.float16, torch.bfloat16])
@pytest.mark.parametrize("mode", ["sum", "mean", "max"])
def test_bags_in_half_precision(mode, dtype):
    table = normal(5, 3, dtype=dtype)
    ours, theirs = (f.embedding_bag(NUMBERS, table, OFFSETS, mode=mode) for f in (SF, F))
    assert ours.dtype == dtype
    torch.testing.assert_close(ours, theirs, rtol=2e-2, atol=2e-2)


def test_whole_numbers_of_both_kinds():
    table = normal(5, 3)
    expected = F.embedding_bag(NUMBERS, table, OFFSETS)
    for numbers in (NUMBERS, NUMBERS.int()):
        for offsets in (OFFSETS, OFFSETS.int()):
            torch.testing.assert_close(SF.embedding_bag(numbers, table, offsets), expected)


def test_padding_may_be_infinite():
    table = normal(5, 3)
    table[3] = float("inf")
    for mode in ("sum", "mean", "max"):
        ours, theirs = (f.embedding_bag(NUMBERS, table, OFFSETS, mode=mode, padding_idx=3) for f in (SF, F))
        torch.testing.assert_close(ours, theirs)


@pytest.mark.parametrize("mode", ["sum", "mean", "max"])
def test_bags_are_one_graph_when_compiled(mode):
    layer = scratch.EmbeddingBag(5, 3, mode=mode, padding_idx=1)
    torch.compiler.reset()
    compiled = torch.compile(scratch.as_torch(layer), backend="aot_eager", fullgraph=True)
    torch.testing.assert_close(compiled(NUMBERS, OFFSETS), layer(NUMBERS, OFFSETS))


# Bilinear -------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("shape", [(), (4,), (2, 3), (0,)])
@pytest.mark.parametrize("bias", [True, False])
def test_bilinear(shape, bias):
    ours, theirs = scratch.Bilinear(3, 2, 4, bias), nn.Bilinear(3, 2, 4, bias)
    ours.load_state_dict(theirs.state_dict())
    a, b = normal(*shape, 3), normal(*shape, 2, seed=1)
    torch.testing.assert_close(ours(a, b), theirs(a, b))
    inputs = [
        normal(*s, seed=i, dtype=torch.float64).requires_grad_() for i, s in enumerate(((2, 3), (2, 2), (2, 3, 2)))
    ]
    assert torch.autograd.gradcheck(SF.bilinear, inputs)
    assert torch.autograd.gradgradcheck(SF.bilinear, inputs)


@pytest.mark.parametrize(
    "case",
    [
        lambda m: m.Bilinear(3, 2, 4)(normal(5, 2), normal(5, 2)),
        lambda m: m.Bilinear(3, 2, 4)(normal(5, 3), normal(5, 3)),
        lambda m: m.Bilinear(3, 2, 4)(normal(5, 3), normal(4, 2)),
        lambda m: m.Bilinear(3, 2, 4)(normal(5, 3), normal(1, 2)),
        lambda m: m.Bilinear(3, 2, 4)(normal(5, 3), normal(2)),
        lambda m: m.Bilinear(0, 2, 4),
        lambda m: m.functional.bilinear(normal(5, 3), normal(5, 2), normal(4, 3, 2), normal(2, 5, 4)),
        lambda m: m.functional.bilinear(normal(5, 3), normal(5, 2), normal(4, 6)),
        lambda m: m.Bilinear(3, 2, 4)(normal(5, 3).double(), normal(5, 2)),
        lambda m: m.Bilinear(3, 2, 4)(normal(5, 3).double(), normal(5, 2).double()),
    ],
)
def test_bilinear_refuses_what_torch_refuses(case):
    kinds = []
    for library in (scratch, nn):
        with pytest.raises(Exception) as caught:
            case(library)
        kinds.append(type(caught.value))
    assert kinds[0] is kinds[1]
