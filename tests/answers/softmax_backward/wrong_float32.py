# float32 whatever comes in
import torch


def softmax_backward(grad_output, output, dim=-1):
    """The gradient by the input of a softmax along `dim` whose output was `output`.  (*), (*) -> (*)"""
    output, grad_output, kept = output.float(), grad_output.float(), output.dtype
    mean = (grad_output * output).sum(dim, keepdim=True)
    return (output * (grad_output - mean)).to(kept)
