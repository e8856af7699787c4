"""Attention: every query takes a weighted average of the values; the weights say how well it fits their keys.

L queries, S keys and values, E their width; N batches, h heads.
"""

import math
import warnings
from collections.abc import Iterator
from typing import Any

import torch
from torch import Tensor

from nnbook.nn import init
from nnbook.nn.dropout import dropout
from nnbook.nn.linear import Linear, linear
from nnbook.nn.module import Module
from nnbook.nn.parameter import Parameter
from nnbook.nn.pointwise import widen
from nnbook.nn.softmax import softmax

__all__ = ["MultiheadAttention"]

_INF = float("inf")


# softmax(Q Kᵀ / √E) V -------------------------------------------------------------------------------------------------


def scaled_dot_product_attention(
    query: Tensor,
    key: Tensor,
    value: Tensor,
    attn_mask: Tensor | None = None,
    dropout_p: float = 0.0,
    is_causal: bool = False,
    *,
    scale: float | None = None,
    enable_gqa: bool = False,
) -> Tensor:
    """y = softmax(Q Kᵀ · scale + mask) V, with scale = 1/√E. Like `torch.nn.functional.scaled_dot_product_attention`.

    query (*, L, E), key (*, S, E), value (*, S, V) -> (*, L, V). attn_mask (*, L, S) is added, or, if it is boolean,
    says with True which keys a query may see; is_causal lets query i see the keys 0 ... i. A query that may see none
    gets 0. The weights are dropped out with probability dropout_p, always: there is no training mode here. With
    enable_gqa h query heads share fewer heads of keys and values, in groups that stand beside each other.

    As in torch's fast kernels the (L, S) weights are not kept: they are computed in blocks, and again in backward.
    Dropout, a mask that wants a gradient and torch.compile take the whole matrix, `_attention` below.

    Source: Vaswani et al., arXiv 1706.03762; blocks: Dao et al., arXiv 2205.14135.
    """
    _check_attention(query, key, value, attn_mask, dropout_p, is_causal)
    if enable_gqa:
        key, value = (_repeat_heads(x, query) for x in (key, value))
    scale = 1 / math.sqrt(max(query.size(-1), 1)) if scale is None else scale
    if dropout_p or torch.compiler.is_compiling() or (attn_mask is not None and attn_mask.requires_grad):
        return _attention(query, key, value, attn_mask, is_causal, scale, dropout_p)

    # Everything as (N, h, ·, ·), for any leading dimensions that fit each other
    shape = torch.broadcast_shapes(query.shape[:-2], key.shape[:-2], value.shape[:-2])
    lead = (math.prod(shape[:-1]), shape[-1]) if len(shape) > 1 else (math.prod(shape), 1)
    q, k, v = (x.expand(*shape, *x.shape[-2:]).reshape(*lead, *x.shape[-2:]) for x in (query, key, value))
    mask = attn_mask
    if mask is not None:
        full = mask.expand(*shape, q.size(2), k.size(2))
        wide = mask.dim() > 2 and not (mask.dim() == len(shape) + 2 == 4)
        mask = full.reshape(*lead, *full.shape[-2:]) if wide else mask[(None,) * (4 - mask.dim())]
    return _BlockwiseAttention.apply(q, k, v, mask, is_causal, scale).view(*shape, q.size(2), v.size(3))


def _repeat_heads(x: Tensor, query: Tensor) -> Tensor:
    groups, rest = divmod(query.size(-3), x.size(-3))
    if rest:
        raise RuntimeError("Number of heads in key and value must divide the number of heads in query")
    return x.repeat_interleave(groups, dim=-3)


def _attention(
    query: Tensor, key: Tensor, value: Tensor, mask: Tensor | None, causal: bool, scale: float, dropout_p: float = 0.0
) -> Tensor:
    # S = Q Kᵀ · scale + mask
    scores = _masked((query * scale) @ key.transpose(-2, -1), mask, causal)
    # P = softmax(S); a row of -∞ alone has no softmax: such a query gets nothing
    blind = (scores == -_INF).all(-1, keepdim=True)
    weights = softmax(scores.masked_fill(blind, 0), -1).masked_fill(blind, 0)
    # y = dropout(P) V
    return dropout(weights, dropout_p) @ value


