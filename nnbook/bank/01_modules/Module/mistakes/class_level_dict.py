"""a base class that keeps one list of parameters for all its objects

A dictionary written in the body of the class exists once, and every module files its parameters in it: two layers then
list each other's, and a second `weight` replaces the first. Make two layers of different sizes and print the shapes of
the first one's parameters.
"""

# observed whole: objects of one case meet those of the cases before

from collections import namedtuple

import torch
from torch import nn

Keys = namedtuple("Keys", "missing_keys unexpected_keys")


class Module:
    _parameters = {}

    def __init__(self):
        self.__dict__.update(_buffers={}, _modules={}, _hidden=set(), training=True)

    def __setattr__(self, name, value):
        d = self.__dict__
        for place, kind in (("_parameters", nn.Parameter), ("_modules", Module), ("_buffers", torch.Tensor)):
            if name in (d.get(place, ()) if place != "_parameters" else self._parameters):
                if value is not None and not isinstance(value, kind):
                    raise TypeError(name)
                getattr(self, place)[name] = value
                return
        if isinstance(value, (nn.Parameter, Module)):
            if "_modules" not in d:
                raise AttributeError("call super().__init__() first")
            d.pop(name, None)
            (self._modules if isinstance(value, Module) else self._parameters)[name] = value
        else:
            object.__setattr__(self, name, value)

    def __getattr__(self, name):
        if name in Module._parameters:
            return Module._parameters[name]
        for place in ("_buffers", "_modules"):
            if name in self.__dict__.get(place, ()):
                return self.__dict__[place][name]
        raise AttributeError(name)

    def __delattr__(self, name):
        for place in (self._parameters, self._buffers, self._modules):
            if name in place:
                del place[name]
                return
        object.__delattr__(self, name)

    def register_buffer(self, name, tensor, persistent=True):
        if "_buffers" not in self.__dict__:
            raise AttributeError("call super().__init__() first")
        self._buffers[name] = tensor
        (self._hidden.discard if persistent else self._hidden.add)(name)

    def __call__(self, *args, **kwargs):
        return self.forward(*args, **kwargs)

    def forward(self, *args, **kwargs):
        raise NotImplementedError

    def named_modules(self, prefix="", seen=None):
        seen = set() if seen is None else seen
        if self not in seen:
            seen.add(self)
            yield prefix, self
            for name, child in self.named_children():
                yield from child.named_modules(f"{prefix}.{name}" if prefix else name, seen)

    def modules(self):
        for _, module in self.named_modules():
            yield module

    def named_children(self):
        seen = set()
        for name, child in self._modules.items():
            if child is not None and child not in seen:
                seen.add(child)
                yield name, child

    def children(self):
        for _, child in self.named_children():
            yield child

    def _named(self, place, prefix, recurse):
        seen = set()
        for path, module in self.named_modules(prefix) if recurse else [(prefix, self)]:
            for name, tensor in getattr(module, place).items():
                if tensor is not None and tensor not in seen:
                    seen.add(tensor)
                    yield f"{path}.{name}" if path else name, tensor

    def named_parameters(self, prefix="", recurse=True):
        return self._named("_parameters", prefix, recurse)

    def named_buffers(self, prefix="", recurse=True):
        return self._named("_buffers", prefix, recurse)

    def parameters(self, recurse=True):
        return (p for _, p in self.named_parameters(recurse=recurse))

    def buffers(self, recurse=True):
        return (b for _, b in self.named_buffers(recurse=recurse))

    def _entries(self, prefix=""):
        for name, tensor in [*self._parameters.items(), *self._buffers.items()]:
            if tensor is not None and not (name in self._buffers and name in self._hidden):
                yield prefix + name, tensor
        for name, child in self._modules.items():
            if child is not None:
                yield from child._entries(prefix + name + ".")

    def state_dict(self):
        return {name: tensor.detach() for name, tensor in self._entries()}

    @torch.no_grad()
    def load_state_dict(self, state_dict, strict=True):
        mine = dict(self._entries())
        missing = [name for name in mine if name not in state_dict]
        unexpected = [name for name in state_dict if name not in mine]
        if strict and (missing or unexpected):
            raise RuntimeError(f"missing {missing}, unexpected {unexpected}")
        for name, tensor in mine.items():
            if name in state_dict:
                if state_dict[name].shape != tensor.shape:
                    raise RuntimeError(f"{name} has another shape")
                tensor.copy_(state_dict[name])
        return Keys(missing, unexpected)

    def apply(self, fn):
        for child in self.children():
            child.apply(fn)
        fn(self)
        return self

    def train(self, mode=True):
        for module in self.modules():
            module.training = mode
        return self

    def eval(self):
        return self.train(False)

    def requires_grad_(self, requires_grad=True):
        for p in self.parameters():
            p.requires_grad = requires_grad
        return self

    def zero_grad(self):
        for p in self.parameters():
            p.grad = None

    def to(self, *args, **kwargs):
        def convert(t):
            out = t.to(*args, **kwargs)
            return out if t.is_floating_point() else t.to(out.device)

        for module in self.modules():
            for p in module._parameters.values():
                if p is not None:
                    p.data = convert(p.data)
            for name, b in module._buffers.items():
                if b is not None:
                    module._buffers[name] = convert(b)
        return self

    def double(self):
        return self.to(torch.float64)

    def float(self):
        return self.to(torch.float32)
