"""a ModuleDict whose pop leaves the module inside

It hands the right module over and keeps it as well, so that it is still trained and saved. Look at len(d) before and
after.
"""

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
        return self._modules.keys()

    def values(self):
        return self._modules.values()

    def items(self):
        return self._modules.items()

    def pop(self, key):
        """Removes a module and returns it."""
        return self._modules[key]

    def clear(self):
        """Removes all."""
        self._modules.clear()

    def update(self, modules):
        """Enters every (key, module) of a dictionary or of an iterable of pairs."""
        pairs = modules.items() if hasattr(modules, "items") else modules
        for key, module in pairs:
            self[key] = module
