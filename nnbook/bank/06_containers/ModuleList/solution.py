import torch
from torch import nn


class ModuleList(nn.Module):
    """A list of modules that the module around it knows of."""

    def __init__(self, modules=None):
        super().__init__()
        # BEGIN SOLUTION
        if modules is not None:
            self.extend(modules)
        # END SOLUTION

    def __len__(self):
        # BEGIN SOLUTION
        return len(self._modules)
        # END SOLUTION

    def __iter__(self):
        # BEGIN SOLUTION
        return iter(self._modules.values())
        # END SOLUTION

    def __getitem__(self, index):
        # BEGIN SOLUTION
        chosen = list(self)[index]
        return type(self)(chosen) if isinstance(index, slice) else chosen
        # END SOLUTION

    def __setitem__(self, index, module):
        # BEGIN SOLUTION
        modules = list(self)
        modules[index] = module
        self._hold(modules)
        # END SOLUTION

    def __delitem__(self, index):
        # BEGIN SOLUTION
        modules = list(self)
        del modules[index]
        self._hold(modules)
        # END SOLUTION

    def append(self, module):
        """Adds a module at the end; returns self."""
        # BEGIN SOLUTION
        self.add_module(str(len(self)), module)
        return self
        # END SOLUTION

    def extend(self, modules):
        """Adds several modules at the end; returns self."""
        # BEGIN SOLUTION
        for module in list(modules):
            self.append(module)
        return self
        # END SOLUTION

    def insert(self, index, module):
        """Puts a module before a position."""
        # BEGIN SOLUTION
        modules = list(self)
        modules.insert(index, module)
        self._hold(modules)
        # END SOLUTION

    def __add__(self, other):
        # BEGIN SOLUTION
        return ModuleList([*self, *other])
        # END SOLUTION

    def __iadd__(self, other):
        # BEGIN SOLUTION
        return self.extend(other)

    def _hold(self, modules):
        self._modules.clear()
        for i, module in enumerate(modules):
            self.add_module(str(i), module)
        # END SOLUTION
