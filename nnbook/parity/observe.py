"""Observing: run a candidate through a spec and write down what it does. The only place where a candidate runs."""

from __future__ import annotations

import contextlib
import copy
import itertools
import warnings
from collections.abc import Iterable
from dataclasses import replace
from typing import Any

import torch

from nnbook.parity.inputs import DTYPES, build, generator
from nnbook.parity.observation import CaseObservation, Observations
from nnbook.parity.operators import OperatorWatch
from nnbook.parity.recorder import Recorder, quiet_world
from nnbook.parity.spec import Case, Error, FunctionSpec, Init, ModuleSpec, OptimizerSpec, Scenario, Scope, Spec, Steps


def observe(
    spec: Spec,
    candidate: Any,
    seed: int = 0,
    *,
    scope: Scope = "exercise",
    device: str = "cpu",
    forbidden: Iterable[str] = (),
    only: Iterable[str] | None = None,
    into: Observations | None = None,
) -> Observations:
    """What `candidate` does in each case of `spec`, with inputs drawn from `seed`.

    `forbidden` names operators to watch for while it runs; those that were called stand in `.forbidden` afterwards.
    `only` restricts to the cases named. An exception ends its case, not the observation. Passing `into` lets a caller
    see what was gathered before an interruption.
    """
    out = into if into is not None else Observations(spec.name, seed)
    out.complete = False
    names = set(only) if only is not None else None
    watch = OperatorWatch(forbidden)
    cases = spec.select(scope)
    first = next((case for case in cases if isinstance(case, Case)), None)
    for case in cases:
        if names is not None and case.name not in names:
            continue
        seen = out.cases[case.name] = CaseObservation(case.name)
        rec = Recorder(seen, seed, device, getattr(case, "tolerance", None))
        with quiet_world() as changed, warnings.catch_warnings():
            warnings.simplefilter("ignore")
            _seed(generator(seed, case.name).initial_seed(), device)
            try:
                _run(spec, case, candidate, rec, scope, device, case is first, watch)
            except Exception as err:
                rec.failed(err)
        rec("torch's global settings, changed", changed)
    out.forbidden = watch.seen
    out.complete = True
    return out


def _seed(value: int, device: str) -> None:
    """Like torch.manual_seed, which also walks through every accelerator's queue; half a millisecond matters here."""
    if device == "cpu":
        torch.default_generator.manual_seed(value)
    else:
        torch.manual_seed(value)


def _run(
    spec: Spec, case: Any, candidate: Any, rec: Recorder, scope: Scope, device: str, first: bool, watch: OperatorWatch
) -> None:
    if isinstance(case, Case):
        for name in case.dtypes:
            # Watching costs as much again as running, and a learner waits: watched is one dtype, only what the
            # candidate does itself, and with both nets only the first case. The library is watched with both in all.
            eyes = watch if first or scope == "library" else watch.shallow()
            rec.watch = eyes if name == case.dtypes[0] else OperatorWatch(())
            with rec.within("" if name == "float32" else f" ({_variant(name)})"):
                if isinstance(spec, FunctionSpec):
                    _function(case, candidate, rec, name, device)
                else:
                    short = scope == "exercise" and name == "float32" and not (first or case.thorough)
                    short = short and isinstance(spec, ModuleSpec) and spec.lean and "float64" in case.dtypes
                    _module(spec, replace(case, grads=False) if short else case, candidate, rec, scope, name, device)
        if first and not isinstance(spec, FunctionSpec):
            _independence(candidate, case, rec, device)
            _without_gradients(candidate, case, rec, device)
        return
    if isinstance(case, Steps):
        _steps(case, candidate, rec, device, watch)
        return
    # An optimizer is watched on its walks; its stories go through the same code.
    with contextlib.nullcontext() if isinstance(spec, OptimizerSpec) else watch:
        if isinstance(case, Scenario):
            case.play(candidate, rec)
        elif isinstance(case, Error):
            _error(spec, case, candidate, rec, device)
        else:
            _init(case, candidate, rec, device)


# -- modules and functions ---------------------------------------------------------------------------------------------


