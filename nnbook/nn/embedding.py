"""Embedding: a table with one learned row per symbol."""

from typing import Any, Self

import torch
from torch import Tensor

from nnbook.nn import init
from nnbook.nn.module import Module
from nnbook.nn.parameter import Parameter

__all__ = ["Embedding"]


class _Lookup(torch.autograd.Function):
    """Rows of a table by number; on the way back each row collects the gradients of all places that it went to."""

    @staticmethod
    def forward(ctx: Any, weight: Tensor, index: Tensor, padding_idx: int, by_freq: bool, sparse: bool) -> Tensor:
        ctx.save_for_backward(index)
        ctx.shape, ctx.padding_idx, ctx.by_freq, ctx.sparse = weight.shape, padding_idx, by_freq, sparse
        # y[*, :] = W[index[*], :]. Unlike W[index], index_select takes no negative numbers, as torch's embedding.
        return weight.index_select(0, index.flatten()).view(*index.shape, weight.size(1))

    @staticmethod
    def backward(ctx: Any, grad: Tensor) -> Any:
        index = ctx.saved_tensors[0].flatten()
        grad = grad.reshape(index.numel(), ctx.shape[1])
        if ctx.padding_idx >= 0:
            kept = index != ctx.padding_idx
            index, grad = index[kept], grad[kept]
        if ctx.by_freq:
            if ctx.sparse:
                raise RuntimeError("scale_grad_by_freq is not supported with sparse gradients")
            grad = grad / torch.bincount(index, minlength=ctx.shape[0])[index].unsqueeze(1)
        if ctx.sparse:
            table = torch.sparse_coo_tensor(index.unsqueeze(0), grad, ctx.shape, check_invariants=False)
        else:
            # dW[i] = Σ over the places where index = i of dy
            table = grad.new_zeros(ctx.shape).index_add(0, index, grad)
        return table, None, None, None, None


@torch.no_grad()
def _renormalise(weight: Tensor, index: Tensor, max_norm: float, norm_type: float) -> None:
    """Shrinks, in place, those of the rows in use that are longer than max_norm."""
    used = index.long().unique()
    rows = weight.index_select(0, used)
    # ‖w‖_p = (Σ |w_j|^p)^(1/p)
    norm = torch.linalg.vector_norm(rows, norm_type, dim=1, keepdim=True)
    # w <- w * max_norm / ‖w‖_p where ‖w‖_p > max_norm; the 1e-7 is torch's
    weight.index_copy_(0, used, torch.where(norm > max_norm, rows * (max_norm / (norm + 1e-7)), rows))


def _checked_padding(padding_idx: int | None, rows: int) -> int | None:
    # torch lets 0 through for an empty table, and the first write then fails.
    if padding_idx and not -rows <= padding_idx < rows:
        raise AssertionError("Padding_idx must be within num_embeddings")
    return padding_idx + rows if padding_idx is not None and padding_idx < 0 else padding_idx


def embedding(
    input: Tensor,
    weight: Tensor,
    padding_idx: int | None = None,
    max_norm: float | None = None,
    norm_type: float = 2.0,
    scale_grad_by_freq: bool = False,
    sparse: bool = False,
) -> Tensor:
    """y = W[input]. Like `torch.nn.functional.embedding`: input (*) of int64 or int32, weight (V, D) -> (*, D)."""
    if not isinstance(input, Tensor):
        raise TypeError(f"embedding(): argument 'input' must be Tensor, not {type(input).__name__}")
    if input.dtype not in (torch.int64, torch.int32):
        raise RuntimeError(f"embedding needs numbers of dtype int64 or int32, but got {input.dtype}")
    if weight.dim() != 2:
        raise RuntimeError("'weight' must be 2-D")
    padding_idx = _checked_padding(padding_idx, weight.size(0))
    if max_norm is not None:
        _renormalise(weight, input, max_norm, norm_type)
    return _Lookup.apply(weight, input, -1 if padding_idx is None else padding_idx, scale_grad_by_freq, sparse)


class Embedding(Module):
    """y = W[input]: row number `input` of a learned table. Like `torch.nn.Embedding`.

    input (*) of whole numbers -> (*, embedding_dim), with weight (num_embeddings, embedding_dim) ~ N(0, 1).
    The row padding_idx starts at 0 and gets no gradient. max_norm shrinks rows in place before they are read.
    scale_grad_by_freq divides a row's gradient by how often it was read; sparse makes the gradient a sparse tensor.

    Source: torch.nn.Embedding.
    """

    weight: Tensor

    def __init__(
        self,
        num_embeddings: int,
        embedding_dim: int,
        padding_idx: int | None = None,
        max_norm: float | None = None,
        norm_type: float = 2.0,
        scale_grad_by_freq: bool = False,
        sparse: bool = False,
        _weight: Tensor | None = None,
        _freeze: bool = False,
        device: Any = None,
        dtype: Any = None,
    ) -> None:
        super().__init__()
        self.num_embeddings = num_embeddings
        self.embedding_dim = embedding_dim
        self.padding_idx = _checked_padding(padding_idx, num_embeddings)
        self.max_norm = max_norm
        self.norm_type = norm_type
        self.scale_grad_by_freq = scale_grad_by_freq
        self.sparse = sparse
        if _weight is None:
            table = torch.empty((num_embeddings, embedding_dim), device=device, dtype=dtype)
            self.weight = Parameter(table, requires_grad=not _freeze)
            self.reset_parameters()
        else:
            if tuple(_weight.shape) != (num_embeddings, embedding_dim):
                raise AssertionError("Shape of weight does not match num_embeddings and embedding_dim")
            self.weight = Parameter(_weight, requires_grad=not _freeze)

    def reset_parameters(self) -> None:
        """Draws a new table from N(0, 1)."""
        init.normal_(self.weight)
        if self.padding_idx is not None:
            with torch.no_grad():
                self.weight[self.padding_idx].fill_(0)

    @classmethod
    def from_pretrained(
        cls,
        embeddings: Tensor,
        freeze: bool = True,
        padding_idx: int | None = None,
        max_norm: float | None = None,
        norm_type: float = 2.0,
        scale_grad_by_freq: bool = False,
        sparse: bool = False,
    ) -> Self:
        """An Embedding around a table (V, D) that exists already; frozen unless `freeze=False`."""
        if embeddings.dim() != 2:
            raise AssertionError("Embeddings parameter is expected to be 2-dimensional")
        rows, columns = embeddings.shape
        options = (padding_idx, max_norm, norm_type, scale_grad_by_freq, sparse)
        return cls(rows, columns, *options, embeddings, freeze)

    def forward(self, input: Tensor) -> Tensor:
        return embedding(
            input, self.weight, self.padding_idx, self.max_norm, self.norm_type, self.scale_grad_by_freq, self.sparse
        )

    def extra_repr(self) -> str:
        usual = {"padding_idx": None, "max_norm": None, "norm_type": 2, "scale_grad_by_freq": False, "sparse": False}
        other = [f", {name}={getattr(self, name)}" for name, value in usual.items() if getattr(self, name) != value]
        return f"{self.num_embeddings}, {self.embedding_dim}" + "".join(other)
