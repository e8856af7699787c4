"""Regression, probability and class losses beside their torch twins, which judge every case."""

import importlib
import warnings
from itertools import product

import pytest
import torch
from torch import nn
from torch.utils._python_dispatch import TorchDispatchMode

from nnbook import nn as scratch
from nnbook.nn import functional as SF
from nnbook.parity.operators import FUSED, OperatorWatch

F = nn.functional
cross_entropy_file = importlib.import_module("nnbook.nn.cross_entropy")
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


# Other errors and probabilities ---------------------------------------------------------------------------------------

PAIRS = [
    ("L1Loss", {}),
    ("SmoothL1Loss", {"beta": 0.5}),
    ("SmoothL1Loss", {"beta": 0.0}),
    ("HuberLoss", {"delta": 0.7}),
    ("PoissonNLLLoss", {"full": True}),
    ("PoissonNLLLoss", {"log_input": False, "eps": 1e-3}),
    ("BCELoss", {}),
    ("BCEWithLogitsLoss", {}),
    ("KLDivLoss", {"log_target": True}),
    ("KLDivLoss", {}),
]


def fitting(name, dtype, options):
    """An input and a target of the kind that the loss asks for."""
    x, t = normal(5, 4, dtype=dtype), normal(5, 4, seed=1, dtype=dtype)
    if name.startswith("BCE") or name == "KLDivLoss":
        t = t.softmax(1) if not options.get("log_target") else t.log_softmax(1)
    if name == "PoissonNLLLoss":
        t, x = (3 * t).round().abs(), x if options.get("log_input", True) else x.abs()
    return (x.sigmoid() if name == "BCELoss" else x.log_softmax(1) if name == "KLDivLoss" else x), t


@pytest.mark.filterwarnings("ignore:reduction. .mean. divides")
@pytest.mark.parametrize("dtype", TOLERANCE)
@pytest.mark.parametrize(("name", "options"), PAIRS, ids=str)
def test_pairs(name, options, dtype):
    x, t = fitting(name, dtype, options)
    for reduction in [*REDUCTIONS, *(["batchmean"] if name == "KLDivLoss" else [])]:
        assert_twins(name, x, t, reduction=reduction, **options)
        if dtype is torch.float64:
            assert_twins(name, x.t(), t.t(), reduction=reduction, **options)
            assert_twins(name, x[:0], t[:0], reduction=reduction, **options)
            assert_twins(name, x[0, 0], t[0, 0], reduction=reduction, **options)


@pytest.mark.parametrize("name", ["L1Loss", "MSELoss", "SmoothL1Loss", "HuberLoss", "BCEWithLogitsLoss"])
def test_extreme_inputs(name):
    x = torch.tensor([1e4, -1e4, 1e-30, 0.0, 100.0, -100.0])
    for t in (torch.zeros(6), torch.ones(6)):
        assert_twins(name, x, t, reduction="none")
    x = torch.tensor([float("inf"), -float("inf")])
    if name != "BCEWithLogitsLoss":  # there, torch says NaN or not by the order of its operations
        assert_twins(name, x, torch.zeros(2), reduction="none")


def test_certain_probabilities():
    p = torch.tensor([0.0, 1.0, 0.0, 1.0, 1e-40])
    for t in (torch.tensor([0.0, 1.0, 1.0, 0.0, 1.0]), torch.full((5,), 0.5)):
        assert_twins("BCELoss", p, t, reduction="none")
    t = torch.tensor([0.0, 0.0, 1.0])
    assert_twins("KLDivLoss", torch.tensor([-1.0, -1e4, -2.0]), t, reduction="sum")


@pytest.mark.parametrize("shape", [(3, 4), (4,), (1,), ()], ids=str)
def test_class_weights_of_binary_losses(shape):
    x, t = normal(3, 4), normal(3, 4, seed=1).sigmoid()
    weight, positive = normal(*shape, seed=2).abs(), normal(*shape, seed=3).abs() * 3
    assert_twins("BCELoss", x.sigmoid(), t, weight=weight)
    assert_twins("BCEWithLogitsLoss", x, t, weight=weight, reduction="sum")
    assert_twins("BCEWithLogitsLoss", x, t, pos_weight=positive)
    assert_twins("BCEWithLogitsLoss", x, t, weight=weight, pos_weight=positive, reduction="none")


