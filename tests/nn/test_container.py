"""The containers of nnbook.nn beside torch's: the same operations must leave the same order, names and values."""

import copy
import operator
from collections import OrderedDict

import pytest
import torch

from nnbook import nn as scratch

LIBRARIES = pytest.mark.parametrize("nn", [torch.nn, scratch], ids=["torch", "scratch"])


def step(nn, number):
    """A module that multiplies by ten and adds a number, so that an output tells which modules ran in which order."""

    class Step(nn.Module):
        def __init__(self):
            super().__init__()
            self.number = number
            self.bias = nn.Parameter(torch.tensor(float(number)))

        def forward(self, input):
            return input * 10 + self.bias

        def extra_repr(self):
            return str(number)

    return Step()


def steps(nn, *numbers):
    return [step(nn, number) for number in numbers]


def plain(value):
    """A result as something that can be compared between the two libraries."""
    if isinstance(value, torch.Tensor):
        return value.tolist()
    if isinstance(value, (list, tuple)):
        return [plain(item) for item in value]
    if isinstance(value, dict):
        return {key: plain(item) for key, item in value.items()}
    return repr(value) if hasattr(value, "_modules") else value


def words(error):
    """An error without the one thing that may differ: the full names of classes and where objects stand in memory."""
    text = str(error).replace("torch.nn.modules.module.", "").replace("torch.nn.modules.container.", "")
    return text.replace("nnbook.nn.module.", "").replace("nnbook.nn.container.", "")


def after(nn, make, act):
    """Does something to a container and tells everything that can be seen afterwards."""
    container = make(nn)
    try:
        result = act(container, nn)
    except Exception as error:
        return type(error), words(error)
    seen = [plain(result), result is container]
    for one in [container, result] if hasattr(result, "_modules") else [container]:
        seen += [
            type(one).__name__,
            repr(one),
            list(one.state_dict()),
            [name for name, _ in one.named_children()],
            [name for name in dir(one) if name.isdigit()],
        ]
        if isinstance(one, nn.Sequential):
            seen.append(plain(one(torch.ones(()))) if None not in one else "holds None")
        if hasattr(one, "__len__"):
            seen += [len(one), [plain(item) for item in one]]
    return seen


def both(make, act):
    theirs, ours = after(torch.nn, make, act), after(scratch, make, act)
    assert ours == theirs
    return ours


# Sequential and ModuleList --------------------------------------------------------------------------------------------


def sequential(nn):
    return nn.Sequential(*steps(nn, 1, 2, 3))


def named_sequential(nn):
    return nn.Sequential(OrderedDict(zip("abc", steps(nn, 1, 2, 3), strict=True)))


def module_list(nn):
    return nn.ModuleList(steps(nn, 1, 2, 3))


def empty_list(nn):
    return nn.ModuleList()


def empty_sequential(nn):
    return nn.Sequential()


