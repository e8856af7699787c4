"""MSELoss, NLLLoss and CrossEntropyLoss beside their torch twins, which judge every case."""

import warnings
from itertools import product

import pytest
import torch
from torch import nn

from nnbook import nn as scratch
from nnbook.nn import functional as SF
from nnbook.parity.operators import FUSED, OperatorWatch

F = nn.functional
TOLERANCE = {torch.float64: 1e-12, torch.float32: 1e-5, torch.bfloat16: 2e-2, torch.float16: 2e-3}
REDUCTIONS = ["mean", "sum", "none"]


def normal(*shape, seed=0, dtype=torch.float32):
    return torch.randn(shape, generator=torch.Generator().manual_seed(seed), dtype=torch.float64).to(dtype)


def classes(*shape, seed=0, ignored=None):
    """Class numbers below 4, some of them replaced by the one to ignore."""
    generator = torch.Generator().manual_seed(seed)
    target = torch.randint(4, shape, generator=generator)
    if ignored is not None:
        target[torch.rand(shape, generator=generator) < 0.4] = ignored
    return target


def weights(dtype=torch.float32):
    return torch.tensor([0.5, 2.0, 0.0, 1.0], dtype=dtype)


def run(module, x, target):
    x = x.detach().clone().requires_grad_()
    t = target.detach().clone().requires_grad_(target.is_floating_point())
    loss = module(x, t)
    loss.backward(normal(*loss.shape, seed=7, dtype=loss.dtype))
    assert torch.equal(t, target)
    return loss, x.grad, t.grad


def assert_twins(name, x, target, **options):
    ours, theirs = getattr(scratch, name)(**options), getattr(nn, name)(**options)
    assert repr(ours) == repr(theirs)
    assert list(ours.state_dict()) == list(theirs.state_dict())
    for a, b, what in zip(run(ours, x, target), run(theirs, x, target), ("loss", "dx", "dt"), strict=True):
        assert (a is None) == (b is None), what
        if b is not None:
            assert a.dtype == b.dtype and a.shape == b.shape, what
            limit = TOLERANCE[b.dtype]
            torch.testing.assert_close(a, b, rtol=limit, atol=limit, equal_nan=True, msg=lambda m: f"{what}: {m}")  # noqa: B023


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


# Squared error --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("reduction", REDUCTIONS)
@pytest.mark.parametrize("dtype", TOLERANCE)
@pytest.mark.parametrize("shape", [(3, 4), (), (0, 2)])
def test_mse(reduction, dtype, shape):
    x, t = normal(*shape, dtype=dtype), normal(*shape, seed=1, dtype=dtype)
    assert_twins("MSELoss", x, t, reduction=reduction)
    if shape:
        assert_twins("MSELoss", x.t(), t.t(), reduction=reduction)


def test_mse_corners():
    with pytest.warns(UserWarning, match="target size") as caught:
        ours = SF.mse_loss(normal(3, 1), normal(3))
    assert caught[0].filename == __file__
    with pytest.warns(UserWarning):
        torch.testing.assert_close(ours, F.mse_loss(normal(3, 1), normal(3)))
    for t in (normal(3, dtype=torch.float64), torch.ones(3, dtype=torch.long), normal(3, dtype=torch.float16)):
        torch.testing.assert_close(SF.mse_loss(normal(3), t), F.mse_loss(normal(3), t))
    for reduction in REDUCTIONS:
        args = (normal(3, 2), normal(3, 2, seed=1), None, None, reduction, normal(3, 2, seed=2).abs())
        torch.testing.assert_close(SF.mse_loss(*args), F.mse_loss(*args))
    x = torch.tensor([1e4, -1e4, float("inf")])
    torch.testing.assert_close(SF.mse_loss(x, -x), F.mse_loss(x, -x))


# Class numbers --------------------------------------------------------------------------------------------------------

CLASSIFIERS = ["NLLLoss", "CrossEntropyLoss"]
SHAPES = [((5, 4), (5,)), ((4,), ()), ((2, 4, 3), (2, 3)), ((2, 4, 3, 2), (2, 3, 2)), ((2, 4, 3, 1, 2), (2, 3, 1, 2))]
SHAPES += [((0, 4), (0,)), ((0, 4, 2), (0, 2)), ((1, 4), (1,))]


@pytest.mark.parametrize("name", CLASSIFIERS)
@pytest.mark.parametrize("reduction", REDUCTIONS)
@pytest.mark.parametrize("dtype", [torch.float32, torch.float64])
@pytest.mark.parametrize("shapes", SHAPES, ids=str)
def test_class_numbers(name, reduction, dtype, shapes):
    x = normal(*shapes[0], dtype=dtype)
    smoothings = (0.0, 0.2, 1.0) if name == "CrossEntropyLoss" else (0.0,)
    for weight, ignored, smoothing in product((None, weights(dtype)), (None, -100, 1, -1), smoothings):
        options = {"reduction": reduction, "weight": weight}
        if ignored is not None:
            options["ignore_index"] = ignored
        if smoothing:
            options["label_smoothing"] = smoothing
        assert_twins(name, x, classes(*shapes[1], ignored=ignored), **options)


