"""Module: stories told to a base class. What is inside is its own affair; what a subclass can see is recorded."""

import copy
import io
import pickle
from collections import OrderedDict
from collections.abc import Callable
from functools import partial
from typing import Any

import torch
from torch.nn import Parameter

from nnbook.parity import Recorder, Scenario, ScenarioSpec, normal


def _draw(rec: Recorder, *shape: int, key: object = 0) -> torch.Tensor:
    return rec.tensor(normal(*shape).no_grad(), key)


def _classes(base: Any) -> tuple[Any, Any]:
    """A layer with two parameters, and a block with a parameter, two buffers and two layers of its own."""

    class Layer(base):
        def __init__(self, rec: Recorder, inputs: int, outputs: int, key: object = 0):
            super().__init__()
            self.weight = Parameter(_draw(rec, outputs, inputs, key=("w", key)))
            self.bias = Parameter(_draw(rec, outputs, key=("b", key)))
            self.sizes = (inputs, outputs)

        def forward(self, x: torch.Tensor) -> torch.Tensor:
            return x @ self.weight.T + self.bias

    class Block(base):
        def __init__(self, rec: Recorder, key: object = 0):
            super().__init__()
            self.first = Layer(rec, 3, 4, (key, 1))
            self.scale = Parameter(_draw(rec, 4, key=("s", key)))
            self.register_buffer("shift", _draw(rec, 4, key=("h", key)))
            self.second = Layer(rec, 4, 2, (key, 2))
            self.register_buffer("calls", torch.tensor(3))

        def forward(self, x: torch.Tensor) -> torch.Tensor:
            return self.second(torch.tanh(self.first(x)) * self.scale + self.shift)

    return Layer, Block


def _net(base: Any, rec: Recorder) -> Any:
    """A tree of three levels: net, two blocks, their layers."""
    _, block = _classes(base)

    class Net(base):
        def __init__(self) -> None:
            super().__init__()
            self.gain = Parameter(_draw(rec, 1, key="gain"))
            self.left = block(rec, "left")
            self.right = block(rec, "right")

        def forward(self, x: torch.Tensor) -> torch.Tensor:
            return self.left(x) + self.right(x) * self.gain

    return Net()


def _names(pairs: Any) -> list[str]:
    return [name for name, _ in pairs]


def _keys(module: Any) -> list[str]:
    return sorted(module.state_dict())


# -- assigning ---------------------------------------------------------------------------------------------------------


def _registers_parameters(base: Any, rec: Recorder) -> None:
    """`self.weight = nn.Parameter(...)` in a subclass"""
    layer, _ = _classes(base)
    one, two = layer(rec, 3, 2), layer(rec, 4, 5)
    rec("names", _names(one.named_parameters()))
    listed = list(one.parameters())
    rec("the parameters listed are those assigned", listed[0] is one.weight and listed[1] is one.bias)
    rec("its type", isinstance(one.weight, Parameter))
    rec("its shape in another object", list(two.weight.shape))
    rec("parameters of another object", len(list(two.parameters())))
    rec("an ordinary attribute", one.sizes)
    rec("keys of the state_dict", _keys(one))
    late = Parameter(torch.ones(3))
    one.late = late
    rec("names, one added later", _names(one.named_parameters()))
    frozen = Parameter(torch.ones(1), requires_grad=False)
    one.frozen = frozen
    rec("a frozen one counts too", _names(one.named_parameters()))
    rec("parameters, a frozen one among them", len(list(one.parameters())))
    rec("names, one added to another object", _names(two.named_parameters()))


def _registers_children(base: Any, rec: Recorder) -> None:
    """modules assigned to attributes of modules"""
    _, block = _classes(base)
    one, two = block(rec, 1), block(rec, 2)
    rec("names of the children", _names(one.named_children()))
    rec("children", [c is d for c, d in zip(one.children(), (one.first, one.second), strict=True)])
    rec("children of a leaf", len(list(one.first.children())))
    one.extra = two
    rec("names after one more", _names(one.named_children()))
    rec("number of modules", [len(list(one.modules())), len(list(two.modules()))])
    rec("keys of the state_dict", _keys(one))


def _plain_attributes(base: Any, rec: Recorder) -> None:
    """numbers, plain tensors, and lists of parameters and modules as attributes"""
    layer, _ = _classes(base)

    class Model(base):
        def __init__(self) -> None:
            super().__init__()
            self.number: Any = 3
            self.tensor = torch.ones(2)
            self.wants_grad = torch.ones(2, requires_grad=True)
            self.listed = [Parameter(torch.ones(2)), layer(rec, 3, 2)]
            self.by_name = {"a": Parameter(torch.ones(2))}
            self.nothing = None
            self._value = 1.0

        @property
        def doubled(self) -> float:
            return self._value * 2

        @doubled.setter
        def doubled(self, value: float) -> None:
            self._value = value / 2

    model = Model()
    rec("parameters", _names(model.named_parameters()))
    rec("buffers", _names(model.named_buffers()))
    rec("children", _names(model.named_children()))
    rec("keys of the state_dict", _keys(model))
    rec("what they read", [model.number, model.nothing, model._value, len(model.listed)])
    model.doubled = 10.0
    rec("after a property was set", [model._value, model.doubled])
    model.number = "three"
    rec("an attribute changed", model.number)
    del model.number
    rec("an attribute deleted", hasattr(model, "number"))


