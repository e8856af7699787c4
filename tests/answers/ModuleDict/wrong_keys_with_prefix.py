# keys carry the full name
import torch
from torch import nn


class ModuleDict(nn.Module):
    """A dictionary whose modules the module around it knows of."""

    def __init__(self, modules=None):
        super().__init__()
        if modules is not None:
            self.update(modules)

    def __len__(self):
        return len(self._modules)

    def __iter__(self):
        return iter(self._modules)

    def __contains__(self, key):
        return key in self._modules

    def __getitem__(self, key):
        return self._modules[key]

    def __setitem__(self, key, module):
        self.add_module(key, module)

    def __delitem__(self, key):
        del self._modules[key]

    def keys(self):
        return ["heads." + k for k in self._modules]

    def values(self):
        return self._modules.values()

    def items(self):
        return self._modules.items()

    def pop(self, key):
        """Removes a module and returns it."""
        return self._modules.pop(key)

    def clear(self):
        """Removes all."""
        self._modules.clear()

    def update(self, modules):
        """Enters every (key, module) of a dictionary or of an iterable of pairs."""
        pairs = modules.items() if hasattr(modules, "items") else modules
        for key, module in pairs:
            self[key] = module
