"""a result that is cut off from its graph

Every number is right, and nothing can learn from it: the result does not know that it came from x, weight and bias. A
copy made with `detach`, `.data`, `.item()`, `torch.tensor` or inside `no_grad` does this. Look at `requires_grad` of
what comes out when the weight requires a gradient.
"""

import torch


def affine(x, weight, bias):
    with torch.no_grad():
        return x @ weight.T + bias
