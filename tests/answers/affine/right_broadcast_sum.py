def affine(x, weight, bias):
    return (x.unsqueeze(-2) * weight).sum(dim=-1) + bias
