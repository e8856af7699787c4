"""A realistic piece of work for each component: what `nnbook parity` and the benchmarks time.

Sizes are those of one layer of a small network in training, large enough that arithmetic outweighs the calls.
"""

from __future__ import annotations

import math
import sys
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import torch

from nnbook.parity.inputs import Recipe, constant, generator, indices, integers, log_probabilities, normal, uniform
from nnbook.parity.inputs import build as draw

SEED = 0


@dataclass(frozen=True)
class Workload:
    """Build the component from `args` and `kwargs`; call it on `inputs`; go back through it."""

    args: tuple = ()
    kwargs: dict[str, Any] = field(default_factory=dict)
    inputs: tuple = ()
    layer: tuple[str, Workload] | None = None
    """For a stack of layers: the class of one, from the component's own module, and what it is built with."""

    def build(self, component: Any, device: str = "cpu") -> Any:
        """A module of that class, with its first weights drawn from a fixed seed."""
        torch.manual_seed(SEED)
        args = list(self.args)
        if self.layer is not None:
            name, work = self.layer
            args.insert(0, getattr(sys.modules[component.__module__], name)(*work.args, **work.kwargs))
        return component(*args, **self.kwargs).to(device)

    def draw(self, device: str = "cpu") -> list[Any]:
        """Its inputs; those of real numbers ask for their gradient, unless the work needs none."""
        return draw(list(self.inputs), generator(SEED), torch.float32, device, False)

    def job(self, component: Any, device: str = "cpu", wrap: Callable[[Any], Any] = lambda m: m) -> Callable[[], Any]:
        """One training step's worth of work: a call, and the gradients of inputs and parameters.

        `wrap` is given the module, on its device, before the first call: torch.compile, for example.
        """
        inputs, made = self.draw(device), self.build(component, device)
        params = [p for p in made.parameters() if p.requires_grad]
        module = wrap(made)
        slopes: list[torch.Tensor] = []

        def once() -> None:
            outputs = [x for x in _flat(module(*inputs)) if _floating(x) and x.requires_grad]
            if outputs:
                if not slopes:
                    slopes.extend(torch.ones_like(x) for x in outputs)
                torch.autograd.backward(outputs, slopes)
            for x in (*inputs, *params):
                if isinstance(x, torch.Tensor):
                    x.grad = None

        return once


def _floating(x: Any) -> bool:
    return isinstance(x, torch.Tensor) and x.is_floating_point()


def _flat(value: Any) -> list[Any]:
    return [x for part in value for x in _flat(part)] if isinstance(value, (tuple, list)) else [value]


def find(name: str) -> Workload | None:
    """The work for a class of torch.nn, or None: containers and base classes do none of their own."""
    return WORKLOADS.get(name)


_BATCH, _ACTIVATIONS = normal(256, 512), normal(256, 1024)
_SEQUENCE, _IMAGE, _VOLUME = normal(16, 32, 512), normal(16, 32, 32, 32), normal(4, 16, 12, 12, 12)
_BY_DIMS = {1: _SEQUENCE, 2: _IMAGE, 3: _VOLUME}
_TOKENS, _LAYER = normal(16, 64, 128), Workload((128, 8, 256), {"batch_first": True})
_SIGNS = constant(1.0, 256).no_grad()
_POINTWISE = """
    ReLU ReLU6 RReLU LeakyReLU ELU SELU CELU GELU SiLU Mish Sigmoid Tanh Softplus Softsign Softshrink Tanhshrink
    Hardshrink Hardtanh Hardswish Hardsigmoid LogSigmoid GLU Dropout AlphaDropout
"""


def _first_places(x: Recipe) -> Recipe:
    """For values to be unpooled into twice their size: each goes to the first place of its window."""

    def places(g: torch.Generator) -> torch.Tensor:
        shape = x.draw(g).shape
        big = torch.arange(math.prod(2 * s for s in shape[2:])).view([2 * s for s in shape[2:]])
        return big[(slice(None, None, 2),) * big.dim()].expand(shape).contiguous()

    return Recipe(places, "the first place of each window", grad=False, fixed_dtype=True)