LIST_ACTS = {
    "nothing": lambda c, nn: None,
    "first": lambda c, nn: c[0],
    "last": lambda c, nn: c[-1],
    "index from a tensor": lambda c, nn: c[torch.tensor(1)],
    "too far": lambda c, nn: c[3],
    "too far back": lambda c, nn: c[-4],
    "index by text": lambda c, nn: c["0"],
    "slice": lambda c, nn: c[1:],
    "slice backwards": lambda c, nn: c[::-1],
    "empty slice": lambda c, nn: c[5:],
    "set": lambda c, nn: operator.setitem(c, 1, step(nn, 7)),
    "set from the end": lambda c, nn: operator.setitem(c, -1, step(nn, 7)),
    "set too far": lambda c, nn: operator.setitem(c, 3, step(nn, 7)),
    "set text": lambda c, nn: operator.setitem(c, 0, "text"),
    "set None": lambda c, nn: operator.setitem(c, 0, None),
    "delete": lambda c, nn: operator.delitem(c, 0),
    "delete the last": lambda c, nn: operator.delitem(c, -1),
    "delete a slice": lambda c, nn: operator.delitem(c, slice(0, 2)),
    "delete every other": lambda c, nn: operator.delitem(c, slice(None, None, 2)),
    "delete too far": lambda c, nn: operator.delitem(c, 3),
    "append": lambda c, nn: c.append(step(nn, 7)),
    "append text": lambda c, nn: c.append("text"),
    "extend": lambda c, nn: c.extend(steps(nn, 7, 8)),
    "extend by a generator": lambda c, nn: c.extend(s for s in steps(nn, 7, 8)),
    "extend by a number": lambda c, nn: c.extend(3),
    "extend by another": lambda c, nn: c.extend(nn.ModuleList(steps(nn, 7))),
    "insert": lambda c, nn: c.insert(1, step(nn, 7)),
    "insert at the front": lambda c, nn: c.insert(0, step(nn, 7)),
    "insert at the end": lambda c, nn: c.insert(len(c), step(nn, 7)),
    "insert from the end": lambda c, nn: c.insert(-1, step(nn, 7)),
    "pop": lambda c, nn: c.pop(1),
    "pop the last": lambda c, nn: c.pop(-1),
    "pop a slice": lambda c, nn: c.pop(slice(0, 2)),
    "pop too far": lambda c, nn: c.pop(9),
    "add": lambda c, nn: c + type(c)(*([steps(nn, 7, 8)] if isinstance(c, nn.ModuleList) else steps(nn, 7, 8))),
    "add a list": lambda c, nn: c + steps(nn, 7, 8),
    "add a number": lambda c, nn: c + 3,
    "add in place": lambda c, nn: operator.iadd(c, type(c)()),
    "add a list in place": lambda c, nn: operator.iadd(c, steps(nn, 7, 8)),
    "deepcopy": lambda c, nn: copy.deepcopy(c),
    "the same module twice": lambda c, nn: c.append(c[0]),
    "contains": lambda c, nn: c[0] in c,
}


@pytest.mark.parametrize("act", LIST_ACTS)
@pytest.mark.parametrize("make", [sequential, named_sequential, module_list, empty_list, empty_sequential])
def test_lists(make, act):
    both(make, LIST_ACTS[act])


SEQUENTIAL_ACTS = {
    "times": lambda c, nn: c * 2,
    "times from the left": lambda c, nn: 3 * c,
    "times in place": lambda c, nn: operator.imul(c, 3),
    "times one in place": lambda c, nn: operator.imul(c, 1),
    "times zero": lambda c, nn: c * 0,
    "times zero in place": lambda c, nn: operator.imul(c, 0),
    "times a fraction": lambda c, nn: c * 1.5,
    "times a fraction in place": lambda c, nn: operator.imul(c, 1.5),
    "insert too far": lambda c, nn: c.insert(4, step(nn, 7)),
    "insert too far back": lambda c, nn: c.insert(-4, step(nn, 7)),
    "insert at the very front": lambda c, nn: c.insert(-3, step(nn, 7)),
    "insert text": lambda c, nn: c.insert(0, "text"),
    "add to itself": lambda c, nn: c + c,
    "add with names": lambda c, nn: c + named_sequential(nn),
    "extend by another": lambda c, nn: c.extend(named_sequential(nn)),
    "nested": lambda c, nn: c.append(nn.Sequential(*steps(nn, 7, 8))),
    "bad argument": lambda c, nn: nn.Sequential(1),
    "list of modules": lambda c, nn: nn.Sequential(steps(nn, 1)),
    "name with a dot": lambda c, nn: nn.Sequential(OrderedDict({"a.b": step(nn, 1)})),
}


@pytest.mark.parametrize("act", SEQUENTIAL_ACTS)
def test_sequential(act):
    both(sequential, SEQUENTIAL_ACTS[act])


def test_sequential_plus_itself_in_place():
    # Torch stops here with "dictionary changed during iteration"; there is no reason to.
    model = sequential(scratch)
    model += model
    assert repr(model) == repr(sequential(scratch) * 2)


@LIBRARIES
def test_a_product_repeats_the_same_modules(nn):
    product = sequential(nn) * 2
    assert product[0] is product[3]
    assert len(list(product.parameters())) == 3


@LIBRARIES
def test_a_slice_of_a_subclass_is_of_that_class(nn):
    class Stack(nn.Sequential):
        pass

    class Layers(nn.ModuleList):
        pass

    assert type(Stack(*steps(nn, 1, 2))[:1]) is Stack
    assert type(Layers(steps(nn, 1, 2))[:1]) is Layers
    assert type(Stack(*steps(nn, 1)) + Stack()) is nn.Sequential