def _buffers(base: Any, rec: Recorder) -> None:
    """register_buffer, with persistent=True and persistent=False"""
    module = base()
    first, second = _draw(rec, 3, key=1), _draw(rec, 2, key=2)
    module.register_buffer("mean", first)
    module.register_buffer("scratch", second, persistent=False)
    module.register_buffer("later", None)
    module.register_buffer("count", torch.tensor(0), True)
    rec("names", _names(module.named_buffers()))
    rec("tensors", [b.shape for b in module.buffers()])
    rec("parameters", _names(module.named_parameters()))
    rec("keys of the state_dict", _keys(module))
    rec("the tensor itself", [module.mean is first, module.scratch is second, module.later is None])
    module.mean = module.mean + 1
    module.scratch = torch.zeros(5)
    module.later = torch.ones(4)
    rec("mean after it was replaced", module.state_dict()["mean"])
    rec("names after some were replaced", _names(module.named_buffers()))
    rec("keys of the state_dict after some were replaced", _keys(module))
    rec("another object's buffers", _names(base().named_buffers()))
    # the same names, the other way round: in another object of the class, and in a child
    other, module.child = base(), base()
    for one in (other, module.child):
        one.register_buffer("scratch", torch.ones(2))
        one.register_buffer("mean", torch.ones(3), persistent=False)
    rec("keys of another object's state_dict", _keys(other))
    rec("keys of the state_dict with a child", _keys(module))
    other.register_buffer("mean", torch.zeros(3))
    other.register_buffer("scratch", torch.zeros(2), persistent=False)
    rec("keys after both were registered again", _keys(other))


def _none(base: Any, rec: Recorder) -> None:
    """None assigned to a parameter, to a buffer and to a child"""
    _, block = _classes(base)
    one = block(rec)
    one.scale = None
    one.shift = None
    one.first = None
    rec("what they read", [one.scale is None, one.shift is None, one.first is None])
    rec("parameters", _names(one.named_parameters()))
    rec("buffers", _names(one.named_buffers()))
    rec("children", _names(one.named_children()))
    rec("modules", _names(one.named_modules()))
    rec("keys of the state_dict", _keys(one))
    one.double().eval().zero_grad()
    one.shift = torch.ones(4)
    one.scale = Parameter(torch.ones(4))
    rec("filled again", [sorted(_names(one.named_parameters())), sorted(_names(one.named_buffers()))])
    rec("keys of the state_dict, filled again", _keys(one))


def _replaces(base: Any, rec: Recorder) -> None:
    """a second assignment under the same name"""
    layer, block = _classes(base)
    one = block(rec)
    weight, child = Parameter(torch.ones(4)), layer(rec, 5, 1)
    one.scale = weight
    one.first = child
    rec("what they read", [one.scale is weight, one.first is child])
    rec("names", [n for n in _names(one.named_parameters()) if "first" in n or n == "scale"])
    rec("number of parameters", len(list(one.parameters())))
    rec("children", sorted(_names(one.named_children())))
    one.note = 1
    one.other = "text"
    one.note = Parameter(torch.zeros(2))
    one.other = layer(rec, 2, 2)
    rec("an ordinary attribute that became a parameter", isinstance(one.note, Parameter))
    rec("one that became a child", one.other is list(one.children())[-1])
    rec("keys of the state_dict", _keys(one))


def _keeps_kinds(base: Any, rec: Recorder) -> None:
    """a number or a tensor assigned to the name of a parameter, a child, a buffer"""
    layer, block = _classes(base)
    one = block(rec)
    for name, value in (("scale", torch.ones(4)), ("scale", 1.0), ("first", torch.tanh), ("first", 2), ("shift", 3.0)):
        what = "a tensor" if isinstance(value, torch.Tensor) else repr(value) if not callable(value) else "a function"
        rec.error(f"error when {name} is given {what}", partial(setattr, one, name, value))
    rec.error("error when scale is given a child", partial(setattr, one, "scale", layer(rec, 2, 2)))
    rec("parameters afterwards", _names(one.named_parameters()))
    rec("keys afterwards", _keys(one))


def _deletes(base: Any, rec: Recorder) -> None:
    """`del` of a parameter, a buffer and a child"""
    _, block = _classes(base)
    one = block(rec)
    one.register_buffer("scratch", torch.ones(1), persistent=False)
    del one.scale, one.shift, one.first, one.scratch
    rec("still there", [hasattr(one, n) for n in ("scale", "shift", "first", "scratch", "second")])
    rec("parameters", _names(one.named_parameters()))
    rec("buffers", _names(one.named_buffers()))
    rec("children", _names(one.named_children()))
    rec("keys of the state_dict", _keys(one))
    rec.error("reading what was deleted", lambda: one.scale)
    rec.error("deleting what was never there", lambda: delattr(one, "nowhere"))
    one.register_buffer("scratch", torch.ones(1))
    one.shift = 3.0
    rec("keys of the state_dict, a buffer of the same name made anew", _keys(one))
    rec("a name free again", one.shift)


def _before_init(base: Any, rec: Recorder) -> None:
    """a subclass that has not called super().__init__() yet"""
    layer, _ = _classes(base)

    class Late(base):
        def __init__(self, act: Callable[[Any], Any]):
            act(self)

    rec.error("a parameter", lambda: Late(lambda m: setattr(m, "weight", Parameter(torch.ones(1)))))
    rec.error("a child", lambda: Late(lambda m: setattr(m, "child", layer(rec, 3, 2))))
    rec.error("a buffer", lambda: Late(lambda m: m.register_buffer("mean", torch.ones(1))))
    rec.error("reading an unknown name", lambda: Late(lambda m: m.unknown))
    early = Late(lambda m: setattr(m, "size", 3))
    rec("an ordinary attribute", early.size)
    whole = base()
    rec.error("reading an unknown name of a finished module", lambda: whole.unknown)
    rec("hasattr of an unknown name", hasattr(whole, "unknown"))
    rec("getattr with a default", getattr(whole, "unknown", 7))


