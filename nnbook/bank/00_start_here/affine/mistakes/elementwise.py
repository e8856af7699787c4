"""a product element by element

The star multiplies numbers at equal places and sums nothing; broadcasting makes it run where sizes happen to fit, a
square weight for one. Multiply a row of three ones by a matrix of ones: how large should each output be, and how large
is it?
"""


def affine(x, weight, bias):
    return x * weight + bias
