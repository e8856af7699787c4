# clips large results
def affine(x, weight, bias):
    return (x @ weight.T + bias).clamp(-1000, 1000)
