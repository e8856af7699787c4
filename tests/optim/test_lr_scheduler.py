"""nnbook.optim.lr_scheduler against torch's: whole trajectories, on torch's optimizers and on ours; saved states."""

import copy
import gc
import math
import pickle
import warnings
import weakref

import pytest
import torch

from nnbook import optim
from nnbook.optim import lr_scheduler
from nnbook.parity import FUSED, compare, observe, specs

THEIRS = torch.optim.lr_scheduler
# Parts of a schedule that wait for their turn see no step of the optimizer before their own; torch warns there too.
pytestmark = pytest.mark.filterwarnings("ignore:Detected call")
NAMES = [name for name in lr_scheduler.__all__ if name != "LRScheduler"]


class Falling:
    """A callable object: its attributes are part of a scheduler's state."""

    def __init__(self, rate):
        self.rate = rate
        self.calls = 0

    def __call__(self, n):
        self.calls += 1
        return self.rate**n


def of(name, *args, **kwargs):
    return lambda module, optimizer: getattr(module, name)(optimizer, *args, **kwargs)


def chained(*makes):
    return lambda module, optimizer: module.ChainedScheduler([make(module, optimizer) for make in makes])


def in_turn(milestones, *makes):
    return lambda module, optimizer: module.SequentialLR(
        optimizer, [make(module, optimizer) for make in makes], milestones
    )


TABLE = {
    "StepLR": [of("StepLR", s, g) for s in (1, 3, 30) for g in (0.1, 0.9, 1.1)] + [of("StepLR", step_size=7)],
    "MultiStepLR": [of("MultiStepLR", m, g) for m in ([], [1], [4, 4, 9], [30, 2, 60]) for g in (0.1, 1.3)],
    "ConstantLR": [of("ConstantLR")] + [of("ConstantLR", f, n) for f in (0.2, 0.9, 1.0) for n in (1, 7, 80)],
    "LinearLR": [of("LinearLR")]
    + [of("LinearLR", a, b, n) for a in (0.1, 1.0) for b in (0.0, 0.7) for n in (1, 9, 80)],
    "ExponentialLR": [of("ExponentialLR", g) for g in (0.5, 0.99, 1.01)],
    "PolynomialLR": [of("PolynomialLR")] + [of("PolynomialLR", n, p) for n in (1, 9, 80) for p in (0.5, 1.0, 3.0)],
    "CosineAnnealingLR": [of("CosineAnnealingLR", n, e) for n in (1, 2, 3, 10, 64, 200) for e in (0.0, 0.01, 0.7)],
    "CosineAnnealingWarmRestarts": [
        of("CosineAnnealingWarmRestarts", n, m, e) for n in (1, 3, 80) for m in (1, 2, 3) for e in (0.0, 0.01)
    ],
    "CyclicLR": [
        of("CyclicLR", 0.1, 0.7, 5, down, mode, 0.97, base_momentum=0.5, max_momentum=0.95)
        for down in (None, 1, 13)
        for mode in ("triangular", "triangular2", "exp_range")
    ]
    + [
        of("CyclicLR", [0.1, 0.2], [0.3, 0.9], 4, scale_fn=Falling(0.9), scale_mode=mode, cycle_momentum=momentum)
        for mode in ("cycle", "iterations")
        for momentum in (False, True)
    ],
    "OneCycleLR": [
        of("OneCycleLR", 0.5, 70, pct_start=p, anneal_strategy=a, three_phase=t, div_factor=9.0, final_div_factor=50.0)
        for p in (0.1, 0.3, 0.45)
        for a in ("cos", "linear")
        for t in (False, True)
    ]
    + [of("OneCycleLR", [0.5, 0.2], epochs=7, steps_per_epoch=10, cycle_momentum=False, max_momentum=[0.9, 0.8])],
    "LambdaLR": [of("LambdaLR", lambda n: 1 / (1 + n)), of("LambdaLR", [Falling(0.9), lambda n: math.cos(n)])],
    "MultiplicativeLR": [
        of("MultiplicativeLR", lambda n: 1 - 1 / (2 + n)),
        of("MultiplicativeLR", [Falling(0.99), lambda n: 0.9]),
    ],
    "ReduceLROnPlateau": [
        of("ReduceLROnPlateau", mode, 0.6, patience, 0.05, kind, cooldown, low)
        for mode in ("min", "max")
        for patience in (0, 3)
        for kind in ("rel", "abs")
        for cooldown, low in ((0, 0), (4, [0.01, 0.1]))
    ],
    "ChainedScheduler": [
        chained(of("ExponentialLR", 0.9)),
        chained(of("ConstantLR", 0.3, 9), of("StepLR", 4, 0.5), of("CosineAnnealingLR", 20, 0.01)),
        chained(of("LinearLR", 0.1), chained(of("StepLR", 5), of("MultiplicativeLR", lambda n: 1.1))),
    ],
    "SequentialLR": [
        in_turn([], of("StepLR", 2)),
        in_turn([10], of("LinearLR", 0.01, total_iters=10), of("CosineAnnealingLR", 50)),
        in_turn([3, 20, 40], of("ConstantLR"), of("ExponentialLR", 0.9), of("PolynomialLR", 30), of("StepLR", 4)),
        in_turn([5, 9], of("LambdaLR", Falling(0.9)), of("MultiStepLR", [2, 3]), of("CosineAnnealingWarmRestarts", 4)),
        in_turn([12], chained(of("ConstantLR", 0.5), of("ExponentialLR", 0.9)), of("ExponentialLR", 0.8)),
        in_turn([12], in_turn([6], of("ConstantLR", 0.5), of("ExponentialLR", 0.9)), of("StepLR", 5, 0.5)),
        in_turn([0], of("ConstantLR", 0.5), of("ExponentialLR", 0.9)),
    ],
}
CASES = [(name, make) for name, makes in TABLE.items() for make in makes]