def _calls(base: Any, rec: Recorder) -> None:
    """a module called with positional and keyword arguments"""

    class Add(base):
        def forward(self, a: Any, b: Any = 1, *more: Any, scale: Any = 1, **named: Any) -> Any:
            return a + b * scale + sum(more), sorted(named)

    add = Add()
    rec("results", [add(1), add(1, 2), add(1, b=3, scale=2), add(1, 2, 3, 4, other=5)])

    class Silent(base):
        pass

    rec.error("without a forward", lambda: Silent()(1))


# -- walking -----------------------------------------------------------------------------------------------------------


def _walks(base: Any, rec: Recorder) -> None:
    """a tree of three levels"""
    net = _net(base, rec)
    rec("named_parameters", _names(net.named_parameters()))
    rec("named_buffers", _names(net.named_buffers()))
    rec("named_modules", _names(net.named_modules()))
    rec("named_children", _names(net.named_children()))
    rec("modules", [type(m).__name__ for m in net.modules()])
    rec("the first of modules() is the module itself", next(iter(net.modules())) is net)
    rec("parameters, in the order of their names", [list(p.shape) for p in net.parameters()])
    rec(
        "pairs belong together",
        all(net.left.first.weight is p for n, p in net.named_parameters() if n == "left.first.weight"),
    )
    rec("buffers", [list(b.shape) for b in net.buffers()])
    rec("keys of the state_dict", _keys(net))
    rec("an empty module", [_names(base().named_parameters()), _names(base().named_modules()), _keys(base())])


def _iterators(base: Any, rec: Recorder) -> None:
    """next() of each walk"""
    _, block = _classes(base)
    one = block(rec)
    rec("first parameter", next(one.parameters()).shape)
    rec("first name", next(one.named_parameters())[0])
    rec("first buffer", next(one.buffers()).shape)
    rec("first buffer's name", next(one.named_buffers())[0])
    rec("first child", next(one.children()) is one.first)
    rec("first child's name", next(one.named_children())[0])
    rec("first module", next(one.modules()) is one)
    rec("first module's name", next(one.named_modules())[0])


def _prefix(base: Any, rec: Recorder) -> None:
    """prefix= and recurse= of the walks"""
    net = _net(base, rec)
    rec("named_parameters(prefix)", _names(net.named_parameters(prefix="net")))
    rec("named_buffers(prefix)", _names(net.named_buffers(prefix="net")))
    rec("named_modules(prefix)", _names(net.named_modules(prefix="net")))
    rec("named_parameters(recurse=False)", _names(net.named_parameters(recurse=False)))
    rec("parameters(recurse=False)", [list(p.shape) for p in net.left.parameters(recurse=False)])
    rec("named_buffers(recurse=False)", _names(net.left.named_buffers(recurse=False)))
    rec("buffers(recurse=False)", [list(b.shape) for b in net.buffers(recurse=False)])
    rec("both", _names(net.left.named_parameters(prefix="a.b", recurse=False)))
    rec("both, by position", _names(net.left.named_buffers("a", False)))


def _shared(base: Any, rec: Recorder) -> None:
    """a parameter, a buffer and a child under two names each"""
    layer, block = _classes(base)
    one = block(rec)
    twin = layer(rec, 3, 4, "twin")
    twin.weight = one.first.weight
    one.twin = twin
    one.same = one.first
    one.second.register_buffer("shift", one.shift)
    one.equal = Parameter(one.scale.detach().clone())
    rec("named_parameters", _names(one.named_parameters()))
    rec("parameters", [list(p.shape) for p in one.parameters()])
    rec("named_buffers", _names(one.named_buffers()))
    rec("buffers", len(list(one.buffers())))
    rec("named_modules", _names(one.named_modules()))
    rec("modules", len(list(one.modules())))
    rec("named_children", _names(one.named_children()))
    rec("children", len(list(one.children())))
    rec("keys of the state_dict", _keys(one))
    rec("a second walk", _names(one.named_parameters()))


# -- saving and loading ------------------------------------------------------------------------------------------------


def _saves(base: Any, rec: Recorder) -> None:
    """state_dict() of a tree"""
    net = _net(base, rec)
    net.left.register_buffer("scratch", torch.ones(3), persistent=False)
    net.left.scale.requires_grad_(False)
    state = net.state_dict()
    rec("keys", sorted(state))
    for key in sorted(state):
        rec(key, state[key])
    rec("any that require a gradient", [k for k in sorted(state) if state[k].requires_grad])
    with torch.no_grad():
        net.gain += 1
    rec("gain, seen through the saved entry", state["gain"])
    rec("is the parameter itself untouched", isinstance(net.gain, Parameter) and net.gain.requires_grad)
    state.pop("gain")
    rec("keys after the dict was changed", _keys(net))


