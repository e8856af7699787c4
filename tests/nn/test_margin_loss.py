"""Margin losses beside their torch twins: what torch's own samples do not reach."""

import pytest
import torch
from torch import nn

from nnbook import nn as scratch
from nnbook.nn import functional as SF

F = nn.functional
REDUCTIONS = ["mean", "sum", "none"]
LIMITS = {torch.float64: 1e-12, torch.float32: 1e-5, torch.bfloat16: 3e-2, torch.float16: 4e-3}


def normal(*shape, seed=0, dtype=torch.float32):
    return torch.randn(shape, generator=torch.Generator().manual_seed(seed), dtype=torch.float64).to(dtype)


def signs(*shape, dtype=torch.float32):
    return (normal(*shape, seed=9) > 0).to(dtype) * 2 - 1


def results(m, name, inputs, **options):
    """The loss and the gradient of each input that has one."""
    leaves = [x.clone().requires_grad_(x.is_floating_point()) for x in inputs]
    if name == "SoftMarginLoss":
        leaves[1].requires_grad_(False)  # torch has no gradient of this target
    loss = getattr(m, name)(**options)(*leaves)
    weights = normal(*loss.shape, seed=7, dtype=loss.dtype)
    return loss, *torch.autograd.grad(loss, [x for x in leaves if x.requires_grad], weights, materialize_grads=True)


def assert_twins(name, *inputs, **options):
    limit = LIMITS[inputs[0].dtype]
    got, wanted = (results(m, name, inputs, **options) for m in (scratch, nn))
    torch.testing.assert_close(got, wanted, rtol=limit, atol=limit, equal_nan=True)


# Multi-label targets: class numbers up to the first -1; what stands behind it does not count.
SEVERAL = torch.tensor([[2, 0, -1, 3], [-1, 1, 2, 0], [1, 1, 2, -1], [0, 1, 2, 3], [3, -1, 1, 0]])


def pairs(name, dtype):
    """Inputs of the kind that the loss asks for."""
    x = normal(5, 4, dtype=dtype)
    return {
        "SoftMarginLoss": (x, signs(5, 4, dtype=dtype)),
        "HingeEmbeddingLoss": (x, signs(5, 4, dtype=dtype)),
        "MarginRankingLoss": (x, normal(5, 4, seed=1, dtype=dtype), signs(5, 4, dtype=dtype)),
        "MultiMarginLoss": (x, torch.tensor([0, 3, 1, 1, 2])),
        "MultiLabelMarginLoss": (x, SEVERAL),
        "MultiLabelSoftMarginLoss": (x, (signs(5, 4, dtype=dtype) + 1) / 2),
        "CosineEmbeddingLoss": (x, normal(5, 4, seed=1, dtype=dtype), signs(5, dtype=dtype).long()),
        "TripletMarginLoss": (x, normal(5, 4, seed=1, dtype=dtype), normal(5, 4, seed=2, dtype=dtype)),
    }[name]


NAMES = [
    *("SoftMarginLoss", "HingeEmbeddingLoss", "MarginRankingLoss", "MultiMarginLoss", "MultiLabelMarginLoss"),
    *("MultiLabelSoftMarginLoss", "CosineEmbeddingLoss", "TripletMarginLoss"),
]


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("reduction", REDUCTIONS)
def test_each_reduction(name, reduction):
    for dtype in (torch.float64, torch.float32):
        inputs = pairs(name, dtype)
        assert_twins(name, *inputs, reduction=reduction)
        # no second dimension of memory in order
        assert_twins(name, *(x.repeat_interleave(2, -1)[..., ::2] for x in inputs), reduction=reduction)


@pytest.mark.parametrize("dtype", [torch.float16, torch.bfloat16])
@pytest.mark.parametrize("name", [n for n in NAMES if not n.startswith(("MultiM", "MultiLabelM"))])
def test_half_precision(name, dtype):
    for reduction in REDUCTIONS:
        assert_twins(name, *pairs(name, dtype), reduction=reduction)


@pytest.mark.parametrize("p", [1, 2])
@pytest.mark.parametrize("margin", [1.0, 0.3, 0.0, -0.5])
def test_multi_margin_options(p, margin):
    x, y = pairs("MultiMarginLoss", torch.float64)
    for weight in (None, torch.tensor([0.5, 2.0, 0.0, 1.0], dtype=torch.float64)):
        assert_twins("MultiMarginLoss", x, y, p=p, margin=margin, weight=weight, reduction="none")
        assert_twins("MultiMarginLoss", x[0], y[0], p=p, margin=margin, weight=weight)


@pytest.mark.parametrize("p", [1, 2])
def test_derivatives_by_hand(p):
    x, y = pairs("MultiMarginLoss", torch.float64)
    leaf, weight = x.clone().requires_grad_(), torch.tensor([0.5, 2.0, 0.1, 1.0], dtype=torch.float64)
    for reduction in REDUCTIONS:
        assert torch.autograd.gradcheck(
            lambda x, r=reduction: SF.multi_margin_loss(x, y, p, 0.7, weight, reduction=r), leaf
        )
        assert torch.autograd.gradcheck(lambda x, r=reduction: SF.multilabel_margin_loss(x, SEVERAL, reduction=r), leaf)


def test_exact_ties_have_no_slope():
    x = torch.tensor([[1.0, 0.0, 2.0]])
    assert_twins("MultiMarginLoss", x, torch.tensor([0]))
    assert_twins("MultiLabelMarginLoss", x, torch.tensor([[0, -1, -1]]))
    one = torch.tensor([1.0])
    for name in ("HingeEmbeddingLoss", "MarginRankingLoss"):
        assert_twins(name, one, *([0 * one] if name[0] == "M" else []), -one, margin=1.0 if name[0] == "H" else -1.0)


