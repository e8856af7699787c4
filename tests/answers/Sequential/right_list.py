from collections import OrderedDict
from itertools import chain, islice
from typing import Iterable, Iterator, Union

from torch import nn


class Sequential(nn.Module):
    """A chain of modules."""

    def __init__(self, *args):
        super().__init__()
        first = args[0] if len(args) == 1 else None
        if isinstance(first, OrderedDict):
            pairs = first.items()
        else:
            pairs = ((str(i), m) for i, m in enumerate(args))
        for name, module in pairs:
            self.add_module(name, module)

    def _name(self, idx: int) -> str:
        idx = int(idx)
        if idx < -len(self) or idx >= len(self):
            raise IndexError("index out of range")
        return next(islice(self._modules, idx % len(self), None))

    def __getitem__(self, idx: Union[int, slice]):
        if isinstance(idx, slice):
            part = self.__class__()
            for name in list(self._modules.keys())[idx]:
                part.add_module(name, self._modules[name])
            return part
        return self._modules[self._name(idx)]

    def __setitem__(self, idx, module):
        return setattr(self, self._name(idx), module)

    def __delitem__(self, idx):
        names = list(self._modules)[idx] if isinstance(idx, slice) else [self._name(idx)]
        for name in names:
            delattr(self, name)
        self._modules = OrderedDict((str(i), m) for i, m in enumerate(self._modules.values()))

    def __len__(self) -> int:
        return len(self._modules)

    def __iter__(self) -> Iterator[nn.Module]:
        return iter(self._modules.values())

    def __add__(self, other):
        return Sequential(*chain(self, other))

    def __iadd__(self, other):
        return self.extend(other)

    def append(self, module: nn.Module) -> "Sequential":
        self.add_module(f"{len(self)}", module)
        return self

    def extend(self, modules: Iterable[nn.Module]) -> "Sequential":
        for module in tuple(modules):
            self.append(module)
        return self

    def insert(self, index, module):
        n = len(self)
        if index < 0:
            index = max(index + n, 0)
        index = min(index, n)
        for i in range(n, index, -1):
            self._modules[str(i)] = self._modules[str(i - 1)]
        self._modules[str(index)] = module
        return self

    def forward(self, x):
        for layer in self:
            x = layer(x)
        return x
