"""Comparing two sets of observations. Nothing of a candidate runs here: it sees tensors and plain data alone."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

import torch

from nnbook.parity.observation import CaseObservation, Observations, Record
from nnbook.parity.recorder import ERROR_KEY
from nnbook.parity.spec import Scope, Spec

# Two noisy measurements differ beyond seven joint standard errors (chance below 3e-12 for a right answer),
# two samples beyond this multiple of sqrt(1/n + 1/m) between their distribution functions (chance below 1e-10).
_SIGMAS = 7.0
_KOLMOGOROV = 3.5


@dataclass(frozen=True)
class CaseResult:
    """One case of a comparison; `message` says what was expected and what came, "" if the case passed."""

    name: str
    passed: bool
    message: str = ""
    given: str = ""
    why: str = ""


def compare(spec: Spec, seen: Observations, reference: Observations, scope: Scope = "exercise") -> list[CaseResult]:
    """One result per case of the reference, in the spec's order. A case that was not observed has failed."""
    results = []
    for case in spec.select(scope):
        expected = reference.cases.get(case.name)
        if expected is None:
            continue
        got = seen.cases.get(case.name)
        message = "it did not get this far" if got is None else first_difference(got, expected)
        results.append(CaseResult(case.name, message is None, message or "", case.given(spec.name), case.why))
    if not results:
        raise ValueError(f"{spec.name}: no case was compared, so nothing is proven")
    return results


def agree(a: CaseObservation, b: CaseObservation) -> bool:
    """Whether two observations of one case show the same behaviour, equal errors included."""
    return first_difference(a, b) is None


def first_difference(got: CaseObservation, expected: CaseObservation) -> str | None:
    """What differs first, in words; None if nothing does."""
    mine, theirs = got.records.get(ERROR_KEY), expected.records.get(ERROR_KEY)
    if mine is not None and theirs is None:
        return _raised(mine)
    settled = _settled(got, expected)
    for key, want in expected.records.items():
        if key == ERROR_KEY or key in settled:
            continue
        have = got.records.get(key)
        if have is None:
            if mine is not None:
                break
            return f"{want.label} is missing"
        message = _difference(have, want)
        if message:
            return message
    for key in got.records:
        if key not in expected.records:
            return f"there should be no {key}"
    if theirs is not None and (mine is None or mine.value != theirs.value):
        return f"should raise {theirs.value}" + (f", but raises {mine.value}" if mine else ", but raises nothing")
    return None


def _settled(got: CaseObservation, expected: CaseObservation) -> set[str]:
    """The tensors that agree beyond question, found in one go: a case has dozens, and most answers are nearly right.

    They are laid end to end by dtype and tolerance and compared without the allowance for scale that `_tensors` makes.
    Where one of them disagrees even so, none is settled, and each is looked at by itself.
    """
    groups: dict[tuple, list[tuple[str, torch.Tensor, torch.Tensor]]] = {}
    for key, want in expected.records.items():
        have = got.records.get(key)
        if want.kind == "tensor" and have is not None and have.kind == "tensor":
            a, b = have.tensor, want.tensor
            if a is not None and b is not None and a.shape == b.shape and a.dtype == b.dtype and b.is_floating_point():
                tolerance = (b.dtype, want.extra.get("rtol", 0.0), want.extra.get("atol", 0.0))
                groups.setdefault(tolerance, []).append((key, a, b))
    settled: set[str] = set()
    for (_, rtol, atol), rows in groups.items():
        x = torch.cat([a.reshape(-1) for _, a, _ in rows])
        y = torch.cat([b.reshape(-1) for _, _, b in rows])
        if bool(((x - y).abs() <= rtol * y.abs() + atol).all()):
            settled.update(key for key, _, _ in rows)
    return settled


def _raised(record: Record) -> str:
    kind, message = record.extra.get("type", record.value), record.extra.get("message", "")
    where = ""
    if record.extra.get("line"):
        text = record.extra.get("text")
        where = f", in {record.extra.get('function')}, line {record.extra['line']}" + (f": {text}" if text else "")
    at = record.label.removeprefix("error")
    return f"raises {kind}{f': {message}' if message else ''}{where}{at}"


def _difference(got: Record, want: Record) -> str | None:
    if got.kind != want.kind:
        return f"{want.label} should be {_kind(want)}, yours is {_kind(got)}"
    if want.kind == "tensor":
        return _tensors(got, want)
    if want.kind == "stat":
        return _stats(got, want)
    if want.kind == "sample":
        return _samples(got, want)
    return _values(got, want)


def _kind(record: Record) -> str:
    if record.kind == "tensor" and record.tensor is not None:
        return f"a tensor of shape {tuple(record.tensor.shape)}"
    return {"json": _show(record.value), "stat": "a measured number", "sample": "a sample"}.get(
        record.kind, record.kind
    )


def _show(value: Any) -> str:
    text = repr(value)
    return text if len(text) <= 100 else text[:97] + "..."


