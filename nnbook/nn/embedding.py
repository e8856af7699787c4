"""Embedding: a table with one learned row per symbol. EmbeddingBag: one vector for several symbols."""

import math
from typing import Any, Self

import torch
from torch import Tensor

from nnbook.nn import init
from nnbook.nn.module import Module
from nnbook.nn.parameter import Parameter
from nnbook.nn.pointwise import widen

__all__ = ["Embedding", "EmbeddingBag"]


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
            table = grad.new_zeros(ctx.shape).index_add_(0, index, grad)
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


@torch.no_grad()
def _draw_table(weight: Tensor, padding_idx: int | None) -> None:
    init.normal_(weight)
    if padding_idx is not None:
        weight[padding_idx].fill_(0)


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
        _draw_table(self.weight, self.padding_idx)

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


def embedding_bag(
    input: Tensor,
    weight: Tensor,
    offsets: Tensor | None = None,
    max_norm: float | None = None,
    norm_type: float = 2,
    scale_grad_by_freq: bool = False,
    mode: str = "mean",
    sparse: bool = False,
    per_sample_weights: Tensor | None = None,
    include_last_offset: bool = False,
    padding_idx: int | None = None,
) -> Tensor:
    """y_b = sum, mean or maximum of the rows W[i] over the numbers i in bag b. Like
    `torch.nn.functional.embedding_bag`.

    input (B, n): B bags of n numbers; or (L): all bags one after another, bag b from offsets[b] to offsets[b + 1].
    weight (V, D) -> (B, D). An empty bag gives 0.
    """
    index, starts, share = _bags(input, weight, offsets, mode, per_sample_weights, include_last_offset)
    if mode == "max" and (scale_grad_by_freq or sparse):
        raise ValueError("mode 'max' has neither scale_grad_by_freq nor sparse")
    if padding_idx is not None and not -weight.size(0) <= padding_idx < weight.size(0):
        raise RuntimeError(f"padding_idx must be within the {weight.size(0)} embeddings, but got {padding_idx}")
    try:
        rows = embedding(index, weight, padding_idx, max_norm, norm_type, scale_grad_by_freq, sparse)
    except IndexError as error:
        raise RuntimeError(f"a number in input is beyond the table: {error}") from None
    rows = widen(rows)  # (L, D)

    # the bag of each number: the last one that starts at or before its place
    places = torch.arange(index.numel(), device=index.device)
    bag = torch.searchsorted(starts, places.to(starts.dtype), right=True) - 1
    # padding takes no place in its bag
    padding = None if padding_idx is None else index == padding_idx % weight.size(0)
    if padding is not None:
        rows = rows.masked_fill(padding.unsqueeze(1), -math.inf if mode == "max" else 0)
    if mode == "max":
        return _largest(rows, bag, starts.numel()).to(weight.dtype)
    if share is not None:
        rows = rows * share.unsqueeze(1)
    # y_b = Σ over the bag of W[i]; for the mean over how many there are. (index_add_ would keep the rows for backward.)
    y = rows.new_zeros(starts.numel(), weight.size(1)).index_put_((bag,), rows, accumulate=True)
    if mode == "mean":
        counted = torch.ones_like(index) if padding is None else (~padding).to(index.dtype)
        y = y / counted.new_zeros(starts.numel()).index_add_(0, bag, counted).clamp(min=1).unsqueeze(1)
    return y.to(weight.dtype)


def _largest(rows: Tensor, bag: Tensor, bags: int) -> Tensor:
    """y_bd = largest rows[l, d] of the places l in bag b; the first of equals gets the gradient."""
    bag, places = bag.unsqueeze(1).expand_as(rows), torch.arange(len(rows), device=rows.device).unsqueeze(1)
    with torch.no_grad():
        top = rows.new_full((bags, rows.size(1)), -math.inf).scatter_reduce(0, bag, rows, "amax")
        is_top = (rows == top.gather(0, bag)) & (rows > -math.inf)
        first = torch.full_like(top, len(rows), dtype=torch.long)
        first = first.scatter_reduce(0, bag, places.where(is_top, len(rows)), "amin")
    # one row of zeros more, for bags in which there is nothing
    return torch.cat([rows, rows.new_zeros(1, rows.size(1))]).gather(0, first)