@pytest.mark.parametrize("full", [True, False])
def test_gaussian(full):
    x, t = normal(3, 4), normal(3, 4, seed=1)
    few = torch.tensor([[0.5, 1e-9, 0.0, 2.0]] * 3)
    for var in (normal(3, 4, seed=2).abs(), normal(3, 1, seed=2).abs(), normal(3, seed=2).abs(), few, 0.3, 0.0):
        for reduction in REDUCTIONS:
            got = []
            for m in (scratch, nn):
                leaves = [v.clone().requires_grad_() if isinstance(v, torch.Tensor) else v for v in (x, t, var)]
                loss = m.GaussianNLLLoss(full=full, reduction=reduction)(*leaves)
                got.append([loss, *torch.autograd.grad(loss.sum(), [v for v in leaves if isinstance(v, torch.Tensor)])])
            torch.testing.assert_close(*got, rtol=1e-5, atol=1e-5)


def test_losses_with_weights():
    x, t, w = normal(3, 2), normal(3, 2, seed=1), normal(3, 2, seed=2).abs()
    for reduction in REDUCTIONS:
        for name in ("l1_loss", "mse_loss", "huber_loss"):
            ours, theirs = (getattr(m, name)(x, t, reduction=reduction, weight=w) for m in (SF, F))
            torch.testing.assert_close(ours, theirs)


def test_kl_div_warns_of_its_mean():
    with pytest.warns(UserWarning, match="batchmean") as caught:
        SF.kl_div(normal(3, 2).log_softmax(1), normal(3, 2).softmax(1))
    assert caught[0].filename == __file__


X, T = normal(3, 4, dtype=torch.float64), normal(3, 4, seed=1, dtype=torch.float64)
BY_HAND = {
    "mse": (SF.mse_loss, X, T),
    "mse broadcast": (lambda x, t: SF.mse_loss(x, t, reduction="sum"), X, T[:, :1]),
    "huber": (lambda x, t: SF.huber_loss(x, t, delta=0.7), X, T),
    "huber broadcast": (lambda x, t: SF.huber_loss(x, t, reduction="none"), X[0], T),
    "smooth l1": (lambda x, t: SF.smooth_l1_loss(x, t, beta=0.4), X, T),
    "binary": (SF.binary_cross_entropy, X.sigmoid(), T.sigmoid()),
    "scores": (SF.binary_cross_entropy_with_logits, X, T),
    "positive": (lambda x, t: SF.binary_cross_entropy_with_logits(x, t, pos_weight=T[0].abs()), X, T),
}


@pytest.mark.filterwarnings("ignore:Using a target size")
@pytest.mark.parametrize("case", BY_HAND)
def test_derivatives_by_hand(case):
    function, x, t = BY_HAND[case]
    leaves = x.clone().requires_grad_(), t.clone().requires_grad_()
    assert torch.autograd.gradcheck(function, leaves)
    assert torch.autograd.gradgradcheck(function, leaves)


@pytest.mark.parametrize("reduction", REDUCTIONS)
@pytest.mark.parametrize("name", ["nll_loss", "cross_entropy"])
def test_derivatives_by_hand_of_class_losses(name, reduction):
    x = normal(3, 4, 2, dtype=torch.float64).requires_grad_()
    target = classes(3, 2, ignored=-100)

    def loss(x):
        # squared, so that not even the negative log likelihood is linear
        return getattr(SF, name)(x * x, target, weights(torch.float64) + 0.1, reduction=reduction)

    assert torch.autograd.gradcheck(loss, x)
    assert torch.autograd.gradgradcheck(loss, x)


def test_cross_entropy_has_a_third_derivative():
    x, target = normal(2, 3, dtype=torch.float64), torch.tensor([0, 2])

    def third(m):
        first = torch.autograd.functional.hessian(lambda x: m.functional.cross_entropy(x, target), x)
        leaf = x.clone().requires_grad_()
        (g,) = torch.autograd.grad(m.functional.cross_entropy(leaf, target), leaf, create_graph=True)
        (h,) = torch.autograd.grad(g.square().sum(), leaf, create_graph=True)
        return first, torch.autograd.grad(h.square().sum(), leaf)[0]

    torch.testing.assert_close(third(scratch), third(nn))


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


