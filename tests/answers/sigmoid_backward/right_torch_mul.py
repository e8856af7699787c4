import torch


def sigmoid_backward(grad_output, output):
    """The gradient by the input of a sigmoid whose output was `output`.  (*), (*) -> (*)"""
    slope = torch.mul(output, torch.sub(1.0, output))
    return torch.mul(grad_output, slope)
