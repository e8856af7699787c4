"""TransformerEncoderLayer and TransformerDecoder."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any, Final

import torch

from nnbook.parity import Case, Error, Init, ModuleSpec, Recorder, Scenario, extremes, normal
from nnbook.parity.inputs import Recipe
from nnbook.parity.observe import fill
from nnbook.parity.specs._factory import factory
from nnbook.parity.specs.attention import flags, numbers

L: Final = "library"
_FINE = ("float64",)


def _causal(n: int) -> Recipe:
    return Recipe(
        lambda g: torch.ones(n, n, dtype=torch.bool).triu(1),
        f"the causal mask of {n} steps",
        grad=False,
        fixed_dtype=True,
    )


def _padding(batch: int, n: int) -> Recipe:
    return flags(batch, n, share=0.4, first=False)


def _drops_everywhere(candidate: Any, rec: Recorder) -> None:
    """TransformerEncoderLayer(4, 2, 5, dropout=0.4) on 4,000 equal sequences of 1 step"""
    layer = candidate(4, 2, 5, dropout=0.4).to(rec.device)
    fill(layer, rec.seed)
    x = rec.tensor(normal(1, 1, 4).no_grad()).expand(1, 4000, 4)
    with torch.no_grad():
        layer.eval()
        rec("output in evaluation", layer(x)[:, :2])
        layer.train()
        y = layer(x)[0].double()
    for k in range(4):
        for name, column in (
            ("", y[:, k]),
            (" squared", y[:, k] ** 2),
            (" times its neighbour", y[:, k] * y[:, k - 1]),
        ):
            rec.stat(f"mean of output {k}{name}", float(column.mean()), float(column.std()) / 4000**0.5)


def _copies(candidate: Any, rec: Recorder) -> None:
    """two layers from one, and what an Encoder built of the layer holds"""
    layer = candidate(4, 2, 5).double().to(rec.device)
    rec("names", [name for name, _ in layer.named_parameters()])
    rec("modules", [name for name, _ in layer.named_children()])
    rec("norm_first", layer.norm_first)
    rec("eps", [layer.norm1.eps, layer.norm2.eps])
    rec("p", [layer.dropout.p, layer.dropout1.p, layer.dropout2.p, layer.self_attn.dropout])


_CALM = {"dropout": 0.0}

TRANSFORMERENCODERLAYER = ModuleSpec(
    torch.nn.TransformerEncoderLayer,
    Case("attends, then thinks", args=(4, 2, 7, 0.0), inputs=[normal(3, 2, 4)], mode="train"),
    Case(
        "adds before it normalises",
        args=(6, 3, 5),
        kwargs=_CALM,
        inputs=[normal(4, 3, 6, mean=1.0)],
        mode="train",
        dtypes=_FINE,
        why="x ← norm(x + attention(x)), then x ← norm(x + network(x)).",
    ),
    Case(
        "normalises first when asked",
        args=(6, 3, 5),
        kwargs={**_CALM, "norm_first": True},
        inputs=[normal(4, 3, 6, mean=1.0)],
        mode="train",
        dtypes=_FINE,
        why="x ← x + attention(norm(x)), then x ← x + network(norm(x)): nothing is normalised at the end.",
    ),
    Case(
        "takes the batch first",
        args=(4, 2, 7),
        kwargs={**_CALM, "batch_first": True},
        inputs=[normal(2, 3, 4)],
        mode="train",
        dtypes=_FINE,
    ),
    Case(
        "keeps the letters apart when every size is equal",
        args=(4, 4, 4),
        kwargs=_CALM,
        inputs=[normal(4, 4, 4)],
        mode="train",
        dtypes=_FINE,
        why="Every size is 4: exchanged dimensions show in the values alone.",
    ),
    Case(
        "uses gelu when asked",
        args=(4, 2, 7),
        kwargs={**_CALM, "activation": "gelu"},
        inputs=[normal(3, 2, 4)],
        mode="train",
        dtypes=_FINE,
    ),
    Case(
        "uses a function as activation",
        args=(4, 2, 7),
        kwargs={**_CALM, "activation": torch.tanh},
        inputs=[normal(3, 2, 4)],
        mode="train",
        dtypes=_FINE,
    ),
    Case(
        "works without biases",
        args=(4, 2, 7),
        kwargs={**_CALM, "bias": False},
        inputs=[normal(3, 2, 4)],
        mode="train",
        dtypes=_FINE,
    ),
    Case(
        "adds its eps",
        args=(4, 2, 7),
        kwargs={**_CALM, "layer_norm_eps": 0.5},
        inputs=[normal(3, 2, 4)],
        mode="train",
        dtypes=_FINE,
    ),
    Case(
        "hides what the mask marks True",
        args=(4, 2, 7),
        kwargs=_CALM,
        inputs=[(normal(4, 2, 4), _causal(4)), (normal(3, 2, 4), flags(4, 3, 3, share=0.4, first=False))],
        mode="train",
        dtypes=_FINE,
    ),
    Case(
        "adds a mask of numbers to the scores",
        args=(4, 2, 7),
        kwargs={**_CALM, "norm_first": True, "batch_first": True},
        inputs=[(normal(2, 4, 4), numbers(4, 4))],
        mode="train",
        dtypes=_FINE,
    ),
    Case(
        "hides padded positions",
        args=(4, 2, 7),
        kwargs={**_CALM, "batch_first": True},
        inputs=[(normal(3, 4, 4), None, _padding(3, 4)), (normal(3, 4, 4), _causal(4), _padding(3, 4))],
        mode="train",
        dtypes=_FINE,
    ),
    Case(
        "hides padded positions when it normalises first",
        args=(4, 2, 7),
        kwargs={**_CALM, "norm_first": True, "activation": "gelu"},
        inputs=[(normal(4, 3, 4), _causal(4), _padding(3, 4))],
        mode="train",
        dtypes=_FINE,
    ),
    Case(
        "takes the causal hint",
        args=(4, 2, 7),
        kwargs=_CALM,
        inputs=[(normal(4, 2, 4), _causal(4))],
        call_kwargs={"is_causal": True},
        mode="train",
        dtypes=_FINE,
        why="The hint comes with a causal mask; with it or without, the result is the same.",
    ),
    Case(
        "takes one sequence without a batch",
        args=(4, 2, 7),
        kwargs=_CALM,
        inputs=[normal(3, 4), (normal(3, 4), None, flags(3, share=0.5, first=False))],
        mode="train",
        dtypes=_FINE,
    ),
    Case(
        "drops nothing in evaluation",
        args=(4, 2, 7),
        kwargs={"dropout": 0.5},
        inputs=[normal(3, 2, 4)],
        mode="eval",
        dtypes=_FINE,
        why="Gradients are asked for, so that torch, too, takes the way of training.",
    ),
    Case(
        "has 2048 features inside by default",
        args=(4, 2),
        inputs=[normal(3, 2, 4)],
        mode="eval",
        dtypes=_FINE,
        grads=False,
    ),
    Init("starts as its parts do", args=(24, 2, 60)),
    # -- of the library alone --
    Case(
        "drops what each sublayer adds",
        args=(4, 2, 7),
        kwargs={"dropout": 1.0, "norm_first": True},
        inputs=[normal(3, 2, 4)],
        mode="train",
        scope=L,
        why="With dropout=1 nothing is added to x, in training.",
    ),
    Case(
        "drops what is added before it normalises",
        args=(4, 2, 7),
        kwargs={"dropout": 1.0},
        inputs=[normal(3, 2, 4)],
        mode="train",
        dtypes=_FINE,
        scope=L,
    ),
    Scenario(
        "drops with probability dropout in every place",
        _drops_everywhere,
        scope=L,
        why="Four dropouts: on the weights of attention, inside the network, and on what each sublayer adds.",
    ),
    Case("stays finite", args=(4, 2, 7), kwargs=_CALM, inputs=[extremes(3, 2, 4)], dtypes=_FINE, mode="train", scope=L),
    Scenario("holds torch's parts under torch's names", _copies, scope=L),
    Case(
        "takes options by position",
        args=(6, 2, 5, 0.0, "gelu", 0.1, True, True, False),
        inputs=[normal(2, 3, 6)],
        mode="train",
        scope=L,
    ),
    Case(
        "keeps half precision",
        args=(4, 2, 7),
        kwargs=_CALM,
        inputs=[normal(3, 2, 4)],
        dtypes=("bfloat16",),
        mode="train",
        scope=L,
    ),
    factory(4, 2, 7),
    Error("rejects an unknown activation", args=(4, 2, 7), kwargs={"activation": "tanh"}, kind=RuntimeError),
    Error("rejects heads that do not divide the width", args=(4, 3, 7), kind=AssertionError),
    Error("rejects another width", args=(4, 2, 7), inputs=[normal(3, 2, 6)], kind=AssertionError),
    lean=True,
)


class _Layer(torch.nn.Module):
    """A stand-in for a decoder layer: every argument moves its output."""

    self_attn = SimpleNamespace(batch_first=False)  # torch's decoder looks it up

    def __init__(self) -> None:
        super().__init__()
        self.weight = torch.nn.Parameter(torch.eye(4))

    def forward(self, tgt: Any, memory: Any, **masks: Any) -> Any:
        y = torch.tanh(tgt @ self.weight) + memory.mean(0)
        for k, name in enumerate(("tgt_mask", "memory_mask", "tgt_key_padding_mask", "memory_key_padding_mask"), 2):
            if masks[name] is not None:
                y = y + masks[name].double().mean() / k
        return y


class _Norm(torch.nn.Module):
    def forward(self, x: Any) -> Any:
        return x / (1 + x.abs().amax(-1, keepdim=True))


def _decodes(candidate: Any, rec: Recorder) -> None:
    """two layers, with and without a norm at the end, with every mask"""
    for norm in (False, True):
        stack = candidate(_Layer(), 2, _Norm() if norm else None).double().to(rec.device)
        fill(stack, rec.seed)
        tgt = rec.tensor(normal(3, 2, 4), norm, dtype=torch.float64)
        memory = rec.tensor(normal(5, 2, 4), norm, dtype=torch.float64)
        masks = {
            "tgt_mask": torch.ones(3, 3, dtype=torch.bool).triu(1),
            "memory_mask": rec.tensor(flags(3, 5, share=0.3, first=False), norm),
            "tgt_key_padding_mask": torch.tensor([[False, False, True], [False] * 3]),
            "memory_key_padding_mask": torch.tensor([[False] * 4 + [True], [False] * 5]),
        }
        with rec.within(" with norm" if norm else ""):
            for given in ({}, masks, {"tgt_mask": masks["tgt_mask"], "tgt_is_causal": True}):
                y = stack(tgt, memory, **given)
                rec("output", y)
                rec("gradients", torch.autograd.grad(y.square().sum(), [tgt, memory, *stack.parameters()]))


def _holds_copies(candidate: Any, rec: Recorder) -> None:
    """three layers of one: equal at first, and each its own"""
    stack = candidate(_Layer(), 3, norm=_Norm())
    rec("names", [name for name, _ in stack.named_parameters()])
    rec("modules", [name for name, _ in stack.named_modules()])
    rec("num_layers", stack.num_layers)
    first, second, _ = (layer.weight for layer in stack.layers)
    rec("equal", bool(torch.equal(first, second)))
    rec("the same", first is second)


TRANSFORMERDECODER = ModuleSpec(
    torch.nn.TransformerDecoder,
    Scenario("runs its layers over one memory", _decodes),
    Scenario("holds copies of one layer", _holds_copies),
)
