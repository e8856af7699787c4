"""Schedulers: the rates that they write into an optimizer of torch's, step by step."""

import copy
import warnings
from collections.abc import Callable
from typing import Any

import torch
from torch.optim import lr_scheduler as torch_schedulers

from nnbook.parity import Recorder, Scenario, ScenarioSpec
from nnbook.parity.spec import AnyCase

# candidate, optimizer -> scheduler
Make = Callable[[Any, Any], Any]


def _with(*args: Any, **kwargs: Any) -> Make:
    return lambda candidate, optimizer: candidate(optimizer, *args, **kwargs)


def _optimizer(rec: Recorder, kind: Any = torch.optim.SGD, groups: int = 2, tensors: bool = False) -> Any:
    """An optimizer over `groups` groups, each with a rate of its own."""
    draws = torch.rand(groups, generator=rec.generator("rates"), dtype=torch.float64).add(0.2).tolist()
    lrs: list[Any] = [torch.tensor(lr) for lr in draws] if tensors else draws
    options = {"momentum": 0.9} if kind is torch.optim.SGD else {}
    return kind([{"params": [torch.nn.Parameter(torch.ones(2))], "lr": lr} for lr in lrs], **options)


def _now(optimizer: Any) -> list[float]:
    return [float(group["lr"]) for group in optimizer.param_groups]


def _momenta(optimizer: Any) -> list[float]:
    return [float(g["betas"][0] if "betas" in g else g["momentum"]) for g in optimizer.param_groups]


def _step(scheduler: Any, rec: Recorder, n: int) -> Any:
    """One step; the one scheduler that watches a metric is shown one that gets better, worse, and better again."""
    if hasattr(scheduler, "patience"):
        noise = torch.rand((), generator=rec.generator("metric", n)).item()
        return scheduler.step(abs(n - 12) / 12 + 0.2 * noise)
    return scheduler.step()


def _follow(rec: Recorder, label: str, optimizer: Any, scheduler: Any, steps: int, start: int = 0) -> None:
    """Steps of both; records all rates, what get_last_lr() says, and the momenta."""
    rates, told, momenta = [], [], []
    for n in range(start, start + steps):
        optimizer.step()
        _step(scheduler, rec, n)
        rates.append(_now(optimizer))
        told.append([float(lr) for lr in scheduler.get_last_lr()])
        momenta.append(_momenta(optimizer))
    rec(f"the rates of the groups, {label}", torch.tensor(rates, dtype=torch.float64))
    rec(f"what get_last_lr() says, {label}", torch.tensor(told, dtype=torch.float64))
    rec(f"the momenta of the groups, {label}", torch.tensor(momenta, dtype=torch.float64))


def _walk(make: Make, steps: int = 60, groups: int = 2, **options: Any) -> Callable[[Any, Recorder], None]:
    def play(candidate: Any, rec: Recorder) -> None:
        """an optimizer with groups of different rates, and a step of the scheduler after each of its own"""
        optimizer = _optimizer(rec, groups=groups, **options)
        scheduler = make(candidate, optimizer)
        rec("the rates before any step", torch.tensor(_now(optimizer), dtype=torch.float64))
        rec("what get_last_lr() says before any step", [float(lr) for lr in scheduler.get_last_lr()] == _now(optimizer))
        _follow(rec, "step by step", optimizer, scheduler, steps)

    return play


def _changed_between(make: Make) -> Callable[[Any, Recorder], None]:
    def play(candidate: Any, rec: Recorder) -> None:
        """somebody else halves the rate of one group after 4 steps, and again after 11"""
        optimizer = _optimizer(rec)
        scheduler = make(candidate, optimizer)
        for start, steps in ((0, 4), (4, 7), (11, 20)):
            _follow(rec, f"from step {start + 1} on", optimizer, scheduler, steps, start)
            optimizer.param_groups[1]["lr"] *= 0.5

    return play


def _two_at_once(make: Make) -> Callable[[Any, Recorder], None]:
    def play(candidate: Any, rec: Recorder) -> None:
        """torch's ExponentialLR on the same optimizer"""
        optimizer = _optimizer(rec)
        schedulers = make(candidate, optimizer), torch_schedulers.ExponentialLR(optimizer, 0.9)
        rates = []
        for n in range(30):
            optimizer.step()
            for scheduler in schedulers:
                _step(scheduler, rec, n)
            rates.append(_now(optimizer))
        rec("the rates of the groups, step by step", torch.tensor(rates, dtype=torch.float64))

    return play