def _loads(base: Any, rec: Recorder) -> None:
    """the state_dict of one module loaded into another"""
    net, other = _net(base, rec), _net(base, rec)
    with torch.no_grad():
        for p in other.parameters():
            p += torch.linspace(0, 1, p.numel()).reshape(p.shape).to(p)
        other.left.shift.mul_(2)
        other.right.calls.add_(4)
    before = dict(net.named_parameters())
    buffers = dict(net.named_buffers())
    state = {
        k: v.double() if v.is_floating_point() and k.startswith("left") else v for k, v in other.state_dict().items()
    }
    # a saved entry may well require a gradient of its own
    state["gain"] = state["gain"].clone().requires_grad_()
    keys, held = list(state), net.state_dict()
    for p in net.parameters():
        p.grad = torch.ones_like(p)
    result = net.load_state_dict(state)
    rec("missing and unexpected keys", [list(result.missing_keys), list(result.unexpected_keys)])
    rec("the keys of the dict that was loaded, left unchanged", list(state) == keys)
    rec("gradients that were there stay", all(p.grad is not None for p in net.parameters()))
    rec("an earlier state_dict follows", all(torch.equal(held[n], t) for n, t in net.state_dict().items()))
    for name, value in sorted(net.state_dict().items()):
        rec(name, value)
    rec("the same parameter objects", all(before[n] is p for n, p in net.named_parameters()))
    rec("buffers that somebody holds follow", all(torch.equal(buffers[n], b) for n, b in net.named_buffers()))
    rec("parameters are leaves that require a gradient", [p.is_leaf and p.requires_grad for p in net.parameters()])
    state["right.scale"].add_(100)
    state["right.shift"].add_(100)
    reached = [bool((net.right.scale > 50).any()), bool((net.right.shift > 50).any())]
    rec("a later change of the dict reaches the module", reached)
    rec("the dict keeps its keys", sorted(state))
    x = _draw(rec, 2, 3, key="x")
    rec("output", net(x))


def _loads_shared(base: Any, rec: Recorder) -> None:
    """a shared parameter saved and loaded"""
    layer, _ = _classes(base)

    class Tied(base):
        def __init__(self, key: int):
            super().__init__()
            self.a = layer(rec, 3, 3, (key, "a"))
            self.b = layer(rec, 3, 3, (key, "b"))
            self.b.weight = self.a.weight
            self.c = self.a

    one, two = Tied(1), Tied(2)
    result = two.load_state_dict(one.state_dict())
    rec("missing and unexpected keys", [list(result.missing_keys), list(result.unexpected_keys)])
    rec("still shared", [two.a.weight is two.b.weight, two.c is two.a])
    rec("loaded", [torch.equal(a, b) for a, b in zip(one.parameters(), two.parameters(), strict=True)])


def _strict(base: Any, rec: Recorder) -> None:
    """load_state_dict with keys too few and too many"""
    _, block = _classes(base)

    def damaged(*gone: str, **more: torch.Tensor) -> dict[str, torch.Tensor]:
        state = {k: v.clone() + 1 for k, v in block(rec).state_dict().items() if k not in gone}
        return {**state, **more}

    rec.error("a key is missing", lambda: block(rec).load_state_dict(damaged("second.bias")))
    rec.error("a buffer is missing", lambda: block(rec).load_state_dict(damaged("shift")))
    rec.error("a key is unexpected", lambda: block(rec).load_state_dict(damaged(stranger=torch.ones(1))))
    rec.error(
        "an unexpected key, strict=True", lambda: block(rec).load_state_dict(damaged(firs=torch.ones(1)), strict=True)
    )
    one = block(rec)
    one.register_buffer("scratch", torch.ones(1), persistent=False)
    one.scale = None
    # under the name of a child, of a plain attribute, of what is not saved, and of nothing at all
    more = {
        "first": torch.ones(1),
        "first.sizes": torch.ones(1),
        "scratch": torch.zeros(1),
        "third.weight": torch.ones(1),
    }
    given = {**damaged("second.bias", "calls"), **more}
    keys = list(given)
    result = one.load_state_dict(given, strict=False)
    rec("the keys of the dict that was loaded, left unchanged", list(given) == keys)
    rec("missing", sorted(result.missing_keys))
    rec("unexpected", sorted(result.unexpected_keys))
    for name, value in sorted(one.state_dict().items()):
        rec(name, value)
    rec("scratch", one.scratch)


def _sizes(base: Any, rec: Recorder) -> None:
    """load_state_dict with an entry of another shape"""
    layer, _ = _classes(base)
    state = layer(rec, 3, 4).state_dict()
    for label, bias in (
        ("another size", torch.ones(5)),
        ("one that would broadcast", torch.ones(1)),
        ("two-dimensional", torch.ones(1, 4)),
    ):
        changed = {**state, "bias": bias}
        rec.error(label, partial(layer(rec, 3, 4).load_state_dict, changed))
        rec.error(f"{label}, strict=False", partial(layer(rec, 3, 4).load_state_dict, changed, strict=False))
    single = base()
    single.gain = Parameter(torch.ones(1))
    rec.error("a number without dimensions for one in a list", lambda: single.load_state_dict({"gain": torch.ones(())}))


# -- changing the whole tree -------------------------------------------------------------------------------------------


def _modes(base: Any, rec: Recorder) -> None:
    """train() and eval()"""
    net = _net(base, rec)
    rec("at first", [m.training for m in net.modules()])
    rec("eval() returns the module", net.eval() is net)
    rec("after eval()", [m.training for m in net.modules()])
    net.left.train()
    rec("after train() of one branch", [m.training for m in net.modules()])
    rec("train() returns the module", net.train() is net)
    rec("after train()", [m.training for m in net.modules()])
    net.train(False)
    rec("after train(False)", [m.training for m in net.modules()])
    net.train(mode=True)
    rec("after train(mode=True)", [m.training for m in net.modules()])
    rec("a fresh object", base().training)
    rec("keys of the state_dict", _keys(net))


