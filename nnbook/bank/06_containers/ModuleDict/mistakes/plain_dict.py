"""a ModuleDict that keeps its modules in a plain dict

Every method answers as it should, and the module around it sees nothing: no parameters, no keys in the state_dict, no
eval(). Print list(d.parameters()) for a dictionary of two Linear layers.
"""

import torch
from torch import nn


class ModuleDict(nn.Module):
    """A dictionary whose modules the module around it knows of."""

    def __init__(self, modules=None):
        super().__init__()
        self.held = {}
        if modules is not None:
            self.update(modules)

    def __len__(self):
        return len(self.held)

    def __iter__(self):
        return iter(self.held)

    def __contains__(self, key):
        return key in self.held

    def __getitem__(self, key):
        return self.held[key]

    def __setitem__(self, key, module):
        self.held[key] = module

    def __delitem__(self, key):
        del self.held[key]

    def keys(self):
        return self.held.keys()

    def values(self):
        return self.held.values()

    def items(self):
        return self.held.items()

    def pop(self, key):
        """Removes a module and returns it."""
        return self.held.pop(key)

    def clear(self):
        """Removes all."""
        self.held.clear()

    def update(self, modules):
        """Enters every (key, module) of a dictionary or of an iterable of pairs."""
        pairs = modules.items() if hasattr(modules, "items") else modules
        for key, module in pairs:
            self[key] = module