def _module(spec: Spec, case: Case, candidate: Any, rec: Recorder, scope: Scope, name: str, device: str) -> None:
    loose = scope == "exercise" and isinstance(spec, ModuleSpec) and not spec.state_matters
    module = _build(candidate, case, rec, name, device)
    if not loose:
        _names(module, rec, scope)
    if case.state == "random":
        fill(module, rec.seed)
    parameters = dict(module.named_parameters())
    modes = ("train", "eval") if case.mode == "both" else (case.mode,)
    # without gradients, it is a run for the outputs alone
    for mode in modes if case.grads else modes[:1]:
        module.train(mode == "train")
        for number, call in enumerate(case.inputs, 1):
            where = " in evaluation" if mode == "eval" else ""
            where += f", call {number}" if len(case.inputs) > 1 else ""
            with rec.within(where):
                _call(module, call, case, rec, name, device, (mode, number), parameters)
    same = all(p is parameters.get(n) for n, p in module.named_parameters())
    rec("the parameters are the same objects as before the calls", same)
    if not loose:
        for key, value in sorted(module.state_dict().items()):
            rec(f"{key} after the calls", value)
    if scope == "library" and name == case.dtypes[0]:
        rec("repr", repr(module))
        _copy(module, rec)


def _variant(dtype: str) -> str:
    return "float64, strided input" if dtype == "float64" else dtype


def _build(candidate: Any, case: Case | Init, rec: Recorder, dtype: str, device: str) -> Any:
    gen = rec.generator("arguments")
    args, kwargs = build((case.args, case.kwargs), gen, DTYPES[dtype], device, False)
    with rec.watch:
        module = candidate(*args, **kwargs)
    if not hasattr(module, "state_dict") or not hasattr(module, "train"):
        raise TypeError(f"{type(module).__name__} is not a Module: make it a subclass of torch.nn.Module")
    # .to() and not dtype=: it also shows whether everything that must move is registered
    module.to(device=device, dtype=DTYPES[dtype])
    return module


def _names(module: Any, rec: Recorder, scope: Scope) -> None:
    rec("parameters", {n: [list(p.shape), str(p.dtype), p.requires_grad] for n, p in sorted(module.named_parameters())})
    rec("state_dict", {n: [list(t.shape), str(t.dtype)] for n, t in sorted(module.state_dict().items())})
    if scope == "library":
        rec("order of the state_dict", list(module.state_dict()))
        rec("order of the parameters", [n for n, _ in module.named_parameters()])
        rec("buffers", [n for n, _ in module.named_buffers()])


def fill(module: Any, seed: int) -> None:
    """Give every parameter and floating-point buffer seeded values that depend on its name and shape alone."""
    with torch.no_grad():
        for name, tensor in itertools.chain(module.named_parameters(), module.named_buffers()):
            if not tensor.is_floating_point():
                continue
            gen = generator(seed, "state", name, tuple(tensor.shape))
            if "var" in name:
                value = torch.rand(tensor.shape, generator=gen, dtype=torch.float64) + 0.5
            else:
                value = torch.randn(tensor.shape, generator=gen, dtype=torch.float64) * 0.5
            tensor.copy_(value.to(tensor))


def _function(case: Case, candidate: Any, rec: Recorder, name: str, device: str) -> None:
    args, kwargs = build((case.args, case.kwargs), rec.generator("arguments"), DTYPES[name], device, False)
    for number, inputs in enumerate(case.inputs, 1):
        with rec.within(f", call {number}" if len(case.inputs) > 1 else ""):
            _call(lambda *given: candidate(*given, *args, **kwargs), inputs, case, rec, name, device, ("", number), {})


def _tensors(value: Any) -> list[torch.Tensor]:
    if isinstance(value, torch.Tensor):
        return [value]
    if isinstance(value, dict):
        value = value.values()
    elif not isinstance(value, (tuple, list)):
        return []
    return [t for v in value for t in _tensors(v)]


def _structure(value: Any) -> Any:
    if isinstance(value, torch.Tensor):
        return "tensor"
    if isinstance(value, (tuple, list)):
        return [_structure(v) for v in value]
    return type(value).__name__