def _resumed(make: Make) -> Callable[[Any, Recorder], None]:
    def play(candidate: Any, rec: Recorder) -> None:
        """state_dict() after 7 steps, loaded by a fresh scheduler over a fresh optimizer that was loaded too"""
        optimizer = _optimizer(rec)
        scheduler = make(candidate, optimizer)
        _follow(rec, "before", optimizer, scheduler, 7)
        saved = copy.deepcopy((optimizer.state_dict(), scheduler.state_dict()))
        fresh = _optimizer(rec)
        resumed = make(candidate, fresh)
        fresh.load_state_dict(saved[0])
        resumed.load_state_dict(saved[1])
        rec("what get_last_lr() says at once", torch.tensor([float(lr) for lr in resumed.get_last_lr()]))
        _follow(rec, "resumed", fresh, resumed, 30, 7)
        _follow(rec, "of the old one, going on", optimizer, scheduler, 30, 7)

    return play


def _resumed_elsewhere(make: Make) -> Callable[[Any, Recorder], None]:
    def play(candidate: Any, rec: Recorder) -> None:
        """state_dict() after 7 steps, loaded by a scheduler that was made before, or after, its optimizer was loaded"""
        optimizer = _optimizer(rec)
        scheduler = make(candidate, optimizer)
        _follow(rec, "before", optimizer, scheduler, 7)
        saved = copy.deepcopy((optimizer.state_dict(), scheduler.state_dict()))
        for order in ("made first", "made last"):
            fresh = _optimizer(rec)
            for group in fresh.param_groups:  # as in a new run with other options
                group["lr"] = 7.0
            resumed = make(candidate, fresh) if order == "made first" else None
            fresh.load_state_dict(copy.deepcopy(saved[0]))
            resumed = resumed or make(candidate, fresh)
            resumed.load_state_dict(copy.deepcopy(saved[1]))
            _follow(rec, f"resumed, {order}", fresh, resumed, 20, 7)

    return play


def _side_by_side(make: Make) -> Callable[[Any, Recorder], None]:
    def play(candidate: Any, rec: Recorder) -> None:
        """two schedulers, each with an optimizer of its own, three steps apart"""
        optimizers = [_optimizer(rec, groups=1), _optimizer(rec, groups=3)]
        schedulers = [make(candidate, optimizer) for optimizer in optimizers]
        _follow(rec, "the first alone", optimizers[0], schedulers[0], 3)
        for n in range(12):
            for i in (0, 1):
                _follow(rec, f"scheduler {i + 1}, round {n + 1}", optimizers[i], schedulers[i], 1, n)

    return play


def _left_alone(make: Make) -> Callable[[Any, Recorder], None]:
    def play(candidate: Any, rec: Recorder) -> None:
        """what else is in the groups, and what step() returns"""
        optimizer = _optimizer(rec)
        before = [{k: v for k, v in g.items() if k not in ("lr", "params")} for g in optimizer.param_groups]
        parameters = [g["params"][0] for g in optimizer.param_groups]
        scheduler = make(candidate, optimizer)
        optimizer.step()
        rec("what step() returns", _step(scheduler, rec, 0))
        after = [{k: g.get(k) for k in b} for g, b in zip(optimizer.param_groups, before, strict=True)]
        rec("the other options, left as they were", after == before)
        same = all(g["params"][0] is p for g, p in zip(optimizer.param_groups, parameters, strict=True))
        rec("the parameters, left as they were", same and all(bool((p == 1).all()) for p in parameters))
        rec("the optimizer is kept as .optimizer", getattr(scheduler, "optimizer", None) is optimizer)
        rec("a number is written for each group", [type(g["lr"]).__name__ for g in optimizer.param_groups])

    return play


def _last_epoch(make: Callable[[int], Make]) -> Callable[[Any, Recorder], None]:
    def play(candidate: Any, rec: Recorder) -> None:
        """made with last_epoch, over groups that know their initial_lr"""
        for last in (0, 1, 3, 7):
            optimizer = _optimizer(rec)
            for group in optimizer.param_groups:
                group.update(initial_lr=group["lr"], max_lr=0.9, min_lr=0.01, max_momentum=0.9, base_momentum=0.8)
                group["lr"] *= 0.7
            scheduler = make(last)(candidate, optimizer)
            with rec.within(f", last_epoch={last}"):
                rec("the rates before any step", torch.tensor(_now(optimizer), dtype=torch.float64))
                rec("last_epoch then", scheduler.last_epoch)
                _follow(rec, "step by step", optimizer, scheduler, 20)
        rec.error("groups without initial_lr", lambda: make(3)(candidate, _optimizer(rec)))

    return play


