"""AdaptiveLogSoftmaxWithLoss beside torch's."""

import pytest
import torch
from torch import nn

from nnbook import nn as scratch


def normal(*shape, seed=0):
    return torch.randn(shape, generator=torch.Generator().manual_seed(seed))


def twins(*args, **options):
    theirs = nn.AdaptiveLogSoftmaxWithLoss(*args, **options)
    ours = scratch.AdaptiveLogSoftmaxWithLoss(*args, **options)
    ours.load_state_dict(theirs.state_dict())
    theirs.load_state_dict(ours.state_dict())
    assert repr(ours) == repr(theirs)
    return ours, theirs


@pytest.mark.parametrize("bias", [True, False])
@pytest.mark.parametrize("target", [[0, 1, 4, 9, 19], [0, 1, 2, 1, 0], [19, 18, 10, 11, 19], [2, 3, 3, 5, 4]], ids=str)
def test_loss_and_gradients(target, bias):
    got = []
    for module in twins(8, 20, [3, 10], div_value=2.0, head_bias=bias):
        x = normal(5, 8).requires_grad_()
        output, loss = module(x, torch.tensor(target))
        (output.square().sum() + loss).backward()
        got.append([output, loss, x.grad, *(p.grad for p in module.parameters())])
    for a, b in zip(*got, strict=True):
        assert (a is None) == (b is None)  # a cluster that nobody asked for has no gradient at all
        if b is not None:
            torch.testing.assert_close(a, b)


def test_without_a_batch():
    ours, theirs = twins(16, 20, [3, 10])
    for target in (0, 5, 19):
        a, b = (m(normal(16), torch.tensor(target)) for m in (ours, theirs))
        torch.testing.assert_close(tuple(a), tuple(b))
        assert a.output.shape == b.output.shape == a.loss.shape


def test_is_a_distribution():
    ours, theirs = twins(16, 20, [3, 10, 15], div_value=2)
    x = normal(6, 16)
    log_p = ours.log_prob(x)
    torch.testing.assert_close(log_p, theirs.log_prob(x))
    torch.testing.assert_close(log_p.exp().sum(1), torch.ones(6))
    target = torch.tensor([0, 3, 9, 10, 14, 19])
    torch.testing.assert_close(ours(x, target).output, log_p.gather(1, target[:, None])[:, 0])


@pytest.mark.parametrize("lean", [-20.0, 0.0, 20.0])
def test_predict(lean):
    ours, theirs = twins(16, 20, [3, 10], head_bias=True)
    with torch.no_grad():
        theirs.head.bias[3:] += lean  # towards or away from the rare classes
    ours.load_state_dict(theirs.state_dict())
    x = 3 * normal(40, 16)
    assert torch.equal(ours.predict(x), theirs.predict(x))
    assert torch.equal(ours.predict(x), ours.log_prob(x).argmax(1)) or lean == 0


def test_starts_as_linear_layers_do():
    torch.manual_seed(0)
    ours = scratch.AdaptiveLogSoftmaxWithLoss(16, 50, [5, 20])
    torch.manual_seed(0)
    theirs = nn.AdaptiveLogSoftmaxWithLoss(16, 50, [5, 20])
    for module in (ours, theirs):
        torch.manual_seed(1)
        module.reset_parameters()
    for a, b in zip(ours.parameters(), theirs.parameters(), strict=True):
        torch.testing.assert_close(a, b)
    assert scratch.AdaptiveLogSoftmaxWithLoss(8, 9, [3], dtype=torch.float64).tail[0][0].weight.dtype == torch.float64


@pytest.mark.parametrize(
    "case",
    [
        lambda m: m.AdaptiveLogSoftmaxWithLoss(8, 20, []),
        lambda m: m.AdaptiveLogSoftmaxWithLoss(8, 20, [5, 3]),
        lambda m: m.AdaptiveLogSoftmaxWithLoss(8, 20, [3, 3]),
        lambda m: m.AdaptiveLogSoftmaxWithLoss(8, 20, [0, 3]),
        lambda m: m.AdaptiveLogSoftmaxWithLoss(8, 20, [3, 20]),
        lambda m: m.AdaptiveLogSoftmaxWithLoss(8, 20, [2.5]),
        lambda m: m.AdaptiveLogSoftmaxWithLoss(8, 20, [3])(normal(2, 8), torch.tensor([0, 20])),
        lambda m: m.AdaptiveLogSoftmaxWithLoss(8, 20, [3])(normal(2, 8), torch.tensor([0, -1])),
        lambda m: m.AdaptiveLogSoftmaxWithLoss(8, 20, [3])(normal(2, 8), torch.tensor([0, 1, 2])),
        lambda m: m.AdaptiveLogSoftmaxWithLoss(8, 20, [3])(normal(2, 8), torch.tensor([[0], [1]])),
        lambda m: m.AdaptiveLogSoftmaxWithLoss(8, 20, [3])(normal(8), torch.tensor([0])),
        lambda m: m.AdaptiveLogSoftmaxWithLoss(8, 20, [3])(normal(2, 8), torch.tensor(0)),
    ],
)
def test_refuses_what_torch_refuses(case):
    with pytest.raises(Exception) as theirs:
        case(nn)
    with pytest.raises(theirs.type):
        case(scratch)
