# A + b keeps the names of a.
from collections import OrderedDict

import torch
from torch import nn


class Sequential(nn.Module):
    def __init__(self, *args):
        super().__init__()
        if len(args) == 1 and isinstance(args[0], OrderedDict):
            for key, module in args[0].items():
                self.add_module(key, module)
        else:
            for i, module in enumerate(args):
                self.add_module(str(i), module)

    def _at(self, i):
        n = len(self)
        if not -n <= i < n:
            raise IndexError(f"index {i} is out of range")
        return list(self._modules)[i]

    def _reset(self, modules):
        self._modules.clear()
        for i, module in enumerate(modules):
            self.add_module(str(i), module)

    def forward(self, input):
        for module in self:
            input = module(input)
        return input

    def __len__(self):
        return len(self._modules)

    def __iter__(self):
        return iter(self._modules.values())

    def __getitem__(self, i):
        if isinstance(i, slice):
            return type(self)(OrderedDict(list(self._modules.items())[i]))
        return self._modules[self._at(i)]

    def __setitem__(self, i, module):
        setattr(self, self._at(i), module)

    def __delitem__(self, i):
        if not isinstance(i, slice):
            self._at(i)
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
        return self

    def __add__(self, other):
        out = type(self)(OrderedDict(self._modules))
        return out.extend(other)

    def __iadd__(self, other):
        return self.extend(other)
