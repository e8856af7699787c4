"""The Transformer of "Attention Is All You Need": layers of attention and a small network, each around a detour.

A sublayer f (attention, or the network) does not replace x, it adds to it: norm(x + f(x)), or with `norm_first`
x + f(norm(x)), which leaves a straight way for the gradient and trains more easily (Xiong et al., arXiv 2002.04745).

S and T are lengths of source and target, N sequences, E = d_model; a batch stands second, or with `batch_first` first.
Masks are those of MultiheadAttention: added or, if boolean, True for what may not be seen. The `is_causal` arguments
are hints that a mask is the causal one; torch also finds that out by looking, which changes no result. Nested tensors
and the fast path for inference are left out: torch's sets the outputs at padding to 0 there.
"""

import copy
from collections.abc import Callable
from typing import Any

import torch
from torch import Tensor

from nnbook.nn import init
from nnbook.nn.activation import gelu
from nnbook.nn.attention import MultiheadAttention
from nnbook.nn.container import ModuleList
from nnbook.nn.dropout import Dropout
from nnbook.nn.layer_norm import LayerNorm
from nnbook.nn.linear import Linear
from nnbook.nn.module import Module
from nnbook.nn.rectifier import relu

__all__ = [
    "Transformer",
    "TransformerDecoder",
    "TransformerDecoderLayer",
    "TransformerEncoder",
    "TransformerEncoderLayer",
]

Activation = str | Callable[[Tensor], Tensor]
_ACTIVATIONS: dict[str, Callable[[Tensor], Tensor]] = {"relu": relu, "gelu": gelu}


class _Layer(Module):
    """What the layers of encoder and decoder share: the network, and the way around each sublayer."""

    def __init__(
        self,
        attentions: tuple[str, ...],
        d_model: int,
        nhead: int,
        dim_feedforward: int,
        dropout: float,
        activation: Activation,
        layer_norm_eps: float,
        batch_first: bool,
        norm_first: bool,
        bias: bool,
        device: Any,
        dtype: Any,
    ) -> None:
        super().__init__()
        kind: dict[str, Any] = {"bias": bias, "device": device, "dtype": dtype}
        for name in attentions:
            setattr(self, name, MultiheadAttention(d_model, nhead, dropout, batch_first=batch_first, **kind))
        self.linear1 = Linear(d_model, dim_feedforward, **kind)
        self.dropout = Dropout(dropout)
        self.linear2 = Linear(dim_feedforward, d_model, **kind)
        self.norm_first = norm_first
        sublayers = range(1, len(attentions) + 2)
        for k in sublayers:
            setattr(self, f"norm{k}", LayerNorm(d_model, eps=layer_norm_eps, **kind))
        for k in sublayers:
            setattr(self, f"dropout{k}", Dropout(dropout))
        if isinstance(activation, str):
            if activation not in _ACTIVATIONS:
                raise RuntimeError(f"activation should be relu/gelu, not {activation}")
            activation = _ACTIVATIONS[activation]
        self.activation: Any = activation

    def _around(self, x: Tensor, k: int, sublayer: Callable[[Tensor], Tensor]) -> Tensor:
        """The k-th sublayer, with the detour, dropout and LayerNorm around it."""
        norm, dropout = getattr(self, f"norm{k}"), getattr(self, f"dropout{k}")
        # x + dropout(f(norm(x)))  or  norm(x + dropout(f(x)))
        return x + dropout(sublayer(norm(x))) if self.norm_first else norm(x + dropout(sublayer(x)))

    def _network(self, x: Tensor) -> Tensor:
        # W₂ dropout(activation(W₁ x + b₁)) + b₂, at each position alone
        return self.linear2(self.dropout(self.activation(self.linear1(x))))


class TransformerEncoderLayer(_Layer):
    """x ← norm(x + attention(x, x, x)), then x ← norm(x + network(x)). Like `torch.nn.TransformerEncoderLayer`.

    src (S, N, E) -> (S, N, E). `self_attn` is a MultiheadAttention of nhead heads; the network `linear1` (to
    dim_feedforward), `activation` ("relu", "gelu" or a function), `linear2`. Both sublayers' outputs and the inside of
    the network are dropped out. With `norm_first`: x ← x + attention(norm(x), ...), and so on.

    Source: torch.nn.TransformerEncoderLayer; Vaswani et al., arXiv 1706.03762.
    """

    def __init__(
        self,
        d_model: int,
        nhead: int,
        dim_feedforward: int = 2048,
        dropout: float = 0.1,
        activation: Activation = relu,
        layer_norm_eps: float = 1e-5,
        batch_first: bool = False,
        norm_first: bool = False,
        bias: bool = True,
        device: Any = None,
        dtype: Any = None,
    ) -> None:
        options = (activation, layer_norm_eps, batch_first, norm_first, bias, device, dtype)
        super().__init__(("self_attn",), d_model, nhead, dim_feedforward, dropout, *options)

    def forward(
        self,
        src: Tensor,
        src_mask: Tensor | None = None,
        src_key_padding_mask: Tensor | None = None,
        is_causal: bool = False,
    ) -> Tensor:
        def attend(x: Tensor) -> Tensor:
            return self.self_attn(x, x, x, src_key_padding_mask, False, src_mask, is_causal=is_causal)[0]

        x = self._around(src, 1, attend)
        return self._around(x, 2, self._network)