# A linear layer inside the loss ---------------------------------------------------------------------------------------


def linear_case(dtype=torch.float64):
    x, w, b = (normal(*shape, seed=i, dtype=dtype) for i, shape in enumerate([(7, 3), (4, 3), (4,)]))
    return x, w, b, classes(7, seed=3, ignored=-100)


def linear_results(m, case, options, **more):
    x, w, b, target = case
    leaves = [v.clone().requires_grad_() for v in (x, w, b)]
    loss = m.functional.linear_cross_entropy(*leaves[:2], target, linear_bias=leaves[2], options=options, **more)
    return loss, *torch.autograd.grad(loss, leaves, normal(*loss.shape, dtype=loss.dtype))


@pytest.mark.parametrize("dtype", TOLERANCE)
@pytest.mark.parametrize("reduction", REDUCTIONS)
def test_chunks_change_nothing(reduction, dtype):
    case = linear_case(dtype)
    for size in (1, 2, 3, 7, 100, None):
        for weight in (None, weights(dtype)):
            options = scratch.LinearCrossEntropyOptions(batch_chunk_size=size)
            got = linear_results(scratch, case, options, weight=weight, reduction=reduction)
            wanted = linear_results(nn, case, None, weight=weight, reduction=reduction)
            limit = 2 * TOLERANCE[dtype]
            torch.testing.assert_close(got, wanted, rtol=limit, atol=limit)


def test_chunk_sizes_are_torchs():
    for n, features, many in ((100, 8, 1000), (64, 16, 16), (5, 9, 3), (1000, 10, 31)):
        for method, size in (("auto", None), ("aspect_ratio", None), ("aspect_ratio:3", None), (None, 7), ("auto", 9)):
            for dtype in (torch.float32, torch.bfloat16):
                theirs = nn.LinearCrossEntropyOptions(chunking_method=method, batch_chunk_size=size)
                theirs = theirs._adjust(n, features, many, dtype, torch.device("cpu"))
                ours = scratch.LinearCrossEntropyOptions(chunking_method=method, batch_chunk_size=size)
                rows = cross_entropy_file._chunk_rows(ours, torch.empty(n, features, dtype=dtype), many)
                assert rows == theirs.batch_chunk_size


def test_no_chunk_outlives_the_next():
    """The largest tensor that any operator makes has the scores of one chunk, never those of the batch."""
    largest = []

    class Watch(TorchDispatchMode):
        @classmethod
        def _should_skip_dynamo(cls):
            return False  # otherwise torch's compiler is imported, for a second

        def __torch_dispatch__(self, func, types, args=(), kwargs=None):
            out = func(*args, **(kwargs or {}))
            largest.extend(v.numel() for v in (out if isinstance(out, tuple) else (out,)) if torch.is_tensor(v))
            return out

    loss = scratch.LinearCrossEntropyLoss(2, 50, options=scratch.LinearCrossEntropyOptions(batch_chunk_size=8))
    with Watch():
        loss(normal(64, 2), torch.zeros(64, dtype=torch.long)).backward()
    assert max(largest) == 8 * 50


def test_gradients_of_chunks_are_used_once():
    def again(m, **options):
        loss = m.LinearCrossEntropyLoss(3, 4, options=m.LinearCrossEntropyOptions(**options))
        total = loss(normal(5, 3), classes(5))
        total.backward(retain_graph=True)
        total.backward()
        return loss.linear.weight.grad

    assert_same_error(lambda: again(scratch), lambda: again(nn))
    assert again(scratch, allow_retain_graph=True).isfinite().all()


