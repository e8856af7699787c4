"""Local response normalization: each value is divided by the strength of its neighbours in the channels beside it."""

import torch
from torch import Tensor

from nnbook.nn.module import Module
from nnbook.nn.pointwise import widen

__all__ = ["LocalResponseNorm"]


def local_response_norm(input: Tensor, size: int, alpha: float = 1e-4, beta: float = 0.75, k: float = 1.0) -> Tensor:
    """y_c = x_c / (k + α · mean of x² over `size` channels around c)^β. Like
    `torch.nn.functional.local_response_norm`.

    input (N, C, *) -> the same. Channels beyond the first and the last count as 0.
    """
    if input.dim() < 3:
        raise ValueError(f"expected input of 3 or more dimensions (got {input.dim()} dimensions)")
    if input.numel() == 0:
        return input
    x = widen(input)
    # size // 2 channels before c and the rest after it: c itself is one of them
    none = x.new_zeros(1, 1, *[1] * (x.dim() - 2)).expand(x.size(0), size // 2, *x.shape[2:])
    padded = torch.cat([none, x.square(), none[:, : (size - 1) // 2]], dim=1)
    # s_c = Σ x² over the window, which is `size` shifted copies of x², added up
    total = sum(padded.narrow(1, shift, x.size(1)) for shift in range(size))
    # y = x / (k + α s / size)^β
    return (x / (k + alpha / size * total) ** beta).to(input.dtype)


class LocalResponseNorm(Module):
    """y_c = x_c / (k + α · mean of x² over `size` channels around c)^β. Like `torch.nn.LocalResponseNorm`.

    input (N, C, *) -> the same: a strong channel holds its neighbours down. Unlike the paper, and like torch, α
    multiplies the mean of the window, not its sum.

    Source: torch.nn.LocalResponseNorm; Krizhevsky et al., NIPS 2012, section 3.3.
    """

    def __init__(self, size: int, alpha: float = 1e-4, beta: float = 0.75, k: float = 1.0) -> None:
        super().__init__()
        self.size, self.alpha, self.beta, self.k = size, alpha, beta, k

    def forward(self, input: Tensor) -> Tensor:
        return local_response_norm(input, self.size, self.alpha, self.beta, self.k)

    def extra_repr(self) -> str:
        return f"{self.size}, alpha={self.alpha}, beta={self.beta}, k={self.k}"