def test_many_classes_go_through_in_parts():
    x = normal(150, 200)
    y = torch.stack([torch.randperm(200, generator=torch.Generator().manual_seed(i)) for i in range(150)])
    y[torch.arange(150), torch.arange(150) % 200] = -1
    assert_twins("MultiLabelMarginLoss", x, y, reduction="none")


def test_multi_label_shapes():
    x, y = pairs("MultiLabelMarginLoss", torch.float64)
    assert_twins("MultiLabelMarginLoss", x[0], y[0], reduction="none")
    assert_twins("MultiLabelMarginLoss", x[:1], y[:1], reduction="none")
    assert_twins("MultiLabelMarginLoss", x[:0], y[:0], reduction="none")
    for shape in ((4,), (2, 3, 4)):
        t = (normal(*shape, seed=1) > 0).float()
        assert_twins("MultiLabelSoftMarginLoss", normal(*shape), t, weight=normal(4).abs(), reduction="none")


def test_soft_margin_stays_finite():
    x = torch.tensor([1e4, -1e4, 200.0, 0.0]).requires_grad_()
    loss = SF.soft_margin_loss(x, torch.tensor([-1.0, -1.0, -1.0, 1.0]), reduction="none")
    loss.sum().backward()
    torch.testing.assert_close(loss.detach(), torch.tensor([1e4, 0.0, 200.0, 0.6931472]))
    torch.testing.assert_close(x.grad, torch.tensor([1.0, 0.0, 1.0, -0.5]))


def test_vectors_of_length_zero():
    zero = torch.zeros(2, 3)
    assert_twins("CosineEmbeddingLoss", zero, normal(2, 3), torch.tensor([1, -1]), margin=-0.5, reduction="none")
    assert_twins("TripletMarginLoss", zero, zero, normal(2, 3), reduction="none")


@pytest.mark.parametrize("swap", [True, False])
@pytest.mark.parametrize("p", [1.0, 2.0, 3.5, float("inf")])
def test_triplets(p, swap):
    for shape in ((5, 4), (4,), (2, 3, 4)):
        inputs = [normal(*shape, seed=i, dtype=torch.float64) for i in range(3)]
        for reduction in REDUCTIONS:
            assert_twins("TripletMarginLoss", *inputs, p=p, swap=swap, margin=0.4, eps=1e-3, reduction=reduction)

    def distance(x, y):
        return (x - y).abs().amax(-1)

    assert_twins("TripletMarginWithDistanceLoss", *inputs, distance_function=distance, swap=swap, reduction="none")
    assert_twins("TripletMarginWithDistanceLoss", *inputs, margin=0.3, swap=swap)


def test_printed_forms():
    for options in ({}, {"swap": True, "margin": 2.0}):
        ours, theirs = (m.TripletMarginWithDistanceLoss(**options) for m in (scratch, nn))
        assert repr(ours) == repr(theirs)
        assert ours.state_dict() == theirs.state_dict() == {}


@pytest.mark.parametrize(
    "case",
    [
        lambda m: m.MultiMarginLoss(p=3),
        lambda m: m.MultiMarginLoss(weight=torch.ones(2, 2)),
        lambda m: m.MultiMarginLoss()(normal(3, 4), torch.zeros(2, dtype=torch.long)),
        lambda m: m.MultiMarginLoss()(normal(3, 4), torch.full((3,), 4)),
        lambda m: m.MultiMarginLoss()(normal(2, 3, 4), torch.zeros(2, dtype=torch.long)),
        lambda m: m.MultiMarginLoss()(normal(3, 0), torch.zeros(3, dtype=torch.long)),
        lambda m: m.MultiMarginLoss(weight=torch.ones(3))(normal(3, 4), torch.zeros(3, dtype=torch.long)),
        lambda m: m.MultiMarginLoss(reduction="bad")(normal(3, 4), torch.zeros(3, dtype=torch.long)),
        lambda m: m.MultiLabelMarginLoss()(normal(3, 4), torch.zeros(3, 3, dtype=torch.long)),
        lambda m: m.MultiLabelMarginLoss()(normal(3, 4), torch.full((3, 4), 4)),
        lambda m: m.MultiLabelMarginLoss()(normal(2, 3, 4), torch.zeros(2, 3, 4, dtype=torch.long)),
        lambda m: m.MarginRankingLoss()(normal(3), normal(3), signs(3, 1)),
        lambda m: m.CosineEmbeddingLoss()(normal(3, 4), normal(3, 4), signs(3, 1)),
        lambda m: m.CosineEmbeddingLoss()(normal(3), normal(3), signs(3)),
        lambda m: m.CosineEmbeddingLoss()(normal(3, 4), normal(4), signs(3)),
        lambda m: m.TripletMarginLoss(margin=0.0),
        lambda m: m.TripletMarginLoss()(normal(3, 4), normal(3, 4), normal(4)),
        lambda m: m.TripletMarginWithDistanceLoss(margin=-1.0),
        lambda m: m.TripletMarginWithDistanceLoss()(normal(3, 4), normal(4), normal(3, 4)),
        lambda m: m.functional.triplet_margin_loss(normal(2), normal(2), normal(2), margin=0),
        lambda m: m.functional.triplet_margin_with_distance_loss(normal(2), normal(2), normal(2), reduction="bad"),
        *(lambda m, n=n: getattr(m, n)(reduction="bad")(*pairs(n, torch.float32)) for n in NAMES),
    ],
)
def test_refuses_what_torch_refuses(case):
    with pytest.raises(Exception) as theirs:
        case(nn)
    with pytest.raises(theirs.type):
        case(scratch)