@pytest.mark.parametrize("reduction", REDUCTIONS)
def test_gradients_of_chunks_count_as_constants(reduction):
    case = linear_case()

    def twice(m):
        x = case[0].clone().requires_grad_()
        options = m.LinearCrossEntropyOptions(batch_chunk_size=2)
        loss = m.functional.linear_cross_entropy(x * x, case[1], case[3], reduction=reduction, options=options).sum()
        (gradient,) = torch.autograd.grad(loss, x, create_graph=True)
        return gradient, torch.autograd.grad(gradient.square().sum(), x)[0]

    torch.testing.assert_close(twice(scratch), twice(nn))


def test_options_that_do_not_fit_are_ignored_aloud():
    loss = scratch.LinearCrossEntropyLoss(3, 4, label_smoothing=0.1, options=scratch.LinearCrossEntropyOptions())
    with pytest.warns(UserWarning, match="options"):
        loss(normal(5, 3), classes(5))
    assert repr(loss.options) == repr(nn.LinearCrossEntropyOptions())


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
        lambda m: m.HuberLoss(delta="1"),
        lambda m: m.HuberLoss(delta=0.0)(normal(3), normal(3)),
        lambda m: m.HuberLoss()(torch.ones(3).long(), torch.ones(3).long()),
        lambda m: m.SmoothL1Loss(beta=-1.0)(normal(3), normal(3)),
        lambda m: m.L1Loss(reduction="bad")(normal(3), normal(3)),
        lambda m: m.BCELoss()(torch.tensor([0.5, 1.5]), torch.tensor([0.0, 1.0])),
        lambda m: m.BCELoss()(torch.tensor([float("nan"), 0.5]), torch.tensor([0.0, 1.0])),
        lambda m: m.BCELoss()(torch.tensor([0.5, 0.5]), torch.tensor([0, 1])),
        lambda m: m.BCELoss()(torch.full((2,), 0.5), torch.zeros(2, 1)),
        lambda m: m.BCEWithLogitsLoss()(normal(2), torch.zeros(2, 1)),
        lambda m: m.GaussianNLLLoss()(normal(2, 3), normal(2, 3), -torch.ones(2, 3)),
        lambda m: m.GaussianNLLLoss()(normal(2, 3), normal(2, 3), -1.0),
        lambda m: m.GaussianNLLLoss()(normal(2, 3), normal(2, 3), torch.ones(3)),
        lambda m: m.GaussianNLLLoss(reduction="bad")(normal(2), normal(2), torch.ones(2)),
        lambda m: m.PoissonNLLLoss(reduction="bad")(normal(2), torch.ones(2)),
        lambda m: m.KLDivLoss(reduction="bad")(normal(2), torch.ones(2)),
        lambda m: m.LinearCrossEntropyOptions(acc_policy="bad"),
        lambda m: m.LinearCrossEntropyOptions(chunking_method="aspect_ratio:0"),
        lambda m: m.LinearCrossEntropyOptions(chunking_method="aspect_ratio:"),
        lambda m: m.LinearCrossEntropyOptions(batch_chunk_size=0),
        lambda m: m.LinearCrossEntropyOptions(acc_dtype=torch.int64),
        lambda m: m.LinearCrossEntropyLoss(3, 4, weight=torch.ones(3)),
        lambda m: m.LinearCrossEntropyLoss(3, 4, label_smoothing=-0.1),
        lambda m: m.LinearCrossEntropyLoss(3, 4)(normal(5, 2), classes(5)),
        lambda m: m.LinearCrossEntropyLoss(3, 4, out_features=(2,))(normal(3), classes(2)),
        lambda m: m.LinearCrossEntropyLoss(
            3, 4, options=m.LinearCrossEntropyOptions(batch_chunk_size=3, chunking_method="aspect_ratio")
        )(normal(5, 3), classes(5)),
        lambda m: m.LinearCrossEntropyLoss(3, 4, options=m.LinearCrossEntropyOptions(acc_dtype=torch.float16))(
            normal(5, 3), classes(5)
        ),
    ],
)
def test_refuses_what_torch_refuses(case):
    assert_same_error(lambda: case(scratch), lambda: case(nn))


@pytest.mark.parametrize("name", ["MSELoss", "BCEWithLogitsLoss", "KLDivLoss", *CLASSIFIERS])
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


def test_smoothed_cross_entropy_differentiates_twice():
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