@pytest.mark.parametrize("numbers", [[], [1], [1, 1], [1, 1, 2, 1], [1, 2, 2, 2]])
def test_module_list_prints_equal_neighbours_once(numbers):
    def nested(nn):
        return nn.ModuleList([*steps(nn, *numbers), nn.Sequential(*steps(nn, *numbers)), nn.Sequential()])

    assert repr(nested(scratch)) == repr(nested(torch.nn))
    assert repr(scratch.ModuleList(steps(scratch, *numbers))) == repr(torch.nn.ModuleList(steps(torch.nn, *numbers)))


@LIBRARIES
def test_lists_cannot_be_called(nn):
    with pytest.raises(NotImplementedError, match='missing the required "forward" function'):
        nn.ModuleList()(1)
    with pytest.raises(NotImplementedError, match='missing the required "forward" function'):
        nn.ModuleDict()(1)


def test_containers_take_torch_modules():
    torch_model = torch.nn.Sequential(torch.nn.Linear(2, 3), torch.nn.ReLU())
    model = scratch.Sequential(*torch_model)
    assert model.insert(1, torch.nn.Dropout())[1].p == 0.5
    model.pop(1)
    assert repr(model + torch_model) == repr(torch_model + torch_model)
    x = torch.ones(1, 2)
    assert torch.equal(model(x), torch_model(x))
    model += torch_model
    assert len(model) == 4
    assert list(scratch.ModuleDict({"a": torch_model}).state_dict()) == ["a.0.weight", "a.0.bias"]


# ModuleDict -----------------------------------------------------------------------------------------------------------


def module_dict(nn):
    return nn.ModuleDict(zip("bac", steps(nn, 1, 2, 3), strict=True))


DICT_ACTS = {
    "nothing": lambda c, nn: None,
    "get": lambda c, nn: c["a"],
    "get nothing": lambda c, nn: c["z"],
    "set": lambda c, nn: operator.setitem(c, "z", step(nn, 7)),
    "set again": lambda c, nn: operator.setitem(c, "a", step(nn, 7)),
    "set a method's name": lambda c, nn: operator.setitem(c, "keys", step(nn, 7)),
    "set a number": lambda c, nn: operator.setitem(c, 1, step(nn, 7)),
    "set text": lambda c, nn: operator.setitem(c, "z", "text"),
    "delete": lambda c, nn: operator.delitem(c, "a"),
    "delete nothing": lambda c, nn: operator.delitem(c, "z"),
    "contains": lambda c, nn: ("a" in c, "z" in c),
    "clear": lambda c, nn: c.clear(),
    "pop": lambda c, nn: c.pop("a"),
    "pop nothing": lambda c, nn: c.pop("z"),
    "keys": lambda c, nn: list(c.keys()),
    "items": lambda c, nn: list(c.items()),
    "values": lambda c, nn: list(c.values()),
    "update by a dict": lambda c, nn: c.update({"z": step(nn, 7), "a": step(nn, 8)}),
    "update by another": lambda c, nn: c.update(nn.ModuleDict({"z": step(nn, 7)})),
    "update by pairs": lambda c, nn: c.update([("z", step(nn, 7)), ["y", step(nn, 8)]]),
    "update by a number": lambda c, nn: c.update(3),
    "update by numbers": lambda c, nn: c.update([3]),
    "update by triples": lambda c, nn: c.update([(1, 2, 3)]),
    "deepcopy": lambda c, nn: copy.deepcopy(c),
}


@pytest.mark.parametrize("act", DICT_ACTS)
def test_module_dict(act):
    both(module_dict, DICT_ACTS[act])


# ParameterList and ParameterDict --------------------------------------------------------------------------------------


def parameter_list(nn):
    return nn.ParameterList([torch.ones(2), nn.Parameter(torch.zeros(2, 3), requires_grad=False), "text"])