def _call(
    run: Any,
    recipe: Any,
    case: Case,
    rec: Recorder,
    dtype: str,
    device: str,
    key: tuple,
    parameters: dict[str, torch.Tensor],
) -> None:
    """One call: output, gradients of inputs and parameters under a random cotangent, and what became of the inputs."""
    # The same inputs in training and in evaluation: their difference is then the mode's alone.
    gen = rec.generator("inputs", key[1])
    inputs = build(recipe if isinstance(recipe, tuple) else (recipe,), gen, DTYPES[dtype], device, dtype == "float64")
    leaves = _tensors(inputs)
    rec.fed(leaves)
    # A leaf that requires grad cannot be changed in place; its clone can.
    fed = _cloned(inputs) if case.kwargs.get("inplace") else inputs
    before = [t.detach().clone() for t in leaves]
    with rec.watch:
        output = run(*fed, **case.call_kwargs)

    rec("kind of output", _structure(output))
    outputs = _tensors(output)
    for i, t in enumerate(outputs):
        rec("output" if len(outputs) == 1 else f"output {i + 1}", t)
    # Looked at before the backward pass: an answer may hand out its own buffers.
    for i, (old, new) in enumerate(zip(before, _tensors(fed), strict=True), 1):
        label = "its input" if len(before) == 1 else f"input {i}"
        rec(f"{label}, left unchanged", bool(torch.equal(old.nan_to_num(), new.detach().nan_to_num())))

    if not case.grads:
        return
    roots = [t for t in outputs if t.requires_grad]
    cotangents = [
        torch.randn(t.shape, generator=rec.generator("cotangent", key, i), dtype=torch.float64).to(t)
        for i, t in enumerate(outputs)
        if t.requires_grad
    ]
    wanted = [(f"gradient of {'the input' if len(leaves) == 1 else f'input {i}'}", t) for i, t in enumerate(leaves, 1)]
    wanted = [(n, t) for n, t in wanted if t.requires_grad]
    wanted += [(f"gradient of {n}", p) for n, p in parameters.items() if p.requires_grad]
    found: Any = [None] * len(wanted)
    if roots and wanted:
        with rec.watch if rec.watch.deep else contextlib.nullcontext():
            found = torch.autograd.grad(roots, [t for _, t in wanted], cotangents, allow_unused=True)
    for (label, leaf), grad in zip(wanted, found, strict=True):
        # No gradient and a gradient of zeros move a parameter alike; the comparison treats them as one.
        rec(label, torch.zeros_like(leaf) if grad is None else grad)


def _cloned(value: Any) -> Any:
    if isinstance(value, torch.Tensor):
        return value.clone() if value.requires_grad else value
    if isinstance(value, (tuple, list)):
        return type(value)(_cloned(v) for v in value)
    return value


def _copy(module: Any, rec: Recorder) -> None:
    """A deepcopy must be a module of its own with equal parameters."""
    twin = copy.deepcopy(module)
    mine, its = dict(module.named_parameters()), dict(twin.named_parameters())
    rec("a deepcopy has equal values", all(torch.equal(mine[n], its[n]) for n in mine) and mine.keys() == its.keys())
    rec("a deepcopy shares nothing", all(mine[n] is not its[n] for n in mine))


def _independence(candidate: Any, case: Case, rec: Recorder, device: str) -> None:
    """Nothing is kept outside the object, and torch's random numbers are not reseeded on the way."""
    draws, states = [], []
    for seed in (1, 2):
        _seed(seed, device)
        module = _build(candidate, case, rec, "float32", device)
        states.append({k: v.clone() for k, v in module.named_buffers()})
        gen = rec.generator("inputs", 1)
        if case.inputs:
            first = case.inputs[0]
            inputs = build(first if isinstance(first, tuple) else (first,), gen, torch.float32, device, False)
            module(*(_cloned(inputs) if case.kwargs.get("inplace") else inputs), **case.call_kwargs)
        draws.append(torch.rand(4).tolist())
    rec("random numbers drawn afterwards still follow torch.manual_seed", draws[0] != draws[1])
    fresh = all(torch.equal(states[0][k], states[1].get(k, torch.empty(0))) for k in states[0])
    rec("a second object starts fresh", fresh)


def _without_gradients(candidate: Any, case: Case, rec: Recorder, device: str) -> None:
    """Calls of which no gradient is asked: they change no input, and keep nothing that a later call could miss."""
    module = _build(candidate, case, rec, "float32", device)
    recipe = case.inputs[0] if case.inputs else ()
    recipe = recipe if isinstance(recipe, tuple) else (recipe,)
    for mode in ("train", "eval") if case.mode == "both" else (case.mode,):
        module.train(mode == "train")
        for recording in (False, True):
            inputs = build(recipe, rec.generator("inputs", 1), torch.float32, device, False)
            inputs, before = _detached(inputs), _tensors(_detached(inputs, copy=True))
            with torch.set_grad_enabled(recording):
                module(*inputs, **case.call_kwargs)
            same = all(torch.equal(a, b) for a, b in zip(_tensors(inputs), before, strict=True))
            rec(f"{mode}: an input of which no gradient is asked, left unchanged", same)
    if case.mode == "train":
        return
    module.double()
    fill(module, rec.seed)
    with rec.within(" after calls without gradients and double()"):
        _call(module, recipe, case, rec, "float64", device, ("eval", 1), dict(module.named_parameters()))