def an_optimizer(module, kind="SGD", tensors=False):
    groups = [{"params": [torch.ones(2, requires_grad=True)], "lr": lr} for lr in (0.5, 0.03)]
    for group in groups:
        group["lr"] = torch.tensor(group["lr"]) if tensors else group["lr"]
    options = {"momentum": 0.9} if kind == "SGD" else {}
    return getattr(module, kind)(groups, **options)


def advance(scheduler, n):
    metric = (abs(math.sin(n)) / (1 + n),) if hasattr(scheduler, "patience") else ()
    scheduler.optimizer.step()
    scheduler.step(*metric)


def options_of(optimizer):
    return [{k: v for k, v in group.items() if k != "params"} for group in optimizer.param_groups]


def walk(first, second, start=0, steps=65):
    """Both schedulers step; all options of their optimizers, and what they tell, stay the same to the last bit."""
    for n in range(start, start + steps):
        for scheduler in (first, second):
            advance(scheduler, n)
        assert options_of(first.optimizer) == options_of(second.optimizer), n
        assert first.get_last_lr() == second.get_last_lr(), n
        assert getattr(first, "last_epoch", None) == getattr(second, "last_epoch", None)


@pytest.mark.parametrize("module, kind", [(torch.optim, "SGD"), (optim, "SGD"), (optim, "Adam")])
@pytest.mark.parametrize("name, make", CASES)
def test_trajectories(name, make, module, kind):
    ours, theirs = make(lr_scheduler, an_optimizer(module, kind)), make(THEIRS, an_optimizer(torch.optim, kind))
    assert options_of(ours.optimizer) == options_of(theirs.optimizer)
    assert ours.get_last_lr() == theirs.get_last_lr()
    walk(ours, theirs)
    assert type(ours).__name__ == name


@pytest.mark.parametrize(
    "source, target", [(lr_scheduler, THEIRS), (THEIRS, lr_scheduler), (lr_scheduler, lr_scheduler)]
)
@pytest.mark.parametrize("name", NAMES)
def test_a_state_dict_loads_in_the_middle(name, source, target):
    for make in TABLE[name][-3:]:
        first = make(source, an_optimizer(torch.optim))
        whole = make(THEIRS, an_optimizer(torch.optim))
        walk(first, whole, steps=13)
        assert sorted(first.state_dict()) == sorted(whole.state_dict())

        saved = first.state_dict()
        given = copy.deepcopy(saved)
        second = make(target, an_optimizer(torch.optim))
        second.optimizer.load_state_dict(copy.deepcopy(first.optimizer.state_dict()))
        second.load_state_dict(given)
        if target is lr_scheduler:  # loading takes nothing out of the dict
            assert repr(given) == repr(saved)
        assert second.get_last_lr() == first.get_last_lr()
        walk(second, whole, 13, 40)


