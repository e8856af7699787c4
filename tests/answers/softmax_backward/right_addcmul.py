import torch


def softmax_backward(grad_output, output, dim=-1):
    """The gradient by the input of a softmax along `dim` whose output was `output`.  (*), (*) -> (*)"""
    mean = torch.sum(output * grad_output, dim=dim, keepdim=True)
    return torch.addcmul(output * grad_output, output, mean, value=-1)
