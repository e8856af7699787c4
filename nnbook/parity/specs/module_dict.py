"""ModuleDict, told as stories: what one can do with a dictionary, and what the module around it then sees."""

from __future__ import annotations

import copy
from collections import OrderedDict
from functools import partial
from typing import Any

import torch

from nnbook.parity import Recorder, Scenario, ScenarioSpec
from nnbook.parity.specs.container import Affine, Counted, Loud, Plus, _affine, _several, _who, _x


def _tell(rec: Recorder, what: str, box: Any, children: list[Any]) -> None:
    """Everything that shows from outside: length, keys, order, identity, the flat state."""
    rec(f"length {what}", len(box))
    rec(f"keys {what}", list(box.keys()))
    rec(f"keys of a loop {what}", list(box))
    rec(f"modules {what}", _who(children, box.values()))
    rec(f"items {what}", [(key, *_who(children, [module])) for key, module in box.items()])
    rec(f"keys of the state_dict {what}", list(box.state_dict()))
    rec(f"children {what}", [name for name, _ in box.named_children()])


def _built(c: Any, rec: Recorder) -> None:
    """ModuleDict from a dict, an OrderedDict, a list of pairs, another ModuleDict, nothing"""
    layers = _several(rec, 3)
    names = ("second", "act", "first")
    pairs = list(zip(names, layers, strict=True))
    _tell(rec, "of a dict", c(dict(pairs)), layers)
    _tell(rec, "of an OrderedDict", c(OrderedDict(reversed(pairs))), layers)
    _tell(rec, "of a list of pairs", c(pairs), layers)
    _tell(rec, "of another ModuleDict", c(c(dict(pairs))), layers)
    for what, empty in (("of nothing", c()), ("of None", c(None)), ("of an empty dict", c({}))):
        _tell(rec, what, empty, layers)
    given = dict(pairs)
    box = c(given)
    given.clear()
    rec("length after the dict was emptied", len(box))
    rec("two that were built of nothing share nothing", _grown_apart(c, layers))


def _grown_apart(c: Any, layers: list[Any]) -> list[int]:
    one, two = c(), c()
    one["a"] = layers[0]
    return [len(one), len(two), len(c())]


def _read(c: Any, rec: Recorder) -> None:
    """a read by key, `in`, and keys that are not there"""
    layers = _several(rec, 2)
    box = c({"a": layers[0], "b": layers[1]})
    rec("what stands under each key", _who(layers, [box["b"], box["a"]]))
    rec("keys that are in it", ["a" in box, "b" in box, "c" in box])
    rec("names of methods that are in it", ["forward" in box, "training" in box])
    rec("a module is in it", layers[0] in box)
    rec.error("kind of error for a key that is not there", lambda: box["c"])
    rec.error("kind of error for deleting one", lambda: box.__delitem__("c"))
    rec.error("kind of error for pop of one", lambda: box.pop("c"))
    _tell(rec, "afterwards", box, layers)


def _write(c: Any, rec: Recorder) -> None:
    """d["c"] = m, then d["a"] = m over an old one, del d["b"], and d["b"] = m again"""
    layers = _several(rec, 5)
    box = c({"a": layers[0], "b": layers[1]})
    box["c"] = layers[2]
    _tell(rec, "with a new key", box, layers)
    box["a"] = layers[3]
    _tell(rec, "with a replaced one", box, layers)
    del box["b"]
    _tell(rec, "without a deleted one", box, layers)
    box["b"] = layers[4]
    _tell(rec, "with it back, last", box, layers)


def _pop(c: Any, rec: Recorder) -> None:
    """pop("b"), then clear()"""
    layers = _several(rec, 3)
    box = c({"a": layers[0], "b": layers[1], "c": layers[2]})
    rec("what pop returns", _who(layers, [box.pop("b")]))
    _tell(rec, "after pop", box, layers)
    rec("what clear returns", box.clear())
    _tell(rec, "after clear", box, layers)
    box["b"] = layers[0]
    _tell(rec, "filled again", box, layers)


def _update(c: Any, rec: Recorder) -> None:
    """update with a dict, with pairs, with another ModuleDict, with a generator of pairs"""
    layers = _several(rec, 7)
    box = c({"a": layers[0], "b": layers[1]})
    rec("what update returns", box.update({"b": layers[2], "z": layers[3]}))
    _tell(rec, "after a dict", box, layers)
    box.update([("y", layers[4]), ("a", layers[5])])
    _tell(rec, "after pairs", box, layers)
    other = c({"q": layers[6]})
    box.update(other)
    _tell(rec, "after another ModuleDict", box, layers)
    _tell(rec, "of the other", other, layers)
    box.update({})
    rec("length after nothing", len(box))


def _views(c: Any, rec: Recorder) -> None:
    """loops over keys, values and items, twice each, while a list of them is changed"""
    layers = _several(rec, 3)
    box = c({"x": layers[2], "a": layers[0], "m": layers[1]})
    for n in (1, 2):
        rec(f"keys of loop {n}", list(box))
        rec(f"values of loop {n}", _who(layers, list(box.values())))
        rec(f"items of loop {n}", [key for key, _ in box.items()])
    for key in list(box.keys()):
        del box[key]
    rec("length after all were deleted in a loop", len(box))
    rec("truth of an empty one", bool(box))