def _applies(base: Any, rec: Recorder) -> None:
    """apply(fn)"""
    net = _net(base, rec)
    seen: list[Any] = []
    rec("returns the module", net.apply(seen.append) is net)
    names = {id(m): n for n, m in net.named_modules()}
    rec("order of the visits", [names[id(m)] for m in seen])


def _gradients(base: Any, rec: Recorder) -> None:
    """zero_grad() and requires_grad_()"""
    net = _net(base, rec)
    x = _draw(rec, 5, 3, key="x")
    net(x).sum().backward()
    rec("gradients after backward", [bool(p.grad.any()) for p in net.parameters()])
    net.zero_grad()
    rec("gradients after zero_grad()", [p.grad is None or not bool(p.grad.any()) for p in net.parameters()])
    net.zero_grad()
    rec("frozen: returns the module", net.left.requires_grad_(False) is net.left)
    rec("who requires a gradient", {n: p.requires_grad for n, p in net.named_parameters()})
    net(x).pow(2).sum().backward()
    rec("who has one", {n: bool(p.grad is not None and p.grad.any()) for n, p in net.named_parameters()})
    net.requires_grad_(False)
    net.zero_grad()
    rec("gradients of frozen ones after zero_grad()", [p.grad is None or not p.grad.any() for p in net.parameters()])
    net.requires_grad_()
    rec("all again", all(p.requires_grad for p in net.parameters()))
    rec("the buffers", [b.requires_grad for b in net.buffers()])


_HALF = {"torch.bfloat16", "torch.int64"}


def _casts(base: Any, rec: Recorder) -> None:
    """double(), float() and to()"""
    net = _net(base, rec)
    net.left.register_buffer("scratch", torch.ones(2), persistent=False)
    net.right.scale.requires_grad_(False)
    before = list(net.parameters())
    held = net.left.shift
    x = _draw(rec, 5, 3, key="x")

    def look(label: str) -> None:
        rec(f"parameters after {label}", {n: [p.dtype, p.requires_grad] for n, p in net.named_parameters()})
        rec(f"buffers after {label}", {n: b.dtype for n, b in net.named_buffers()})
        rec(f"where after {label}", sorted({t.device.type for t in [*net.parameters(), *net.buffers()]}))
        rec(f"output after {label}", net(x.to(net.gain.device, net.gain.dtype)))
        same = [
            p is q and isinstance(p, Parameter) and p.is_leaf for p, q in zip(net.parameters(), before, strict=True)
        ]
        rec(f"the same parameter objects after {label}", all(same))

    rec("double() returns the module", net.double() is net)
    look("double()")
    net.float()
    look("float()")
    rec("to() returns the module", net.to(torch.float64) is net)
    look("to(float64)")
    net.to(dtype=torch.float32)
    look("to(dtype=float32)")
    net.to(torch.bfloat16)
    rec("dtypes after to(bfloat16)", {str(t.dtype) for t in [*net.parameters(), *net.buffers()]} == _HALF)
    net.float()
    rec("dtypes after float()", sorted({str(t.dtype) for t in [*net.parameters(), *net.buffers()]}))
    net.to(rec.device)
    look("to(device)")
    net.to(rec.device, torch.float64)
    look("to(device, float64)")
    net.to(device=rec.device)
    look("to(device=device)")
    net.left.to(device=rec.device, dtype=torch.float32)
    rec("the other branch", {n: p.dtype for n, p in net.named_parameters()})
    rec("a buffer that somebody held, values", held.float())
    other = base()
    other.register_buffer("mean", torch.ones(2))
    other.register_buffer("count", torch.tensor(0))
    other.mean = torch.zeros(2)
    other.double()
    rec("a buffer that was replaced, after double()", other.mean)
    # a device that is there everywhere
    other.to("meta")
    rec("where buffers are after to(another device)", {n: b.device.type for n, b in other.named_buffers()})


def _trains(base: Any, rec: Recorder) -> None:
    """three steps of gradient descent on a small network, one layer shared"""
    layer, block = _classes(base)

    class Model(base):
        seen: torch.Tensor

        def __init__(self) -> None:
            super().__init__()
            self.inside = layer(rec, 3, 3, "inside")
            self.block = block(rec)
            self.register_buffer("seen", torch.zeros(()))

        def forward(self, x: torch.Tensor) -> torch.Tensor:
            if self.training:
                self.seen = self.seen + len(x)
            return self.block(self.inside(torch.tanh(self.inside(x))))

    model = Model()
    x, y = _draw(rec, 6, 3, key="x"), _draw(rec, 6, 2, key="y")
    for step in range(3):
        loss = (model(x) - y).pow(2).mean()
        loss.backward()
        with torch.no_grad():
            for p in model.parameters():
                p -= 0.1 * p.grad
        model.zero_grad()
        rec(f"loss at step {step + 1}", loss)
    model.eval()
    rec("loss in the end", (model(x) - y).pow(2).mean())
    for name, value in sorted(model.state_dict().items()):
        rec(name, value)