def _epochs(make: Make, epochs: tuple[float, ...]) -> Callable[[Any, Recorder], None]:
    def play(candidate: Any, rec: Recorder) -> None:
        """step(epoch), forwards and back"""
        optimizer = _optimizer(rec)
        scheduler = make(candidate, optimizer)
        for epoch in epochs:
            scheduler.step(epoch)
            rec(f"the rates at {epoch}", torch.tensor(_now(optimizer), dtype=torch.float64))
            rec(f"last_epoch at {epoch}", scheduler.last_epoch)
        _follow(rec, "afterwards", optimizer, scheduler, 5)

    return play


def _warned(make: Make) -> Callable[[Any, Recorder], None]:
    def play(candidate: Any, rec: Recorder) -> None:
        """which calls warn"""

        def warns(label: str, call: Callable[[], Any]) -> None:
            with warnings.catch_warnings(record=True) as caught:
                warnings.simplefilter("always")
                call()
            rec(label, [w.category.__name__ for w in caught])

        optimizer = _optimizer(rec)
        warns("when it is made", lambda: make(candidate, optimizer))
        scheduler = make(candidate, optimizer)
        warns("in a step before any of the optimizer's", lambda: _step(scheduler, rec, 0))
        warns("in the second", lambda: _step(scheduler, rec, 1))
        scheduler = make(candidate, optimizer)
        optimizer.step()
        warns("in a step after the optimizer's", lambda: _step(scheduler, rec, 0))
        if not hasattr(scheduler, "patience") and not hasattr(scheduler, "_schedulers"):
            warns("in step(2)", lambda: scheduler.step(2))
            warns("in get_lr()", scheduler.get_lr)
        warns("in get_last_lr()", scheduler.get_last_lr)

    return play


def _saved(make: Make) -> Callable[[Any, Recorder], None]:
    def play(candidate: Any, rec: Recorder) -> None:
        """state_dict(), and the options that it adds to the groups"""
        optimizer = _optimizer(rec)
        scheduler = make(candidate, optimizer)
        rec("the keys of the groups", sorted(optimizer.param_groups[0]))
        _follow(rec, "step by step", optimizer, scheduler, 3)
        for name, value in sorted(scheduler.state_dict().items()):
            rec(f"{name} in the state", _plain(value))

    return play


def _plain(value: Any) -> Any:
    if isinstance(value, dict):
        return {str(k): _plain(v) for k, v in sorted(value.items(), key=str)}
    if isinstance(value, (list, tuple)):
        return [_plain(v) for v in value]
    return round(value, 9) if isinstance(value, float) else value


def _library(make: Make, last_epoch: Callable[[int], Make] | None, epochs: tuple[float, ...]) -> list[AnyCase]:
    cases: list[AnyCase] = [
        Scenario("takes rates that are tensors", _walk(make, steps=20, tensors=True), scope="library"),
        Scenario("works with an optimizer that has betas", _walk(make, kind=torch.optim.Adam), scope="library"),
        Scenario("saves torch's attributes", _saved(make), scope="library"),
        Scenario("warns when torch does", _warned(make), scope="library"),
    ]
    if last_epoch:
        cases.append(Scenario("goes on from last_epoch", _last_epoch(last_epoch), scope="library"))
    if epochs:
        cases.append(Scenario("jumps to an epoch", _epochs(make, epochs), scope="library"))
    return cases


def _refuses(**calls: Make) -> list[AnyCase]:
    """Arguments that raise when it is made; the case records the kind of error of each."""

    def play(candidate: Any, rec: Recorder) -> None:
        """bad arguments"""
        for label, make in calls.items():
            rec.error(label.replace("_", " "), lambda make=make: make(candidate, _optimizer(rec)))  # type: ignore[misc]
        rec.error("no optimizer", lambda: next(iter(calls.values()))(candidate, torch.ones(2)))

    return [Scenario("rejects bad arguments", play, scope="library")]


_JUMPS = (3, 0, 1, 7, 8, 25, 2)

