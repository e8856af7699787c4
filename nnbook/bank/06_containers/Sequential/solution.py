from collections import OrderedDict

import torch
from torch import nn


class Sequential(nn.Module):
    """y = f_n(... f_2(f_1(x))): modules in a row, reached by position."""

    def __init__(self, *args):
        super().__init__()
        # BEGIN SOLUTION
        named = args[0].items() if len(args) == 1 and isinstance(args[0], OrderedDict) else enumerate(args)
        for name, module in named:
            self.add_module(str(name), module)
        # END SOLUTION

    def forward(self, input):
        # BEGIN SOLUTION
        for module in self:
            input = module(input)
        return input
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
        if isinstance(index, slice):
            return type(self)(OrderedDict(list(self._modules.items())[index]))
        return list(self._modules.values())[index]
        # END SOLUTION

    def __setitem__(self, index, module):
        # BEGIN SOLUTION
        self._modules[list(self._modules)[index]] = module
        # END SOLUTION

    def __delitem__(self, index):
        # BEGIN SOLUTION
        modules = list(self._modules.values())
        del modules[index]
        self._renumber(modules)
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
        """Puts a module before a position; returns self."""
        # BEGIN SOLUTION
        modules = list(self._modules.values())
        modules.insert(index, module)
        self._renumber(modules)
        return self
        # END SOLUTION

    def __add__(self, other):
        # BEGIN SOLUTION
        return Sequential(*self, *other)
        # END SOLUTION

    def __iadd__(self, other):
        # BEGIN SOLUTION
        return self.extend(other)

    def _renumber(self, modules):
        self._modules.clear()
        for i, module in enumerate(modules):
            self.add_module(str(i), module)
        # END SOLUTION