def _owned(c: Any, rec: Recorder) -> None:
    """a model that chooses one of its heads by name"""
    # the library's containers live in the library's own Module
    base: Any = next(k for k in c.__mro__ if k.__name__ == "Module")

    class Owner(base):
        def __init__(self, box: Any):
            super().__init__()
            self.heads = box

        def forward(self, x: torch.Tensor, name: str) -> torch.Tensor:
            return self.heads[name](x)

    layers = _several(rec, 2)
    model = Owner(c({"small": layers[0], "large": layers[1]}))
    rec("names of parameters", [name for name, _ in model.named_parameters()])
    x = _x(rec)
    for name in ("large", "small"):
        rec(f"output of {name}", model(x, name))
    model(x, "small").sum().backward()
    rec("parameters with a gradient", [n for n, p in model.named_parameters() if p.grad is not None])
    rec("gradient of small", layers[0].weight.grad)
    model.double()
    rec("dtypes after double()", [p.dtype for p in model.parameters()])


def _state(c: Any, rec: Recorder) -> None:
    """state_dict, loaded by another with the same keys; deepcopy"""
    one = c({"a": _affine(rec, "a"), "n": Counted()})
    two = c({"a": _affine(rec, "b"), "n": Counted()})
    one["n"](_x(rec))
    two.load_state_dict(one.state_dict())
    for name, value in two.state_dict().items():
        rec(f"{name} after loading", value)
    twin = copy.deepcopy(two)
    with torch.no_grad():
        twin["a"].weight.zero_()
    rec("the original after its copy was zeroed", two["a"].weight)
    rec("keys of the copy", list(twin))


def _modes(c: Any, rec: Recorder) -> None:
    """eval(), and a module that is put in afterwards"""
    box = c({"a": Loud(), "b": Loud()})
    x = _x(rec)
    box.eval()
    rec("outputs in evaluation", [box["a"](x), box["b"](x)])
    box["c"] = Loud()
    rec("modes with a new one", [m.training for m in box.values()])
    box.train()
    rec("modes in training", [m.training for m in box.values()])


def _twice(c: Any, rec: Recorder) -> None:
    """one module under two keys, a ModuleDict in a ModuleDict"""
    layer = _affine(rec, "a")
    box = c({"one": layer, "two": layer})
    rec("number of parameters", len(list(box.parameters())))
    rec("keys of the state_dict", list(box.state_dict()))
    rec("the same under both keys", box["one"] is box["two"])
    outer = c({"inner": box, "plus": Plus(2.0)})
    rec("keys of the nested state_dict", list(outer.state_dict()))
    rec("it is the module itself", outer["inner"]["two"] is layer)


def _not_called(c: Any, rec: Recorder) -> None:
    """ModuleDict({"a": Plus(1)})(x)"""
    rec.error("kind of error of a call", partial(c({"a": Plus(1.0)}), _x(rec)))


def _refused(c: Any, rec: Recorder) -> None:
    """a number as a key, a key with a dot, an empty one, a string as a module"""
    box = c()
    for what, key, module in (
        ("a number as a key", 3, Plus(1.0)),
        ("a key with a dot", "a.b", Plus(1.0)),
        ("an empty key", "", Plus(1.0)),
        ("a module that is none", "a", "text"),
    ):
        rec.error(f"kind of error for {what}", partial(box.__setitem__, key, module))
    rec("length afterwards", len(box))
    rec.error("kind of error of update with a number", lambda: box.update(3))
    rec.error("kind of error of update with a list of threes", lambda: box.update([(1, 2, 3)]))
    rec("printed form", repr(c({"a": Plus(1.0), "b": c()})))


def _keeps_none(c: Any, rec: Recorder) -> None:
    """a key with None instead of a module"""
    box = c({"a": Affine(torch.ones(2, 2), torch.ones(2)), "nothing": None})
    rec("keys", list(box))
    rec("keys of the state_dict", list(box.state_dict()))


MODULE_DICT = ScenarioSpec(
    torch.nn.ModuleDict,
    Scenario("takes a dict, pairs, another ModuleDict or nothing", _built),
    Scenario("gives modules by key, and raises KeyError", _read),
    Scenario("sets, replaces in its place, and deletes", _write),
    Scenario("pops and clears", _pop),
    Scenario("is updated from whatever it can be built of", _update),
    Scenario("is looped over in the order of its keys", _views),
    Scenario("registers its modules with the owner", _owned),
    Scenario("saves, loads and copies", _state),
    Scenario("hands the mode on", _modes),
    Scenario("holds one module under two keys, and nests", _twice),
    Scenario("has no forward of its own", _not_called),
    Scenario("refuses what is no name or no module", _refused, scope="library"),
    Scenario("keeps a place for None", _keeps_none, scope="library"),
)