@pytest.mark.parametrize(
    "name", [n for n in NAMES if n not in ("ReduceLROnPlateau", "ChainedScheduler", "SequentialLR")]
)
def test_last_epoch_goes_on(name):
    arguments = {
        "StepLR": (3, 0.5),
        "MultiStepLR": ([2, 5], 0.5),
        "ExponentialLR": (0.9,),
        "CosineAnnealingLR": (6, 0.01),
        "CosineAnnealingWarmRestarts": (4, 2),
        "CyclicLR": (0.1, 0.5, 4),
        "OneCycleLR": (0.7, 80),
        "LambdaLR": (lambda n: 0.9**n,),
        "MultiplicativeLR": (lambda n: 0.9,),
    }.get(name, ())
    for last in (0, 2, 3, 5, 9):
        pair = []
        for module in (lr_scheduler, THEIRS):
            optimizer = an_optimizer(torch.optim)
            for group in optimizer.param_groups:
                group.update(initial_lr=0.4, max_lr=0.6, min_lr=0.01, max_momentum=0.9, base_momentum=0.8)
            pair.append(getattr(module, name)(optimizer, *arguments, last_epoch=last))
        assert options_of(pair[0].optimizer) == options_of(pair[1].optimizer)
        walk(*pair, steps=20)
        with pytest.raises(KeyError, match="initial_lr"):
            getattr(lr_scheduler, name)(an_optimizer(optim), *arguments, last_epoch=last)


@pytest.mark.parametrize("name", NAMES)
def test_tensor_rates(name):
    """A tensor in a group stays the same tensor, and nothing that a scheduler keeps or tells is that tensor."""
    for make in TABLE[name][:3]:
        ours, theirs = (
            make(lr_scheduler, an_optimizer(optim, "Adam", True)),
            make(THEIRS, an_optimizer(torch.optim, "Adam", True)),
        )
        tensors = [group["lr"] for group in ours.optimizer.param_groups]
        for n in range(25):
            for scheduler in (ours, theirs):
                advance(scheduler, n)
            assert [float(t) for t in tensors] == [float(g["lr"]) for g in theirs.optimizer.param_groups]
            assert all(g["lr"] is t for g, t in zip(ours.optimizer.param_groups, tensors, strict=True))
            told = ours.get_last_lr()
            assert [float(t) for t in told] == [float(t) for t in tensors]
            assert not any(t is u for t in told for u in tensors)


@pytest.mark.parametrize("name", lr_scheduler.__all__)
def test_spec(name):
    """The spec of each, in all its cases; without any forbidden operator."""
    spec = specs.find(name)
    reference = observe(spec, spec.reference, seed=7, scope="library")
    mine = observe(spec, getattr(lr_scheduler, name), seed=7, scope="library", forbidden=FUSED)
    assert [f"{r.name}: {r.message}" for r in compare(spec, mine, reference, "library") if not r.passed] == []
    assert mine.forbidden == []


def test_signatures():
    import inspect

    for name in lr_scheduler.__all__:
        ours, theirs = (inspect.signature(getattr(m, name).__init__).parameters for m in (lr_scheduler, THEIRS))
        assert [(p.name, p.default, p.kind) for p in ours.values()] == [
            (p.name, p.default, p.kind) for p in theirs.values()
        ], name


# ------------------------------------------------------------------------------------------------------------- warnings


def caught(call):
    with warnings.catch_warnings(record=True) as seen:
        warnings.simplefilter("always")
        call()
    return [str(w.message)[:40] for w in seen], [w.filename for w in seen]


@pytest.mark.parametrize("module", [torch.optim, optim])
def test_the_order_of_steps(module):
    optimizer = an_optimizer(module)
    scheduler = lr_scheduler.StepLR(optimizer, 3)
    texts, files = caught(scheduler.step)
    assert texts == ["Detected call of `lr_scheduler.step()` b"] and files == [__file__]
    assert caught(scheduler.step)[0] == []  # said once

    optimizer = an_optimizer(module)
    scheduler = lr_scheduler.StepLR(optimizer, 3)
    optimizer.step()
    assert caught(scheduler.step)[0] == []
    # a second scheduler sees that the optimizer has begun
    assert caught(lr_scheduler.ExponentialLR(optimizer, 0.9).step)[0] == []
    assert len(optimizer._optimizer_step_post_hooks) == 1


def test_the_epoch_argument_warns_and_get_lr_too():
    scheduler = lr_scheduler.StepLR(an_optimizer(optim), 3)
    scheduler.optimizer.step()
    texts, files = caught(lambda: scheduler.step(5))
    assert texts == ["The epoch parameter in `scheduler.step()"] and files == [__file__]
    texts, files = caught(scheduler.get_lr)
    assert texts == ["To get the last learning rate computed b"] and files == [__file__]
    assert caught(lambda: lr_scheduler.CosineAnnealingWarmRestarts(an_optimizer(optim), 3).step(1.5))[0] == []


