import torch


def softmax_backward(grad_output, output, dim=-1):
    """The gradient by the input of a softmax along `dim` whose output was `output`.  (*), (*) -> (*)"""
    y, g = output.transpose(dim, -1), grad_output.transpose(dim, -1)
    mean = torch.einsum("...i,...i->...", g, y)[..., None]
    return (y * (g - mean)).transpose(dim, -1)
