"""a block that hides its shortcut in a list

Everything computes as it should. But a list is no module and no parameter: the shortcut is not trained, not saved,
and does not hear of eval(). Print the keys of the state_dict.
"""

import torch
from torch import nn


class Residual(nn.Module):
    def __init__(self, body, shortcut=None):
        super().__init__()
        self.body = body
        self.others = [shortcut]

    def forward(self, x):
        shortcut = self.others[0]
        return self.body(x) + (x if shortcut is None else shortcut(x))