# --------------------------------------------------------------------------------------------------------------- others


def test_a_scheduler_of_ones_own():
    """Written for torch's base class, it works on ours."""

    def body(module):
        class Wave(module.LRScheduler):
            def get_lr(self):
                return [base * (1.5 + math.sin(self.last_epoch)) for base in self.base_lrs]

        return Wave

    ours, theirs = body(lr_scheduler)(an_optimizer(optim)), body(THEIRS)(an_optimizer(torch.optim))
    walk(ours, theirs, steps=10)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        ours.step(2), theirs.step(2)
    assert ours.get_last_lr() == theirs.get_last_lr()
    with pytest.raises(NotImplementedError):
        lr_scheduler.LRScheduler(an_optimizer(optim))
    with pytest.raises(TypeError, match="is not an Optimizer"):
        lr_scheduler.StepLR([1, 2], 3)


def test_callable_objects_are_saved_functions_are_not():
    first, second = (lr_scheduler.LambdaLR(an_optimizer(optim), [Falling(r), lambda n: 1.0]) for r in (0.5, 0.9))
    for n in range(4):
        advance(first, n)
    state = first.state_dict()
    assert state["lr_lambdas"] == [{"rate": 0.5, "calls": 5}, None]
    second.load_state_dict(pickle.loads(pickle.dumps(state)))
    assert second.lr_lambdas[0].rate == 0.5 and second.lr_lambdas[0].calls == 5
    assert "lr_lambdas" in state
    assert lr_scheduler.LambdaLR(an_optimizer(optim), abs).state_dict()["lr_lambdas"] == [None, None]


def test_one_cycle_ends():
    scheduler = lr_scheduler.OneCycleLR(an_optimizer(optim), 0.5, 5)
    for n in range(5):
        advance(scheduler, n)
    with pytest.raises(ValueError, match="total steps is 5"):
        advance(scheduler, 5)


def test_cycles_ask_for_momentum():
    for module, source in ((lr_scheduler, optim), (THEIRS, torch.optim)):
        optimizer = source.Adagrad([torch.ones(2, requires_grad=True)])
        with pytest.raises(ValueError, match="momentum"):
            module.CyclicLR(optimizer, 0.1, 0.2)
        with pytest.raises(ValueError, match="momentum"):
            module.OneCycleLR(optimizer, 0.1, 10)
        module.CyclicLR(optimizer, 0.1, 0.2, cycle_momentum=False)


def test_a_group_that_came_later():
    """ReduceLROnPlateau takes it along; with a list of bounds it has to be told."""
    rates = []
    for module, source in ((lr_scheduler, optim), (THEIRS, torch.optim)):
        optimizer = an_optimizer(source)
        free, bound = (
            module.ReduceLROnPlateau(optimizer, patience=0),
            module.ReduceLROnPlateau(optimizer, patience=0, min_lr=[0, 0]),
        )
        optimizer.add_param_group({"params": [torch.ones(1, requires_grad=True)], "lr": 0.7})
        for _ in range(2):
            free.step(torch.tensor(1.0))
        rates.append([group["lr"] for group in optimizer.param_groups])
        bound.step(1.0)
        with pytest.raises(RuntimeError, match="min_lrs"):
            bound.step(1.0)
    assert rates[0] == rates[1] == pytest.approx([0.05, 0.003, 0.07])


def test_nothing_keeps_an_optimizer_alive():
    optimizer = an_optimizer(optim)
    scheduler = lr_scheduler.StepLR(optimizer, 3)
    gone = weakref.ref(optimizer)
    del optimizer, scheduler
    gc.collect()
    assert gone() is None


def test_copies_go_on_by_themselves():
    scheduler = lr_scheduler.CosineAnnealingLR(an_optimizer(optim), 10)
    advance(scheduler, 0)
    for twin in (copy.deepcopy(scheduler), pickle.loads(pickle.dumps(scheduler))):
        assert twin.optimizer is not scheduler.optimizer
        before = scheduler.get_last_lr()
        assert caught(lambda twin=twin: advance(twin, 1))[0] == []
        assert twin.last_epoch == 2 and scheduler.last_epoch == 1 and scheduler.get_last_lr() == before
