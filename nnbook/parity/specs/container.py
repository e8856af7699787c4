"""Sequential and ModuleList, told as stories: what one can do with a list, and what the module around it then sees."""

from __future__ import annotations

import copy
import operator
from collections import OrderedDict
from collections.abc import Callable
from functools import partial
from typing import Any

import torch

from nnbook.parity import Recorder, Scenario, ScenarioSpec, normal
from nnbook.parity.spec import Scope


class Affine(torch.nn.Module):
    """x W + b, spelled out: a child whose own arithmetic breaks no rule that is watched while a learner's code runs."""

    def __init__(self, weight: torch.Tensor, bias: torch.Tensor):
        super().__init__()
        self.weight = torch.nn.Parameter(weight)
        self.bias = torch.nn.Parameter(bias)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return x @ self.weight + self.bias


class Loud(torch.nn.Module):
    """Ten times its input in training, its input in evaluation: it shows the mode that it is in."""

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return 10 * x if self.training else x


class Split(torch.nn.Module):
    """One tensor in, two out."""

    def forward(self, x: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
        return x + 1, x * 2


class Join(torch.nn.Module):
    """A pair of tensors in, one out."""

    def forward(self, pair: tuple[torch.Tensor, torch.Tensor]) -> torch.Tensor:
        return pair[0] * pair[1]


class Counted(torch.nn.Module):
    """Has a buffer that counts its calls."""

    calls: torch.Tensor

    def __init__(self) -> None:
        super().__init__()
        self.register_buffer("calls", torch.zeros(()))

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        self.calls += 1
        return x


class Plus(torch.nn.Module):
    """Adds a number: has no parameters and tells one position from another."""

    def __init__(self, number: float):
        super().__init__()
        self.number = number

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return x + self.number


def _affine(rec: Recorder, name: str, size_in: int = 3, size_out: int = 3) -> Affine:
    weight = rec.tensor(normal(size_in, size_out).no_grad(), name)
    return Affine(weight, rec.tensor(normal(size_out).no_grad(), name))


def _several(rec: Recorder, count: int) -> list[Affine]:
    return [_affine(rec, f"child {i}") for i in range(count)]


def _x(rec: Recorder, *shape: int) -> torch.Tensor:
    return rec.tensor(normal(*(shape or (4, 3))), "x")


def _who(children: list[Any], items: Any) -> list[int]:
    """Which of `children` the items are, by identity; -1 for a stranger."""
    return [next((i for i, c in enumerate(children) if c is item), -1) for item in items]


def _tell(rec: Recorder, what: str, box: Any, children: list[Any]) -> None:
    """Everything that shows from outside: length, order, names, the flat state."""
    rec(f"length {what}", len(box))
    rec(f"modules {what}", _who(children, box))
    rec(f"names {what}", [name for name, _ in box.named_children()])
    rec(f"keys of the state_dict {what}", list(box.state_dict()))


def _run(rec: Recorder, what: str, run: Callable[[], Any]) -> None:
    """Record the outcome of a step whose error is what is asked about."""
    rec.error(f"kind of error {what}", run)


def _play(name: str, given: str, why: str = "", scope: Scope = "exercise") -> Callable[[Any], Scenario]:
    return lambda play: Scenario(name, play, given_text=given, why=why, scope=scope)


Make = Callable[[Any, list[Any]], Any]


def _one_by_one(c: Any, modules: list[Any]) -> Any:
    return c(*modules)


def _as_list(c: Any, modules: list[Any]) -> Any:
    return c(modules)


def _told(
    name: str, given: str, why: str = "", scope: Scope = "exercise"
) -> Callable[[Any], Callable[[Make], Scenario]]:
    """A story told of both containers: `make(c, modules)` builds one, in the way that it takes its modules."""

    def story(play: Any) -> Callable[[Make], Scenario]:
        return lambda make: Scenario(name, partial(play, make=make), given_text=given, why=why, scope=scope)

    return story


# -- Sequential --------------------------------------------------------------------------------------------------------


@_play("feeds each module's output to the next", "three layers of sizes 3, 5, 2, 4 with a tanh in between")
def _chain(c: Any, rec: Recorder) -> None:
    layers = [_affine(rec, "a", 3, 5), torch.nn.Tanh(), _affine(rec, "b", 5, 2), _affine(rec, "c", 2, 4)]
    model = c(*layers)
    x = _x(rec)
    y = model(x)
    rec("output", y)
    named = dict(model.named_parameters())
    grads = torch.autograd.grad(y.pow(2).sum(), [x, *named.values()])
    rec("gradient of the input", grads[0])
    for name, grad in zip(named, grads[1:], strict=True):
        rec(f"gradient of {name}", grad)
    rec("output of a second call, on one row", model(x[0]))


@_play("names the modules '0', '1', ... in their order", "twelve modules", "As text, '10' sorts before '2'.")
def _names(c: Any, rec: Recorder) -> None:
    layers = _several(rec, 12)
    model = c(*layers)
    _tell(rec, "", model, layers)
    rec("output", model(_x(rec) * 0.1))


@_play("takes names from an OrderedDict", "Sequential(OrderedDict([('second', a), ('act', Tanh()), ('first', b)]))")
def _ordered(c: Any, rec: Recorder) -> None:
    layers = [_affine(rec, "a", 3, 4), torch.nn.Tanh(), _affine(rec, "b", 4, 2)]
    names = OrderedDict(zip(("second", "act", "first"), layers, strict=True))
    model = c(names)
    _tell(rec, "", model, layers)
    rec("model.act is the second module", model.act is layers[1])
    rec("output", model(_x(rec)))
    rec("model[0] is the first module", model[0] is layers[0])
    names.clear()
    rec("length after the dictionary was emptied", len(model))
    one = c(OrderedDict(only=layers[0]))
    _tell(rec, "of a dictionary of one", one, layers)


@_play("runs the modules that it holds by then", "changes between the calls: append, [0] = a, insert, del")
def _changes(c: Any, rec: Recorder) -> None:
    layers, x = _several(rec, 4), _x(rec)
    model = c(layers[0])
    rec("output at first", model(x))
    model.append(layers[1])
    rec("output after append", model(x))
    model[0] = layers[2]
    rec("output after [0] =", model(x))
    model.insert(1, layers[3])
    rec("output after insert", model(x))
    del model[0]
    rec("output after del", model(x))


@_play("is the identity when it is empty", "Sequential() and Sequential(OrderedDict())")
def _empty(c: Any, rec: Recorder) -> None:
    x = _x(rec)
    for what, model in (("", c()), ("of an empty dictionary", c(OrderedDict()))):
        _tell(rec, what, model, [])
        rec(f"output {what}", model(x))
        rec(f"the output is the input itself {what}", model(x) is x)
        rec(f"items {what}", list(model))
    model = c()
    model.append(_affine(rec, "a"))
    rec("output after one append", model(x))


@_play(
    "hands on whatever a module returns",
    "a module that returns a pair before one that takes a pair",
    "Hand the result on as it is: only the modules know what it is.",
)
def _pairs(c: Any, rec: Recorder) -> None:
    x = _x(rec)
    rec("output of the pair's product", c(Split(), Join())(x))
    rec("output that is a pair", c(Plus(2.0), Split())(x))
    rec("output for a pair as input", c(Join(), Plus(1.0))((x, x + 3)))


@_play(
    "calls its modules, so that their hooks run",
    "a module with a forward hook that doubles its output",
    "module(x) runs hooks and forward; module.forward(x) runs forward alone.",
)
def _hooks(c: Any, rec: Recorder) -> None:
    layers = _several(rec, 2)
    model = c(*layers)
    layers[0].register_forward_hook(lambda module, given, result: result * 2)
    layers[1].register_forward_pre_hook(lambda module, given: (given[0] + 1,))
    rec("output", model(_x(rec)))


@_told("gives modules by position, from either end", "m[i] for i from -3 to 2, of three modules")
def _index(c: Any, rec: Recorder, make: Make) -> None:
    layers = _several(rec, 3)
    box = make(c, layers)
    for i in range(-3, 3):
        rec(f"module at {i}", _who(layers, [box[i]]))
    rec("modules of a loop", _who(layers, box))
    rec("modules of a second loop", _who(layers, box))
    rec("the first module is in it", layers[0] in box)


@_told("raises IndexError out of range", "positions 3, -4 and 7 of three modules, position 0 of none")
def _range(c: Any, rec: Recorder, make: Make) -> None:
    layers = _several(rec, 3)
    box = make(c, layers)
    for i in (3, -4, 7):
        _run(rec, f"of reading [{i}]", partial(operator.getitem, box, i))
        _run(rec, f"of setting [{i}]", partial(operator.setitem, box, i, Plus(1.0)))
        _run(rec, f"of deleting [{i}]", partial(operator.delitem, box, i))
    _tell(rec, "afterwards", box, layers)
    empty = make(c, [])
    _run(rec, "of reading [0] of nothing", lambda: empty[0])
    _run(rec, "of reading [-1] of nothing", lambda: empty[-1])


@_play(
    "slices into a Sequential under the old names",
    "slices of five modules, [1:4], [::-2], [-2:] and an empty one",
    "A slice is a Sequential of the same modules, each under the name it had.",
)
def _slices(c: Any, rec: Recorder) -> None:
    layers = _several(rec, 5)
    model = c(*layers)
    x = _x(rec)
    for text, part in (("[1:4]", model[1:4]), ("[::-2]", model[::-2]), ("[-2:]", model[-2:]), ("[4:2]", model[4:2])):
        rec(f"{text} is a Sequential", type(part) is c)
        _tell(rec, f"of {text}", part, layers)
        rec(f"output of {text}", part(x))
    _tell(rec, "of the whole afterwards", model, layers)
    named = c(OrderedDict(a=layers[0], b=layers[1], c=layers[2]))
    _tell(rec, "of a named one's [1:]", named[1:], layers)


@_told("shares its modules with its slices", "a slice in which one module is replaced and another is changed")
def _shared_slice(c: Any, rec: Recorder, make: Make) -> None:
    layers = [*_several(rec, 3), Plus(5.0)]
    box = make(c, layers[:3])
    part = box[1:]
    with torch.no_grad():
        part[0].bias += 1.0
    rec("bias of the module that both hold", box[1].bias)
    part[1] = layers[3]
    del part[0]
    _tell(rec, "of the slice", part, layers)
    _tell(rec, "of the whole", box, layers)


@_told("appends and extends at the end, and returns itself", "append, extend with a list and with a generator")
def _grow(c: Any, rec: Recorder, make: Make) -> None:
    layers = _several(rec, 7)
    box = make(c, layers[:1])
    rec("append returns the container", box.append(layers[1]) is box)
    _tell(rec, "after append", box, layers)
    rec("extend returns the container", box.extend([layers[2], layers[3]]) is box)
    _tell(rec, "after extend with a list", box, layers)
    box.extend(layer for layer in layers[4:5])
    _tell(rec, "after extend with a generator", box, layers)
    other = make(c, layers[5:])
    box.extend(other)
    _tell(rec, "after extend with another container", box, layers)
    _tell(rec, "of the other", other, layers)
    box.extend([])
    rec("length after extend with nothing", len(box))


@_told("inserts before a position and moves the later ones up", "insert at 0, in the middle and at the end")
def _insert(c: Any, rec: Recorder, make: Make) -> None:
    layers = _several(rec, 6)
    box = make(c, layers[:3])
    for position, i in ((0, 3), (2, 4), (5, 5)):
        box.insert(position, layers[i])
        _tell(rec, f"after insert at {position}", box, layers)
    empty = make(c, [])
    empty.insert(0, layers[0])
    _tell(rec, "of an empty one after insert", empty, layers)


@_play("inserts before a negative position", "insert at -1 and at -3 of three modules")
def _insert_negative(c: Any, rec: Recorder) -> None:
    layers = _several(rec, 5)
    model = c(*layers[:3])
    rec("insert returns the Sequential", model.insert(-1, layers[3]) is model)
    _tell(rec, "after insert at -1", model, layers)
    model.insert(-4, layers[4])
    _tell(rec, "after insert at -4", model, layers)
    rec("output", model(_x(rec)))


@_told("replaces a module in its place", "m[1] = a, then m[-1] = b")
def _set(c: Any, rec: Recorder, make: Make) -> None:
    layers = _several(rec, 5)
    box = make(c, layers[:3])
    box[1] = layers[3]
    _tell(rec, "after [1] =", box, layers)
    box[-1] = layers[4]
    _tell(rec, "after [-1] =", box, layers)
    rec("parameters belong to the new ones", _who([p for l in layers for p in l.parameters()], box.parameters()))


@_play("keeps a name when the module under it is replaced", "a named Sequential, model[-1] = a")
def _set_named(c: Any, rec: Recorder) -> None:
    layers = _several(rec, 4)
    model = c(OrderedDict(a=layers[0], b=layers[1], c=layers[2]))
    model[1] = layers[3]
    _tell(rec, "", model, layers)
    rec("model.b is the new module", model.b is layers[3])
    rec("output", model(_x(rec)))
    model.append(layers[1])
    _tell(rec, "after append", model, layers)


@_told(
    "numbers what is left anew after del",
    "del m[1], del m[-1], then an append",
    "Names must stay '0', '1', ... without a gap, or the next append takes a name that is in use.",
)
def _delete(c: Any, rec: Recorder, make: Make) -> None:
    layers = _several(rec, 6)
    box = make(c, layers[:5])
    del box[1]
    _tell(rec, "after del [1]", box, layers)
    del box[-1]
    _tell(rec, "after del [-1]", box, layers)
    box.append(layers[5])
    _tell(rec, "after append", box, layers)
    del box[0]
    _tell(rec, "after del [0]", box, layers)
    rec("module at 0", _who(layers, [box[0]]))
    rec("module at -1", _who(layers, [box[-1]]))


@_told("deletes slices", "del m[1:3], del m[::2], del m[:]")
def _delete_slices(c: Any, rec: Recorder, make: Make) -> None:
    layers = _several(rec, 7)
    box = make(c, layers)
    del box[1:3]
    _tell(rec, "after del [1:3]", box, layers)
    del box[::2]
    _tell(rec, "after del [::2]", box, layers)
    del box[-1:]
    _tell(rec, "after del [-1:]", box, layers)
    del box[:]
    _tell(rec, "after del [:]", box, layers)


@_play("adds up to a new Sequential", "a + b, where the second one has names of its own")
def _add(c: Any, rec: Recorder) -> None:
    layers = _several(rec, 4)
    one, two = c(*layers[:2]), c(OrderedDict(a=layers[2], b=layers[3]))
    total = one + two
    rec("a sum is a Sequential", type(total) is c)
    _tell(rec, "of a + b", total, layers)
    _tell(rec, "of a afterwards", one, layers)
    _tell(rec, "of b afterwards", two, layers)
    rec("output of a + b", total(_x(rec)))
    _tell(rec, "of a + empty", one + c(), layers)
    _tell(rec, "of b + a", two + one, layers)


@_told("grows in place with +=", "a += b, while another name still refers to a")
def _iadd(c: Any, rec: Recorder, make: Make) -> None:
    layers = _several(rec, 4)
    box = make(c, layers[:2])
    alias = box
    box += make(c, layers[2:])
    rec("+= keeps the container", box is alias)
    _tell(rec, "", alias, layers)


@_told(
    "may hold one module twice",
    "the modules a, b, a",
    "One module at two positions: two names in the state_dict, one set of parameters.",
)
def _twice(c: Any, rec: Recorder, make: Make) -> None:
    a, b, d = layers = _several(rec, 3)
    box = make(c, [a, b, a])
    rec("length", len(box))
    rec("modules", _who(layers, box))
    rec("keys of the state_dict", list(box.state_dict()))
    rec("names of the parameters", [n for n, _ in box.named_parameters()])
    x = _x(rec)
    y = _through(box, x)
    rec("output", y)
    rec("gradient of the shared weight", torch.autograd.grad(y.sum(), a.weight)[0])
    box[0] = d
    rec("modules after [0] is replaced", _who(layers, box))
    box[0] = a
    del box[0]
    rec("modules after del [0]", _who(layers, box))
    box.insert(0, a)
    box.append(b)
    rec("modules after insert and append", _who(layers, box))
    rec("keys of the state_dict afterwards", list(box.state_dict()))


def _through(box: Any, x: torch.Tensor) -> torch.Tensor:
    for layer in box:
        x = layer(x)
    return x


@_told("passes train() and eval() on", "a module that shows its mode, at two depths")
def _modes(c: Any, rec: Recorder, make: Make) -> None:
    box = make(c, [Loud(), make(c, [Loud(), Plus(1.0)])])
    rec("modes at first", [m.training for m in box.modules()])
    rec("eval() returns the container", box.eval() is box)
    rec("modes after eval()", [m.training for m in box.modules()])
    late = Loud()
    box.append(late)
    rec("mode of a module that is appended later", late.training)
    box.train()
    rec("modes after train()", [m.training for m in box.modules()])


@_play("runs a module as often as it stands there", "Sequential(a, b, a) and Sequential(a, a) on a batch")
def _twice_output(c: Any, rec: Recorder) -> None:
    a, b = _several(rec, 2)
    x = _x(rec)
    rec("output of a, b, a", c(a, b, a)(x))
    rec("output of a, a", c(a, a)(x))


@_play("runs differently in training and in evaluation when its modules do", "Sequential(Loud(), Plus(1))")
def _mode_output(c: Any, rec: Recorder) -> None:
    model, x = c(Loud(), Plus(1.0), c(Loud())), _x(rec)
    rec("output in training", model(x))
    y = model.eval()(x)
    rec("output in evaluation", y)
    rec("gradient of the input in evaluation", torch.autograd.grad(y.sum(), x)[0])
    rec("output in training again", model.train()(x))


@_told("nests, with dotted names", "one inside another, two levels deep")
def _nested(c: Any, rec: Recorder, make: Make) -> None:
    layers = _several(rec, 4)
    inner = make(c, [layers[1], make(c, [layers[2]])])
    box = make(c, [layers[0], inner, layers[3]])
    rec("length", len(box))
    rec("keys of the state_dict", list(box.state_dict()))
    rec("names of all modules", [n for n, _ in box.named_modules()])
    rec("box[1][1][0] is the innermost", box[1][1][0] is layers[2])
    inner.append(Counted())
    rec("keys after the inner one has grown", list(box.state_dict()))


@_play("computes through nested ones", "Sequential(a, Sequential(b, Sequential()), c)")
def _nested_output(c: Any, rec: Recorder) -> None:
    layers = _several(rec, 3)
    rec("output", c(layers[0], c(layers[1], c()), layers[2])(_x(rec)))


@_told("saves and loads its state", "a state_dict loaded into a fresh one, and a move to float64")
def _state(c: Any, rec: Recorder, make: Make) -> None:
    one, two = make(c, _several(rec, 2)), make(c, [_affine(rec, "x"), _affine(rec, "y")])
    for box in (one, two):
        box.append(Counted())
    two.load_state_dict(one.state_dict())
    for name, value in sorted(two.state_dict().items()):
        rec(f"{name} after loading", value)
    two.double()
    rec("dtypes after double()", sorted({str(p.dtype) for p in two.parameters()}))
    _through(two, _x(rec).double())
    rec("names of the buffers", [n for n, _ in two.named_buffers()])
    copied = copy.deepcopy(two)
    rec("a deepcopy has as many modules", len(copied))
    rec("a deepcopy has modules of its own", all(m is not o for m, o in zip(copied, two, strict=True)))


@_told("keeps two containers apart", "two containers that grow one after the other")
def _apart(c: Any, rec: Recorder, make: Make) -> None:
    layers = _several(rec, 4)
    one, two = make(c, layers[:1]), make(c, layers[1:2])
    one.append(layers[2])
    make(c, []).append(layers[3])
    _tell(rec, "of the first", one, layers)
    _tell(rec, "of the second", two, layers)


@_told("gives slices of a subclass that subclass", "class OwnSequential(Sequential)", scope="library")
def _subclass(c: Any, rec: Recorder, make: Make) -> None:
    layers = _several(rec, 3)
    box = make(type("Own", (c,), {}), layers)
    rec("type of a slice", type(box[1:]).__name__)
    rec("type of a sum", type(box + make(c, layers[:1])).__name__)


@_told("pops", "pop(1), pop(-1) and pop of a slice", scope="library")
def _pop(c: Any, rec: Recorder, make: Make) -> None:
    layers = _several(rec, 6)
    box = make(c, layers)
    rec("pop(1)", _who(layers, [box.pop(1)]))
    rec("pop(-1)", _who(layers, [box.pop(-1)]))
    _tell(rec, "afterwards", box, layers)
    rec("pop of a slice", _who(layers, box.pop(slice(0, 2))))
    _tell(rec, "after that", box, layers)
    _run(rec, "of pop(9)", lambda: box.pop(9))


@_play("multiplies", "a * 2, 2 * a, a *= 3", scope="library")
def _times(c: Any, rec: Recorder) -> None:
    layers = _several(rec, 2)
    model = c(*layers)
    _tell(rec, "of a * 2", model * 2, layers)
    _tell(rec, "of 2 * a", 2 * model, layers)
    model *= 3
    _tell(rec, "of a *= 3", model, layers)
    _run(rec, "of a * 0", lambda: model * 0)
    _run(rec, "of a * 1.5", lambda: model * 1.5)


@_told("prints its modules", "an empty one, three alike, and a nested one", scope="library")
def _repr(c: Any, rec: Recorder, make: Make) -> None:
    alike = [Plus(1.0), Plus(2.0), torch.nn.Tanh(), Plus(3.0)]
    # torch's own layers print differently named children alike
    rec("repr", [repr(make(c, [])), repr(make(c, alike)), repr(make(c, [torch.nn.Tanh(), make(c, alike)]))])
    rec("dir() without digits", [n for n in dir(make(c, alike)) if n.isdigit()])


@_told("takes a tensor as an index", "positions given as a tensor and as True", scope="library")
def _odd_index(c: Any, rec: Recorder, make: Make) -> None:
    layers = _several(rec, 3)
    box = make(c, layers)
    rec("module at tensor(2)", _who(layers, [box[torch.tensor(2)]]))
    rec("module at True", _who(layers, [box[True]]))
    _run(rec, "of a float index", lambda: box[1.0])
    _run(rec, "of a text index", lambda: box["0"])


@_play("says which arguments are no modules", "Sequential(3), append(3), a + [b], insert out of range", scope="library")
def _bad_sequential(c: Any, rec: Recorder) -> None:
    model = c(Plus(1.0))
    _run(rec, "of Sequential(3)", lambda: c(3))
    _run(rec, "of Sequential({})", lambda: c({"a": Plus(1.0)}))
    _run(rec, "of append(3)", lambda: model.append(3))
    _run(rec, "of a + [b]", lambda: operator.add(model, [Plus(1.0)]))
    _run(rec, "of a += [b]", lambda: operator.iadd(model, [Plus(1.0)]))
    _run(rec, "of insert at 5", lambda: model.insert(5, Plus(1.0)))
    _run(rec, "of insert(0, 3)", lambda: model.insert(0, 3))
    _run(rec, "of extend(3)", lambda: model.extend(3))
    _run(rec, "of two dictionaries", lambda: c(OrderedDict(), OrderedDict()))


@_play("numbers a named one after del", "a named Sequential, del model[0]")
def _delete_named(c: Any, rec: Recorder) -> None:
    layers = _several(rec, 3)
    model = c(OrderedDict(a=layers[0], b=layers[1], c=layers[2]))
    del model[0]
    _tell(rec, "", model, layers)


SEQUENTIAL = ScenarioSpec(
    torch.nn.Sequential,
    _chain,
    _names,
    _ordered,
    _changes,
    _empty,
    _pairs,
    _hooks,
    _index(_one_by_one),
    _range(_one_by_one),
    _slices,
    _shared_slice(_one_by_one),
    _grow(_one_by_one),
    _insert(_one_by_one),
    _insert_negative,
    _set(_one_by_one),
    _set_named,
    _delete(_one_by_one),
    _delete_slices(_one_by_one),
    _add,
    _iadd(_one_by_one),
    _twice(_one_by_one),
    _twice_output,
    _mode_output,
    _modes(_one_by_one),
    _nested(_one_by_one),
    _nested_output,
    _state(_one_by_one),
    _apart(_one_by_one),
    _subclass(_one_by_one),
    _pop(_one_by_one),
    _times,
    _repr(_one_by_one),
    _odd_index(_one_by_one),
    _delete_named,
    _bad_sequential,
)


# -- ModuleList --------------------------------------------------------------------------------------------------------


@_play("holds the modules of a list, named '0', '1', ...", "twelve modules", "As text, '10' sorts before '2'.")
def _list_names(c: Any, rec: Recorder) -> None:
    layers = _several(rec, 12)
    source = list(layers)
    box = c(source)
    source.clear()
    _tell(rec, "after the list was emptied", box, layers)
    rec("names of the parameters", [n for n, _ in box.named_parameters()])
    rec("output of a loop over it", _through(box, _x(rec) * 0.1))


@_play("takes any iterable", "a generator, a tuple, a dictionary's values, another ModuleList")
def _iterables(c: Any, rec: Recorder) -> None:
    layers = _several(rec, 3)
    _tell(rec, "of a generator", c(layer for layer in layers), layers)
    _tell(rec, "of a tuple", c(tuple(layers)), layers)
    _tell(rec, "of a dictionary's values", c({"a": layers[2], "b": layers[0]}.values()), layers)
    first = c(layers)
    second = c(first)
    second.append(layers[0])
    _tell(rec, "of another one, after an append", second, layers)
    _tell(rec, "of that other one", first, layers)


@_play("starts empty", "ModuleList(), ModuleList(None) and ModuleList([])")
def _list_empty(c: Any, rec: Recorder) -> None:
    layers = _several(rec, 1)
    for what, box in (("()", c()), ("(None)", c(None)), ("([])", c([]))):
        _tell(rec, f"of ModuleList{what}", box, layers)
        rec(f"items of ModuleList{what}", list(box))
        box.append(layers[0])
        _tell(rec, f"of ModuleList{what} after append", box, layers)
    _tell(rec, "of a later ModuleList()", c(), layers)


@_play("slices into a ModuleList numbered from 0", "slices of five modules, [1:4], [::-2], [-2:] and an empty one")
def _list_slices(c: Any, rec: Recorder) -> None:
    layers = _several(rec, 5)
    box = c(layers)
    for text, part in (("[1:4]", box[1:4]), ("[::-2]", box[::-2]), ("[-2:]", box[-2:]), ("[4:2]", box[4:2])):
        rec(f"{text} is a ModuleList", type(part) is c)
        _tell(rec, f"of {text}", part, layers)
    _tell(rec, "of the whole afterwards", box, layers)


@_play(
    "shows its parameters to the module around it",
    "a module whose attribute is a ModuleList, trained for one step",
    "This is what a plain list does not do.",
)
def _owner(c: Any, rec: Recorder) -> None:
    # the library's containers live in the library's own Module
    base: Any = next(k for k in c.__mro__ if k.__name__ == "Module")

    class Net(base):
        def __init__(self, layers: list[Affine]):
            super().__init__()
            self.layers = c(layers)

        def forward(self, x: torch.Tensor) -> torch.Tensor:
            for i in range(len(self.layers)):
                x = torch.tanh(self.layers[i](x))
            return x

    net = Net(_several(rec, 3))
    rec("names of the parameters", [n for n, _ in net.named_parameters()])
    y = net(_x(rec))
    rec("output", y)
    for name, grad in zip(
        [n for n, _ in net.named_parameters()], torch.autograd.grad(y.sum(), list(net.parameters())), strict=True
    ):
        rec(f"gradient of {name}", grad)
    net.layers.append(_affine(rec, "late"))
    rec("keys of the state_dict after an append", list(net.state_dict()))
    del net.layers[0]
    rec("keys of the state_dict after a del", list(net.state_dict()))


@_play("has no forward", "a call", "It is a list: what happens with the modules is for its owner to say.")
def _no_forward(c: Any, rec: Recorder) -> None:
    _run(rec, "of calling one of two modules", lambda: c(_several(rec, 2))(_x(rec)))
    _run(rec, "of calling an empty one", lambda: c()(_x(rec)))


@_play("adds up to a new ModuleList, with any iterable", "a + b, a + [module], a + a generator")
def _list_add(c: Any, rec: Recorder) -> None:
    layers = _several(rec, 4)
    one, two = c(layers[:2]), c(layers[2:])
    for text, total in (
        ("a + b", one + two),
        ("a + [module]", operator.add(one, [layers[3]])),
        ("a + a generator", one + (l for l in layers[2:])),
        ("a + a", one + one),
    ):
        rec(f"{text} is a ModuleList", type(total) is c)
        rec(f"length of {text}", len(total))
        rec(f"modules of {text}", _who(layers, total))
        rec(f"names of {text}", list(total.state_dict()))
    _tell(rec, "of a afterwards", one, layers)
    _tell(rec, "of b afterwards", two, layers)
    given = layers[2:]
    one + given
    rec("length of a list that was added, afterwards", len(given))


@_play("grows in place with += of any iterable", "a += [module], a += a generator")
def _list_iadd(c: Any, rec: Recorder) -> None:
    layers = _several(rec, 4)
    box = alias = c(layers[:1])
    box += [layers[1]]
    box += (layer for layer in layers[2:])
    rec("+= keeps the container", box is alias)
    _tell(rec, "", alias, layers)


@_play("says which arguments are no modules", "ModuleList(3), extend(3), append(3), ModuleList([3])", scope="library")
def _bad_list(c: Any, rec: Recorder) -> None:
    box = c([Plus(1.0)])
    _run(rec, "of ModuleList(3)", lambda: c(3))
    _run(rec, "of extend(3)", lambda: box.extend(3))
    _run(rec, "of append(3)", lambda: box.append(3))
    _run(rec, "of ModuleList([3])", lambda: c([3]))
    _run(rec, "of += 3", lambda: operator.iadd(box, 3))
    _run(rec, "of + 3", lambda: box + 3)
    _run(rec, "of [0] = 3", lambda: operator.setitem(box, 0, 3))


MODULE_LIST = ScenarioSpec(
    torch.nn.ModuleList,
    _list_names,
    _iterables,
    _list_empty,
    _index(_as_list),
    _range(_as_list),
    _list_slices,
    _shared_slice(_as_list),
    _grow(_as_list),
    _insert(_as_list),
    _set(_as_list),
    _delete(_as_list),
    _delete_slices(_as_list),
    _list_add,
    _iadd(_as_list),
    _list_iadd,
    _twice(_as_list),
    _modes(_as_list),
    _nested(_as_list),
    _owner,
    _no_forward,
    _state(_as_list),
    _apart(_as_list),
    _subclass(_as_list),
    _pop(_as_list),
    _repr(_as_list),
    _odd_index(_as_list),
    _bad_list,
)
