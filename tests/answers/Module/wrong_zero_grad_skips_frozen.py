# zero_grad leaves the gradients of frozen parameters
import copy
from collections import namedtuple

import torch
from torch import nn

Keys = namedtuple("Keys", "missing_keys unexpected_keys")


class Module:
    def __init__(self):
        d = self.__dict__
        d["_p"], d["_b"], d["_c"], d["_skip"] = {}, {}, {}, set()
        self.training = True

    def __setattr__(self, name, value):
        d = self.__dict__
        if isinstance(value, nn.Parameter):
            kind, wanted = "_p", nn.Parameter
        elif isinstance(value, Module):
            kind, wanted = "_c", Module
        else:
            for kind, wanted in (("_p", nn.Parameter), ("_c", Module), ("_b", torch.Tensor)):
                if name in d.get(kind, ()):
                    if value is not None and not isinstance(value, wanted):
                        raise TypeError(f"{name} must stay what it is")
                    d[kind][name] = value
                    return
            object.__setattr__(self, name, value)
            return
        if kind not in d:
            raise AttributeError("call super().__init__() first")
        for other in ("_p", "_c", "_b"):
            if other != kind and name in d[other]:
                if other == "_b" and kind == "_p":
                    d[other][name] = value
                    return
                raise TypeError(f"{name} must stay what it is")
        d.pop(name, None)
        d[kind][name] = value

    def __getattr__(self, name):
        for kind in ("_p", "_b", "_c"):
            place = self.__dict__.get(kind)
            if place is not None and name in place:
                return place[name]
        raise AttributeError(f"{type(self).__name__} has no {name}")

    def __delattr__(self, name):
        for kind in ("_p", "_b", "_c"):
            if name in self.__dict__.get(kind, ()):
                del self.__dict__[kind][name]
                self._skip.discard(name)
                return
        object.__delattr__(self, name)

    def register_buffer(self, name, tensor, persistent=True):
        if "_b" not in self.__dict__:
            raise AttributeError("call super().__init__() first")
        if tensor is not None and not isinstance(tensor, torch.Tensor):
            raise TypeError("a buffer is a tensor or None")
        self._b[name] = tensor
        self._skip.discard(name)
        if not persistent:
            self._skip.add(name)

    def __call__(self, *args, **kwargs):
        return self.forward(*args, **kwargs)

    def forward(self, *args, **kwargs):
        raise NotImplementedError("no forward")

    def named_children(self):
        seen = set()
        for n, c in self._c.items():
            if c is not None and id(c) not in seen:
                seen.add(id(c))
                yield n, c

    def children(self):
        for _, c in self.named_children():
            yield c

    def named_modules(self, prefix="", _seen=None):
        _seen = set() if _seen is None else _seen
        if id(self) in _seen:
            return
        _seen.add(id(self))
        yield prefix, self
        for n, c in self._c.items():
            if c is not None:
                yield from c.named_modules(prefix + ("." if prefix else "") + n, _seen)

    def modules(self):
        for _, m in self.named_modules():
            yield m

    def _members(self, place, prefix, recurse):
        seen = set()
        for path, m in self.named_modules(prefix) if recurse else [(prefix, self)]:
            for n, t in getattr(m, place).items():
                if t is not None and id(t) not in seen:
                    seen.add(id(t))
                    yield path + ("." if path else "") + n, t

    def named_parameters(self, prefix="", recurse=True):
        yield from self._members("_p", prefix, recurse)

    def parameters(self, recurse=True):
        for _, t in self.named_parameters("", recurse):
            yield t

    def named_buffers(self, prefix="", recurse=True):
        yield from self._members("_b", prefix, recurse)

    def buffers(self, recurse=True):
        for _, t in self.named_buffers("", recurse):
            yield t

    def _saved(self, prefix=""):
        out = {}
        for n, t in self._p.items():
            if t is not None:
                out[prefix + n] = t
        for n, t in self._b.items():
            if t is not None and n not in self._skip:
                out[prefix + n] = t
        for n, c in self._c.items():
            if c is not None:
                out.update(c._saved(prefix + n + "."))
        return out

    def state_dict(self):
        return {n: t.detach() for n, t in self._saved().items()}

    def load_state_dict(self, state_dict, strict=True):
        mine = self._saved()
        missing = [n for n in mine if n not in state_dict]
        unexpected = [n for n in state_dict if n not in mine]
        bad = [n for n in mine if n in state_dict and mine[n].shape != state_dict[n].shape]
        with torch.no_grad():
            for n, t in mine.items():
                if n in state_dict and n not in bad:
                    t.copy_(state_dict[n])
        if bad or (strict and (missing or unexpected)):
            raise RuntimeError(f"{bad} {missing} {unexpected}")
        return Keys(missing, unexpected)

    def apply(self, fn):
        for c in self.children():
            c.apply(fn)
        fn(self)
        return self

    def train(self, mode=True):
        for m in self.modules():
            m.training = mode
        return self

    def eval(self):
        return self.train(False)

    def requires_grad_(self, requires_grad=True):
        for p in self.parameters():
            p.requires_grad_(requires_grad)
        return self

    def zero_grad(self):
        for p in self.parameters():
            if p.requires_grad:
                p.grad = None

    def to(self, *args, **kwargs):
        dtype, device = kwargs.get("dtype"), kwargs.get("device")
        for a in args:
            if isinstance(a, torch.dtype):
                dtype = a
            else:
                device = a

        def change(t):
            return t.to(device=device, dtype=dtype if t.is_floating_point() else None)

        for m in self.modules():
            for p in m._p.values():
                if p is not None:
                    p.data = change(p.data)
                    if p.grad is not None:
                        p.grad.data = p.grad.data.to(p.data)
            for n, b in m._b.items():
                if b is not None:
                    m._b[n] = change(b)
        return self

    def double(self):
        return self.to(torch.float64)

    def float(self):
        return self.to(torch.float32)
