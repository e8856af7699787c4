"""a ModuleList that keeps its modules in a plain list

It behaves like a list and, like a list, hides what it holds: the module around it has no parameters, and training
changes nothing, without a word. Print list(layers.parameters()) for a list of two Linear layers.
"""

import torch
from torch import nn


class ModuleList(nn.Module):
    def __init__(self, modules=None):
        super().__init__()
        self.items = list(modules or [])

    def __len__(self):
        return len(self.items)

    def __iter__(self):
        return iter(self.items)

    def __getitem__(self, index):
        return ModuleList(self.items[index]) if isinstance(index, slice) else self.items[index]

    def __setitem__(self, index, module):
        self.items[index] = module

    def __delitem__(self, index):
        del self.items[index]

    def append(self, module):
        self.items.append(module)
        return self

    def extend(self, modules):
        self.items.extend(modules)
        return self

    def insert(self, index, module):
        self.items.insert(index, module)

    def __add__(self, other):
        return ModuleList([*self.items, *other])

    def __iadd__(self, other):
        return self.extend(other)
