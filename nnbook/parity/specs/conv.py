"""Conv2d."""

from typing import Any, Final

import torch

from nnbook.parity import Case, Error, Init, ModuleSpec, Recorder, Scenario, constant, empty, extremes, normal
from nnbook.parity.specs._factory import factory

L: Final = "library"


def _has_no_bias(candidate: Any, rec: Recorder) -> None:
    """Conv2d(2, 3, 3, bias=False)."""
    rec("bias is None", candidate(2, 3, 3, bias=False).bias is None)


CONV2D = ModuleSpec(
    torch.nn.Conv2d,
    Case("slides a kernel over an image", args=(3, 4, 3), inputs=[normal(2, 3, 4, 5)], mode="train"),
    Case("takes a kernel that is higher than wide", args=(2, 3, (3, 2)), inputs=[normal(2, 2, 6, 5)], mode="train"),
    Case("mixes channels with a kernel of one pixel", args=(3, 5, 1), inputs=[normal(2, 3, 4, 3)], mode="train"),
    Case(
        "makes one pixel with a kernel as large as the image",
        args=(2, 3, (4, 5)),
        inputs=[normal(2, 2, 4, 5)],
        mode="train",
        why="There is exactly one place for the kernel.",
    ),
    Case(
        "keeps the letters apart when every size is equal",
        args=(3, 3, 3),
        kwargs={"padding": 1},
        inputs=[normal(3, 3, 3, 3)],
        mode="train",
        why="Every size is equal: exchanged dimensions show in the values alone.",
    ),
    Case(
        "leaves out what a stride does not reach",
        args=(2, 3, 3),
        kwargs={"stride": 2},
        inputs=[normal(2, 2, 8, 9)],
        mode="train",
    ),
    Case(
        "takes a stride for each direction",
        args=(2, 3, 2),
        kwargs={"stride": (3, 1)},
        inputs=[normal(2, 2, 9, 4)],
        mode="train",
    ),
    Case(
        "pads with zeros on all sides, wider than the kernel",
        args=(2, 3, 2),
        kwargs={"padding": 3},
        inputs=[normal(2, 2, 3, 4)],
        mode="train",
    ),
    Case(
        "takes a padding for each direction",
        args=(2, 3, 3),
        kwargs={"padding": (2, 0)},
        inputs=[normal(2, 2, 4, 5)],
        mode="train",
    ),
    Case(
        "makes an image of one pixel", args=(2, 3, 3), kwargs={"padding": 1}, inputs=[normal(2, 2, 1, 1)], mode="train"
    ),
    Case(
        "adds nothing with padding='valid'",
        args=(2, 3, 3),
        kwargs={"padding": "valid"},
        inputs=[normal(2, 2, 5, 4)],
        mode="train",
    ),
    Case(
        "keeps the size with padding='same' and a dilation",
        args=(2, 3, (3, 5)),
        kwargs={"padding": "same", "dilation": (2, 1)},
        inputs=[normal(2, 2, 5, 6)],
        mode="train",
    ),
    Case(
        "puts the odd zero of 'same' at the bottom and right",
        args=(2, 4, (2, 4)),
        kwargs={"padding": "same", "groups": 2},
        inputs=[normal(2, 2, 5, 6)],
        mode="train",
    ),
    Case(
        "spreads the kernel by its dilation",
        args=(2, 3, 3),
        kwargs={"dilation": 2},
        inputs=[normal(2, 2, 7, 6)],
        mode="train",
    ),
    Case(
        "takes a dilation for each direction, beside a stride",
        args=(2, 3, 2),
        kwargs={"dilation": (3, 1), "stride": 2},
        inputs=[normal(2, 2, 8, 7)],
        mode="train",
    ),
    Case(
        "cuts the channels into groups", args=(4, 6, 3), kwargs={"groups": 2}, inputs=[normal(2, 4, 5, 4)], mode="train"
    ),
    Case(
        "gives each channel kernels of its own",
        args=(3, 6, 2),
        kwargs={"groups": 3, "bias": False},
        inputs=[normal(2, 3, 4, 5)],
        mode="train",
        why="As many groups as input channels: a depthwise convolution.",
    ),
    Case("works without a bias", args=(2, 3, 3), kwargs={"bias": False}, inputs=[normal(2, 2, 5, 4)], mode="train"),
    Case(
        "takes all its options together, in torch's order",
        args=(4, 6, (3, 2), (2, 1), (1, 2), (1, 3), 2, True),
        inputs=[normal(2, 4, 6, 7)],
    ),
    Case(
        "takes one image without a batch",
        args=(4, 6, 3),
        kwargs={"stride": 2, "padding": 1, "groups": 2},
        inputs=[normal(4, 6, 7)],
    ),
    Scenario("has None for a bias when asked for none", _has_no_bias),
    Case("keeps a batch of one", args=(1, 1, 2), kwargs={"groups": 1}, inputs=[normal(1, 1, 3, 2)], mode="train"),
    Case("takes an empty batch", args=(3, 4, 3), inputs=[empty(0, 3, 5, 6)], mode="train"),
    Case("stays exact for large pixels", args=(3, 2, 3), inputs=[extremes(2, 3, 5, 4)], mode="train"),
    Case("gives the bias for an image of zeros", args=(3, 4, 2), inputs=[constant(0.0, 2, 3, 4, 5)], mode="train"),
    Case("takes images of other sizes later", args=(2, 3, 3), inputs=[normal(2, 2, 5, 6), normal(1, 2, 7, 4)]),
    Case("takes a tall kernel", args=(2, 3, (7, 1)), inputs=[normal(2, 2, 9, 3)], mode="train"),
    Case(
        "takes strides far above a flat kernel",
        args=(2, 3, (1, 2)),
        kwargs={"stride": (4, 5), "padding": "valid"},
        inputs=[normal(2, 2, 6, 13)],
        mode="train",
    ),
    Case(
        "gives each channel a single kernel",
        args=(4, 4, 2),
        kwargs={"groups": 4},
        inputs=[normal(2, 4, 3, 4)],
        mode="train",
    ),
    Init("starts with uniform weights and bias within 1/sqrt(n)", args=(2, 1024, (3, 5))),
    Init("counts one group's channels for its start", args=(16, 2048, 2), kwargs={"groups": 8}),
    # -- of the library alone --
    Case("keeps half precision", args=(3, 4, 3), inputs=[normal(2, 3, 5, 6)], dtypes=("bfloat16",), scope=L),
    *(
        Case(
            f"pads by padding_mode={mode!r}",
            args=(2, 3, 3),
            kwargs={"padding": (2, 1), "padding_mode": mode, "stride": (1, 2)},
            inputs=[normal(2, 2, 5, 6), normal(2, 5, 4)],
            scope=L,
        )
        for mode in ("reflect", "replicate", "circular")
    ),
    *(
        Case(
            f"keeps the size by padding_mode={mode!r}",
            args=(2, 4, (2, 3)),
            kwargs={"padding": "same", "padding_mode": mode, "dilation": (1, 2), "groups": 2},
            inputs=[normal(2, 2, 5, 6)],
            scope=L,
        )
        for mode in ("zeros", "reflect", "circular")
    ),
    Case(
        "has a mode without padding",
        args=(2, 3, 3),
        kwargs={"padding_mode": "reflect"},
        inputs=[normal(2, 2, 5, 4)],
        scope=L,
    ),
    factory(2, 3, 3),
    Error("rejects an image with other channels", args=(3, 4, 3), inputs=[normal(2, 4, 5, 5)], kind=RuntimeError),
    Error("rejects an image without channels", args=(3, 4, 3), inputs=[normal(5, 5)], kind=RuntimeError),
    Error("rejects a video", args=(3, 4, 3), inputs=[normal(2, 2, 3, 5, 5)], kind=RuntimeError),
    Error("rejects an image smaller than the kernel", args=(3, 4, 3), inputs=[normal(2, 3, 2, 5)], kind=RuntimeError),
    Error("rejects in_channels that groups do not divide", args=(3, 4, 3), kwargs={"groups": 2}),
    Error("rejects out_channels that groups do not divide", args=(4, 3, 3), kwargs={"groups": 2}),
    Error("rejects no groups", args=(4, 4, 3), kwargs={"groups": 0}),
    Error("rejects 'same' with a stride", args=(3, 4, 3), kwargs={"padding": "same", "stride": 2}),
    Error("rejects an unknown padding", args=(3, 4, 3), kwargs={"padding": "full"}),
    Error("rejects an unknown padding_mode", args=(3, 4, 3), kwargs={"padding_mode": "mirror"}),
    lean=True,
)
