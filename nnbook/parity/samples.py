"""The sample inputs that PyTorch keeps for its own tests, asked of any candidate: a test that nobody here wrote.

torch ships, under `torch.testing._internal`, the arguments and inputs with which it tests each of its modules
(`module_db`), functions (`op_db`) and optimizers (`optim_db`), and those that must raise. Here every one of them is
given to the candidate and to torch's own class: outputs, gradients, gradients of gradients, state, printed form and
kinds of error are compared. Importing that part of torch takes seconds and needs the package `expecttest`.
"""

from __future__ import annotations

import contextlib
import copy
import functools
import importlib
import warnings
from collections.abc import Callable, Iterator
from typing import Any
from unittest import mock

import torch
from torch import Tensor
from torch.nn.parameter import UninitializedTensorMixin  # type: ignore[attr-defined]
from torch.utils._python_dispatch import _disable_current_modes

from nnbook.parity.compare import CaseResult
from nnbook.parity.operators import FUSED, OperatorWatch
from nnbook.parity.spec import TOLERANCE

SEED = 7

Translate = Callable[[Any], Any]
"""What the candidate is given in place of something of torch's in its arguments: a function, the class of a child."""


class SamplesMissing(ImportError):
    """torch's own test inputs cannot be imported here; `str()` says why."""


def _database(module: str, name: str) -> Any:
    try:
        return getattr(importlib.import_module(f"torch.testing._internal.{module}"), name)
    except ImportError as err:
        raise SamplesMissing(f"torch's own sample inputs need the package {err.name}: pip install {err.name}") from err


@functools.cache
def modules() -> dict[str, Any]:
    """torch's ModuleInfo for each class of torch.nn that it has samples for, by the name of the class."""
    return {m.module_cls.__name__: m for m in _database("common_modules", "module_db")}


@functools.cache
def functions() -> dict[str, list[Any]]:
    """torch's OpInfos (variants of one function) for each function of torch.nn.functional, by the function's name."""
    found: dict[str, list[Any]] = {}
    for op in _database("common_methods_invocations", "op_db"):
        name = op.name.removeprefix("nn.functional.")
        if "." not in name and (name != op.name or name in ("softmax", "log_softmax", "sigmoid", "tanh")):
            found.setdefault(name, []).append(op)
    return found


@functools.cache
def optimizers() -> dict[str, Any]:
    """torch's OptimizerInfo for each class of torch.optim, by the name of the class."""
    return {o.optim_cls.__name__: o for o in _database("common_optimizers", "optim_db")}


def total(name: str) -> int:
    """How many samples torch keeps for this name: 0 if none."""
    return sum(1 for _ in results(name, None))


def results(
    name: str,
    candidate: Any,
    *,
    device: str = "cpu",
    dtype: torch.dtype = torch.float64,
    translate: Translate = lambda x: x,
    watched: bool = False,
) -> Iterator[CaseResult]:
    """One result for each of torch's samples for this name; none if it keeps none.

    `watched` fails a sample in which an operator of `operators.FUSED` was called.
    """
    if name in modules():
        jobs = _module_jobs(modules()[name], device, dtype, translate)
    elif name in functions():
        jobs = _function_jobs(name, device, dtype)
    elif name in optimizers():
        jobs = _optimizer_jobs(optimizers()[name], device, dtype)
    else:
        return
    for title, job in jobs:
        if candidate is None:
            yield CaseResult(title, True)
            continue
        message = _difference_in(job, candidate, watched)
        yield CaseResult(title, message is None, message or "")


Job = Callable[[Any, Callable[[], contextlib.AbstractContextManager[Any]]], None]


class _Differs(Exception):
    """The candidate differs from torch; the text says where."""


def _difference_in(job: Job, candidate: Any, watched: bool) -> str | None:
    watch = OperatorWatch(FUSED) if watched else None
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            job(candidate, lambda: watch if watch is not None else contextlib.nullcontext())
        except _Differs as found:
            return str(found)
        except Exception as err:
            return f"raises {type(err).__name__}: {str(err).splitlines()[0] if str(err) else ''}"
    return f"calls {', '.join(watch.seen)}" if watch is not None and watch.seen else None