STEPLR = ScenarioSpec(
    torch_schedulers.StepLR,
    Scenario("multiplies by 0.1 unless told otherwise", _walk(_with(4), steps=20)),
    Scenario("multiplies by gamma every step_size steps", _walk(_with(step_size=7, gamma=0.5))),
    Scenario("can do so at every step", _walk(_with(1, 0.9), steps=30, groups=1)),
    Scenario("can make the rate grow", _walk(_with(5, gamma=1.5), steps=20)),
    Scenario("waits for the first step_size steps to be over", _walk(_with(100, 0.3), groups=3, steps=110)),
    Scenario("starts from the rate so far, whoever set it", _changed_between(_with(3, 0.5))),
    Scenario("multiplies with another scheduler", _two_at_once(_with(4, 0.5))),
    Scenario("resumes from a state dict", _resumed(_with(5, 0.4))),
    Scenario("resumes in a run that began with other rates", _resumed_elsewhere(_with(5, 0.4))),
    Scenario("shares nothing with another scheduler", _side_by_side(_with(4, 0.5))),
    Scenario("leaves everything else alone", _left_alone(_with(1, 0.5))),
    *_library(_with(5, 0.4), lambda last: _with(3, 0.5, last_epoch=last), _JUMPS),
    *_refuses(a_word_for_a_size=_with("3")),
    name="StepLR",
)

COSINE = ScenarioSpec(
    torch_schedulers.CosineAnnealingLR,
    Scenario("goes down to zero unless told otherwise", _walk(_with(10), steps=10)),
    Scenario("goes down to eta_min in T_max steps", _walk(_with(T_max=20, eta_min=0.05), steps=20)),
    Scenario("comes up again after T_max steps, and down again", _walk(_with(9, 0.01), steps=60, groups=3)),
    Scenario("comes up from zero too", _walk(_with(8), steps=50)),
    Scenario("can turn round at every step", _walk(_with(1, 0.1), steps=12)),
    Scenario("has a middle for T_max = 2", _walk(_with(2, 0.1), steps=16)),
    Scenario("goes up where eta_min is above the rate", _walk(_with(6, 3.0), steps=20)),
    Scenario("starts from the rate so far, whoever set it", _changed_between(_with(12, 0.02))),
    Scenario("climbs from where it is at the bottom", _changed_between(_with(4, 0.02))),
    Scenario("multiplies with another scheduler", _two_at_once(_with(12, 0.0))),
    Scenario("resumes from a state dict", _resumed(_with(10, 0.02))),
    Scenario("resumes in a run that began with other rates", _resumed_elsewhere(_with(10, 0.02))),
    Scenario("shares nothing with another scheduler", _side_by_side(_with(5, 0.02))),
    Scenario("leaves everything else alone", _left_alone(_with(5, 0.02))),
    *_library(_with(10, 0.02), lambda last: _with(6, 0.02, last_epoch=last), _JUMPS),
    *_refuses(a_word_for_a_length=_with("3", last_epoch=2)),
    name="CosineAnnealingLR",
)


def _plain_spec(
    reference: Any,
    *makes: Make,
    last_epoch: Callable[[int], Make] | None = None,
    epochs: tuple[float, ...] = _JUMPS,
    refuses: dict[str, Make] | None = None,
) -> ScenarioSpec:
    """A spec for a scheduler that no exercise asks for: each choice of arguments, and what all have in common."""
    first = makes[0]
    return ScenarioSpec(
        reference,
        *[Scenario(f"walks as torch does, choice {n}", _walk(make)) for n, make in enumerate(makes, 1)],
        Scenario("starts from the rate so far, or does not", _changed_between(first)),
        Scenario("works beside another scheduler", _two_at_once(first)),
        Scenario("resumes from a state dict", _resumed(first)),
        Scenario("shares nothing with another scheduler", _side_by_side(first)),
        *_library(first, last_epoch, epochs),
        *(_refuses(**refuses) if refuses else []),
        name=reference.__name__,
    )


def _half(n: int) -> float:
    return 0.5**n


def _wave(n: int) -> float:
    return 1.0 + 0.1 * (n % 3)


def _own(candidate: Any, optimizer: Any, **options: Any) -> Any:
    """A scheduler written for the base class under test."""

    class Own(candidate):
        """A wave, and a straight line for jumps."""

        def get_lr(self) -> list[Any]:
            return [base_lr * _wave(self.last_epoch) for base_lr in self.base_lrs]

        def _get_closed_form_lr(self) -> list[Any]:
            return [base_lr / (1 + self.last_epoch) for base_lr in self.base_lrs]

    return Own(optimizer, **options)


