"""a Sequential that keeps its modules in a plain list

It computes the right thing, and nn.Module does not know of a single layer: no parameters, no state_dict, no eval()
for them. An optimizer over its parameters has nothing to train. Print list(model.parameters()).
"""

from collections import OrderedDict

import torch
from torch import nn


class Sequential(nn.Module):
    def __init__(self, *args):
        super().__init__()
        one = len(args) == 1 and isinstance(args[0], OrderedDict)
        self.layers = list(args[0].values()) if one else list(args)

    def forward(self, input):
        for module in self.layers:
            input = module(input)
        return input

    def __len__(self):
        return len(self.layers)

    def __iter__(self):
        return iter(self.layers)

    def __getitem__(self, index):
        return Sequential(*self.layers[index]) if isinstance(index, slice) else self.layers[index]

    def __setitem__(self, index, module):
        self.layers[index] = module

    def __delitem__(self, index):
        del self.layers[index]

    def append(self, module):
        self.layers.append(module)
        return self

    def extend(self, modules):
        self.layers.extend(modules)
        return self

    def insert(self, index, module):
        self.layers.insert(index, module)
        return self

    def __add__(self, other):
        return Sequential(*self.layers, *other.layers)

    def __iadd__(self, other):
        return self.extend(other.layers)
