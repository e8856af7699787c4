"""CTCLoss beside torch's, and beside the definition: a sum over all alignments."""

from itertools import groupby, product

import pytest
import torch
from torch import nn

from nnbook import nn as scratch
from nnbook.nn import functional as SF

F = nn.functional


def scores(*shape, seed=0, dtype=torch.float64):
    return torch.randn(shape, generator=torch.Generator().manual_seed(seed), dtype=torch.float64).to(dtype)


def over_all_alignments(log_p, target, blank=0):
    """-log Σ p(path) over all paths that say `target` once repeats are merged and blanks left out."""
    said = [
        sum(log_p[t, k] for t, k in enumerate(path))
        for path in product(range(log_p.size(1)), repeat=log_p.size(0))
        if [k for k, _ in groupby(path) if k != blank] == target
    ]
    return -torch.logsumexp(torch.stack(said), 0) if said else torch.tensor(torch.inf, dtype=log_p.dtype)


@pytest.mark.parametrize("target", [[], [1], [1, 2], [1, 1], [2, 1, 2], [1, 1, 1]], ids=str)
@pytest.mark.parametrize("blank", [0, 2])
def test_is_the_sum_over_all_alignments(target, blank):
    target = [k if k != blank else 0 for k in target]
    z = scores(4, 3).requires_grad_()
    log_p = z.log_softmax(1)
    lengths = torch.tensor(4), torch.tensor(len(target))
    loss = SF.ctc_loss(log_p, torch.tensor(target, dtype=torch.long), *lengths, blank=blank, reduction="none")
    wanted = over_all_alignments(log_p, target, blank)
    torch.testing.assert_close(loss, wanted)
    if wanted.isfinite():
        got, right = (torch.autograd.grad(x, z, retain_graph=True)[0] for x in (loss, wanted))
        torch.testing.assert_close(got, right)


def batch(dtype=torch.float64):
    """Sequences of all kinds: full, short, empty, repeated labels, one that is too short for its target."""
    targets = torch.tensor([[1, 2, 2], [3, 1, 2], [1, 1, 1], [2, 9, 9], [-1, -1, -1], [4, 4, 0]])
    return scores(6, 6, 5, dtype=dtype), targets, torch.tensor([6, 4, 4, 2, 3, 0]), torch.tensor([3, 3, 3, 1, 0, 1])


def results(function, z, *args, **options):
    leaf = z.clone().requires_grad_()
    loss = function(leaf.log_softmax(-1), *args, **options)
    return loss, torch.autograd.grad(loss, leaf, scores(*loss.shape, seed=5, dtype=loss.dtype))[0]


@pytest.mark.parametrize("reduction", ["mean", "sum", "none"])
@pytest.mark.parametrize("zero_infinity", [True, False])
def test_all_kinds_of_sequences(reduction, zero_infinity):
    z, targets, steps, lengths = batch()
    rows = slice(None) if zero_infinity or reduction == "none" else slice(0, 2)
    args = targets[rows], steps[rows], lengths[rows]
    options = {"reduction": reduction, "zero_infinity": zero_infinity}
    got, wanted = (results(f, z[:, rows], *args, **options) for f in (SF.ctc_loss, F.ctc_loss))
    torch.testing.assert_close(got, wanted, equal_nan=True)
    in_a_row = torch.cat([t[:n] for t, n in zip(args[0], args[2], strict=True)])
    for lists in (args[1:], [x.tolist() for x in args[1:]], [x.int() for x in args[1:]]):
        torch.testing.assert_close(results(SF.ctc_loss, z[:, rows], in_a_row, *lists, **options), got, equal_nan=True)


def test_infinite_losses():
    z, targets, steps, lengths = batch()
    loss, gradient = results(SF.ctc_loss, z, targets, steps, lengths, reduction="none")
    assert loss.isinf().tolist() == [False, False, True, False, False, True]
    assert gradient[:, 2].isnan().any() and gradient[:, [0, 1, 3, 4]].isfinite().all()
    loss, gradient = results(SF.ctc_loss, z, targets, steps, lengths, reduction="none", zero_infinity=True)
    assert loss[[2, 5]].tolist() == [0, 0] and gradient[:, [2, 5]].abs().sum() == 0


def test_gradcheck():
    z = scores(5, 2, 4).requires_grad_()
    targets, steps, lengths = torch.tensor([[1, 1], [3, 2]]), torch.tensor([5, 4]), torch.tensor([2, 2])
    for reduction in ("mean", "sum", "none"):
        assert torch.autograd.gradcheck(
            lambda z, r=reduction: SF.ctc_loss(z.log_softmax(2), targets, steps, lengths, reduction=r), z
        )
    (gradient,) = torch.autograd.grad(SF.ctc_loss(z.log_softmax(2), targets, steps, lengths), z, create_graph=True)
    # as torch: better no second derivative than that of a constant
    with pytest.raises(RuntimeError, match="derivative"):
        gradient.square().sum().backward()