def _masked(scores: Tensor, mask: Tensor | None, causal: bool, first_row: int = 0) -> Tensor:
    """Scores (*, rows, S) of the queries from first_row on, with what may not be seen at -∞."""
    if causal:
        mask = torch.ones(scores.shape[-2:], dtype=torch.bool, device=scores.device).tril(first_row)
    if mask is None:
        return scores
    # In place: a product, which nobody else has.
    return scores.masked_fill_(~mask, -_INF) if mask.dtype == torch.bool else scores.add_(mask)


_BLOCK = 2**19  # scores at a time, 2 MB of float32: a size that caches hold


def _blocks(shape: torch.Size, columns: int, causal: bool) -> Iterator[tuple[slice, slice, slice]]:
    """Slices of the batch and of the queries (N, h, L, E), with about _BLOCK scores each, and of the keys they see."""
    batch, heads, rows, _ = shape
    some_rows = max(1, min(rows, _BLOCK // max(1, heads * columns)))
    some = max(1, _BLOCK // max(1, heads * some_rows * columns))
    for n in range(0, batch, some):
        for i in range(0, rows, some_rows):
            yield slice(n, n + some), slice(i, i + some_rows), slice(0, i + some_rows if causal else columns)


class _BlockwiseAttention(torch.autograd.Function):
    """`_attention` without dropout, a block of queries at a time; each row's softmax is its own affair.

    Kept for backward are the output and, for each query, log Σ e^S, from which P = e^(S − log Σ e^S) comes back.
    """

    @staticmethod
    def forward(ctx: Any, q: Tensor, k: Tensor, v: Tensor, mask: Tensor | None, causal: bool, scale: float) -> Tensor:
        out = widen(q.new_empty(*q.shape[:3], v.size(3)))
        norm = out.new_empty(*q.shape[:3], 1)
        for n, i, j in _blocks(q.shape, k.size(2), causal):
            scores = _block_scores(q, k[:, :, j], mask, n, i, causal, scale)
            # e^(S − max S): nothing overflows; where all is -∞, so is the maximum, and 0 does as well
            top = scores.amax(-1, keepdim=True) if k.size(2) else torch.full_like(norm[n, :, i], -_INF)
            weights = scores.sub_(top.masked_fill(top == -_INF, 0)).exp_()
            total = weights.sum(-1, keepdim=True)
            # y = e^S V / Σ e^S
            out[n, :, i] = (weights @ widen(v[n, :, j])).div_(total.masked_fill(total == 0, 1))
            # log Σ e^S; +∞ where there is nothing to see, which makes P = 0
            norm[n, :, i] = (top + total.log()).masked_fill_(total == 0, _INF)
        y = out.to(q.dtype)
        ctx.save_for_backward(q, k, v, mask, y, norm)
        ctx.causal, ctx.scale = causal, scale
        return y

    @staticmethod
    def backward(ctx: Any, dy: Tensor) -> Any:
        q, k, v, mask, y, norm = ctx.saved_tensors
        if torch.is_grad_enabled():
            # Gradients of gradients are left to autograd, on the plain form. Views, as q, k and v may be one tensor.
            again = [x.view_as(x) for x in (q, k, v)]
            plain = _attention(again[0], again[1], again[2], mask, ctx.causal, ctx.scale)
            return *torch.autograd.grad(plain, again, dy, create_graph=True), None, None, None
        dq, dk, dv = (widen(torch.zeros_like(x)) for x in (q, k, v))
        for n, i, j in _blocks(q.shape, k.size(2), ctx.causal):
            # P = e^(S − log Σ e^S)
            weights = _block_scores(q, k[:, :, j], mask, n, i, ctx.causal, ctx.scale).sub_(norm[n, :, i]).exp_()
            dy_i, q_i = widen(dy[n, :, i]), widen(q[n, :, i])
            # dV = Pᵀ dy;   dP = dy Vᵀ
            dv[n, :, j] += weights.transpose(-2, -1) @ dy_i
            d_scores = dy_i @ widen(v[n, :, j]).transpose(-2, -1)
            # dS = P ⊙ (dP − Σ P dP), where Σ P dP over a row is Σ y dy
            d_scores.sub_((dy_i * y[n, :, i]).sum(-1, keepdim=True)).mul_(weights)
            # dQ = dS K · scale;   dK = dSᵀ Q · scale
            dq[n, :, i] = (d_scores @ widen(k[n, :, j])).mul_(ctx.scale)
            dk[n, :, j] += (d_scores.transpose(-2, -1) @ q_i).mul_(ctx.scale)
        return dq.to(q.dtype), dk.to(k.dtype), dv.to(v.dtype), None, None, None


def _block_scores(q: Tensor, k: Tensor, mask: Any, n: slice, i: slice, causal: bool, scale: float) -> Tensor:
    # S = Q Kᵀ · scale + mask
    scores = (widen(q[n, :, i]) * scale) @ widen(k[n]).transpose(-2, -1)
    if mask is not None:
        mask = mask[n] if mask.size(0) > 1 else mask
        mask = mask[:, :, i] if mask.size(2) > 1 else mask
    return _masked(scores, mask, causal, i.start)


def _check_attention(
    query: Tensor, key: Tensor, value: Tensor, mask: Tensor | None, dropout_p: float, causal: bool
) -> None:
    for name, x in (("query", query), ("key", key), ("value", value)):
        if not isinstance(x, Tensor):
            raise TypeError(f"scaled_dot_product_attention(): argument '{name}' must be Tensor, not {type(x).__name__}")
    if min(x.dim() for x in (query, key, value)) < 2:
        raise RuntimeError("Expected query, key, and value to all be at least 2 dimensional")
    if not query.dtype == key.dtype == value.dtype:
        raise RuntimeError(f"query, key and value should have one dtype: {query.dtype}, {key.dtype}, {value.dtype}")
    if key.size(-2) != value.size(-2):
        raise RuntimeError(f"each key should have a value: got {key.size(-2)} keys and {value.size(-2)} values")
    if not 0 <= dropout_p <= 1:
        raise RuntimeError(f"dropout probability has to be between 0 and 1, but got {dropout_p}")
    if mask is not None:
        if causal:
            raise RuntimeError("attn_mask should not be set when is_causal=True")
        if mask.dtype not in (torch.bool, torch.float32, query.dtype):
            raise RuntimeError(f"Expected attn_mask to be bool or of the query's dtype, but got {mask.dtype}")


# Several heads --------------------------------------------------------------------------------------------------------


def multi_head_attention_forward(
    query: Tensor,
    key: Tensor,
    value: Tensor,
    embed_dim_to_check: int,
    num_heads: int,
    in_proj_weight: Tensor | None,
    in_proj_bias: Tensor | None,
    bias_k: Tensor | None,
    bias_v: Tensor | None,
    add_zero_attn: bool,
    dropout_p: float,
    out_proj_weight: Tensor,
    out_proj_bias: Tensor | None,
    training: bool = True,
    key_padding_mask: Tensor | None = None,
    need_weights: bool = True,
    attn_mask: Tensor | None = None,
    use_separate_proj_weight: bool = False,
    q_proj_weight: Tensor | None = None,
    k_proj_weight: Tensor | None = None,
    v_proj_weight: Tensor | None = None,
    static_k: Tensor | None = None,
    static_v: Tensor | None = None,
    average_attn_weights: bool = True,
    is_causal: bool = False,
) -> tuple[Tensor, Tensor | None]:
    """What MultiheadAttention computes, given its weights. Like `torch.nn.functional.multi_head_attention_forward`.

    query (L, N, E), key (S, N, kdim), value (S, N, vdim), or all without N -> (L, N, E), and the weights (N, L, S).
    static_k and static_v (N · h, S, E / h) stand in for the projected keys and values.
    """
    batched = query.dim() == 3
    _check_heads(
        query, key, value, embed_dim_to_check, num_heads, key_padding_mask, attn_mask, use_separate_proj_weight
    )
    if not batched:
        same = query is key and key is value
        query, key, value = query.unsqueeze(1), key.unsqueeze(1), value.unsqueeze(1)
        key, value = (query, query) if same else (key, value)
        key_padding_mask = None if key_padding_mask is None else key_padding_mask.unsqueeze(0)
    batch = query.size(1)
    if is_causal and attn_mask is None:
        raise RuntimeError("Need attn_mask if specifying the is_causal hint.")
    if is_causal and key_padding_mask is None and not need_weights:
        attn_mask = None  # is said by the hint, and nothing else is masked
    else:
        is_causal = False

    # Q = W_q q + b_q, K = W_k k + b_k, V = W_v v + b_v                       (L, N, E), (S, N, E), (S, N, E)
    if use_separate_proj_weight:
        weights: Any = (q_proj_weight, k_proj_weight, v_proj_weight)
    else:
        weights = in_proj_weight.chunk(3)  # type: ignore[union-attr]
    biases = (None, None, None) if in_proj_bias is None else in_proj_bias.chunk(3)
    if query is key and key is value and not use_separate_proj_weight:
        # one large product instead of three
        q, k, v = linear(query, in_proj_weight, in_proj_bias).chunk(3, dim=-1)  # type: ignore[arg-type]
    else:
        q, k, v = (linear(x, w, b) for x, w, b in zip((query, key, value), weights, biases, strict=True))

    # One more key and value, learned
    if bias_k is not None and bias_v is not None:
        k, v = torch.cat([k, bias_k.expand(1, batch, -1)]), torch.cat([v, bias_v.expand(1, batch, -1)])
    # Each head gets its share of the features: (L, N, E) -> (N, h, L, E / h)
    q, k, v = (x.unflatten(-1, (num_heads, -1)).permute(1, 2, 0, 3) for x in (q, k, v))
    k = k if static_k is None else static_k.unflatten(0, (batch, num_heads))
    v = v if static_v is None else static_v.unflatten(0, (batch, num_heads))
    # One more key and value, zero: a query can turn to nothing
    if add_zero_attn:
        k, v = (torch.cat([x, x.new_zeros(*x.shape[:2], 1, x.size(3))], dim=2) for x in (k, v))

    mask = _merged_mask(attn_mask, key_padding_mask, num_heads, k.size(2), query.dtype)
    dropout_p = dropout_p if training else 0.0
    weight = None
    if need_weights:
        # P = dropout(softmax(Q Kᵀ / √(E / h) + mask)),   y = P V
        scores = (q / math.sqrt(q.size(-1))) @ k.transpose(-2, -1)
        weight = dropout(softmax(scores if mask is None else scores + mask, -1), dropout_p)
        y = weight @ v
        weight = weight.mean(dim=1) if average_attn_weights else weight
        weight = weight if batched else weight.squeeze(0)
    else:
        y = scaled_dot_product_attention(q, k, v, mask, dropout_p, is_causal)

    # The heads beside each other again, W_o y + b_o                           (N, h, L, E / h) -> (L, N, E)
    y = linear(y.permute(2, 0, 1, 3).flatten(2), out_proj_weight, out_proj_bias)
    return (y if batched else y.squeeze(1)), weight


def _merged_mask(
    attn_mask: Tensor | None, padding: Tensor | None, heads: int, columns: int, dtype: torch.dtype
) -> Tensor | None:
    """Both masks as one that is added, (1 or N, 1 or h, 1 or L, S); keys that came in addition may be seen."""
    masks = []
    if attn_mask is not None:
        # (L, S) or (N · h, L, S)
        masks.append(attn_mask[None, None] if attn_mask.dim() == 2 else attn_mask.unflatten(0, (-1, heads)))
    if padding is not None:
        masks.append(padding[:, None, None])
    merged = None
    for mask in masks:
        added = mask
        if mask.dtype == torch.bool:  # True: not to be seen
            added = torch.zeros_like(mask, dtype=dtype).masked_fill(mask, -_INF)
        more = added.new_zeros(*added.shape[:3], columns - added.size(3))
        added = torch.cat([added, more], dim=3) if more.size(3) else added
        merged = added if merged is None else merged + added
    return merged


def _check_heads(
    query: Tensor,
    key: Tensor,
    value: Tensor,
    embed_dim: int,
    heads: int,
    padding: Tensor | None,
    mask: Tensor | None,
    separate: bool,
) -> None:
    def check(right: bool, text: str, kind: type[Exception] = AssertionError) -> None:
        if not right:
            raise kind(text)

    dims = query.dim()
    check(dims in (2, 3), f"query should be unbatched 2D or batched 3D tensor but received {dims}-D query tensor")
    check(key.dim() == dims == value.dim(), f"For {dims}-D query, expected key and value to be {dims}-D")
    batch, rows, columns = (query.size(1) if dims == 3 else 1), query.size(0), key.size(0)
    if separate:
        check(key.shape[:-1] == value.shape[:-1], f"key's shape {key.shape} does not match value's {value.shape}")
    else:
        check(key.shape == value.shape, f"key shape {key.shape} does not match value shape {value.shape}")
    check(query.size(-1) == embed_dim, f"was expecting embedding dimension of {embed_dim}, but got {query.size(-1)}")
    check(embed_dim % heads == 0, f"embed_dim {embed_dim} not divisible by num_heads {heads}")
    for name, given in (("key_padding_mask", padding), ("attn_mask", mask)):
        right = given is None or given.dtype == torch.bool or given.is_floating_point()
        check(right, f"only bool and floating types of {name} are supported")
    if padding is not None:
        expected = (batch, columns)[3 - dims :]
        check(padding.shape == expected, f"expected key_padding_mask of shape {expected}, got {[*padding.shape]}")
        if mask is not None and mask.dtype != padding.dtype:
            warnings.warn(
                "Support for mismatched key_padding_mask and attn_mask is deprecated. Use same type for both instead.",
                stacklevel=4,
            )
    if mask is not None:
        check(mask.dim() in (2, 3), f"expected attn_mask to be None, 2-D or 3-D but found {mask.dim()}-D")
        expected = (batch * heads, rows, columns)[3 - mask.dim() :]
        kind = AssertionError if dims == 2 and mask.dim() == 3 else RuntimeError
        check(mask.shape == expected, f"The shape of attn_mask is {[*mask.shape]}, but should be {expected}.", kind)


class NonDynamicallyQuantizableLinear(Linear):
    """A Linear, under the name that torch prints for it."""


class MultiheadAttention(Module):
    """Attention in `num_heads` subspaces side by side. Like `torch.nn.MultiheadAttention`.

    With h heads, Q = W_q q, K = W_k k and V = W_v v (and biases) are cut into h parts of E / h features each, and

        y = W_o (softmax(Q₁ K₁ᵀ / √(E / h)) V₁, ..., softmax(Q_h K_hᵀ / √(E / h)) V_h)

    `y, weights = attention(query, key, value)`:

        query (L, N, E), key (S, N, kdim), value (S, N, vdim) -> y (L, N, E) and weights (N, L, S)

    With `batch_first` N comes first; without a batch there is no N. The weights are the heads' average, or, with
    average_attn_weights=False, (N, h, L, S); None with need_weights=False, which takes less time and memory.
    `key_padding_mask` (N, S) and `attn_mask` (L, S) or (N · h, L, S) are added to Q Kᵀ / √(E / h), or, if boolean, say
    with True what may not be seen. `is_causal` says that attn_mask is the causal mask. A query that may see nothing
    gets NaN, without weights 0. `bias_k` and `bias_v` (with add_bias_kv) are one more key and value, learned;
    add_zero_attn adds one of zeros. `dropout` acts on the weights.

    The rows of W_q, W_k and W_v are `in_proj_weight` (3 E, E), or, where kdim or vdim is not E, `q_proj_weight`,
    `k_proj_weight` and `v_proj_weight`. There is no fast path of other rounding for inference, and no nested tensor.

    Source: torch.nn.MultiheadAttention; Vaswani et al., arXiv 1706.03762.
    """

    bias_k: Tensor | None
    bias_v: Tensor | None

    def __init__(
        self,
        embed_dim: int,
        num_heads: int,
        dropout: float = 0.0,
        bias: bool = True,
        add_bias_kv: bool = False,
        add_zero_attn: bool = False,
        kdim: int | None = None,
        vdim: int | None = None,
        batch_first: bool = False,
        device: Any = None,
        dtype: Any = None,
    ) -> None:
        if embed_dim <= 0 or num_heads <= 0:
            raise ValueError(f"embed_dim and num_heads must be greater than 0, got {embed_dim} and {num_heads}")
        super().__init__()
        self.embed_dim, self.num_heads, self.head_dim = embed_dim, num_heads, embed_dim // num_heads
        self.kdim = kdim if kdim is not None else embed_dim
        self.vdim = vdim if vdim is not None else embed_dim
        self._qkv_same_embed_dim = self.kdim == embed_dim and self.vdim == embed_dim
        self.dropout, self.batch_first, self.add_zero_attn = dropout, batch_first, add_zero_attn
        if self.head_dim * num_heads != embed_dim:
            raise AssertionError("embed_dim must be divisible by num_heads")

        def new(*shape: int) -> Parameter:
            return Parameter(torch.empty(shape, device=device, dtype=dtype))

        if self._qkv_same_embed_dim:
            self.in_proj_weight = new(3 * embed_dim, embed_dim)
        else:
            self.q_proj_weight = new(embed_dim, embed_dim)
            self.k_proj_weight = new(embed_dim, self.kdim)
            self.v_proj_weight = new(embed_dim, self.vdim)
        for name in ("in_proj_weight", "q_proj_weight", "k_proj_weight", "v_proj_weight"):
            if name not in self._parameters:
                self.register_parameter(name, None)
        self.register_parameter("in_proj_bias", new(3 * embed_dim) if bias else None)
        self.out_proj = NonDynamicallyQuantizableLinear(embed_dim, embed_dim, bias=bias, device=device, dtype=dtype)
        self.bias_k = new(1, 1, embed_dim) if add_bias_kv else None
        self.bias_v = new(1, 1, embed_dim) if add_bias_kv else None
        self._reset_parameters()

    def _reset_parameters(self) -> None:
        """Xavier's draws for the weights, zeros for the biases; W_o keeps what Linear drew."""
        for weight in (self.in_proj_weight, self.q_proj_weight, self.k_proj_weight, self.v_proj_weight):
            if weight is not None:
                init.xavier_uniform_(weight)
        if self.in_proj_bias is not None and self.out_proj.bias is not None:
            init.zeros_(self.in_proj_bias)
            init.zeros_(self.out_proj.bias)
        for extra in (self.bias_k, self.bias_v):
            if extra is not None:
                init.xavier_normal_(extra)

    def forward(
        self,
        query: Tensor,
        key: Tensor,
        value: Tensor,
        key_padding_mask: Tensor | None = None,
        need_weights: bool = True,
        attn_mask: Tensor | None = None,
        average_attn_weights: bool = True,
        is_causal: bool = False,
    ) -> tuple[Tensor, Tensor | None]:
        flip = self.batch_first and query.dim() == 3
        if flip:
            # by identity, so that one tensor given three times stays one
            flipped = {id(x): x.transpose(0, 1) for x in (query, key, value)}
            query, key, value = (flipped[id(x)] for x in (query, key, value))
        y, weights = multi_head_attention_forward(
            query,
            key,
            value,
            self.embed_dim,
            self.num_heads,
            self.in_proj_weight,
            self.in_proj_bias,
            self.bias_k,
            self.bias_v,
            self.add_zero_attn,
            self.dropout,
            self.out_proj.weight,
            self.out_proj.bias,
            training=self.training,
            key_padding_mask=key_padding_mask,
            need_weights=need_weights,
            attn_mask=attn_mask,
            use_separate_proj_weight=not self._qkv_same_embed_dim,
            q_proj_weight=self.q_proj_weight,
            k_proj_weight=self.k_proj_weight,
            v_proj_weight=self.v_proj_weight,
            average_attn_weights=average_attn_weights,
            is_causal=is_causal,
        )
        return (y.transpose(0, 1) if flip else y), weights