def _values(got: Record, want: Record) -> str | None:
    if got.value == want.value:
        return None
    label = want.label
    if isinstance(want.value, dict) and isinstance(got.value, dict):
        missing = [k for k in want.value if k not in got.value]
        extra = [k for k in got.value if k not in want.value]
        if missing or extra:
            parts = [f"is missing {', '.join(missing)}"] if missing else []
            parts += [f"has {', '.join(extra)} too many"] if extra else []
            return f"{label} {' and '.join(parts)}"
        k = next(k for k in want.value if want.value[k] != got.value[k])
        return f"{label}: {k} should be {_show(want.value[k])}, yours is {_show(got.value[k])}"
    if label.endswith("left unchanged") or (", " in label and isinstance(want.value, bool)):
        # such labels are claims: "its input, left unchanged"
        subject, claim = label.rsplit(", ", 1) if ", " in label else (label, "")
        return f"{subject} should be {claim}, yours is not" if want.value else f"{subject} should not be {claim}"
    if label == "kind of error":
        message = got.extra.get("message")
        return f"should raise {want.value}, yours: {got.value}" + (f" ({message})" if message else "")
    if isinstance(want.value, bool) and isinstance(got.value, bool):
        return f"should hold, but does not: {label}" if want.value else f"should not hold, but does: {label}"
    return f"{label} should be {_show(want.value)}, yours is {_show(got.value)}"


def _number(value: float) -> str:
    if value != value or math.isinf(value):
        return "NaN" if value != value else ("inf" if value > 0 else "-inf")
    return f"{value:.4g}" if value == 0 or 1e-3 <= abs(value) < 1e5 else f"{value:.3e}"


def _pair(expected: float, got: float) -> tuple[str, str]:
    """Two numbers with enough digits that one sees them differ."""
    a, b = _number(expected), _number(got)
    digits = 6
    while a == b and digits <= 17 and expected == expected:
        a, b = f"{expected:.{digits}g}", f"{got:.{digits}g}"
        digits += 2
    return a, b


def _tensors(got: Record, want: Record) -> str | None:
    a, b = got.tensor, want.tensor
    assert a is not None and b is not None
    if a.shape != b.shape:
        return f"{want.label} should have shape {tuple(b.shape)}, yours has {tuple(a.shape)}"
    if a.dtype != b.dtype:
        short = [str(t.dtype).removeprefix("torch.") for t in (b, a)]
        return f"{want.label} should be {short[0]}, yours is {short[1]}"
    if torch.equal(a, b) or b.numel() == 0:
        return None
    if not (b.is_floating_point() or b.is_complex()):
        wrong = a != b
    else:
        x, y = (a.to(torch.complex128), b.to(torch.complex128)) if b.is_complex() else (a.double(), b.double())
        finite = y[torch.isfinite(y)].abs()
        scale = max(1.0, float(finite.max())) if finite.numel() else 1.0
        rtol, atol, floor = (want.extra.get(name, 0.0) for name in ("rtol", "atol", "floor"))
        close = (x - y).abs() <= rtol * y.abs() + max(atol * scale, floor)
        wrong = ~(close | (x == y) | (torch.isnan(x) & torch.isnan(y)))
    count = int(wrong.sum())
    if not count:
        return None
    if b.dim() == 0:
        expected, mine = _pair(float(b.real), float(a.real))
        return f"{want.label} should be {expected}, yours is {mine}"
    where = tuple(int(i) for i in wrong.nonzero()[0])
    expected, mine = _pair(float(b[where].real), float(a[where].real))
    place = f"[{', '.join(map(str, where))}]"
    share = f" ({count} of {b.numel()} values differ)" if count > 1 else " (the other values are right)"
    return f"{want.label} at {place} should be {expected}, yours is {mine}{share if b.numel() > 1 else ''}"


def _stats(got: Record, want: Record) -> str | None:
    try:
        a, b = float(got.value), float(want.value)
        joint = math.hypot(float(got.extra.get("stderr", 0.0)), want.extra["stderr"])
    except (TypeError, ValueError):
        return f"{want.label} should be a number"
    # The candidate's own error estimate is not trusted to widen the margin.
    joint = min(joint, math.sqrt(2) * want.extra["stderr"])
    if abs(a - b) <= _SIGMAS * joint + 1e-12:
        return None
    return f"{want.label} should be about {b:.3g}, yours is {a:.3g}"


def _samples(got: Record, want: Record) -> str | None:
    a, b = got.tensor, want.tensor
    assert a is not None and b is not None
    if a.numel() != b.numel():
        return f"{want.label} should be {b.numel()} numbers, yours are {a.numel()}"
    if b.numel() == 0:
        return None
    if torch.equal(a, b):
        return None
    if bool((b == b[0]).all()):
        if bool((a - b[0]).abs().max() <= 1e-6 * max(1.0, abs(float(b[0])))):
            return None
        return f"{want.label} should all be {_number(float(b[0]))}, yours go {_range(a)}"
    if not bool(torch.isfinite(a).all()):
        return f"{want.label} should be finite"
    grid = torch.cat([a, b]).sort().values
    distance = (
        torch.searchsorted(a.sort().values, grid, right=True) / a.numel()
        - torch.searchsorted(b.sort().values, grid, right=True) / b.numel()
    )
    if float(distance.abs().max()) <= _KOLMOGOROV * math.sqrt(1 / a.numel() + 1 / b.numel()):
        return None
    return f"{want.label} should be spread with {_spread(b)}; yours with {_spread(a)}"


def _range(t: torch.Tensor) -> str:
    return f"from {_number(float(t.min()))} to {_number(float(t.max()))}"


def _spread(t: torch.Tensor) -> str:
    return f"mean {_number(float(t.mean()))}, std {_number(float(t.std()))}, {_range(t)}"