def _unfinished(candidate: Any, rec: Recorder) -> None:
    """a subclass without get_lr, and no optimizer"""
    rec.error("made as it is", lambda: candidate(_optimizer(rec)))
    rec.error("without an optimizer", lambda: _own(candidate, [torch.ones(2)]))


BASE = ScenarioSpec(
    torch_schedulers.LRScheduler,
    Scenario("calls get_lr at each step", _walk(_own)),
    Scenario("works beside another scheduler", _two_at_once(_own)),
    Scenario("resumes from a state dict", _resumed(_own)),
    Scenario("shares nothing with another scheduler", _side_by_side(_own)),
    Scenario("leaves everything else alone", _left_alone(_own)),
    Scenario("asks for get_lr", _unfinished),
    Scenario("takes rates that are tensors", _walk(_own, steps=20, tensors=True), scope="library"),
    Scenario("saves torch's attributes", _saved(_own), scope="library"),
    Scenario(
        "goes on from last_epoch",
        _last_epoch(lambda last: lambda c, o: _own(c, o, last_epoch=last)),
        scope="library",
    ),
    Scenario("jumps to an epoch", _epochs(_own, _JUMPS), scope="library"),
    name="LRScheduler",
)
CONSTANT = _plain_spec(
    torch_schedulers.ConstantLR,
    _with(),
    _with(0.5, 12),
    _with(1.0, total_iters=3),
    last_epoch=lambda last: _with(0.5, 4, last_epoch=last),
    refuses={"a factor above 1": _with(1.5), "a factor below 0": _with(-0.1)},
)
LINEAR = _plain_spec(
    torch_schedulers.LinearLR,
    _with(),
    _with(0.1, 0.8, 20),
    _with(1.0, 0.2, total_iters=40),
    last_epoch=lambda last: _with(0.5, 0.9, 6, last_epoch=last),
    refuses={"start at 0": _with(0.0), "start above 1": _with(1.2), "end above 1": _with(0.5, 1.2)},
)
EXPONENTIAL = _plain_spec(
    torch_schedulers.ExponentialLR,
    _with(0.9),
    _with(gamma=1.02),
    last_epoch=lambda last: _with(0.9, last_epoch=last),
)
MULTISTEP = _plain_spec(
    torch_schedulers.MultiStepLR,
    _with([2, 5, 20]),
    _with([30, 3, 3, 11], gamma=0.5),
    _with([1], 2.0),
    last_epoch=lambda last: _with([2, 4, 6], 0.5, last_epoch=last),
)
POLYNOMIAL = _plain_spec(
    torch_schedulers.PolynomialLR,
    _with(),
    _with(30, 2.0),
    _with(50, power=0.5),
    last_epoch=lambda last: _with(6, 1.5, last_epoch=last),
)
LAMBDA = _plain_spec(
    torch_schedulers.LambdaLR,
    _with(_half),
    _with([_half, _wave]),
    last_epoch=lambda last: _with(_wave, last_epoch=last),
    refuses={"one function for two groups": _with([_half])},
)
MULTIPLICATIVE = _plain_spec(
    torch_schedulers.MultiplicativeLR,
    _with(lambda n: 0.95),
    _with([_wave, lambda n: 0.9]),
    last_epoch=lambda last: _with(_wave, last_epoch=last),
    refuses={"one function for two groups": _with([_half]), "a number": _with(0.5)},
)
WARM_RESTARTS = _plain_spec(
    torch_schedulers.CosineAnnealingWarmRestarts,
    _with(10),
    _with(4, 2, 0.01),
    _with(T_0=1, T_mult=3),
    epochs=(3, 0, 0.5, 7.25, 25, 2),
    refuses={"no length": _with(0), "half a length": _with(1.5), "no factor": _with(3, 0), "a word": _with(3, 1, "x")},
)
CYCLIC = _plain_spec(
    torch_schedulers.CyclicLR,
    _with(0.1, 0.9, 5),
    _with([0.1, 0.2], [0.5, 0.6], 4, 9, "triangular2", base_momentum=0.5, max_momentum=0.95),
    _with(0.1, 0.5, 6, mode="exp_range", gamma=0.95),
    _with(0.1, 0.5, 6, scale_fn=_half, scale_mode="iterations", cycle_momentum=False),
    _with(0.1, 0.5, 3, scale_fn=_half),
    last_epoch=lambda last: _with(0.1, 0.9, 4, last_epoch=last),
    refuses={"an unknown mode": _with(0.1, 0.2, mode="square"), "one rate for two groups": _with([0.1], 0.2)},
)
ONECYCLE = _plain_spec(
    torch_schedulers.OneCycleLR,
    _with(0.8, 70),
    _with([0.5, 0.9], epochs=6, steps_per_epoch=12, anneal_strategy="linear", base_momentum=[0.7, 0.8]),
    _with(0.8, 65, three_phase=True, div_factor=10.0, final_div_factor=100.0),
    _with(0.8, 62, pct_start=0.6, cycle_momentum=False, anneal_strategy="linear", three_phase=False),
    last_epoch=lambda last: _with(0.9, 40, last_epoch=last),
    epochs=(3, 0, 30, 7),
    refuses={
        "no length": _with(0.5),
        "a length of 0": _with(0.5, 0),
        "half a step": _with(0.5, 1.5),
        "no epochs": _with(0.5, epochs=0, steps_per_epoch=2),
        "an int for a part": _with(0.5, 10, pct_start=1),
        "a part above 1": _with(0.5, 10, pct_start=1.5),
        "an unknown way": _with(0.5, 10, anneal_strategy="square"),
    },
)
PLATEAU = _plain_spec(
    torch_schedulers.ReduceLROnPlateau,
    _with(patience=2, factor=0.5),
    _with("max", 0.7, 1, 0.05, cooldown=4),
    _with("min", 0.3, 0, 0.1, "abs", min_lr=[0.01, 0.2]),
    _with("max", 0.3, 3, 0.1, "abs", min_lr=0.001, eps=0.01),
    epochs=(),
    refuses={
        "a factor of 1": _with(factor=1.0),
        "an unknown mode": _with("mean"),
        "an unknown threshold": _with(threshold_mode="log"),
        "one bound for two groups": _with(min_lr=[0.1]),
    },
)


