import torch
from torch import nn


class ModuleDict(nn.Module):
    """A dictionary whose modules the module around it knows of."""

    def __init__(self, modules=None):
        super().__init__()
        # BEGIN SOLUTION
        if modules is not None:
            self.update(modules)
        # END SOLUTION

    def __len__(self):
        # BEGIN SOLUTION
        return len(self._modules)
        # END SOLUTION

    def __iter__(self):
        # BEGIN SOLUTION
        return iter(self._modules)
        # END SOLUTION

    def __contains__(self, key):
        # BEGIN SOLUTION
        return key in self._modules
        # END SOLUTION

    def __getitem__(self, key):
        # BEGIN SOLUTION
        return self._modules[key]
        # END SOLUTION

    def __setitem__(self, key, module):
        # BEGIN SOLUTION
        self.add_module(key, module)
        # END SOLUTION

    def __delitem__(self, key):
        # BEGIN SOLUTION
        del self._modules[key]
        # END SOLUTION

    def keys(self):
        # BEGIN SOLUTION
        return self._modules.keys()
        # END SOLUTION

    def values(self):
        # BEGIN SOLUTION
        return self._modules.values()
        # END SOLUTION

    def items(self):
        # BEGIN SOLUTION
        return self._modules.items()
        # END SOLUTION

    def pop(self, key):
        """Removes a module and returns it."""
        # BEGIN SOLUTION
        return self._modules.pop(key)
        # END SOLUTION

    def clear(self):
        """Removes all."""
        # BEGIN SOLUTION
        self._modules.clear()
        # END SOLUTION

    def update(self, modules):
        """Enters every (key, module) of a dictionary or of an iterable of pairs."""
        # BEGIN SOLUTION
        pairs = modules.items() if hasattr(modules, "items") else modules
        for key, module in pairs:
            self[key] = module
        # END SOLUTION
