# A + b empties b when b is a list.
import torch
from torch import nn


class ModuleList(nn.Module):
    def __init__(self, modules=None):
        super().__init__()
        if modules is not None:
            self.extend(modules)

    def _index(self, i):
        n = len(self)
        if not -n <= i < n:
            raise IndexError(f"index {i} is out of range")
        return str(i % n)

    def _reset(self, modules):
        self._modules.clear()
        for i, module in enumerate(modules):
            self.add_module(str(i), module)

    def __len__(self):
        return len(self._modules)

    def __iter__(self):
        return iter(self._modules.values())

    def __getitem__(self, i):
        if isinstance(i, slice):
            return type(self)(list(self)[i])
        return self._modules[self._index(i)]

    def __setitem__(self, i, module):
        setattr(self, self._index(i), module)

    def __delitem__(self, i):
        modules = list(self)
        del modules[i]
        self._reset(modules)

    def append(self, module):
        self.add_module(str(len(self)), module)
        return self

    def extend(self, modules):
        for module in list(modules):
            self.append(module)
        return self

    def insert(self, i, module):
        modules = list(self)
        modules.insert(i, module)
        self._reset(modules)

    def __add__(self, other):
        new = type(self)([*self, *other])
        if isinstance(other, list):
            other.clear()
        return new

    def __iadd__(self, other):
        return self.extend(other)