def _copies(base: Any, rec: Recorder) -> None:
    """copy.deepcopy"""
    net = _net(base, rec)
    net.right.first = net.left.first
    net.right.scale.requires_grad_(False)
    net.notes = ["ordinary"]
    net.eval()
    twin = copy.deepcopy(net)
    mine, its = dict(net.named_parameters()), dict(twin.named_parameters())
    rec("names", list(its))
    rec("equal values", all(torch.equal(mine[n], its[n]) for n in mine))
    rec("shares no parameter", not {id(p) for p in mine.values()} & {id(p) for p in its.values()})
    rec("shares no module", not {id(m) for m in net.modules()} & {id(m) for m in twin.modules()})
    rec("an ordinary attribute", [twin.notes == net.notes, twin.notes is net.notes])
    rec("who requires a gradient", {n: p.requires_grad for n, p in twin.named_parameters()})
    rec("what was shared is shared", twin.right.first is twin.left.first)
    rec("mode", [m.training for m in twin.modules()])
    with torch.no_grad():
        twin.gain += 1
        twin.left.shift += 1
    twin.gift = Parameter(torch.ones(1))
    twin.left.register_buffer("gift", torch.ones(1))
    rec("keys of the original afterwards", _keys(net))
    x = _draw(rec, 2, 3, key="x")
    rec("output of the original", net(x))
    rec("output of the copy", twin(x))


# -- the library alone -------------------------------------------------------------------------------------------------


def _said(run: Callable[[], Any]) -> str:
    try:
        run()
    except Exception as err:
        return f"{type(err).__name__}: {err}"
    return "nothing raised"


def _lib_named(base: Any, rec: Recorder) -> None:
    """add_module, register_parameter, register_module, and names that are refused"""
    layer, _ = _classes(base)
    one = base()
    one.add_module("0", layer(rec, 3, 2))
    one.add_module("none", None)
    one.register_module("late", layer(rec, 2, 2))
    one.register_parameter("w", Parameter(torch.ones(2)))
    one.register_parameter("nothing", None)
    one.word = 1
    rec("parameters", _names(one.named_parameters()))
    rec("order of the state_dict", list(one.state_dict()))
    for name in ("word", "a.b", "", 3):
        rec(f"parameter {name!r}", _said(partial(one.register_parameter, name, Parameter(torch.ones(1)))))
        rec(f"buffer {name!r}", _said(partial(one.register_buffer, name, torch.ones(1))))
        rec(f"module {name!r}", _said(partial(one.add_module, name, base())))
    rec("no parameter", _said(lambda: one.register_parameter("x", torch.ones(1))))
    rec("no tensor", _said(lambda: one.register_buffer("x", 1.0)))
    rec("no module", _said(lambda: one.add_module("x", torch.tanh)))


def _lib_texts(base: Any, rec: Recorder) -> None:
    """what the errors of assigning, reading, calling and loading say"""
    layer, block = _classes(base)
    one = block(rec)
    rec("over a parameter", _said(lambda: setattr(one, "scale", torch.ones(4))))
    rec("over a child", _said(lambda: setattr(one, "first", 3)))
    rec("over a buffer", _said(lambda: setattr(one, "shift", 3)))
    rec("unknown", _said(lambda: one.unknown))
    rec("no forward", _said(lambda: base()(1)))
    rec("train('yes')", _said(lambda: one.train("yes")))

    class Late(base):
        def __init__(self, act: Callable[[Any], Any]):
            act(self)

    rec("early parameter", _said(lambda: Late(lambda m: setattr(m, "weight", Parameter(torch.ones(1))))))
    rec("early child", _said(lambda: Late(lambda m: setattr(m, "child", layer(rec, 3, 2)))))
    rec("early buffer", _said(lambda: Late(lambda m: m.register_buffer("mean", torch.ones(1)))))
    state = dict(one.state_dict())
    del state["first.bias"], state["shift"]
    state["stranger"] = torch.ones(1)
    state["second.bias"] = torch.ones(7)
    rec("strict loading", _said(lambda: one.load_state_dict(state)))
    rec("loose loading", _said(lambda: one.load_state_dict(state, strict=False)))
    rec("no dict", _said(lambda: one.load_state_dict([1])))
    rec("its answer, all matched", repr(one.load_state_dict(one.state_dict())))
    del state["second.bias"]
    rec("its answer, some missing", repr(one.load_state_dict(state, strict=False)))


def _lib_repr(base: Any, rec: Recorder) -> None:
    """repr of a tree, with extra_repr"""
    layer, _ = _classes(base)

    class Said(layer):  # type: ignore[valid-type,misc]
        def extra_repr(self) -> str:
            return "{}, {}".format(*self.sizes)

    class Lines(base):
        def extra_repr(self) -> str:
            return "one\ntwo"

    net = _net(base, rec)
    rec("a tree", repr(net))
    net.left.said = Said(rec, 3, 2)
    net.lines = Lines()
    net.lines.child = Said(rec, 2, 2)
    net.empty = Lines()
    net.nothing = base()
    net.right = None
    rec("a richer tree", repr(net))
    rec("names of dir", [n for n in dir(net) if n in ("gain", "left", "right", "lines", "training", "forward")])