@pytest.mark.parametrize("dtype", [torch.float16, torch.bfloat16])
@pytest.mark.parametrize("name", CLASSIFIERS)
def test_class_numbers_half(name, dtype):
    for reduction, weight in product(REDUCTIONS, (None, weights(dtype))):
        assert_twins(name, normal(6, 4, dtype=dtype), classes(6), reduction=reduction, weight=weight)


@pytest.mark.parametrize("name", CLASSIFIERS)
def test_all_targets_ignored(name):
    for reduction in REDUCTIONS:
        assert_twins(name, normal(3, 4), torch.full((3,), -100), reduction=reduction)
    x = normal(3, 4).requires_grad_()
    getattr(scratch, name)()(x, torch.full((3,), -100)).backward()
    assert x.grad.abs().sum() == 0


@pytest.mark.parametrize("name", CLASSIFIERS)
def test_extreme_scores(name):
    inf = float("inf")
    for row in ([0.0, 1e4, -1e4, 3.0], [1e4, 1e4, 1e4, 1e4], [-inf, 0.0, 1.0, -inf], [3e38, -3e38, 0.0, 0.0]):
        for target in (0, 1, 2, -100):
            for options in ({}, {"weight": weights()}, {"reduction": "sum"}):
                assert_twins(name, torch.tensor([row, [0.0, 1.0, 2.0, 3.0]]), torch.tensor([target, 1]), **options)
    assert_twins("CrossEntropyLoss", torch.tensor([[0.0, -inf]]), torch.tensor([0]), label_smoothing=0.1)


def test_bytes_and_views():
    for name in CLASSIFIERS:
        assert_twins(name, normal(4, 5).t(), classes(5).byte())
        x, target = normal(2, 3, 3, 4).permute(0, 3, 1, 2), classes(2, 6, 3)[:, ::2]
        torch.testing.assert_close(getattr(scratch, name)()(x, target), getattr(nn, name)()(x, target))
    assert_twins("CrossEntropyLoss", x, target)


@pytest.mark.parametrize("reduction", REDUCTIONS)
def test_one_number_for_an_unbatched_input(reduction):
    # Forward only: torch 2.13 cannot differentiate this one.
    for name in ("nll_loss", "cross_entropy"):
        ours = getattr(SF, name)(normal(4), torch.tensor([1]), reduction=reduction)
        torch.testing.assert_close(ours, getattr(F, name)(normal(4), torch.tensor([1]), reduction=reduction))


# Class probabilities --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("reduction", REDUCTIONS)
@pytest.mark.parametrize("dtype", [torch.float32, torch.float64])
@pytest.mark.parametrize("shape", [(5, 4), (4,), (2, 4, 3), (2, 4, 3, 2), (0, 4)], ids=str)
def test_class_probabilities(reduction, dtype, shape):
    x, t = normal(*shape, dtype=dtype), normal(*shape, seed=1, dtype=dtype).softmax(-1)
    for weight, smoothing in product((None, weights(dtype)), (0.0, 0.3)):
        assert_twins("CrossEntropyLoss", x, t, weight=weight, reduction=reduction, label_smoothing=smoothing)


def test_probabilities_of_another_dtype():
    for dtype in (torch.float64, torch.float16):
        t = normal(3, 4, seed=1).softmax(1).to(dtype)
        torch.testing.assert_close(SF.cross_entropy(normal(3, 4), t), F.cross_entropy(normal(3, 4), t))


