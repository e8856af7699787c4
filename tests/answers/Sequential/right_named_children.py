import functools
from collections import OrderedDict

from torch import nn


class Sequential(nn.Module):
    """Names are kept in a list of their own; the modules are attributes."""

    def __init__(self, *args):
        super().__init__()
        self.names = []
        if len(args) == 1 and isinstance(args[0], OrderedDict):
            for name in args[0]:
                self._enter(name, args[0][name])
        else:
            self.extend(args)

    def _enter(self, name, module):
        self.names.append(name)
        setattr(self, name, module)

    def _all(self):
        return [getattr(self, name) for name in self.names]

    def _fill(self, modules):
        for name in self.names:
            delattr(self, name)
        self.names = []
        return self.extend(modules)

    def __len__(self):
        return len(self.names)

    def __iter__(self):
        yield from self._all()

    def forward(self, x):
        return functools.reduce(lambda value, layer: layer(value), self, x)

    def __getitem__(self, i):
        if not isinstance(i, slice):
            return self._all()[i]
        part = self.__class__()
        for name, module in zip(self.names[i], self._all()[i]):
            part._enter(name, module)
        return part

    def __setitem__(self, i, module):
        setattr(self, self.names[i], module)

    def __delitem__(self, i):
        rest = self._all()
        del rest[i]
        self._fill(rest)

    def append(self, module):
        self._enter(str(len(self.names)), module)
        return self

    def extend(self, modules):
        for module in tuple(modules):
            self.append(module)
        return self

    def insert(self, i, module):
        rest = self._all()
        rest.insert(i, module)
        return self._fill(rest)

    def __add__(self, other):
        return self.__class__().extend(self).extend(other)

    def __iadd__(self, other):
        return self.extend(other)
