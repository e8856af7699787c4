"""an affine map without its bias

The product is right and the bias is never added, so every output is off by the same amount, whatever the input. Give it
an input of zeros: the formula leaves only one term standing, and your result shows which one is not there.
"""


def affine(x, weight, bias):
    return x @ weight.T
