"""Normalization layers."""

from typing import Any

import torch

from nnbook.parity import (
    Case,
    Error,
    Init,
    ModuleSpec,
    Recorder,
    Scenario,
    Tolerance,
    constant,
    empty,
    normal,
    uniform,
)

# Options are looked at in float64 alone, where a wrong term shows best: half the time of a check.
_FINE = ("float64",)
_THREE = [normal(4, 3, 5, 6, mean=2.0), normal(2, 3, 4, 4, std=3.0), normal(5, 3, 2, 7, mean=-1.0)]


def _turns(candidate: Any, rec: Recorder) -> None:
    """training, evaluation, training and evaluation again, and each state on the way"""
    layer = candidate(3)
    for n, training in enumerate((True, True, False, False, True, False)):
        layer.train(training)
        x = rec.tensor(normal(4, 3, 5, 6, mean=1.5), n)
        rec(f"output of call {n + 1}, {'training' if training else 'evaluation'}", layer(x))
        for name, value in sorted(layer.state_dict().items()):
            rec(f"{name} after call {n + 1}", value)


def _no_graph(candidate: Any, rec: Recorder) -> None:
    """two training steps, each with its own backward pass"""
    for momentum in (0.1, None):
        layer = candidate(3, momentum=momentum)
        for n in range(2):
            x = rec.tensor(normal(4, 3, 2, 5), momentum, n)
            layer(x).square().sum().backward()
            with rec.within(f" after step {n + 1}, momentum={momentum}"):
                rec("buffers that require a gradient", sorted(k for k, b in layer.named_buffers() if b.requires_grad))
                rec("gradient of weight", layer.weight.grad)
                rec("gradient of bias", layer.bias.grad)


def _loaded(candidate: Any, rec: Recorder) -> None:
    """a state with 9 counted batches is loaded, then momentum=None goes on from there"""
    layer = candidate(2, momentum=None)
    state = {name: value.clone() for name, value in layer.state_dict().items()}
    state["running_mean"] = torch.tensor([1.0, -2.0])
    state["running_var"] = torch.tensor([0.5, 3.0])
    state["num_batches_tracked"] = torch.tensor(9)
    layer.load_state_dict(state)
    layer(rec.tensor(normal(4, 2, 3, 3, mean=4.0)))
    for name, value in sorted(layer.state_dict().items()):
        rec(f"{name} after the call", value)


def _not_recording(candidate: Any, rec: Recorder) -> None:
    """a call in training under torch.no_grad()"""
    layer = candidate(3)
    with torch.no_grad():
        rec("output", layer(rec.tensor(normal(4, 3, 2, 5, mean=1.0))))
    for name, value in sorted(layer.state_dict().items()):
        rec(f"{name} after the call", value)


def _options_apart(candidate: Any, rec: Recorder) -> None:
    """three layers with other options each, all built before the first is called"""
    options: list[dict[str, Any]] = [{"eps": 0.5, "momentum": 0.7}, {"momentum": None}, {}]
    layers = [candidate(3, **kwargs) for kwargs in options]
    x = rec.tensor(normal(4, 3, 2, 5, mean=1.0))
    for layer, which in zip(layers, ("first", "second", "third"), strict=True):
        rec(f"output of the {which}", layer(x))
        rec(f"running_mean of the {which}", layer.running_mean)