class EmbeddingBag(Module):
    """y_b = sum, mean or maximum of the rows W[i] over the numbers i in bag b. Like `torch.nn.EmbeddingBag`.

    input (B, n), or (L) with offsets (B) -> (B, embedding_dim), with weight (num_embeddings, embedding_dim) ~ N(0, 1).
    mode="sum" takes per_sample_weights (as input), which the rows are multiplied by. Numbers equal to padding_idx count
    for nothing. The other options are those of Embedding. With include_last_offset a last offset says where all ends.

    Unlike torch on the CPU, which divides some rows by the count of another, scale_grad_by_freq divides each row's
    gradient by the count of that row. Unlike torch's, it can be differentiated twice. Source: torch.nn.EmbeddingBag.
    """

    weight: Tensor

    def __init__(
        self,
        num_embeddings: int,
        embedding_dim: int,
        max_norm: float | None = None,
        norm_type: float = 2.0,
        scale_grad_by_freq: bool = False,
        mode: str = "mean",
        sparse: bool = False,
        _weight: Tensor | None = None,
        include_last_offset: bool = False,
        padding_idx: int | None = None,
        device: Any = None,
        dtype: Any = None,
    ) -> None:
        super().__init__()
        self.num_embeddings = num_embeddings
        self.embedding_dim = embedding_dim
        self.max_norm = max_norm
        self.norm_type = norm_type
        self.scale_grad_by_freq = scale_grad_by_freq
        self.padding_idx = _checked_padding(padding_idx, num_embeddings)
        self.mode = mode
        self.sparse = sparse
        self.include_last_offset = include_last_offset
        if _weight is None:
            self.weight = Parameter(torch.empty((num_embeddings, embedding_dim), device=device, dtype=dtype))
            self.reset_parameters()
        else:
            if tuple(_weight.shape) != (num_embeddings, embedding_dim):
                raise AssertionError("Shape of weight does not match num_embeddings and embedding_dim")
            self.weight = Parameter(_weight)

    def reset_parameters(self) -> None:
        """Draws a new table from N(0, 1)."""
        _draw_table(self.weight, self.padding_idx)

    @classmethod
    def from_pretrained(
        cls,
        embeddings: Tensor,
        freeze: bool = True,
        max_norm: float | None = None,
        norm_type: float = 2.0,
        scale_grad_by_freq: bool = False,
        mode: str = "mean",
        sparse: bool = False,
        include_last_offset: bool = False,
        padding_idx: int | None = None,
    ) -> Self:
        """An EmbeddingBag around a table (V, D) that exists already; frozen unless `freeze=False`."""
        if embeddings.dim() != 2:
            raise AssertionError("Embeddings parameter is expected to be 2-dimensional")
        rows, columns = embeddings.shape
        options = (max_norm, norm_type, scale_grad_by_freq, mode, sparse, embeddings, include_last_offset, padding_idx)
        made = cls(rows, columns, *options)
        made.weight.requires_grad_(not freeze)
        return made

    def forward(self, input: Tensor, offsets: Tensor | None = None, per_sample_weights: Tensor | None = None) -> Tensor:
        return embedding_bag(
            input,
            self.weight,
            offsets,
            self.max_norm,
            self.norm_type,
            self.scale_grad_by_freq,
            self.mode,
            self.sparse,
            per_sample_weights,
            self.include_last_offset,
            self.padding_idx,
        )

    def extra_repr(self) -> str:
        usual = {"max_norm": None, "norm_type": 2, "scale_grad_by_freq": False, "mode": "", "padding_idx": None}
        other = [f", {name}={getattr(self, name)!r}" for name, value in usual.items() if getattr(self, name) != value]
        return f"{self.num_embeddings}, {self.embedding_dim}" + "".join(other)


def _bags(
    input: Tensor,
    weight: Tensor,
    offsets: Tensor | None,
    mode: str,
    share: Tensor | None,
    include_last_offset: bool,
) -> tuple[Tensor, Tensor, Tensor | None]:
    """The numbers (L), the start of each bag (B) and the per_sample_weights (L) or none, checked."""
    if mode not in ("sum", "mean", "max"):
        raise ValueError(f"mode has to be one of sum, mean or max, but got {mode!r}")
    if share is not None and input.shape != share.shape:
        raise ValueError(f"per_sample_weights {[*share.shape]} must have the shape of input {[*input.shape]}")
    if weight.dim() != 2:
        raise ValueError(f"weight has to be a 2D Tensor, but got Tensor of dimension {weight.dim()}")
    if share is not None and mode != "sum":
        raise NotImplementedError(f"per_sample_weights are for mode='sum' alone (got mode={mode!r})")
    if share is not None and share.dtype != weight.dtype:
        raise RuntimeError(f"per_sample_weights must be of dtype {weight.dtype}, but got {share.dtype}")
    if input.dim() == 2:
        if offsets is not None:
            raise ValueError("if input is 2D, each of its rows is a bag, and offsets has to be None")
        starts = torch.arange(0, input.numel(), input.size(1), device=input.device)
        return input.reshape(-1), starts, share if share is None else share.reshape(-1)
    if input.dim() != 1:
        raise ValueError(f"input has to be 1D or 2D Tensor, but got Tensor of dimension {input.dim()}")
    if offsets is None or offsets.dim() != 1:
        raise ValueError("with 1D input, offsets has to be a 1D Tensor")
    if offsets.dtype not in (torch.int64, torch.int32):
        raise RuntimeError(f"offsets need dtype int64 or int32, but got {offsets.dtype}")
    if include_last_offset and offsets.numel() == 0:
        raise RuntimeError("include_last_offset: number of offsets should be at least 1")
    # A look at the numbers themselves; as torch, only where that costs no wait for the device.
    looks = offsets.device.type == "cpu" and offsets.numel() > 0 and not torch.compiler.is_compiling()
    if looks and (offsets[0] != 0 or offsets[-1] > input.numel()):
        raise RuntimeError(f"offsets go from 0 to at most {input.numel()}, the input's length, but got {offsets}")
    return input, offsets[:-1] if include_last_offset else offsets, share