def test_float32_is_as_exact_as_torchs():
    z = scores(60, 4, 8, seed=3)
    targets = torch.randint(1, 8, (4, 20), generator=torch.Generator().manual_seed(1))
    args = targets, torch.tensor([60, 55, 50, 60]), torch.tensor([20, 15, 9, 18])
    right = results(F.ctc_loss, z, *args, reduction="none")
    ours, theirs = (results(f, z.float(), *args, reduction="none") for f in (SF.ctc_loss, F.ctc_loss))
    for a, b, c in zip(ours, theirs, right, strict=True):
        assert a.dtype == torch.float32
        assert ((a - c).abs().max() <= 2 * (b - c).abs().max() + 1e-5).item()


def test_impossible_labels_have_no_share():
    """log p = -inf at some steps is the limit of a very small p; there torch's gradient is NaN."""
    log_p = scores(5, 1, 3).log_softmax(2)
    args = torch.tensor([[1, 2]]), torch.tensor([5]), torch.tensor([2])
    got = []
    for low in (-300.0, -float("inf")):
        leaf = log_p.clone()
        leaf[1, 0, 1] = leaf[3, 0, 0] = low
        leaf.requires_grad_()
        got.append(torch.autograd.grad(SF.ctc_loss(leaf, *args), leaf)[0])
    torch.testing.assert_close(*got)


def test_certain_inputs_stay_finite():
    z = torch.zeros(200, 1, 5)
    z[:, 0, 0] = 1e3
    loss, gradient = results(SF.ctc_loss, z, torch.tensor([[1, 2, 3]]), torch.tensor([200]), torch.tensor([3]))
    assert loss.item() == pytest.approx(1e3, rel=0.1) and gradient.isfinite().all()


@pytest.mark.parametrize("reduction", ["mean", "none"])
def test_without_a_batch(reduction):
    z, target = scores(6, 5), torch.tensor([1, 2, 2])
    for lengths in ((torch.tensor(6), torch.tensor(3)), (torch.tensor([6]), torch.tensor([3])), ([6], [3])):
        got, wanted = (results(f, z, target, *lengths, reduction=reduction) for f in (SF.ctc_loss, F.ctc_loss))
        torch.testing.assert_close(got, wanted)


@pytest.mark.parametrize(
    "change",
    [
        {"blank": 5},
        {"blank": -1},
        {"steps": torch.tensor([7, 4, 4, 2, 3, 0])},
        {"steps": torch.tensor([-1, 4, 4, 2, 3, 0])},
        {"lengths": torch.tensor([4, 3, 3, 1, 0, 1])},
        {"lengths": torch.tensor([-1, 3, 3, 1, 0, 1])},
        {"steps": torch.tensor([6.0, 4, 4, 2, 3, 0])},
        {"steps": torch.tensor([6, 4])},
        {"steps": [6, 4], "lengths": [3, 3]},
        {"targets": torch.ones(2, 3, dtype=torch.long)},
        {"targets": torch.ones(10, dtype=torch.long)},
        {"log_p": torch.zeros(6, 0, 5), "targets": torch.ones(0, 3).long(), "steps": [], "lengths": []},
        {"log_p": torch.zeros(5)},
        {"log_p": torch.zeros(6, 6, 5, dtype=torch.float16)},
        {"log_p": torch.zeros(6, 6, 5, dtype=torch.long)},
        {"reduction": "bad"},
    ],
    ids=str,
)
def test_refuses_what_torch_refuses(change):
    z, targets, steps, lengths = batch()
    args = {"log_p": z, "targets": targets, "steps": steps, "lengths": lengths}
    options = {k: v for k, v in change.items() if k not in args}
    args |= {k: v for k, v in change.items() if k in args}
    with pytest.raises(Exception) as theirs:
        F.ctc_loss(*args.values(), **options)
    with pytest.raises(theirs.type):
        SF.ctc_loss(*args.values(), **options)


def test_module():
    z, targets, steps, lengths = batch()
    for options in ({}, {"blank": 3, "reduction": "sum", "zero_infinity": True}):
        ours, theirs = (m.CTCLoss(**options) for m in (scratch, nn))
        assert repr(ours) == repr(theirs)
        torch.testing.assert_close(
            *(m(z[:, :2].log_softmax(2), targets[:2], steps[:2], lengths[:2]) for m in (ours, theirs))
        )
