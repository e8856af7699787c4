"""Identity, ParameterList and ParameterDict: what one can do with them, and what is then registered."""

from __future__ import annotations

from functools import partial
from typing import Any

import torch

from nnbook.parity import Case, ModuleSpec, Recorder, Scenario, ScenarioSpec, empty, normal


def _tensors(rec: Recorder, count: int) -> list[torch.Tensor]:
    return [rec.tensor(normal(2, 3).no_grad(), i) for i in range(count)]


def _told(rec: Recorder, what: str, box: Any) -> None:
    rec(f"length {what}", len(box))
    rec(f"names of parameters {what}", [n for n, _ in box.named_parameters()])
    rec(f"keys of the state_dict {what}", list(box.state_dict()))


def _list(c: Any, rec: Recorder) -> None:
    """three tensors and a number, then append, extend, +=, [1] =, a slice"""
    a, b, d, e = _tensors(rec, 4)
    box = c([a, 3.0, b])
    _told(rec, "at first", box)
    rec("kinds", [isinstance(v, torch.Tensor) for v in box])
    rec("append returns the list", box.append(d) is box)
    box.extend([e, "text"])
    box += [a]
    _told(rec, "after it grew", box)
    rec("the last but one", box[-2])
    box[1] = b
    rec("the replaced one", box[1])
    part = box[1:3]
    rec("the slice is one too", type(part) is c)
    _told(rec, "of the slice", part)
    for i in (9, -9):
        rec.error(f"kind of error of [{i}]", partial(box.__getitem__, i))
    rec.error("kind of error of a call", box)
    rec.error("kind of error of extend with a number", lambda: box.extend(3))
    rec("printed form", repr(c([torch.zeros(2), torch.zeros(3, dtype=torch.float64), 5])))


def _dict(c: Any, rec: Recorder) -> None:
    """a dict of two, then set, update, setdefault, pop, popitem, |, copy, fromkeys, clear"""
    a, b, d, e = _tensors(rec, 4)
    box = c({"first": a, "second": b})
    _told(rec, "at first", box)
    box["third"] = d
    box.update({"first": e, "fourth": 2.0})
    _told(rec, "after an update", box)
    rec("first", box["first"])
    rec("setdefault of one that is there", box.setdefault("second", d))
    rec("get of one that is not", box.get("nosuch", 7))
    rec("keys", list(box.keys()))
    rec("keys backwards", list(reversed(box)))
    both = box | c({"fifth": a})
    _told(rec, "of both", both)
    twin = box.copy()
    rec("what pop gives", box.pop("third"))
    rec("key of popitem", box.popitem()[0])
    _told(rec, "after they are gone", box)
    _told(rec, "of the copy", twin)
    _told(rec, "from keys", box.fromkeys(["x", "y"], a))
    rec.error("kind of error of a missing key", partial(box.__getitem__, "nosuch"))
    rec("printed form", repr(c({"a": torch.zeros(2), "n": 5})))
    box.clear()
    rec("length after clear", len(box))


def _trained(c: Any, rec: Recorder) -> None:
    """a gradient for each, converted to float64, loaded from another's state"""
    make = (lambda ts: c(ts)) if c.__name__ == "ParameterList" else (lambda ts: c(dict(zip("ab", ts, strict=True))))
    box, other = make(_tensors(rec, 2)), make(_tensors(rec, 2))
    sum((i + 1) * p.square().sum() for i, p in enumerate(box.parameters())).backward()  # type: ignore[union-attr]
    for name, p in box.named_parameters():
        rec(f"gradient of {name}", p.grad)
    box.double()
    rec("dtypes", [p.dtype for p in box.parameters()])
    other.load_state_dict(box.state_dict())
    for name, value in other.state_dict().items():
        rec(f"{name} after loading", value)


IDENTITY = ModuleSpec(
    torch.nn.Identity,
    Case("hands its input on", inputs=[normal(3, 4), empty(0, 2), normal()]),
    Case("takes any arguments, and ignores them", args=(54,), kwargs={"unused": 0.1}, inputs=[normal(2, 3)]),
)

PARAMETER_LIST = ScenarioSpec(
    torch.nn.ParameterList,
    Scenario("is a list whose tensors are parameters", _list),
    Scenario("is trained, converted and loaded", _trained),
)

PARAMETER_DICT = ScenarioSpec(
    torch.nn.ParameterDict,
    Scenario("is a dictionary whose tensors are parameters", _dict),
    Scenario("is trained, converted and loaded", _trained),
)
