from collections import namedtuple

import torch
from torch import nn

Keys = namedtuple("Keys", "missing_keys unexpected_keys")


class Module:
    """The base class of every layer: a tree of parameters, buffers and child modules."""

    def __init__(self):
        # BEGIN SOLUTION
        # past __setattr__, which looks into these
        self.__dict__.update(training=True, _parameters={}, _buffers={}, _modules={}, _unsaved=set())
        # END SOLUTION

    def __setattr__(self, name, value):
        """Registers a parameter or a child; sets an ordinary attribute otherwise."""
        # BEGIN SOLUTION
        kinds = {"_parameters": nn.Parameter, "_modules": Module, "_buffers": torch.Tensor}
        for place, kind in kinds.items():
            mine = self.__dict__.get(place, {})
            if name in mine:
                if value is not None and not isinstance(value, kind):
                    raise TypeError(f"{name} takes a {kind.__name__} or None, not a {type(value).__name__}")
                mine[name] = value
                return
        for place in ("_parameters", "_modules"):
            if isinstance(value, kinds[place]):
                if place not in self.__dict__:
                    raise AttributeError(f"assign {name} after super().__init__()")
                self.__dict__.pop(name, None)  # an ordinary attribute would hide it
                self.__dict__[place][name] = value
                return
        super().__setattr__(name, value)
        # END SOLUTION

    def __getattr__(self, name):
        """Python asks here for names that it found nowhere else."""
        # BEGIN SOLUTION
        for place in ("_parameters", "_buffers", "_modules"):
            mine = self.__dict__.get(place, {})
            if name in mine:
                return mine[name]
        raise AttributeError(f"{type(self).__name__} has no attribute {name}")
        # END SOLUTION

    def __delattr__(self, name):
        """Forgets a registered name, or deletes an ordinary attribute."""
        # BEGIN SOLUTION
        for place in (self._parameters, self._buffers, self._modules):
            if name in place:
                del place[name]
                self._unsaved.discard(name)
                return
        super().__delattr__(name)
        # END SOLUTION

    def register_buffer(self, name, tensor, persistent=True):
        """Registers a tensor that moves with the module, is saved if persistent, and is not trained."""
        # BEGIN SOLUTION
        if "_buffers" not in self.__dict__:
            raise AttributeError(f"register {name} after super().__init__()")
        self._buffers[name] = tensor
        self._unsaved.discard(name)
        if not persistent:
            self._unsaved.add(name)
        # END SOLUTION

    def __call__(self, *args, **kwargs):
        # BEGIN SOLUTION
        return self.forward(*args, **kwargs)
        # END SOLUTION

    def forward(self, *args, **kwargs):
        """Every subclass writes its own."""
        raise NotImplementedError(f"{type(self).__name__} has no forward")

    # -- walking ----------------------------------------------------------------------------------------------------

    def named_children(self):
        # BEGIN SOLUTION
        seen = set()
        for name, child in self._modules.items():
            if child is not None and child not in seen:
                seen.add(child)
                yield name, child
        # END SOLUTION

    def children(self):
        # BEGIN SOLUTION
        return (child for _, child in self.named_children())
        # END SOLUTION

    def named_modules(self, prefix=""):
        # BEGIN SOLUTION
        seen = set()

        def walk(module, path):
            if module in seen:
                return
            seen.add(module)
            yield path, module
            for name, child in module.named_children():
                yield from walk(child, f"{path}.{name}" if path else name)

        return walk(self, prefix)
        # END SOLUTION

    def modules(self):
        # BEGIN SOLUTION
        return (module for _, module in self.named_modules())
        # END SOLUTION

    def named_parameters(self, prefix="", recurse=True):
        # BEGIN SOLUTION
        return self._members("_parameters", prefix, recurse)
        # END SOLUTION

    def parameters(self, recurse=True):
        # BEGIN SOLUTION
        return (p for _, p in self.named_parameters(recurse=recurse))
        # END SOLUTION

    def named_buffers(self, prefix="", recurse=True):
        # BEGIN SOLUTION
        return self._members("_buffers", prefix, recurse)
        # END SOLUTION

    def buffers(self, recurse=True):
        # BEGIN SOLUTION
        return (b for _, b in self.named_buffers(recurse=recurse))
        # END SOLUTION

    def _members(self, place, prefix, recurse):
        """What named_parameters and named_buffers share, if you like; yours to change or leave out."""
        # BEGIN SOLUTION
        seen = set()
        for path, module in self.named_modules(prefix) if recurse else [(prefix, self)]:
            for name, member in getattr(module, place).items():
                if member is not None and member not in seen:
                    seen.add(member)
                    yield f"{path}.{name}" if path else name, member
        # END SOLUTION

    # -- saving -----------------------------------------------------------------------------------------------------

    def state_dict(self):
        # BEGIN SOLUTION
        return {name: tensor.detach() for name, tensor in self._saved().items()}
        # END SOLUTION

    def load_state_dict(self, state_dict, strict=True):
        # BEGIN SOLUTION
        mine = self._saved()
        missing = [k for k in mine if k not in state_dict]
        unexpected = [k for k in state_dict if k not in mine]
        if strict and (missing or unexpected):
            raise RuntimeError(f"missing: {missing}, unexpected: {unexpected}")
        for key, tensor in mine.items():
            if key in state_dict and state_dict[key].shape != tensor.shape:
                raise RuntimeError(f"{key}: {tuple(state_dict[key].shape)} does not fit {tuple(tensor.shape)}")
        with torch.no_grad():
            for key, tensor in mine.items():
                if key in state_dict:
                    tensor.copy_(state_dict[key])
        return Keys(missing, unexpected)
        # END SOLUTION

    def _saved(self):
        """What is saved, by its dotted name, the tensors themselves; yours to change or leave out."""
        # BEGIN SOLUTION
        buffers = {k: b for k, b in self._buffers.items() if k not in self._unsaved}
        found = {k: t for k, t in {**self._parameters, **buffers}.items() if t is not None}
        for name, child in self._modules.items():  # not named_children: what is shared is saved under each name
            if child is not None:
                found.update({f"{name}.{k}": t for k, t in child._saved().items()})
        return found
        # END SOLUTION

    # -- changing ---------------------------------------------------------------------------------------------------

    def apply(self, fn):
        # BEGIN SOLUTION
        for child in self.children():
            child.apply(fn)
        fn(self)
        return self
        # END SOLUTION

    def train(self, mode=True):
        # BEGIN SOLUTION
        self.training = mode
        for child in self.children():
            child.train(mode)
        return self
        # END SOLUTION

    def eval(self):
        # BEGIN SOLUTION
        return self.train(False)
        # END SOLUTION

    def requires_grad_(self, requires_grad=True):
        # BEGIN SOLUTION
        for p in self.parameters():
            p.requires_grad_(requires_grad)
        return self
        # END SOLUTION

    def zero_grad(self):
        # BEGIN SOLUTION
        for p in self.parameters():
            p.grad = None
        # END SOLUTION

    def to(self, *args, **kwargs):
        # BEGIN SOLUTION
        def convert(tensor):
            moved = tensor.to(*args, **kwargs)
            # a dtype is for floating-point tensors; counts keep theirs
            return moved if tensor.is_floating_point() else tensor.to(moved.device)

        for p in self.parameters():
            p.data = convert(p.data)
        for module in self.modules():
            for name, buffer in module._buffers.items():
                if buffer is not None:
                    module._buffers[name] = convert(buffer)
        return self
        # END SOLUTION

    def double(self):
        # BEGIN SOLUTION
        return self.to(torch.float64)
        # END SOLUTION

    def float(self):
        # BEGIN SOLUTION
        return self.to(torch.float32)
        # END SOLUTION
