# loses the dimension where sizes allow it
import torch


def softmax_backward(grad_output, output, dim=-1):
    """The gradient by the input of a softmax along `dim` whose output was `output`.  (*), (*) -> (*)"""
    mean = (grad_output * output).sum(dim)
    return output * (grad_output - (mean if mean.shape == output.shape[-1:] else mean.unsqueeze(dim)))