def _lib_state(base: Any, rec: Recorder) -> None:
    """the options of state_dict and load_state_dict"""
    net, other = _net(base, rec), _net(base, rec)
    state = net.state_dict()
    rec("kind", isinstance(state, OrderedDict))
    rec("order of the keys", list(state))
    rec("metadata", dict(state._metadata))
    rec("prefix", list(net.state_dict(prefix="a.")))
    mine: OrderedDict = OrderedDict(first=torch.ones(1))
    rec("destination", net.left.state_dict(destination=mine, prefix="b.") is mine)
    rec("keys in the destination", list(mine))
    rec("keep_vars", net.state_dict(keep_vars=True)["gain"] is net.gain)
    fresh = {k: v.clone() for k, v in other.state_dict().items()}
    net.load_state_dict(fresh, assign=True)
    rec("assigned itself", net.left.shift is fresh["left.shift"])
    rec("an assigned parameter", [type(net.gain) is not torch.Tensor, net.gain.requires_grad])
    rec("one memory with it", net.gain.data_ptr() == fresh["gain"].data_ptr())

    class Versioned(base):
        _version = 2

        def __init__(self) -> None:
            super().__init__()
            self.new = Parameter(torch.zeros(2))
            self.told = []  # type: ignore[var-annotated]

        def _load_from_state_dict(self, state_dict: Any, prefix: str, local_metadata: Any, *rest: Any) -> None:
            self.told.append(local_metadata.get("version"))
            if prefix + "old" in state_dict:
                state_dict[prefix + "new"] = state_dict.pop(prefix + "old")
            super()._load_from_state_dict(state_dict, prefix, local_metadata, *rest)

        def get_extra_state(self) -> Any:
            return {"epoch": 3}

        def set_extra_state(self, state: Any) -> None:
            self.told.append(state)

    holder = base()
    holder.v = Versioned()
    rec("keys with an extra state", list(holder.state_dict()))
    rec("an older state", repr(holder.load_state_dict({"v.old": torch.ones(2), "v._extra_state": 5})))
    rec("what it was told", holder.v.told)
    rec("the renamed entry", holder.v.new)


def _lib_state_hooks(base: Any, rec: Recorder) -> None:
    """hooks around state_dict and load_state_dict"""
    net = _net(base, rec)
    said: list[Any] = []
    net.left.register_state_dict_pre_hook(lambda m, prefix, keep: said.append(["pre", m is net.left, prefix, keep]))
    net.left.register_state_dict_post_hook(lambda m, state, prefix, meta: said.append(["post", prefix, list(state)]))
    net.left.register_load_state_dict_pre_hook(
        lambda m, state, prefix, meta, strict, missing, unexpected, errors: said.append(["load", prefix, strict])
    )
    handle = net.register_load_state_dict_post_hook(lambda m, keys: said.append(["loaded", sorted(keys.missing_keys)]))
    state = net.state_dict()
    net.load_state_dict(state)
    handle.remove()
    net.load_state_dict(state)
    rec("what the hooks were told", said)


def _lib_forward_hooks(base: Any, rec: Recorder) -> None:
    """hooks before and after forward"""
    layer, _ = _classes(base)
    one = layer(rec, 3, 2)
    x = _draw(rec, 4, 3, key="x")
    said: list[Any] = []
    first = one.register_forward_pre_hook(lambda m, args: said.append("pre"))
    one.register_forward_pre_hook(lambda m, args: (args[0] * 2,))
    one.register_forward_pre_hook(lambda m, args, kwargs: said.append(sorted(kwargs)), with_kwargs=True, prepend=True)
    one.register_forward_hook(lambda m, args, out: said.append(len(args)))
    one.register_forward_hook(lambda m, args, out: out + 1)
    second = one.register_forward_hook(lambda m, args, kwargs, out: out * 3, with_kwargs=True, prepend=True)
    rec("output through the hooks", one(x))
    first.remove()
    second.remove()
    rec("output through fewer", one(x))
    rec("output of forward itself", one.forward(x))
    rec("what they were told", said)
    twin = copy.deepcopy(one)
    rec("output of a copy", twin(x))
    always: list[Any] = []
    one.register_forward_hook(lambda m, args, out: always.append(out is None), always_call=True)
    rec("an error", _said(lambda: one(torch.ones(2, 9))).split(":")[0])
    rec("hooks that always run", always)


def _lib_backward_hooks(base: Any, rec: Recorder) -> None:
    """hooks on the way back"""
    layer, _ = _classes(base)
    one = layer(rec, 3, 2)
    x = rec.tensor(normal(4, 3))
    said: list[Any] = []
    one.register_full_backward_pre_hook(lambda m, grads: (grads[0] * 2,))
    one.register_full_backward_hook(lambda m, ins, outs: said.append([len(ins), len(outs), list(ins[0].shape)]))
    handle = one.register_full_backward_hook(lambda m, ins, outs: (ins[0] * 3,))
    one(x).pow(2).sum().backward()
    rec("gradient of the input", x.grad)
    rec("gradient of the weight", one.weight.grad)
    handle.remove()
    x.grad = None
    one(x).pow(2).sum().backward()
    rec("gradient of the input, one hook gone", x.grad)
    rec("what they were told", said)


def _lib_paths(base: Any, rec: Recorder) -> None:
    """get_submodule and its kin, and walks that repeat what is shared"""
    net = _net(base, rec)
    rec("found", [
        net.get_submodule("left.first") is net.left.first,
        net.get_submodule("") is net,
        net.get_parameter("left.first.bias") is net.left.first.bias,
        net.get_buffer("right.shift") is net.right.shift,
    ])  # fmt: skip
    for target in ("left.third", "left.scale", "gain.x"):
        rec(f"no submodule {target}", _said(partial(net.get_submodule, target)))
    rec("no parameter", _said(lambda: net.get_parameter("left.shift")))
    rec("no buffer", _said(lambda: net.get_buffer("left.scale")))
    net.set_submodule("left.first", net.right.first)
    rec("set", net.left.first is net.right.first)
    rec("all parameters", _names(net.named_parameters(remove_duplicate=False)))
    rec("all modules", _names(net.named_modules(remove_duplicate=False)))
    rec("all buffers", _names(net.named_buffers(remove_duplicate=False)))
    seen: list[str] = []
    net.apply(lambda m: seen.append(type(m).__name__))
    rec("visits of apply", seen)