WORKLOADS: dict[str, Workload] = {
    "Identity": Workload(inputs=(_BATCH,)),
    "Linear": Workload((512, 512), inputs=(_BATCH,)),
    "LazyLinear": Workload((512,), inputs=(_BATCH,)),
    "Bilinear": Workload((64, 64, 32), inputs=(normal(128, 64), normal(128, 64))),
    "Embedding": Workload((5000, 128), inputs=(integers(32, 64, high=5000),)),
    "EmbeddingBag": Workload((5000, 128), inputs=(integers(256, 16, high=5000),)),
    "Flatten": Workload(inputs=(_IMAGE,)),
    "Unflatten": Workload((1, (16, 32)), inputs=(_BATCH,)),
    "Fold": Workload(((32, 32), 3), {"padding": 1}, (normal(8, 144, 1024),)),
    "Unfold": Workload((3,), {"padding": 1}, (normal(8, 16, 32, 32),)),
    "PReLU": Workload(inputs=(_ACTIVATIONS,)),
    "Threshold": Workload((0.1, 20.0), inputs=(_ACTIVATIONS,)),
    "Softmax2d": Workload(inputs=(_IMAGE,)),
    **{name: Workload((-1,), inputs=(_ACTIVATIONS,)) for name in ("Softmax", "Softmin", "LogSoftmax")},
    **{name: Workload(inputs=(_ACTIVATIONS,)) for name in _POINTWISE.split()},
    "Dropout1d": Workload(inputs=(_SEQUENCE,)),
    "Dropout2d": Workload(inputs=(_IMAGE,)),
    "Dropout3d": Workload(inputs=(_VOLUME,)),
    "FeatureAlphaDropout": Workload(inputs=(_IMAGE,)),
    "LayerNorm": Workload((512,), inputs=(_BATCH,)),
    "RMSNorm": Workload((512,), inputs=(_BATCH,)),
    "GroupNorm": Workload((8, 32), inputs=(_IMAGE,)),
    "LocalResponseNorm": Workload((5,), inputs=(_IMAGE,)),
    "PixelShuffle": Workload((2,), inputs=(_IMAGE,)),
    "PixelUnshuffle": Workload((2,), inputs=(_IMAGE,)),
    "ChannelShuffle": Workload((4,), inputs=(_IMAGE,)),
    "Upsample": Workload((), {"scale_factor": 2, "mode": "bilinear"}, (normal(8, 16, 32, 32),)),
    "UpsamplingNearest2d": Workload((), {"scale_factor": 2}, (normal(8, 16, 32, 32),)),
    "UpsamplingBilinear2d": Workload((), {"scale_factor": 2}, (normal(8, 16, 32, 32),)),
    "CosineSimilarity": Workload(inputs=(_BATCH, normal(256, 512))),
    "PairwiseDistance": Workload(inputs=(_BATCH, normal(256, 512))),
    # losses
    **{
        name: Workload(inputs=(_BATCH, normal(256, 512).no_grad()))
        for name in ("MSELoss", "L1Loss", "SmoothL1Loss", "HuberLoss")
    },
    "CrossEntropyLoss": Workload(inputs=(normal(256, 1000), integers(256, high=1000))),
    "NLLLoss": Workload(inputs=(log_probabilities(256, 1000), integers(256, high=1000))),
    "LinearCrossEntropyLoss": Workload((256, 1000), inputs=(normal(256, 256), integers(256, high=1000))),
    "AdaptiveLogSoftmaxWithLoss": Workload(
        (128, 5000, [500, 2000]), inputs=(normal(256, 128), integers(256, high=5000))
    ),
    "CTCLoss": Workload(
        inputs=(
            log_probabilities(50, 16, 20, dim=2),
            integers(16, 15, high=20, low=1),
            indices(*[50] * 16),
            indices(*[15] * 16),
        )
    ),
    "PoissonNLLLoss": Workload(inputs=(_BATCH, uniform(256, 512, high=5.0).no_grad())),
    "GaussianNLLLoss": Workload(inputs=(_BATCH, normal(256, 512).no_grad(), uniform(256, 512, low=0.1))),
    "KLDivLoss": Workload((), {"reduction": "batchmean"}, (log_probabilities(256, 512), uniform(256, 512).no_grad())),
    "BCELoss": Workload(inputs=(uniform(256, 512, low=0.01, high=0.99), uniform(256, 512).no_grad())),
    "BCEWithLogitsLoss": Workload(inputs=(_BATCH, uniform(256, 512).no_grad())),
    "MarginRankingLoss": Workload(inputs=(normal(4096), normal(4096), constant(1.0, 4096).no_grad())),
    "HingeEmbeddingLoss": Workload(inputs=(_BATCH, constant(-1.0, 256, 512).no_grad())),
    "SoftMarginLoss": Workload(inputs=(_BATCH, constant(-1.0, 256, 512).no_grad())),
    "CosineEmbeddingLoss": Workload(inputs=(_BATCH, normal(256, 512), _SIGNS)),
    "MultiMarginLoss": Workload(inputs=(normal(256, 100), integers(256, high=100))),
    "MultiLabelMarginLoss": Workload(inputs=(normal(64, 50), integers(64, 50, high=50, low=-1))),
    "MultiLabelSoftMarginLoss": Workload(inputs=(normal(256, 100), uniform(256, 100).no_grad())),
    "TripletMarginLoss": Workload(inputs=(_BATCH, normal(256, 512), normal(256, 512))),
    "TripletMarginWithDistanceLoss": Workload(inputs=(_BATCH, normal(256, 512), normal(256, 512))),
    # recurrent: 32 sequences of 50 steps
    **{name: Workload((64, 128), inputs=(normal(50, 32, 64),)) for name in ("RNN", "LSTM", "GRU")},
    **{name: Workload((128, 256), inputs=(normal(128, 128),)) for name in ("RNNCell", "LSTMCell", "GRUCell")},
    # attention: 16 sequences of 64 tokens
    "MultiheadAttention": Workload((128, 8), {"batch_first": True}, (_TOKENS,) * 3),
    "TransformerEncoderLayer": Workload(_LAYER.args, _LAYER.kwargs, (_TOKENS,)),
    "TransformerDecoderLayer": Workload(_LAYER.args, _LAYER.kwargs, (_TOKENS,) * 2),
    "TransformerEncoder": Workload((2,), inputs=(_TOKENS,), layer=("TransformerEncoderLayer", _LAYER)),
    "TransformerDecoder": Workload((2,), inputs=(_TOKENS,) * 2, layer=("TransformerDecoderLayer", _LAYER)),
    "Transformer": Workload((128, 8, 2, 2, 256), {"batch_first": True}, (normal(8, 64, 128), normal(8, 64, 128))),
}

