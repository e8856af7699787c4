"""a product with W instead of its transpose

`x @ weight` reads like the formula, and for a square weight it runs without a word and sums along the wrong side. With
any other weight the inner sizes do not meet. Print `x.shape` and `weight.shape`: which two of the sizes are equal?
"""


def affine(x, weight, bias):
    return x @ weight + bias
