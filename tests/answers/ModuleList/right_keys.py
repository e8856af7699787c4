import torch.nn as nn


class ModuleList(nn.Module):
    """By name: the position is turned into a key."""

    def __init__(self, modules=None):
        super().__init__()
        for module in modules if modules is not None else ():
            self.append(module)

    def _key(self, i):
        if i < 0:
            i += len(self)
        if not 0 <= i < len(self):
            raise IndexError(f"no module at {i}")
        return str(i)

    def __len__(self):
        return sum(1 for _ in self._modules)

    def __iter__(self):
        return (self._modules[str(i)] for i in range(len(self)))

    def __getitem__(self, i):
        if isinstance(i, slice):
            return ModuleList(self[j] for j in range(*i.indices(len(self))))
        return self._modules[self._key(i)]

    def __setitem__(self, i, module):
        setattr(self, self._key(i), module)

    def __delitem__(self, i):
        gone = set(range(*i.indices(len(self)))) if isinstance(i, slice) else {int(self._key(i))}
        rest = [m for j, m in enumerate(self) if j not in gone]
        for key in list(self._modules):
            delattr(self, key)
        self.extend(rest)

    def insert(self, i, module):
        for j in range(len(self), i, -1):
            self._modules[str(j)] = self._modules[str(j - 1)]
        self._modules[str(i)] = module

    def append(self, module):
        self.add_module(str(len(self)), module)
        return self

    def extend(self, modules):
        for module in modules:
            self.append(module)
        return self

    def __add__(self, other):
        return ModuleList(self).extend(other)

    def __iadd__(self, other):
        self.extend(other)
        return self