# Modules --------------------------------------------------------------------------------------------------------------


def _module_jobs(info: Any, device: str, dtype: torch.dtype, translate: Translate) -> Iterator[tuple[str, Job]]:
    reference = info.module_cls
    for training in (True, False):
        mode = "training" if training else "evaluation"
        made: dict[str, Any] = {"device": device, "dtype": dtype, "requires_grad": True, "training": training}
        torch.manual_seed(SEED)
        with _remembering_arguments():
            samples = list(info.module_inputs_func(info, **made))
        for i, sample in enumerate(samples):
            title = f"sample {i + 1}, {mode}" + (f": {sample.desc}" if sample.desc else "")
            yield (
                title,
                functools.partial(_module, reference, info, sample, device, dtype, training, translate),
            )
        if info.module_error_inputs_func is not None:
            for i, sample in enumerate(info.module_error_inputs_func(info, **made)):
                yield (
                    f"bad input {i + 1}, {mode}",
                    functools.partial(_module_error, reference, sample, device, dtype, training, translate),
                )


@contextlib.contextmanager
def _remembering_arguments() -> Iterator[None]:
    """Encoder layers that a sample holds as arguments remember theirs: the candidate gets its own kind, built alike."""
    original = torch.nn.TransformerEncoderLayer

    def remember(*args: Any, **kwargs: Any) -> Any:
        layer = original(*args, **kwargs)
        object.__setattr__(layer, "_built_from", (args, kwargs))
        return layer

    with mock.patch.object(torch.nn, "TransformerEncoderLayer", remember):
        yield


def _module(
    reference: Any,
    info: Any,
    sample: Any,
    device: str,
    dtype: torch.dtype,
    training: bool,
    translate: Translate,
    candidate: Any,
    watch: Callable[[], Any],
) -> None:
    build, call = sample.constructor_input, sample.forward_input
    theirs = _built(reference, build, lambda x: x, device, dtype, training)
    with watch():
        mine = _built(candidate, build, translate, device, dtype, training)
    if call is None:
        return
    args, kwargs = _twice((call.args, call.kwargs))[0]
    if any(isinstance(p, UninitializedTensorMixin) for p in theirs.parameters()):
        # A lazy module has no state before its first batch.
        _same_text("the printed form before the first batch", repr(mine), repr(theirs))
        theirs(*args, **kwargs)
        mine(*_copied(args), **_copied(kwargs))
    mine.load_state_dict(theirs.state_dict())
    type(theirs).load_state_dict(copy.deepcopy(theirs), mine.state_dict())
    _same_text("the printed form", repr(mine), repr(theirs))
    _same_plain(
        "names of parameters and buffers",
        [[n for n, _ in mine.named_parameters()], [n for n, _ in mine.named_buffers()]],
        [[n for n, _ in theirs.named_parameters()], [n for n, _ in theirs.named_buffers()]],
    )
    first, second = _twice((call.args, call.kwargs))
    expected = _seeded(lambda: theirs(*first[0], **first[1]))
    with watch():
        got = _seeded(lambda: mine(*second[0], **second[1]))
        _compare("output", got, expected)
        _compare("the input after the call", second, first)
        _compare("state after the call", dict(mine.state_dict()), dict(theirs.state_dict()))
        ours, names = [*_floats(second), *mine.parameters()], _leaf_names(second, theirs)
        twice = info.supports_gradgrad and dtype is torch.float64
        _compare_gradients(got, expected, ours, [*_floats(first), *theirs.parameters()], names, twice)


def _built(cls: Any, build: Any, translate: Translate, device: str, dtype: torch.dtype, training: bool) -> Any:
    def own(x: Any) -> Any:
        if hasattr(x, "_built_from"):
            args, kwargs = x._built_from
            layer = translate(type(x))(*map(translate, args), **{k: translate(v) for k, v in kwargs.items()})
            layer.load_state_dict(x.state_dict())
            return layer
        return _copied(x) if isinstance(x, Tensor) else translate(x)

    torch.manual_seed(SEED)
    args, kwargs = [own(a) for a in build.args], {k: own(v) for k, v in build.kwargs.items()}
    return cls(*args, **kwargs).to(device).to(dtype).train(training)


