"""Fold and Unfold."""

from typing import Any

import torch

from nnbook.parity import Case, Error, ModuleSpec, Recorder, Scenario, empty, extremes, normal


def _differentiates_twice(columns_first: bool) -> Scenario:
    def play(candidate: Any, rec: Recorder) -> None:
        """The gradient of a squared gradient."""
        layer = candidate((4, 5), 2) if columns_first else candidate(2)
        shape = (2, 12, 12) if columns_first else (2, 3, 4, 5)
        x = rec.tensor(normal(*shape), dtype=torch.float64)
        (first,) = torch.autograd.grad((layer(x) ** 3).sum(), x, create_graph=True)
        (second,) = torch.autograd.grad((first**2).sum(), x)
        rec("first gradient", first)
        rec("gradient of its square", second)

    return Scenario("has a second derivative", play)


UNFOLD = ModuleSpec(
    torch.nn.Unfold,
    Case("lays out each patch as a column", args=(2,), inputs=[normal(2, 3, 4, 5)], mode="train"),
    Case("takes a window for each direction", args=((3, 2),), inputs=[normal(2, 2, 5, 4)], mode="train"),
    Case("spreads the window", args=(2, 2), inputs=[normal(1, 2, 5, 6)], mode="train"),
    Case("adds zeros all around", args=(3, 1, (2, 1)), inputs=[normal(2, 1, 3, 4)], mode="train"),
    Case("leaves out what a stride does not reach", args=(2, 1, 0, (3, 2)), inputs=[normal(2, 2, 6, 6)], mode="train"),
    Case(
        "takes all its options by name",
        kwargs={"kernel_size": (2, 3), "dilation": (1, 2), "padding": (1, 2), "stride": (2, 1)},
        inputs=[normal(2, 2, 5, 6), normal(1, 2, 4, 5)],
    ),
    Case("takes one image without a batch", args=(2,), inputs=[normal(3, 4, 5)], mode="train"),
    Case("takes an empty batch", args=(2,), inputs=[empty(0, 3, 4, 5)], mode="train"),
    Case("stays exact for large pixels", args=(2,), inputs=[extremes(2, 1, 4, 4)], mode="train"),
    Case("keeps half precision", args=(2,), inputs=[normal(2, 3, 4, 5)], dtypes=("bfloat16",)),
    _differentiates_twice(False),
    Error("rejects an image smaller than the window", args=(5,), inputs=[normal(1, 1, 4, 4)], kind=RuntimeError),
    Error("rejects a plain matrix", args=(2,), inputs=[normal(4, 4)], kind=IndexError),
    Error("rejects no stride", args=(2, 1, 0, 0), inputs=[normal(1, 1, 4, 4)], kind=RuntimeError),
)

FOLD = ModuleSpec(
    torch.nn.Fold,
    Case("adds columns where their patches lie", args=((4, 5), 2), inputs=[normal(2, 12, 12)], mode="train"),
    Case("takes one size for both directions", args=(4, 2), inputs=[normal(2, 4, 9)], mode="train"),
    Case("takes a window for each direction", args=((5, 4), (3, 2)), inputs=[normal(1, 12, 9)], mode="train"),
    Case("spreads the window", args=((5, 6), 2, 2), inputs=[normal(2, 4, 12)], mode="train"),
    Case("cuts the padding off", args=((3, 4), 3, 1, (2, 1)), inputs=[normal(2, 9, 20)], mode="train"),
    Case("leaves zero what no column reaches", args=((5, 6), 2, 1, 0, (3, 4)), inputs=[normal(2, 8, 4)], mode="train"),
    Case(
        "takes all its options by name",
        kwargs={"output_size": (5, 6), "kernel_size": (2, 3), "dilation": (1, 2), "padding": (1, 2), "stride": (2, 1)},
        inputs=[normal(2, 6, 18)],
    ),
    Case("takes columns without a batch", args=((4, 5), 2), inputs=[normal(12, 12)], mode="train"),
    Case("keeps half precision", args=((4, 5), 2), inputs=[normal(2, 12, 12)], dtypes=("bfloat16",)),
    _differentiates_twice(True),
    Error("rejects another number of columns", args=((4, 5), 2), inputs=[normal(2, 12, 11)], kind=RuntimeError),
    Error("rejects columns of no whole channels", args=((4, 5), 2), inputs=[normal(2, 10, 12)], kind=RuntimeError),
    Error("rejects an image", args=((4, 5), 2), inputs=[normal(2, 3, 4, 5)], kind=RuntimeError),
)
