"""nnbook.optim.swa_utils against torch's: averages, running statistics, the schedule."""

import copy

import pytest
import torch

from nnbook import nn, optim
from nnbook.optim import swa_utils

THEIRS = torch.optim.swa_utils


def a_model(module):
    torch.manual_seed(0)
    return module.Sequential(module.Linear(3, 4), module.BatchNorm1d(4), module.Linear(4, 2)).double()


def twins():
    """The same model of ours and of torch's."""
    mine, theirs = a_model(nn), a_model(torch.nn)
    mine.load_state_dict(theirs.state_dict())
    return mine, theirs


def change(model, n):
    generator = torch.Generator().manual_seed(n)
    with torch.no_grad():
        for tensor in model.state_dict().values():
            tensor += (torch.rand(tensor.shape, generator=generator, dtype=torch.float64) * 3).to(tensor.dtype)


def halfway(averaged, current, n):
    for a, b in zip(averaged, current, strict=True):
        a.copy_((a + b) / 2)


AVERAGES = {
    "mean": lambda m: {},
    "own": lambda m: {"avg_fn": lambda a, b, n: a * 0.5 + b * 0.5 / (n + 1)},
    "swa": lambda m: {"avg_fn": m.get_swa_avg_fn()},
    "ema": lambda m: {"avg_fn": m.get_ema_avg_fn(0.7)},
    "many swa": lambda m: {"multi_avg_fn": m.get_swa_multi_avg_fn()},
    "many ema": lambda m: {"multi_avg_fn": m.get_ema_multi_avg_fn(0.7)},
    "own many": lambda m: {"multi_avg_fn": halfway},
}


@pytest.mark.parametrize("use_buffers", [False, True])
@pytest.mark.parametrize("average", AVERAGES.values(), ids=AVERAGES)
def test_averaged_model(average, use_buffers):
    if use_buffers and average is AVERAGES["many swa"]:
        pytest.skip("torch's own function cannot average the integers of a batch norm")
    mine, theirs = twins()
    ours = swa_utils.AveragedModel(mine, use_buffers=use_buffers, **average(swa_utils))
    reference = THEIRS.AveragedModel(theirs, use_buffers=use_buffers, **average(THEIRS))
    for n in range(4):
        for model, averaged in ((mine, ours), (theirs, reference)):
            change(model, n)
            averaged.update_parameters(model)
        assert list(ours.state_dict()) == list(reference.state_dict())
        for key, value in ours.state_dict().items():
            torch.testing.assert_close(value, reference.state_dict()[key], rtol=1e-7, atol=1e-9)
    ours.load_state_dict(reference.state_dict())
    reference.load_state_dict(ours.state_dict())
    x = torch.randn(5, 3, dtype=torch.float64)
    ours.eval(), reference.eval()
    torch.testing.assert_close(ours(x.clone()), reference(x.clone()))


def test_the_mean_is_the_mean():
    model = torch.nn.Linear(2, 1)  # a module of torch's will do
    averaged = swa_utils.AveragedModel(model)
    seen = []
    for n in range(5):
        change(model, n)
        averaged.update_parameters(model)
        seen.append(model.weight.detach().clone())
    torch.testing.assert_close(averaged.module.weight.detach(), torch.stack(seen).mean(0))
    assert averaged.n_averaged == 5 and averaged.module is not model


def test_refusals():
    for module in (swa_utils, THEIRS):
        with pytest.raises(AssertionError):
            module.AveragedModel(
                a_model(torch.nn), avg_fn=module.get_swa_avg_fn(), multi_avg_fn=module.get_swa_multi_avg_fn()
            )
        for make in (module.get_ema_avg_fn, module.get_ema_multi_avg_fn):
            for decay in (-0.1, 1.1):
                with pytest.raises(ValueError):
                    make(decay)
        optimizer = torch.optim.SGD([torch.ones(2, requires_grad=True)])
        for options in ({"anneal_strategy": "square"}, {"anneal_epochs": -1}, {"anneal_epochs": 1.5}):
            with pytest.raises(ValueError):
                module.SWALR(optimizer, 0.1, **options)


@pytest.mark.parametrize("training", [False, True])
def test_update_bn(training):
    mine, theirs = twins()
    batches = [torch.randn(n, 3, dtype=torch.float64) * n for n in (3, 8, 5)]
    for loader in (batches, [(x, None) for x in batches]):
        for module, model in ((swa_utils, mine), (THEIRS, theirs)):
            model.train(training)
            module.update_bn(loader, model)
            assert model.training is training and model[1].momentum == 0.1
        for key, value in mine.state_dict().items():
            torch.testing.assert_close(value, theirs.state_dict()[key])
    assert mine[1].num_batches_tracked == 3
    # batch norms of torch's too, and nothing without any
    again = a_model(torch.nn)
    swa_utils.update_bn(batches, again)
    torch.testing.assert_close(again[1].running_var, theirs[1].running_var)
    swa_utils.update_bn([], nn.Linear(2, 2))


@pytest.mark.parametrize(
    "options", [{}, {"anneal_strategy": "linear"}, {"anneal_epochs": 0}, {"anneal_epochs": 3}], ids=str
)
def test_swalr(options):
    def make(module, source):
        groups = [{"params": [torch.ones(1, requires_grad=True)], "lr": lr} for lr in (0.5, 0.02)]
        optimizer = source.SGD(groups)
        return module.SWALR(optimizer, [0.1, 0.3], **options)

    ours, theirs = make(swa_utils, optim), make(THEIRS, torch.optim)
    for n in range(30):
        if n == 4:
            for scheduler in (ours, theirs):
                scheduler.optimizer.param_groups[0]["lr"] *= 0.5
        if n == 7:
            fresh = make(swa_utils, optim)
            fresh.load_state_dict(copy.deepcopy(theirs.state_dict()))
            fresh.optimizer.load_state_dict(copy.deepcopy(theirs.optimizer.state_dict()))
            assert sorted(ours.state_dict()) == sorted(theirs.state_dict())
            theirs.load_state_dict(copy.deepcopy(ours.state_dict()))
            ours = fresh
        for scheduler in (ours, theirs):
            scheduler.optimizer.step()
            scheduler.step()
        assert ours.get_last_lr() == theirs.get_last_lr() == [g["lr"] for g in ours.optimizer.param_groups]
