# the bias is added to every term of the sum
def affine(x, weight, bias):
    return (x.unsqueeze(-2) * weight + bias[:, None]).sum(-1)