# Arguments ------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "case",
    [
        lambda m: m.MSELoss()(normal(3, 2), normal(3)),
        lambda m: m.MSELoss()(torch.ones(3).long(), torch.ones(3).long()),
        lambda m: m.MSELoss()([1.0], torch.zeros(1)),
        lambda m: m.MSELoss(reduction="bad")(normal(3), normal(3)),
        lambda m: m.functional.mse_loss(normal(3, 2), normal(3, 2), weight=normal(3)),
        lambda m: m.functional.mse_loss(normal(3), normal(3), reduction="bad", weight=normal(3)),
        lambda m: m.NLLLoss(reduction="bad")(normal(3, 4), classes(3)),
        lambda m: m.NLLLoss()(normal(3, 4), torch.tensor([0, 1, 9])),
        lambda m: m.NLLLoss()(normal(3, 4), torch.tensor([0.0, 1, 2])),
        lambda m: m.NLLLoss()(normal(3, 4), classes(3).int()),
        lambda m: m.NLLLoss()(torch.tensor(1.0), torch.tensor(0)),
        lambda m: m.NLLLoss()(normal(3, 4), torch.tensor(1)),
        lambda m: m.NLLLoss()(normal(3, 4), classes(3, 1)),
        lambda m: m.NLLLoss()(normal(3, 4, 2), classes(3, 5)),
        lambda m: m.NLLLoss()(normal(3, 4, 2), classes(2, 2)),
        lambda m: m.NLLLoss()(normal(3, 4, 2), classes(3)),
        lambda m: m.NLLLoss()(normal(3, 4, 2, 2), classes(3, 5, 2)),
        lambda m: m.NLLLoss()(normal(3, 4, 2, 2), classes(3)),
        lambda m: m.NLLLoss()(normal(3, 4, 2, 2, 2), classes(3, 2, 2)),
        lambda m: m.NLLLoss(normal(3))(normal(3, 4), classes(3)),
        lambda m: m.NLLLoss(weights(torch.float64))(normal(3, 4), classes(3)),
        lambda m: m.NLLLoss()([1.0], classes(1)),
        lambda m: m.NLLLoss(torch.ones(4), None, -100, None, "mean", 0.1),
        lambda m: m.CrossEntropyLoss()(normal(3, 4), torch.tensor([0, 1, 4])),
        lambda m: m.CrossEntropyLoss()(normal(3, 4), torch.tensor([0, 1, -1])),
        lambda m: m.CrossEntropyLoss()(normal(3, 4, 2), torch.tensor([[0, 1], [1, 4], [0, 0]])),
        lambda m: m.CrossEntropyLoss()(normal(4), torch.tensor(5)),
        lambda m: m.CrossEntropyLoss()(normal(4), classes(2)),
        lambda m: m.CrossEntropyLoss()(normal(3, 4), classes(3).int()),
        lambda m: m.CrossEntropyLoss()(normal(3, 4), torch.tensor([0.0, 1, 2])),
        lambda m: m.CrossEntropyLoss()(normal(3, 4, 2), classes(3, 2).byte()),
        lambda m: m.CrossEntropyLoss()(normal(3, 4), classes(2)),
        lambda m: m.CrossEntropyLoss()(normal(3, 4, 2), classes(3, 3)),
        lambda m: m.CrossEntropyLoss()(normal(3, 4), classes(3, 4)),
        lambda m: m.CrossEntropyLoss()(torch.ones(3, 4).long(), classes(3)),
        lambda m: m.CrossEntropyLoss()([1.0], classes(1)),
        lambda m: m.CrossEntropyLoss(normal(3))(normal(3, 4), classes(3)),
        lambda m: m.CrossEntropyLoss(weights(torch.float64))(normal(3, 4), classes(3)),
        lambda m: m.CrossEntropyLoss(normal(3))(normal(3, 4), normal(3, 4)),
        lambda m: m.CrossEntropyLoss(ignore_index=2)(normal(3, 4), normal(3, 4)),
        lambda m: m.CrossEntropyLoss(label_smoothing=1.5)(normal(3, 4), classes(3)),
        lambda m: m.CrossEntropyLoss(label_smoothing=1.5)(normal(3, 4), normal(3, 4)),
        lambda m: m.CrossEntropyLoss(reduction="bad")(normal(3, 4), classes(3)),
    ],
)
def test_refuses_what_torch_refuses(case):
    assert_same_error(lambda: case(scratch), lambda: case(nn))


@pytest.mark.parametrize("name", ["MSELoss", *CLASSIFIERS])
def test_deprecated_flags(name):
    for average, reduce in product((None, True, False), repeat=2):
        if average is None and reduce is None:
            continue
        with pytest.warns(UserWarning, match="reduction="):
            ours = getattr(scratch, name)(size_average=average, reduce=reduce)
        with pytest.warns(UserWarning):
            theirs = getattr(nn, name)(size_average=average, reduce=reduce)
        assert ours.reduction == theirs.reduction


def test_weight_is_state():
    ours, theirs = scratch.CrossEntropyLoss(weights()), nn.CrossEntropyLoss(torch.ones(4))
    theirs.load_state_dict(ours.state_dict())
    assert torch.equal(theirs.weight, weights())
    assert ours.double().weight.dtype == torch.float64
    assert scratch.NLLLoss().weight is None and list(ours.parameters()) == []


def test_differentiates_twice():
    x = normal(3, 4, 2, dtype=torch.float64).requires_grad_()
    target = classes(3, 2, ignored=-100)
    smoothed = {"weight": weights(torch.float64), "label_smoothing": 0.1}
    assert torch.autograd.gradgradcheck(lambda x: SF.cross_entropy(x, target, **smoothed), (x,))


def test_made_from_elementary_operations():
    with OperatorWatch(FUSED) as watch:
        x = normal(3, 4).requires_grad_()
        loss = scratch.MSELoss()(x, normal(3, 4)) + scratch.NLLLoss(weights())(x, classes(3))
        loss = loss + scratch.CrossEntropyLoss(label_smoothing=0.1)(x, classes(3))
        (loss + scratch.CrossEntropyLoss()(x, normal(3, 4).abs())).backward()
    assert watch.seen == []
