from collections import namedtuple

import torch
from torch import nn

Keys = namedtuple("Keys", "missing_keys unexpected_keys")


class Module:
    """One registry, name -> [kind, value]; everything is a filter over it."""

    def __init__(self):
        object.__setattr__(self, "_parts", {})
        object.__setattr__(self, "training", True)

    def __setattr__(self, name, value):
        parts = self.__dict__.get("_parts")
        if parts is not None and name in parts:
            kind = parts[name][0]
            fits = {"parameter": nn.Parameter, "child": Module}.get(kind, torch.Tensor)
            if not (value is None or isinstance(value, fits)):
                raise TypeError(f"{name} is a {kind}")
            parts[name][1] = value
            return
        kind = "parameter" if isinstance(value, nn.Parameter) else "child" if isinstance(value, Module) else None
        if kind is None:
            object.__setattr__(self, name, value)
            return
        self._register(name, kind, value)

    def _register(self, name, kind, value):
        if "_parts" not in self.__dict__:
            raise AttributeError("super().__init__() comes first")
        if name in self.__dict__:
            object.__delattr__(self, name)
        self._parts[name] = [kind, value]

    def __getattr__(self, name):
        try:
            return self.__dict__["_parts"][name][1]
        except KeyError:
            raise AttributeError(name) from None

    def __delattr__(self, name):
        if self._parts.pop(name, None) is None:
            object.__delattr__(self, name)

    def register_buffer(self, name, tensor, persistent=True):
        self._register(name, "buffer" if persistent else "scratch", tensor)

    def _own(self, *kinds):
        return [(n, v) for n, (kind, v) in self._parts.items() if kind in kinds and v is not None]

    def _walk(self, prefix, *kinds, deep=True):
        modules = self.named_modules(prefix) if deep else [(prefix, self)]
        once = set()
        for path, module in modules:
            for name, value in module._own(*kinds):
                if id(value) not in once:
                    once.add(id(value))
                    yield ".".join(filter(None, (path, name))), value

    def named_modules(self, prefix=""):
        stack, once = [(prefix, self)], set()
        while stack:
            path, module = stack.pop()
            if id(module) in once:
                continue
            once.add(id(module))
            yield path, module
            for name, child in reversed(module._own("child")):
                stack.append((".".join(filter(None, (path, name))), child))

    def named_children(self):
        return self._walk("", "child", deep=False)

    def named_parameters(self, prefix="", recurse=True):
        return self._walk(prefix, "parameter", deep=recurse)

    def named_buffers(self, prefix="", recurse=True):
        return self._walk(prefix, "buffer", "scratch", deep=recurse)

    def modules(self):
        return iter([m for _, m in self.named_modules()])

    def children(self):
        return iter([m for _, m in self.named_children()])

    def parameters(self, recurse=True):
        return iter([p for _, p in self.named_parameters(recurse=recurse)])

    def buffers(self, recurse=True):
        return iter([b for _, b in self.named_buffers(recurse=recurse)])

    def state_dict(self):
        state = {}
        for name, value in self._own("parameter", "buffer", "child"):
            if isinstance(value, Module):
                state.update({name + "." + k: v for k, v in value.state_dict().items()})
            else:
                state[name] = value.data
        return state

    def load_state_dict(self, state_dict, strict=True):
        mine = self.state_dict()
        keys = Keys(sorted(mine.keys() - state_dict.keys()), sorted(state_dict.keys() - mine.keys()))
        if strict and any(keys):
            raise RuntimeError(str(keys))
        both = mine.keys() & state_dict.keys()
        for k in both:
            if list(mine[k].shape) != list(state_dict[k].shape):
                raise RuntimeError(k)
        for k in both:
            mine[k].copy_(state_dict[k].detach())
        return keys

    def apply(self, fn):
        [child.apply(fn) for child in self.children()]
        fn(self)
        return self

    def train(self, mode=True):
        return self.apply(lambda m: setattr(m, "training", mode))

    def eval(self):
        return self.train(mode=False)

    def requires_grad_(self, requires_grad=True):
        for p in self.parameters():
            p.requires_grad_(requires_grad)
        return self

    def zero_grad(self):
        for p in self.parameters():
            if p.grad is not None:
                p.grad = torch.zeros_like(p)

    def _convert(self, fn):
        for module in self.modules():
            for name, value in module._own("parameter", "buffer", "scratch"):
                if isinstance(value, nn.Parameter):
                    value.data = fn(value.data)
                else:
                    module._parts[name][1] = fn(value)
        return self

    def to(self, *args, device=None, dtype=None):
        for arg in args:
            if isinstance(arg, torch.dtype):
                dtype = arg
            else:
                device = arg
        return self._convert(lambda t: t.to(device=device, dtype=dtype if t.is_floating_point() else None))

    def double(self):
        return self._convert(lambda t: t.double() if t.is_floating_point() else t)

    def float(self):
        return self._convert(lambda t: t.float() if t.is_floating_point() else t)

    def __call__(self, *args, **kwargs):
        return self.forward(*args, **kwargs)

    def forward(self, *args, **kwargs):
        raise NotImplementedError("forward")