BATCHNORM2D = ModuleSpec(
    torch.nn.BatchNorm2d,
    Case("normalises each channel over batch and space", args=(3,), inputs=[normal(4, 3, 5, 6)]),
    Case(
        "is not misled by sizes that are all equal",
        args=(4,),
        dtypes=_FINE,
        inputs=[normal(4, 4, 4, 4)],
        why="Every size is 4: statistics over the wrong dimensions have the right shape.",
    ),
    Case("keeps running statistics over several calls", args=(3,), inputs=_THREE),
    Case("keeps them from a fresh start too", args=(3,), dtypes=_FINE, inputs=_THREE[:2], state="initial"),
    Case("uses the running statistics in evaluation", args=(3,), inputs=[normal(4, 3, 5, 6, mean=2.0)], mode="eval"),
    Case(
        "takes one pixel, or an empty batch, in evaluation",
        args=(3,),
        dtypes=_FINE,
        inputs=[normal(1, 3, 1, 1), empty(0, 3, 2, 2)],
        mode="eval",
    ),
    Case("takes a batch of one image", args=(3,), inputs=[normal(1, 3, 5, 6)]),
    Case("takes images of one pixel", args=(3,), dtypes=_FINE, inputs=[normal(6, 3, 1, 1)]),
    Case("takes two values per channel", args=(3,), dtypes=_FINE, inputs=[normal(2, 3, 1, 1)]),
    Case("takes a single channel", args=(1,), dtypes=_FINE, inputs=[normal(4, 1, 3, 5)]),
    Case("works without weight and bias", args=(3,), kwargs={"affine": False}, inputs=_THREE[:2]),
    Case(
        "keeps no statistics when asked not to",
        args=(3,),
        kwargs={"track_running_stats": False},
        inputs=_THREE[:2],
        why="Without running statistics, evaluation has only those of its batch.",
    ),
    Case(
        "can be without weights and statistics",
        args=(3,),
        kwargs={"affine": False, "track_running_stats": False},
        dtypes=_FINE,
        inputs=[normal(4, 3, 5, 6)],
    ),
    Case("weighs the new batch by momentum", args=(3,), kwargs={"momentum": 0.7}, dtypes=_FINE, inputs=_THREE[:2]),
    Case("keeps its statistics with momentum=0", args=(3,), kwargs={"momentum": 0.0}, dtypes=_FINE, inputs=_THREE[:2]),
    Case(
        "averages all batches alike with momentum=None",
        args=(3,),
        kwargs={"momentum": None},
        dtypes=_FINE,
        inputs=_THREE,
        # 1/n may be taken of the counting tensor: that is float32, also beside a float64 input
        tolerance=Tolerance(1e-6, 1e-6),
        why="The n-th batch counts 1/n.",
    ),
    Scenario("goes on counting from a state that was loaded", _loaded),
    Case("adds eps to the variance", args=(3,), kwargs={"eps": 0.5}, dtypes=_FINE, inputs=[normal(4, 3, 5, 6)]),
    Case("takes the options by position", args=(3, 1e-2, 0.3, False, True), dtypes=_FINE, inputs=[normal(4, 3, 5, 6)]),
    Case(
        "adds 1e-5 by default, which small inputs show", args=(3,), dtypes=_FINE, inputs=[normal(4, 3, 5, 6, std=3e-3)]
    ),
    Case(
        "stays finite on a constant channel",
        args=(3,),
        inputs=[constant(2.0, 4, 3, 5, 6), constant(0.0, 4, 3, 5, 6)],
        why="The variance is 0 there: a square root taken before eps is added has an infinite slope.",
    ),
    Case(
        "keeps its precision when the mean is large",
        args=(3,),
        inputs=[normal(4, 3, 5, 6, mean=1000.0), uniform(4, 3, 5, 6, low=-1002.0, high=-998.0)],
        dtypes=("float32",),
        # x - mean itself is good to 1e-4 here in float32; E[x^2] - E[x]^2 is off by several percent
        tolerance=Tolerance(2e-3, 2e-3),
        why="E[x²] - E[x]² subtracts two numbers near a million to find one near 1.",
    ),
    Init("starts as weight 1, bias 0, mean 0, variance 1", args=(7,)),
    Scenario("changes its statistics in training only, however often the mode changes", _turns),
    Scenario("keeps no graph in its statistics", _no_graph),
    Scenario("keeps each layer's options to itself", _options_apart),
    Scenario("keeps statistics without recording gradients too", _not_recording),
    Case("takes inputs that need no gradient", args=(3,), inputs=[normal(4, 3, 5, 6).no_grad()], scope="library"),
    Case(
        "keeps half precision",
        args=(3,),
        inputs=[normal(4, 3, 5, 6)],
        dtypes=("bfloat16",),
        mode="eval",
        scope="library",
    ),
    Error("rejects input of three dimensions", args=(3,), inputs=[normal(4, 3, 5)]),
    Error("rejects input of two dimensions", args=(3,), inputs=[normal(4, 3)]),
    Error("rejects one value per channel in training", args=(3,), inputs=[normal(1, 3, 1, 1)]),
    Error("rejects another number of channels", args=(3,), inputs=[normal(4, 5, 2, 2)], kind=RuntimeError),
    lean=True,
)