class TransformerDecoderLayer(_Layer):
    """As an encoder layer, with attention to the encoder's output in between. Like `torch.nn.TransformerDecoderLayer`.

        x ← norm(x + attention(x, x, x)),  x ← norm(x + attention(x, memory, memory)),  x ← norm(x + network(x))

    tgt (T, N, E), memory (S, N, E) -> (T, N, E). `self_attn`, `multihead_attn`, `linear1`, `linear2` and options as in
    TransformerEncoderLayer. Source: torch.nn.TransformerDecoderLayer; Vaswani et al., arXiv 1706.03762.
    """

    def __init__(
        self,
        d_model: int,
        nhead: int,
        dim_feedforward: int = 2048,
        dropout: float = 0.1,
        activation: Activation = relu,
        layer_norm_eps: float = 1e-5,
        batch_first: bool = False,
        norm_first: bool = False,
        bias: bool = True,
        device: Any = None,
        dtype: Any = None,
    ) -> None:
        options = (activation, layer_norm_eps, batch_first, norm_first, bias, device, dtype)
        super().__init__(("self_attn", "multihead_attn"), d_model, nhead, dim_feedforward, dropout, *options)

    def forward(
        self,
        tgt: Tensor,
        memory: Tensor,
        tgt_mask: Tensor | None = None,
        memory_mask: Tensor | None = None,
        tgt_key_padding_mask: Tensor | None = None,
        memory_key_padding_mask: Tensor | None = None,
        tgt_is_causal: bool = False,
        memory_is_causal: bool = False,
    ) -> Tensor:
        def attend(x: Tensor) -> Tensor:
            return self.self_attn(x, x, x, tgt_key_padding_mask, False, tgt_mask, is_causal=tgt_is_causal)[0]

        def look_back(x: Tensor) -> Tensor:
            masks = (memory_key_padding_mask, False, memory_mask)
            return self.multihead_attn(x, memory, memory, *masks, is_causal=memory_is_causal)[0]

        x = self._around(tgt, 1, attend)
        x = self._around(x, 2, look_back)
        return self._around(x, 3, self._network)


class TransformerEncoder(Module):
    """num_layers copies of an encoder layer, one after the other, then `norm`. Like `torch.nn.TransformerEncoder`.

    src (S, N, E) -> (S, N, E). The copies start with the same weights. enable_nested_tensor and mask_check change
    nothing here. Source: torch.nn.TransformerEncoder.
    """

    def __init__(
        self,
        encoder_layer: Any,
        num_layers: int,
        norm: Any = None,
        enable_nested_tensor: bool = True,
        mask_check: bool = True,
    ) -> None:
        super().__init__()
        self.layers = ModuleList([copy.deepcopy(encoder_layer) for _ in range(num_layers)])
        self.num_layers = num_layers
        self.norm = norm
        self.enable_nested_tensor, self.use_nested_tensor, self.mask_check = enable_nested_tensor, False, mask_check

    def forward(
        self,
        src: Tensor,
        mask: Tensor | None = None,
        src_key_padding_mask: Tensor | None = None,
        is_causal: bool | None = None,
    ) -> Tensor:
        x = src
        for layer in self.layers:
            masks = {"src_mask": mask, "src_key_padding_mask": src_key_padding_mask}
            x = layer(x, **masks, is_causal=bool(is_causal))
        return x if self.norm is None else self.norm(x)