def _lib_copies(base: Any, rec: Recorder) -> None:
    """pickle, copy.copy and torch.save of a state_dict"""
    one = base()
    one.weight = Parameter(_draw(rec, 3, 2, key="w"))
    one.register_buffer("mean", torch.ones(3), persistent=False)
    one.child = base()
    one.child.scale = Parameter(_draw(rec, 2, key="s"))
    one.eval()
    twin = pickle.loads(pickle.dumps(one))
    rec("names", [_names(twin.named_parameters()), _names(twin.named_buffers()), _names(twin.named_modules())])
    rec("values", list(twin.parameters()))
    rec("mode and keys", [twin.training, twin.child.training, list(twin.state_dict())])
    rec("type of a parameter", isinstance(twin.weight, Parameter))
    shallow = copy.copy(one)
    rec("a shallow copy shares", [shallow.weight is one.weight, shallow.child is one.child])
    file = io.BytesIO()
    torch.save(one.state_dict(), file)
    file.seek(0)
    rec("a saved state", repr(twin.load_state_dict(torch.load(file, weights_only=True))))


def _lib_casts(base: Any, rec: Recorder) -> None:
    """half, bfloat16, type, to_empty, _apply, and gradients that move along"""
    net = _net(base, rec)
    net(_draw(rec, 2, 3, key="x")).sum().backward()
    for cast in ("half", "bfloat16", "double", "cpu"):
        getattr(net, cast)()
        rec(f"after {cast}", sorted({str(t.dtype) for t in [*net.parameters(), *net.buffers()]}))
        rec(f"gradients after {cast}", sorted({str(p.grad.dtype) for p in net.parameters()}))
    net.type(torch.float32)
    rec("after type", sorted({str(t.dtype) for t in [*net.parameters(), *net.buffers()]}))
    net.float().to(torch.ones(1, dtype=torch.float64))
    rec("to(tensor)", net.gain.dtype)
    rec("to(int64)", _said(lambda: net.to(torch.int64)))
    net.to("meta")
    rec("on meta", sorted({t.device.type for t in [*net.parameters(), *net.buffers()]}))
    net.to_empty(device="cpu")
    rec("back", sorted({t.device.type for t in [*net.parameters(), *net.buffers()]}))
    grads = net.left
    grads.zero_grad(set_to_none=False)
    rec("zero_grad(set_to_none=False)", [p.grad is None for p in grads.parameters()])

    class Stubborn(base):
        def train(self, mode: bool = True) -> Any:
            return super().train(False)

    net.stubborn = Stubborn()
    net.train()
    rec("a child with a train() of its own", net.stubborn.training)


MODULE = ScenarioSpec(
    torch.nn.Module,
    Scenario("registers the parameters assigned to it", _registers_parameters),
    Scenario("registers the modules assigned to it", _registers_children),
    Scenario(
        "leaves other attributes alone",
        _plain_attributes,
        why="A plain tensor, a list of layers and a property are ordinary attributes: nothing of them is registered.",
    ),
    Scenario("registers buffers, saved or not", _buffers),
    Scenario("keeps a name whose value is None", _none),
    Scenario("replaces what stood under a name", _replaces),
    Scenario("keeps the kind of a registered name", _keeps_kinds),
    Scenario("forgets what is deleted", _deletes),
    Scenario("raises AttributeError before super().__init__() and for unknown names", _before_init),
    Scenario("passes every argument of a call to forward", _calls),
    Scenario("walks the whole tree in order", _walks),
    Scenario("gives iterators", _iterators),
    Scenario("takes a prefix and recurse=False", _prefix),
    Scenario(
        "lists what is shared once",
        _shared,
        why="Sharing is a matter of identity: two parameters with equal values are still two.",
    ),
    Scenario("saves a flat state_dict", _saves),
    Scenario("loads a state_dict into the tensors it has", _loads),
    Scenario("loads what is shared", _loads_shared),
    Scenario("tells missing and unexpected keys", _strict),
    Scenario("refuses an entry of another shape", _sizes),
    Scenario("switches the mode of the whole tree", _modes),
    Scenario("applies a function to children first", _applies),
    Scenario("clears and freezes gradients", _gradients),
    Scenario("converts parameters and buffers in place", _casts),
    Scenario("trains", _trains),
    Scenario("can be copied", _copies),
    Scenario("registers by name and refuses bad names", _lib_named, scope="library"),
    Scenario("says what is wrong in torch's words", _lib_texts, scope="library"),
    Scenario("prints its tree", _lib_repr, scope="library"),
    Scenario("saves and loads with options, versions and extra state", _lib_state, scope="library"),
    Scenario("calls hooks around saving and loading", _lib_state_hooks, scope="library"),
    Scenario("calls hooks around forward", _lib_forward_hooks, scope="library"),
    Scenario("calls hooks on the way back", _lib_backward_hooks, scope="library"),
    Scenario("finds members by their path", _lib_paths, scope="library"),
    Scenario("survives pickle, copy and torch.save", _lib_copies, scope="library"),
    Scenario("converts to other dtypes, with its gradients", _lib_casts, scope="library"),
)