def _detached(value: Any, copy: bool = False) -> Any:
    if isinstance(value, torch.Tensor):
        return value.detach().clone() if copy else value.detach()
    if isinstance(value, (tuple, list)):
        return type(value)(_detached(v, copy) for v in value)
    return value


def _error(spec: Spec, case: Error, candidate: Any, rec: Recorder, device: str) -> None:
    def run() -> None:
        args, kwargs = build((case.args, case.kwargs), rec.generator("arguments"), torch.float32, device, False)
        if isinstance(spec, OptimizerSpec):
            first = [torch.nn.Parameter(torch.ones(2, device=device))]
            optimizer = candidate(*(args or (first,)), **kwargs)
            if case.inputs:
                optimizer.step()
            return
        target = candidate
        if not isinstance(spec, FunctionSpec):
            target = candidate(*args, **kwargs).to(device)
            args, kwargs = (), {}
        for n, call in enumerate(case.inputs):
            gen = rec.generator("inputs", n)
            target(
                *build(call if isinstance(call, tuple) else (call,), gen, torch.float32, device, False), *args, **kwargs
            )

    rec.error("kind of error", run)


def _init(case: Init, candidate: Any, rec: Recorder, device: str) -> None:
    module = _build(candidate, case, rec, "float32", device)
    _names(module, rec, "exercise")
    for name, tensor in sorted({**dict(module.named_parameters()), **dict(module.named_buffers())}.items()):
        rec.sample(f"initial values of {name}", tensor)
        if tensor.dim() >= 2 and tensor.shape[0] > 1:
            # One draw repeated along a dimension has the right distribution and none of its freedom.
            rec(f"number of different rows in {name}, more than one", bool((tensor[0] != tensor[1]).any()))
    # Where the start is random, a second object must not be a copy of the first.
    first = {n: p.detach().clone() for n, p in module.named_parameters()}
    second = dict(_build(candidate, case, rec, "float32", device).named_parameters())
    for name, tensor in sorted(first.items()):
        same = name in second and torch.equal(tensor, second[name])
        rec(f"{name} of a second object, a copy of the first", same)
        alike = [n for n, q in first.items() if n != name and tensor.numel() > 1 and torch.equal(q, tensor)]
        rec(f"parameters that start with the values of {name}", alike)
        # ... nor may a bias be a column of its weight
        columns = [q.reshape(len(q), -1) for q in first.values() if q.dim() > 1 and q.shape[:1] == tensor.shape]
        copied = any(bool((q == tensor[:, None]).all(0).any()) for q in columns) and tensor.unique().numel() > 1
        rec(f"{name}, a copy of a column", copied)


# -- optimizers --------------------------------------------------------------------------------------------------------


def _steps(case: Steps, candidate: Any, rec: Recorder, device: str, watch: OperatorWatch) -> None:
    for name in case.dtypes:
        eyes = watch if name == case.dtypes[0] else OperatorWatch(())
        with rec.within("" if name == "float32" else f" ({name})"):
            _walk(case, candidate, rec, DTYPES[name], device, eyes)


def _parameters(case: Steps, rec: Recorder, dtype: torch.dtype, device: str, tag: str) -> list[list[torch.Tensor]]:
    groups: list[list[torch.Tensor]] = []
    for g in range(len(case.groups)):
        row: list[torch.Tensor] = []
        for i, shape in enumerate([*case.shapes, *([(2,)] if case.holes else [])]):
            value = torch.randn(shape, generator=rec.generator(tag, g, i), dtype=torch.float64).to(device, dtype)
            if case.strided and len(shape) == 2:
                value = value.t().contiguous().t()
            row.append(torch.nn.Parameter(value))
        groups.append(row)
    return groups