def _module_error(
    reference: Any,
    sample: Any,
    device: str,
    dtype: torch.dtype,
    training: bool,
    translate: Translate,
    candidate: Any,
    watch: Callable[[], Any],
) -> None:
    build, call = sample.module_error_input.constructor_input, sample.module_error_input.forward_input

    def use(cls: Any, own: Translate) -> Any:
        module = _built(cls, build, own, device, dtype, training)
        if sample.error_on.name == "FORWARD_ERROR":
            args, kwargs = _copied(call.args), _copied(call.kwargs)
            return lambda: module(*args, **kwargs)
        return lambda: None

    _same_error(lambda: use(candidate, translate)(), lambda: use(reference, lambda x: x)(), sample.error_type)


# Functions ------------------------------------------------------------------------------------------------------------


def _function_jobs(name: str, device: str, dtype: torch.dtype) -> Iterator[tuple[str, Job]]:
    for op in functions()[name]:
        variant = f"{op.variant_test_name}: " if op.variant_test_name else ""
        supported = op.supported_dtypes(torch.device(device).type)
        # Functions of whole numbers have samples of whole numbers alone.
        used = (
            dtype if dtype in supported else next((d for d in (torch.int64, torch.complex128) if d in supported), None)
        )
        if used is None:
            continue
        differentiable = used in op.supported_backward_dtypes(torch.device(device).type)
        torch.manual_seed(SEED)
        for i, sample in enumerate(op.sample_inputs(torch.device(device), used, requires_grad=differentiable)):
            yield f"{variant}sample {i + 1}", functools.partial(_function, name, op, sample, used)
        if op.error_inputs_func is not None:
            for i, error in enumerate(op.error_inputs(torch.device(device))):
                yield f"{variant}bad input {i + 1}", functools.partial(_function_error, name, op, error)


