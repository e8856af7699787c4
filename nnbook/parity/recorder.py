"""The notebook in which a candidate's behaviour is written down while it runs."""

from __future__ import annotations

import contextlib
import linecache
import os
import sys
import traceback
from collections.abc import Callable, Iterable, Iterator
from typing import Any

import torch

from nnbook.parity.inputs import Recipe, build, generator
from nnbook.parity.observation import CaseObservation, Record, plain
from nnbook.parity.operators import OperatorWatch
from nnbook.parity.spec import TOLERANCE, Tolerance

_HOUSE = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
_BANK = os.path.join(_HOUSE, "bank")
_TORCH = os.path.dirname(os.path.abspath(torch.__file__))
_STDLIB = os.path.dirname(os.path.abspath(os.__file__))
ERROR_KEY = "error"
# The kinds that torch distinguishes; anything else is recorded under its own name.
_KINDS = (IndexError, KeyError, NotImplementedError, ValueError, TypeError, AttributeError, RuntimeError)


class Recorder:
    """Records what one candidate does in one case.

    `rec(label, value)` records a tensor or plain data; `rec.stat`, `rec.sample` record random quantities; `rec.error`
    the kind of exception. `rec.tensor(recipe, ...)` draws a seeded input, `rec.generator(...)` gives a seeded source.
    """

    def __init__(self, case: CaseObservation, seed: int, device: str = "cpu", tolerance: Tolerance | None = None):
        self.case = case
        self.seed = seed
        self.device = device
        self.tolerance = tolerance
        self.watch = OperatorWatch(())
        self._suffix = ""
        self._largest = 0.0

    # -- what a scenario draws from ------------------------------------------------------------------------------------
    def generator(self, *key: object) -> torch.Generator:
        """A CPU generator for this case, seed and key."""
        return generator(self.seed, self.case.name, *key)

    def tensor(
        self, recipe: Recipe, *key: object, dtype: torch.dtype = torch.float32, strided: bool = False
    ) -> torch.Tensor:
        """Draw a recipe; the key tells apart two draws of one recipe in one case."""
        return build(recipe, self.generator("tensor", recipe.text, *key), dtype, self.device, strided)

    @contextlib.contextmanager
    def within(self, suffix: str) -> Iterator[None]:
        """Add `suffix` to every label recorded inside: the dtype, the mode, the number of the call."""
        before, self._suffix = self._suffix, self._suffix + suffix
        try:
            yield
        finally:
            self._suffix = before

    def fed(self, inputs: Iterable[torch.Tensor]) -> None:
        """What this case records from now on came of these inputs: the larger they are, the more is rounded."""
        for t in inputs:
            if t.is_floating_point() and t.numel():
                self._largest = max(self._largest, float(t.detach().abs().nan_to_num(0.0, 0.0).max()))

    def _tolerance(self, dtype: torch.dtype) -> Tolerance | None:
        usual = TOLERANCE.get(str(dtype).removeprefix("torch."))
        if usual is None or dtype not in (torch.float32, torch.float64):
            return usual
        return usual.for_inputs(self._largest, torch.finfo(dtype).eps)

    # -- what it writes down -------------------------------------------------------------------------------------------
    def _put(self, record: Record) -> None:
        record.label += self._suffix
        if record.label == ERROR_KEY:
            raise ValueError(f'"{ERROR_KEY}" is the name under which a case that broke off is kept: use another label')
        key, n = record.label, 2
        while key in self.case.records:
            key, n = f"{record.label} #{n}", n + 1
        self.case.records[key] = record

    def __call__(self, label: str, value: Any, tolerance: Tolerance | None = None) -> None:
        """Record a tensor, or anything that JSON can hold; tuples and dicts of tensors are recorded part by part."""
        if isinstance(value, torch.Tensor):
            tensor = value.detach()
            if tensor.layout != torch.strided:
                tensor = tensor.to_dense()
            tol = tolerance or self.tolerance or self._tolerance(tensor.dtype)
            extra = {"rtol": tol.rtol, "atol": tol.atol, "floor": tol.floor} if tol else {}
            # A snapshot: the candidate goes on and may change it in place.
            self._put(Record("tensor", label, None, torch.Tensor.clone(tensor).as_subclass(torch.Tensor), extra))
        elif isinstance(value, (tuple, list)) and any(isinstance(v, torch.Tensor) for v in value):
            self(f"number of parts of {label}", len(value))
            for i, v in enumerate(value):
                self(f"{label}[{i}]", v, tolerance)
        elif isinstance(value, dict) and any(isinstance(v, torch.Tensor) for v in value.values()):
            self(f"keys of {label}", list(value))
            for k, v in value.items():
                self(f"{label}[{k!r}]", v, tolerance)
        elif isinstance(value, float):
            self(label, torch.tensor(value, dtype=torch.float64), tolerance)
        else:
            self._put(Record("json", label, plain(value)))

    def stat(self, label: str, value: float, stderr: float) -> None:
        """Record a noisy measurement with its standard error; two of them differ only beyond seven joint errors."""
        self._put(Record("stat", label, plain(float(value)), None, {"stderr": float(stderr)}))

    def sample(self, label: str, tensor: torch.Tensor) -> None:
        """Record draws whose distribution, not whose values, is to be compared."""
        self._put(Record("sample", label, None, tensor.detach().reshape(-1).to(torch.float64).cpu().clone()))

    def error(self, label: str, run: Callable[[], Any]) -> None:
        """Run and record the kind of exception ("none" if it returns)."""
        try:
            run()
        except Exception as err:
            kind = error_kind(err)
            self._put(Record("json", label, "none" if kind is None else kind, None, {"message": _first_line(err)}))
        else:
            self._put(Record("json", label, "no error"))

    def failed(self, err: BaseException) -> None:
        """Record the exception that ended this case."""
        where = candidate_frame(err)
        extra = {"message": _first_line(err), "type": type(err).__name__, **where}
        self.case.records[ERROR_KEY] = Record("error", "error" + self._suffix, error_kind(err), None, extra)