def _make(case: Steps, candidate: Any, groups: list[list[torch.Tensor]]) -> Any:
    if len(groups) == 1 and not case.groups[0]:
        params: Any = (p for p in groups[0]) if case.as_generator else groups[0]
    else:
        params = [{"params": ps, **options} for ps, options in zip(groups, case.groups, strict=True)]
    return candidate(params, **case.kwargs)


def _set_grads(
    case: Steps, params: list[torch.Tensor], rec: Recorder, step: int, tag: str
) -> list[torch.Tensor | None]:
    """A fresh gradient for each parameter, the same for every candidate."""
    copies: list[torch.Tensor | None] = []
    for i, p in enumerate(params):
        never = case.holes and i % (len(case.shapes) + 1) == len(case.shapes)
        if never or (case.holes and (i + step) % 3 == 0):
            p.grad = None
            copies.append(None)
            continue
        gen = rec.generator("grad", tag, step, i)
        grad = torch.randn(p.shape, generator=gen, dtype=torch.float64) * case.scale
        if case.zeros:
            grad = torch.where(torch.rand(p.shape, generator=gen) < 0.5, torch.zeros_like(grad), grad)
            if step in (0, 2):
                grad = torch.zeros_like(grad)
        p.grad = grad.to(p)
        copies.append(p.grad.clone())
    return copies


def _walk(case: Steps, candidate: Any, rec: Recorder, dtype: torch.dtype, device: str, watch: OperatorWatch) -> None:
    groups = _parameters(case, rec, dtype, device, "start")
    params = [p for g in groups for p in g]
    optimizer = _make(case, candidate, groups)
    # A second optimizer walks beside the first: what one remembers must not reach the other.
    others = _parameters(case, rec, dtype, device, "other") if case.beside else []
    beside = _make(case, candidate, others) if case.beside else None
    untouched = True
    for step in range(case.steps):
        if case.reload_at == step:
            # Once through JSON-like plain data: what is saved must be complete, and a copy of its own.
            saved = copy.deepcopy(optimizer.state_dict())
            optimizer = _make(case, candidate, groups)
            optimizer.load_state_dict(saved)
        if case.change_lr is not None and step == case.steps // 2:
            for group in optimizer.param_groups:
                group["lr"] *= case.change_lr
        grads = _set_grads(case, params, rec, step, "main")
        if case.closure:
            _step_with_closure(case, optimizer, params, rec, step)
        else:
            # A first step and a later one are watched, as watching costs twice as much again as stepping.
            with watch if step < 2 else contextlib.nullcontext():
                optimizer.step()
        for p, g in zip(params, grads, strict=True):
            same = p.grad is None if g is None else p.grad is not None and torch.equal(p.grad, g)
            untouched = untouched and (same or case.closure)
        if beside is not None:
            _set_grads(case, [p for g in others for p in g], rec, step, "beside")
            beside.step()
        rec(f"the parameters after step {step + 1}", torch.cat([p.detach().reshape(-1) for p in params]))
    rec("the gradients, left as they were by step()", untouched)
    rec("the parameters are leaves of the graph", all(p.is_leaf and p.requires_grad for p in params))
    if beside is not None:
        rec("the parameters of another optimizer", torch.cat([p.detach().reshape(-1) for g in others for p in g]))
        if case.reload_at is None and not case.closure:
            fresh = _make(case, candidate, groups)
            _set_grads(case, params, rec, case.steps, "main")
            fresh.step()
            rec("the parameters after a fresh optimizer's step", torch.cat([p.detach().reshape(-1) for p in params]))
    optimizer.zero_grad()
    rec("gradients gone after zero_grad()", all(p.grad is None or not p.grad.any() for p in params))


def _step_with_closure(case: Steps, optimizer: Any, params: list[torch.Tensor], rec: Recorder, step: int) -> None:
    calls: list[bool] = []
    losses: list[torch.Tensor] = []

    def closure() -> torch.Tensor:
        calls.append(torch.is_grad_enabled())
        _set_grads(case, params, rec, step + 1000, "closure")
        return losses[-1]

    losses.append(torch.tensor(2.5 + step))
    result = optimizer.step(closure)
    rec(f"what step(closure) returns at step {step + 1}", float(result))
    rec(f"it is the very tensor of the closure at step {step + 1}", result is losses[-1])
    rec(f"calls of the closure at step {step + 1}, each with gradients enabled", calls)