def _call(name: str, op: Any, candidate: Any, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Any:
    """What torch's OpInfo does with its function, done with the candidate instead."""
    original = getattr(torch.nn.functional, name, None) or getattr(torch, name)
    if op.op is original or op.op is getattr(torch, name, None):
        return candidate(*args, **kwargs)
    if isinstance(op.op, functools.partial) and op.op.func is original:
        return candidate(*op.op.args, *args, **{**op.op.keywords, **kwargs})
    called = []

    def counted(*args: Any, **kwargs: Any) -> Any:
        called.append(True)
        return candidate(*args, **kwargs)

    # A wrapper around the function, which it looks up by its name.
    with mock.patch.object(torch.nn.functional, name, counted):
        result = op.op(*args, **kwargs)
    if not called:
        raise _Differs(f"torch's test of {name} never calls torch.nn.functional.{name}, so this proves nothing")
    return result


def _function(name: str, op: Any, sample: Any, dtype: torch.dtype, candidate: Any, watch: Callable[[], Any]) -> None:
    first, second = _twice(((sample.input, *sample.args), sample.kwargs))
    expected = _seeded(lambda: op.op(*first[0], **first[1]))
    # What a function of torch's among the arguments calls is not the candidate's doing.
    with contextlib.nullcontext() if any(map(callable, sample.kwargs.values())) else watch():
        got = _seeded(lambda: _call(name, op, candidate, *second))
        _compare("output", got, expected)
        _compare("the input after the call", second, first)
        twice = op.supports_gradgrad and dtype is torch.float64
        _compare_gradients(got, expected, [*_floats(second)], [*_floats(first)], _leaf_names(second, None), twice)


def _function_error(name: str, op: Any, error: Any, candidate: Any, watch: Callable[[], Any]) -> None:
    sample = error.sample_input
    first, second = _twice(((sample.input, *sample.args), sample.kwargs))
    _same_error(lambda: _call(name, op, candidate, *second), lambda: op.op(*first[0], **first[1]), error.error_type)


# Optimizers -----------------------------------------------------------------------------------------------------------

_STEPS = 7


def _optimizer_jobs(info: Any, device: str, dtype: torch.dtype) -> Iterator[tuple[str, Job]]:
    reference, sparse = info.optim_cls, bool(info.only_supports_sparse_grads)
    for i, sample in enumerate(info.optim_inputs_func(device=device)):
        title = f"sample {i + 1}: {sample.desc}"
        yield title, functools.partial(_optimizer, reference, sample.kwargs, device, dtype, sparse)
    for i, error in enumerate(info.optim_error_inputs_func(device=device, dtype=dtype)):
        yield f"bad input {i + 1}", functools.partial(_optimizer_error, reference, error)


def _optimizer(
    reference: Any,
    options: dict[str, Any],
    device: str,
    dtype: torch.dtype,
    sparse: bool,
    candidate: Any,
    watch: Callable[[], Any],
) -> None:
    """Steps over parameters of several shapes; half-way, each goes on from the state that the other one saved."""
    # Muon takes matrices alone.
    shapes = [(4, 3), (6, 6), (2, 5)] if reference.__name__ in ("Muon", "SparseAdam") else [(4, 3), (5,), (), (2, 3, 2)]
    draw = torch.Generator().manual_seed(SEED)

    def random(shape: tuple[int, ...]) -> Tensor:
        return torch.randn(shape, generator=draw, dtype=torch.float64).to(device, dtype)

    start = [random(shape) for shape in shapes]
    theirs, mine = ([torch.nn.Parameter(x.clone()) for x in start] for _ in range(2))
    targets = [random(shape) for shape in shapes]

    def run(cls: Any, params: list[Any]) -> Any:
        groups = [{"params": params[:2]}, {"params": params[2:]}]
        return cls(groups if reference.__name__ != "LBFGS" else params, **_copied(options))

    optimizers = {"theirs": run(reference, theirs), "mine": run(candidate, mine)}
    _same_text("the printed form", repr(optimizers["mine"]), repr(optimizers["theirs"]))
    for n in range(_STEPS):
        rows = torch.randint(2, (2,), generator=draw)
        noise = [0.1 * random(shape) for shape in shapes]
        for who, params in (("theirs", theirs), ("mine", mine)):
            optimizer = optimizers[who]

            closure = functools.partial(_loss, params, optimizer, targets, noise, rows if sparse else None, n == 3)
            with watch() if who == "mine" else contextlib.nullcontext():
                result = optimizer.step(closure)
            if who == "theirs":
                expected = result
            else:
                _compare(f"what step {n + 1} returns", result.detach(), expected.detach())
        _compare(f"parameters after step {n + 1}", mine, theirs)
        saved = [optimizers[who].state_dict() for who in ("mine", "theirs")]
        _compare(f"state after step {n + 1}", saved[0]["state"], saved[1]["state"])
        _same_plain("groups in the state", _plain_groups(saved[0]), _plain_groups(saved[1]))
        if n == _STEPS // 2:
            theirs, mine = ([torch.nn.Parameter(p.detach().clone()) for p in ps] for ps in (theirs, mine))
            optimizers = {"theirs": run(reference, theirs), "mine": run(candidate, mine)}
            # crosswise: each loads what the other saved
            optimizers["theirs"].load_state_dict(copy.deepcopy(saved[0]))
            optimizers["mine"].load_state_dict(copy.deepcopy(saved[1]))


def _loss(
    params: list[Any], optimizer: Any, targets: list[Tensor], noise: list[Tensor], rows: Tensor | None, hole: bool
) -> Tensor:
    """A sum of squares and its gradients; with `rows`, sparse ones of these rows; with a hole, one has none."""
    optimizer.zero_grad()
    loss = torch.zeros((), device=params[0].device, dtype=params[0].dtype)
    for p, target, shift in zip(params, targets, noise, strict=True):
        loss = loss + (p - target + shift).square().sum()
    loss.backward()
    if rows is not None:
        rows = rows.to(loss.device)
        for p in params:
            assert p.grad is not None
            p.grad = torch.sparse_coo_tensor(rows.unsqueeze(0), p.grad[rows], p.shape)
    elif hole and type(optimizer).__name__ != "LBFGS":  # LBFGS asks for the whole gradient in one piece
        params[1].grad = None
    return loss


def _plain_groups(state: dict[str, Any]) -> list[dict[str, Any]]:
    return [{k: v for k, v in sorted(group.items()) if not isinstance(v, Tensor)} for group in state["param_groups"]]


def _optimizer_error(reference: Any, error: Any, candidate: Any, watch: Callable[[], Any]) -> None:
    sample = error.optimizer_error_input

    def use(cls: Any) -> None:
        params = _copied(sample.params) if isinstance(sample.params, (list, tuple)) else sample.params
        optimizer = cls(params, **_copied(sample.kwargs))
        if error.error_on.name == "STEP_ERROR":
            optimizer.step()

    _same_error(lambda: use(candidate), lambda: use(reference), error.error_type)


# Comparing ------------------------------------------------------------------------------------------------------------


def _seeded(call: Callable[[], Any]) -> Any:
    torch.manual_seed(SEED)
    return call()


def _copied(value: Any) -> Any:
    """A copy with leaves of its own: tensors as fresh ones that require a gradient if the first did."""
    if isinstance(value, Tensor):
        copied = value.detach().clone(memory_format=torch.preserve_format) if not value.is_sparse else value.clone()
        made = torch.nn.Parameter(copied) if isinstance(value, torch.nn.Parameter) else copied
        return made.requires_grad_(value.requires_grad)
    if isinstance(value, tuple) and hasattr(value, "_fields"):
        return type(value)(*map(_copied, value))
    if isinstance(value, (list, tuple)):
        return type(value)(map(_copied, value))
    return {k: _copied(v) for k, v in value.items()} if isinstance(value, dict) else value


def _twice(value: Any) -> tuple[Any, Any]:
    return _copied(value), _copied(value)


def _leaves(value: Any) -> Iterator[Any]:
    if isinstance(value, dict):
        value = [value[key] for key in sorted(value, key=str)]
    if isinstance(value, (list, tuple)):
        for part in value:
            yield from _leaves(part)
    else:
        yield value


def _floats(value: Any) -> Iterator[Tensor]:
    return (x for x in _leaves(value) if isinstance(x, Tensor) and x.requires_grad)


def _leaf_names(inputs: Any, module: Any) -> list[str]:
    names = [f"argument {i + 1}" for i, _ in enumerate(_floats(inputs))]
    return names + ([n for n, _ in module.named_parameters()] if module is not None else [])


def _compare(what: str, got: Any, expected: Any) -> None:
    ours, theirs = list(_leaves(got)), list(_leaves(expected))
    if len(ours) != len(theirs):
        raise _Differs(f"{what} should hold {len(theirs)} values, holds {len(ours)}")
    for a, b in zip(ours, theirs, strict=True):
        if isinstance(b, Tensor):
            _compare_tensors(what, a, b)
        elif not callable(b) and isinstance(a, Tensor) is isinstance(b, Tensor) and a != b:
            raise _Differs(f"{what} should hold {b!r}, holds {a!r}")


def _compare_tensors(what: str, got: Any, expected: Tensor) -> None:
    if not isinstance(got, Tensor):
        raise _Differs(f"{what} should be a tensor of shape {tuple(expected.shape)}, is {type(got).__name__}")
    for quality in ("shape", "dtype", "layout"):
        a, b = getattr(got, quality), getattr(expected, quality)
        if a != b:
            raise _Differs(f"{what} should have {quality} {b}, has {a}")
    if got.device.type != expected.device.type:
        raise _Differs(f"{what} should be on {expected.device}, is on {got.device}")
    got, expected = (x.detach().to_dense() if x.is_sparse else x.detach() for x in (got, expected))
    if isinstance(expected, UninitializedTensorMixin) or expected.numel() == 0:
        return
    if expected.dtype.is_complex:
        got, expected = torch.view_as_real(got.resolve_conj()), torch.view_as_real(expected.resolve_conj())
    if not expected.is_floating_point():
        if not torch.equal(got, expected):
            raise _Differs(f"{what} differs in {int((got != expected).sum())} of {expected.numel()} places")
        return
    tolerance = TOLERANCE[str(expected.dtype).removeprefix("torch.")]
    finite = expected[expected.isfinite()]
    scale = max(1.0, float(finite.abs().max())) if finite.numel() else 1.0
    same = torch.isclose(got, expected, rtol=tolerance.rtol, atol=tolerance.atol * scale, equal_nan=True)
    if not bool(same.all()):
        place = tuple((~same).nonzero()[0].tolist())
        raise _Differs(f"{what}{list(place)} should be {float(expected[place]):.8g}, is {float(got[place]):.8g}")


def _compare_gradients(
    got: Any, expected: Any, ours: list[Tensor], theirs: list[Tensor], names: list[str], twice: bool
) -> None:
    """d(output · random)/d(each leaf), and then the gradient of that gradient."""
    mine, reference = [x for x in _leaves(got) if _has_slope(x)], [x for x in _leaves(expected) if _has_slope(x)]
    if len(mine) != len(reference):
        raise _Differs(f"{len(reference)} results should have a gradient, {len(mine)} have")
    try:
        # not the candidate's doing: torch's own backward pass of pixel_unshuffle is its pixel_shuffle
        with _disable_current_modes():
            wanted = _gradients(reference, theirs, twice)
    except (RuntimeError, NotImplementedError):
        return  # torch itself has no derivative here
    have = _gradients(mine, ours, twice)
    for name, a, b in zip(names, have, wanted, strict=True):
        _compare_tensors(f"gradient of {name}", a, b)
    if not twice:
        return
    try:
        with _disable_current_modes():
            wanted = _gradients(wanted, theirs, False)
    except (RuntimeError, NotImplementedError):
        return  # once, but not twice
    for name, a, b in zip(names, _gradients(have, ours, False), wanted, strict=True):
        _compare_tensors(f"gradient of the gradient of {name}", a, b)


def _has_slope(x: Any) -> bool:
    return isinstance(x, Tensor) and x.requires_grad and x.grad_fn is not None


def _gradients(outputs: list[Tensor], leaves: list[Tensor], again: bool) -> list[Tensor]:
    """The gradients of Σ output · random. None at all and zeros mean the same to whoever descends them: zeros."""
    draw = torch.Generator().manual_seed(SEED)
    weights = [torch.randn(x.shape, generator=draw, dtype=torch.float64).to(x.device, x.dtype) for x in outputs]
    pairs = [(x, w) for x, w in zip(outputs, weights, strict=True) if _has_slope(x)]
    if not pairs or not leaves:
        return [torch.zeros_like(leaf) for leaf in leaves]
    xs, ws = zip(*pairs, strict=True)
    found = torch.autograd.grad(xs, leaves, ws, allow_unused=True, create_graph=again, retain_graph=True)
    # torch marks some zeros as such, and crashes on the mark when its operators are watched.
    nothing = [g is None or g._is_zerotensor() for g in found]
    return [torch.zeros_like(leaf) if no else g for no, g, leaf in zip(nothing, found, leaves, strict=True)]


def _same_text(what: str, got: str, expected: str) -> None:
    if got != expected:
        raise _Differs(f"{what} should be {expected!r}, is {got!r}")


def _same_plain(what: str, got: Any, expected: Any) -> None:
    if got != expected:
        raise _Differs(f"{what} should be {expected}, are {got}")


def _same_error(mine: Callable[[], Any], theirs: Callable[[], Any], kind: Any) -> None:
    """Both raise, and the candidate the kind that torch promises."""
    try:
        theirs()
    except Exception as err:
        expected = kind if isinstance(err, kind) else type(err)
    else:
        return  # this torch, on this device, does not mind
    try:
        mine()
    except _Differs:
        raise
    except Exception as err:
        if not isinstance(err, expected):
            raise _Differs(f"should raise {_name(expected)}, raises {type(err).__name__}: {err}") from None
        return
    raise _Differs(f"should raise {_name(expected)}, raises nothing")


def _name(kind: Any) -> str:
    return " or ".join(k.__name__ for k in kind) if isinstance(kind, tuple) else kind.__name__