PARAMETER_LIST_ACTS = {
    "nothing": lambda c, nn: None,
    "kinds": lambda c, nn: [isinstance(value, nn.Parameter) for value in c],
    "get": lambda c, nn: c[-2],
    "too far": lambda c, nn: c[3],
    "slice": lambda c, nn: c[::-2],
    "set": lambda c, nn: operator.setitem(c, 0, torch.ones(5)),
    "set text over a parameter": lambda c, nn: operator.setitem(c, 0, "text"),
    "set over text": lambda c, nn: operator.setitem(c, 2, torch.ones(5)),
    "append": lambda c, nn: c.append(torch.ones(1)),
    "extend": lambda c, nn: c.extend([torch.ones(1), 5]),
    "extend by a tensor": lambda c, nn: c.extend(torch.ones(3)),
    "extend by a number": lambda c, nn: c.extend(3),
    "add in place": lambda c, nn: operator.iadd(c, [torch.ones(4)]),
    "call": lambda c, nn: c(1),
    "repr in a module": lambda c, nn: repr(nn.Sequential(c)),
    "double": lambda c, nn: c.double(),
    "deepcopy": lambda c, nn: copy.deepcopy(c),
}


@pytest.mark.parametrize("act", PARAMETER_LIST_ACTS)
def test_parameter_list(act):
    both(parameter_list, PARAMETER_LIST_ACTS[act])


def parameter_dict(nn):
    return nn.ParameterDict({"b": torch.ones(2), "a": nn.Parameter(torch.zeros(2, 3)), "note": "text"})


PARAMETER_DICT_ACTS = {
    "nothing": lambda c, nn: None,
    "get item": lambda c, nn: c["b"],
    "get nothing": lambda c, nn: c["z"],
    "get by number": lambda c, nn: c[1],
    "get": lambda c, nn: (c.get("b"), c.get("z"), c.get("z", 5)),
    "set": lambda c, nn: operator.setitem(c, "z", torch.ones(1)),
    "delete": lambda c, nn: operator.delitem(c, "a"),
    "delete nothing": lambda c, nn: operator.delitem(c, "z"),
    "contains": lambda c, nn: ("a" in c, "z" in c),
    "reversed": lambda c, nn: list(reversed(c)),
    "copy": lambda c, nn: c.copy(),
    "copy shares": lambda c, nn: c.copy()["a"] is c["a"],
    "setdefault": lambda c, nn: (c.setdefault("a", 1), c.setdefault("z", torch.ones(1)), c.setdefault("y")),
    "clear": lambda c, nn: c.clear(),
    "pop": lambda c, nn: c.pop("b"),
    "pop nothing": lambda c, nn: c.pop("z"),
    "popitem": lambda c, nn: c.popitem(),
    "popitem until empty": lambda c, nn: [c.popitem() for _ in range(4)],
    "fromkeys": lambda c, nn: c.fromkeys(["x", "y"], torch.ones(1)),
    "keys": lambda c, nn: list(c.keys()),
    "items": lambda c, nn: list(c.items()),
    "values": lambda c, nn: list(c.values()),
    "update by a dict": lambda c, nn: c.update({"z": torch.ones(1), "y": torch.ones(2)}),
    "update in order": lambda c, nn: c.update(OrderedDict({"z": torch.ones(1), "y": torch.ones(2)})),
    "update by another": lambda c, nn: c.update(nn.ParameterDict(OrderedDict({"z": 1, "y": 2}))),
    "update by pairs": lambda c, nn: c.update([("z", torch.ones(1)), ["y", 1]]),
    "update by a number": lambda c, nn: c.update(3),
    "update by numbers": lambda c, nn: c.update([3]),
    "update by triples": lambda c, nn: c.update([(1, 2, 3)]),
    "or": lambda c, nn: c | nn.ParameterDict({"b": torch.ones(9), "z": torch.ones(1)}),
    "or in place": lambda c, nn: operator.ior(c, nn.ParameterDict({"b": torch.ones(9)})),
    "ror": lambda c, nn: {"b": 1, "q": 2} | c,
    "call": lambda c, nn: c(1),
    "deepcopy": lambda c, nn: copy.deepcopy(c),
}


def without_library(value):
    """torch prints the full name of the class of each parameter in a ParameterDict; ours has another home."""
    if isinstance(value, str):
        return value.replace("nnbook.nn.parameter.", "torch.nn.parameter.")
    return [without_library(item) for item in value] if isinstance(value, (list, tuple)) else value


@pytest.mark.parametrize("act", PARAMETER_DICT_ACTS)
def test_parameter_dict(act):
    theirs, ours = (after(nn, parameter_dict, PARAMETER_DICT_ACTS[act]) for nn in (torch.nn, scratch))
    assert without_library(ours) == without_library(theirs)