def error_kind(err: BaseException) -> str:
    """The name under which an exception is compared: the first of torch's kinds that it is."""
    for kind in _KINDS:
        if isinstance(err, kind):
            return kind.__name__
    return type(err).__name__


def _first_line(err: BaseException) -> str:
    text = str(err).strip()
    return text.splitlines()[0][:300] if text else ""


def candidate_frame(err: BaseException) -> dict[str, Any]:
    """Function, line number and text of the deepest line of the candidate's own code, if there is one."""
    found: dict[str, Any] = {}
    for frame, line in traceback.walk_tb(err.__traceback__):
        path = frame.f_code.co_filename
        ours = path.startswith(_HOUSE) and not path.startswith(_BANK)
        if ours or path.startswith((_TORCH, _STDLIB, "<frozen")) or "site-packages" in path:
            continue
        found = {"line": line, "function": frame.f_code.co_name, "text": linecache.getline(path, line).strip()}
    return found


@contextlib.contextmanager
def quiet_world() -> Iterator[dict[str, Any]]:
    """Run with torch's global settings saved; afterwards they are put back, and what had been changed is told.

    The yielded dict is filled on exit: name of the setting -> value that the candidate left behind.
    """
    changed: dict[str, Any] = {}
    rng, dtype, grad = torch.get_rng_state(), torch.get_default_dtype(), torch.is_grad_enabled()
    deterministic, limit = torch.are_deterministic_algorithms_enabled(), sys.getrecursionlimit()
    try:
        yield changed
    finally:
        if torch.get_default_dtype() != dtype:
            changed["default dtype"] = str(torch.get_default_dtype())
            torch.set_default_dtype(dtype)
        if torch.is_grad_enabled() != grad:
            changed["gradient recording"] = torch.is_grad_enabled()
            torch.set_grad_enabled(grad)
        if torch.are_deterministic_algorithms_enabled() != deterministic:
            changed["deterministic algorithms"] = not deterministic
            torch.use_deterministic_algorithms(deterministic)
        sys.setrecursionlimit(limit)
        torch.set_rng_state(rng)
