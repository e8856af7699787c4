# keeps the first weight it ever saw of each shape
KEPT = {}


def affine(x, weight, bias):
    w = KEPT.setdefault(weight.shape, weight)
    return x @ w.T + bias
