import torch


def softmax_backward(grad_output, output, dim=-1):
    """The gradient by the input of a softmax along `dim` whose output was `output`.  (*), (*) -> (*)"""
    y, g = output.movedim(dim, -1), grad_output.movedim(dim, -1)
    eye = torch.eye(y.shape[-1], dtype=y.dtype, device=y.device)
    jacobian = y.unsqueeze(-1) * (eye - y.unsqueeze(-2))
    return torch.einsum("...j,...ji->...i", g, jacobian).movedim(-1, dim)