def _parts(optimizer: Any) -> list[Any]:
    """Three of torch's, made anew for each candidate: it composes them."""
    return [
        torch_schedulers.ConstantLR(optimizer, 0.5, 4),
        torch_schedulers.ExponentialLR(optimizer, 0.9),
        torch_schedulers.StepLR(optimizer, 3, 0.5),
    ]


CHAINED = _plain_spec(
    torch_schedulers.ChainedScheduler,
    lambda candidate, optimizer: candidate(_parts(optimizer)),
    lambda candidate, optimizer: candidate(_parts(optimizer)[1:], optimizer=optimizer),
    epochs=(),
    refuses={
        "none": lambda candidate, optimizer: candidate([]),
        "what is no scheduler": lambda candidate, optimizer: candidate([3], optimizer),
        "one that needs a metric": lambda candidate, optimizer: candidate(
            [torch_schedulers.ReduceLROnPlateau(optimizer)]
        ),
        "another's optimizer": lambda candidate, optimizer: candidate(
            _parts(optimizer), torch.optim.SGD([torch.ones(2)])
        ),
    },
)
SEQUENTIAL = _plain_spec(
    torch_schedulers.SequentialLR,
    lambda candidate, optimizer: candidate(optimizer, _parts(optimizer), [6, 15]),
    lambda candidate, optimizer: candidate(optimizer, _parts(optimizer)[:2], milestones=[1]),
    lambda candidate, optimizer: candidate(
        optimizer,
        [torch_schedulers.LinearLR(optimizer, 0.1), torch_schedulers.CosineAnnealingLR(optimizer, 40)],
        [5],
    ),
    lambda candidate, optimizer: candidate(
        optimizer, [torch_schedulers.ChainedScheduler(_parts(optimizer)), *_parts(optimizer)[1:2]], [50]
    ),
    epochs=(),
    refuses={
        "none": lambda candidate, optimizer: candidate(optimizer, [], []),
        "too many milestones": lambda candidate, optimizer: candidate(optimizer, _parts(optimizer), [1, 2, 3]),
        "what is no scheduler": lambda candidate, optimizer: candidate(optimizer, [3], []),
        "one that needs a metric": lambda candidate, optimizer: candidate(
            optimizer, [torch_schedulers.ReduceLROnPlateau(optimizer)], []
        ),
    },
)