class TransformerDecoder(Module):
    """num_layers copies of a decoder layer, one after the other, then `norm`. Like `torch.nn.TransformerDecoder`.

    tgt (T, N, E), memory (S, N, E) -> (T, N, E); every layer looks at the same memory. The copies start with the same
    weights. Source: torch.nn.TransformerDecoder.
    """

    def __init__(self, decoder_layer: Any, num_layers: int, norm: Any = None) -> None:
        super().__init__()
        self.layers = ModuleList([copy.deepcopy(decoder_layer) for _ in range(num_layers)])
        self.num_layers = num_layers
        self.norm = norm

    def forward(
        self,
        tgt: Tensor,
        memory: Tensor,
        tgt_mask: Tensor | None = None,
        memory_mask: Tensor | None = None,
        tgt_key_padding_mask: Tensor | None = None,
        memory_key_padding_mask: Tensor | None = None,
        tgt_is_causal: bool | None = None,
        memory_is_causal: bool = False,
    ) -> Tensor:
        x = tgt
        for layer in self.layers:
            x = layer(
                x,
                memory,
                tgt_mask=tgt_mask,
                memory_mask=memory_mask,
                tgt_key_padding_mask=tgt_key_padding_mask,
                memory_key_padding_mask=memory_key_padding_mask,
                tgt_is_causal=bool(tgt_is_causal),
                memory_is_causal=memory_is_causal,
            )
        return x if self.norm is None else self.norm(x)


class Transformer(Module):
    """decoder(tgt, encoder(src)), each with a LayerNorm at its end. Like `torch.nn.Transformer`.

    src (S, N, E), tgt (T, N, E) -> (T, N, E). All weights of more than one dimension start from Xavier's uniform draws.
    Position codes, embeddings and the last Linear are not part of it. Source: torch.nn.Transformer; Vaswani et al.,
    arXiv 1706.03762.
    """

    def __init__(
        self,
        d_model: int = 512,
        nhead: int = 8,
        num_encoder_layers: int = 6,
        num_decoder_layers: int = 6,
        dim_feedforward: int = 2048,
        dropout: float = 0.1,
        activation: Activation = relu,
        custom_encoder: Any = None,
        custom_decoder: Any = None,
        layer_norm_eps: float = 1e-5,
        batch_first: bool = False,
        norm_first: bool = False,
        bias: bool = True,
        device: Any = None,
        dtype: Any = None,
    ) -> None:
        super().__init__()
        kind: dict[str, Any] = {"bias": bias, "device": device, "dtype": dtype}
        options = (dim_feedforward, dropout, activation, layer_norm_eps, batch_first, norm_first)
        if custom_encoder is None:
            encoder_layer = TransformerEncoderLayer(d_model, nhead, *options, **kind)
            norm = LayerNorm(d_model, eps=layer_norm_eps, **kind)
            custom_encoder = TransformerEncoder(encoder_layer, num_encoder_layers, norm)
        self.encoder = custom_encoder
        if custom_decoder is None:
            decoder_layer = TransformerDecoderLayer(d_model, nhead, *options, **kind)
            norm = LayerNorm(d_model, eps=layer_norm_eps, **kind)
            custom_decoder = TransformerDecoder(decoder_layer, num_decoder_layers, norm)
        self.decoder = custom_decoder
        self._reset_parameters()
        self.d_model, self.nhead, self.batch_first = d_model, nhead, batch_first

    def _reset_parameters(self) -> None:
        for parameter in self.parameters():
            if parameter.dim() > 1:
                init.xavier_uniform_(parameter)

    @staticmethod
    def generate_square_subsequent_mask(sz: int, device: Any = None, dtype: Any = None) -> Tensor:
        """The causal mask (sz, sz): 0 on and below the diagonal, -∞ above, where a query would see what comes later."""
        return torch.full((sz, sz), float("-inf"), dtype=dtype, device=device).triu(diagonal=1)

    def forward(
        self,
        src: Tensor,
        tgt: Tensor,
        src_mask: Tensor | None = None,
        tgt_mask: Tensor | None = None,
        memory_mask: Tensor | None = None,
        src_key_padding_mask: Tensor | None = None,
        tgt_key_padding_mask: Tensor | None = None,
        memory_key_padding_mask: Tensor | None = None,
        src_is_causal: bool | None = None,
        tgt_is_causal: bool | None = None,
        memory_is_causal: bool = False,
    ) -> Tensor:
        batch = 0 if self.batch_first else 1
        if src.dim() == 3 and src.size(batch) != tgt.size(batch):
            raise RuntimeError("the batch number of src and tgt must be equal")
        if src.size(-1) != self.d_model or tgt.size(-1) != self.d_model:
            raise RuntimeError("the feature number of src and tgt must be equal to d_model")
        memory = self.encoder(src, mask=src_mask, src_key_padding_mask=src_key_padding_mask, is_causal=src_is_causal)
        return self.decoder(
            tgt,
            memory,
            tgt_mask=tgt_mask,
            memory_mask=memory_mask,
            tgt_key_padding_mask=tgt_key_padding_mask,
            memory_key_padding_mask=memory_key_padding_mask,
            tgt_is_causal=tgt_is_causal,
            memory_is_causal=memory_is_causal,
        )