for _dims, _x in _BY_DIMS.items():
    _channels = 16 if _dims == 3 else 32
    _of = f"{_dims}d"
    for _name in ("Conv", "ConvTranspose"):
        WORKLOADS[f"{_name}{_of}"] = Workload((_channels, _channels, 3), {"padding": 1}, (_x,))
        WORKLOADS[f"Lazy{_name}{_of}"] = Workload((_channels, 3), {"padding": 1}, (_x,))
    for _name in ("BatchNorm", "InstanceNorm"):
        WORKLOADS[f"{_name}{_of}"] = Workload((_channels,), inputs=(_x,))
        WORKLOADS[f"Lazy{_name}{_of}"] = Workload(inputs=(_x,))
    for _name in ("MaxPool", "AvgPool"):
        WORKLOADS[f"{_name}{_of}"] = Workload((2,), inputs=(_x,))
    for _name in ("AdaptiveAvgPool", "AdaptiveMaxPool"):
        WORKLOADS[f"{_name}{_of}"] = Workload((4,), inputs=(_x,))
    WORKLOADS[f"LPPool{_of}"] = Workload((2, 2), inputs=(_x,))
    if _dims > 1:
        WORKLOADS[f"FractionalMaxPool{_of}"] = Workload((2,), {"output_size": (6,) * _dims}, (_x,))
    for _name in ("ReflectionPad", "ReplicationPad", "ZeroPad", "CircularPad"):
        WORKLOADS[f"{_name}{_of}"] = Workload((2,), inputs=(_x,))
    WORKLOADS[f"ConstantPad{_of}"] = Workload((2, 1.5), inputs=(_x,))
    WORKLOADS[f"MaxUnpool{_of}"] = Workload((2,), inputs=(_x, _first_places(_x)))
