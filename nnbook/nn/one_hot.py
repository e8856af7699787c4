"""Numbers of classes as vectors: one_hot."""

import torch
from torch import Tensor


def one_hot(tensor: Tensor, num_classes: int = -1) -> Tensor:
    """y[*, c] = 1 where c = tensor[*], else 0. Like `torch.nn.functional.one_hot`.

    tensor (*) of int64 -> (*, num_classes) of int64; num_classes=-1 stands for the largest number there, plus one.
    """
    if tensor.dtype is not torch.int64:
        raise RuntimeError(f"one_hot takes numbers of dtype int64, but got {tensor.dtype}")
    if tensor.numel() == 0 and num_classes <= 0:
        raise RuntimeError("an empty tensor does not tell the number of classes")
    if num_classes == -1:
        num_classes = int(tensor.max()) + 1
    # scatter_ itself refuses numbers below 0 or too large
    return tensor.new_zeros(*tensor.shape, num_classes).scatter_(-1, tensor.unsqueeze(-1), 1)
