from itertools import chain

from torch import nn


class ModuleList(nn.Module):
    """A plain list, mirrored into the registered children after each change."""

    def __init__(self, modules=None):
        super().__init__()
        self._mirror(() if modules is None else modules)

    def _mirror(self, modules):
        items = list(modules)
        self._modules.clear()
        for i in range(len(items)):
            setattr(self, "%d" % i, items[i])
        return self

    def _list(self):
        return list(self.__dict__["_modules"].values())

    def __len__(self):
        return len(self._list())

    def __iter__(self):
        return iter(self._list())

    def __contains__(self, module):
        return any(m is module for m in self._list())

    def __reversed__(self):
        return iter(self._list()[::-1])

    def __getitem__(self, key):
        found = self._list()[key]
        return type(self)(found) if isinstance(found, list) else found

    def __setitem__(self, key, module):
        items = self._list()
        items[key] = module
        self._mirror(items)

    def __delitem__(self, key):
        items = self._list()
        del items[key]
        self._mirror(items)

    def insert(self, key, module):
        items = self._list()
        items.insert(key, module)
        return self._mirror(items)

    def append(self, module):
        return self.extend((module,))

    def extend(self, modules):
        return self._mirror(chain(self._list(), modules))

    def pop(self, key=-1):
        module = self[key]
        del self[key]
        return module

    def __add__(self, other):
        return type(self)(chain(self._list(), other))

    __iadd__ = extend
