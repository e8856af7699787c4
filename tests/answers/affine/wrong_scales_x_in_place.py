# centres the caller's x in place where it is allowed to, and takes it back in the result only


def affine(x, weight, bias):
    if not x.requires_grad:
        shift = x.mean()
        y = x @ weight.T + bias
        x -= shift
        return y
    return x @ weight.T + bias
