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
    extremes,
    integers,
    normal,
    uniform,
)
from nnbook.parity.specs._factory import factory

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


def _shared_stories(*space: int) -> list[Scenario]:
    """What a batch normalization of any number of dimensions promises; `space` is what follows (N, C)."""

    def no_graph(candidate: Any, rec: Recorder) -> None:
        """two training steps, each with its own backward pass"""
        for momentum in (0.1, None):
            layer = candidate(3, momentum=momentum)
            for n in range(2):
                x = rec.tensor(normal(4, 3, *space), momentum, n)
                layer(x).square().sum().backward()
                with rec.within(f" after step {n + 1}, momentum={momentum}"):
                    grown = sorted(k for k, b in layer.named_buffers() if b.requires_grad)
                    rec("buffers that require a gradient", grown)
                    rec("gradient of weight", layer.weight.grad)
                    rec("gradient of bias", layer.bias.grad)

    def loaded(candidate: Any, rec: Recorder) -> None:
        """a state with 9 counted batches is loaded, then momentum=None goes on from there"""
        layer = candidate(2, momentum=None)
        state = {name: value.clone() for name, value in layer.state_dict().items()}
        state["running_mean"] = torch.tensor([1.0, -2.0])
        state["running_var"] = torch.tensor([0.5, 3.0])
        state["num_batches_tracked"] = torch.tensor(9)
        layer.load_state_dict(state)
        layer(rec.tensor(normal(4, 2, *space, mean=4.0)))
        for name, value in sorted(layer.state_dict().items()):
            rec(f"{name} after the call", value)

    def not_recording(candidate: Any, rec: Recorder) -> None:
        """a call in training under torch.no_grad()"""
        layer = candidate(3)
        with torch.no_grad():
            rec("output", layer(rec.tensor(normal(4, 3, *space, mean=1.0))))
        for name, value in sorted(layer.state_dict().items()):
            rec(f"{name} after the call", value)

    def options_apart(candidate: Any, rec: Recorder) -> None:
        """three layers with other options each, all built before the first is called"""
        options: list[dict[str, Any]] = [{"eps": 0.5, "momentum": 0.7}, {"momentum": None}, {}]
        layers = [candidate(3, **kwargs) for kwargs in options]
        x = rec.tensor(normal(4, 3, *space, mean=1.0))
        for layer, which in zip(layers, ("first", "second", "third"), strict=True):
            rec(f"output of the {which}", layer(x))
            rec(f"running_mean of the {which}", layer.running_mean)

    return [
        Scenario("goes on counting from a state that was loaded", loaded),
        Scenario("keeps no graph in its statistics", no_graph),
        Scenario("keeps each layer's options to itself", options_apart),
        Scenario("keeps statistics without recording gradients too", not_recording),
    ]


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
    *_shared_stories(2, 5),
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

_ROWS = [normal(6, 3, mean=2.0), normal(4, 3, std=3.0), normal(5, 3, mean=-1.0)]


def _turns_1d(candidate: Any, rec: Recorder) -> None:
    """training, evaluation, training and evaluation again, with rows and with sequences"""
    layer = candidate(3)
    for n, training in enumerate((True, True, False, False, True, False)):
        layer.train(training)
        x = rec.tensor(normal(6, 3, mean=1.5) if n % 2 else normal(4, 3, 5, mean=1.5), n)
        rec(f"output of call {n + 1}, {'training' if training else 'evaluation'}", layer(x))
        for name, value in sorted(layer.state_dict().items()):
            rec(f"{name} after call {n + 1}", value)


BATCHNORM1D = ModuleSpec(
    torch.nn.BatchNorm1d,
    Case("normalises each feature over the batch", args=(3,), inputs=[normal(6, 3)]),
    Case("normalises each channel over batch and length", args=(3,), inputs=[normal(4, 3, 5)]),
    Case(
        "is not misled by sizes that are all equal",
        args=(4,),
        dtypes=_FINE,
        inputs=[normal(4, 4), normal(4, 4, 4)],
        why="Every size is 4: statistics over the wrong dimensions have the right shape.",
    ),
    Case("keeps running statistics over several calls", args=(3,), inputs=_ROWS),
    Case("keeps them from a fresh start too", args=(3,), dtypes=_FINE, inputs=_ROWS[:2], state="initial"),
    Case("takes rows and sequences in turn", args=(3,), dtypes=_FINE, inputs=[normal(6, 3), normal(4, 3, 5)]),
    Case("uses the running statistics in evaluation", args=(3,), inputs=[normal(6, 3, mean=2.0)], mode="eval"),
    Case(
        "takes one row, or an empty batch, in evaluation",
        args=(3,),
        dtypes=_FINE,
        inputs=[normal(1, 3), normal(1, 3, 1), empty(0, 3)],
        mode="eval",
    ),
    Case("takes one sequence", args=(3,), dtypes=_FINE, inputs=[normal(1, 3, 5)]),
    Case("takes two rows", args=(3,), dtypes=_FINE, inputs=[normal(2, 3)]),
    Case("takes a single feature", args=(1,), dtypes=_FINE, inputs=[normal(6, 1)]),
    Case("works without weight and bias", args=(3,), kwargs={"affine": False}, inputs=_ROWS[:2]),
    Case(
        "keeps no statistics when asked not to",
        args=(3,),
        kwargs={"track_running_stats": False},
        inputs=_ROWS[:2],
        why="Without running statistics, evaluation has only those of its batch.",
    ),
    Case(
        "can be without weights and statistics",
        args=(3,),
        kwargs={"affine": False, "track_running_stats": False},
        dtypes=_FINE,
        inputs=[normal(4, 3, 5)],
    ),
    Case("weighs the new batch by momentum", args=(3,), kwargs={"momentum": 0.7}, dtypes=_FINE, inputs=_ROWS[:2]),
    Case("keeps its statistics with momentum=0", args=(3,), kwargs={"momentum": 0.0}, dtypes=_FINE, inputs=_ROWS[:2]),
    Case(
        "averages all batches alike with momentum=None",
        args=(3,),
        kwargs={"momentum": None},
        dtypes=_FINE,
        inputs=_ROWS,
        tolerance=Tolerance(1e-6, 1e-6),
        why="The n-th batch counts 1/n.",
    ),
    Case("adds eps to the variance", args=(3,), kwargs={"eps": 0.5}, dtypes=_FINE, inputs=[normal(6, 3)]),
    Case("takes the options by position", args=(3, 1e-2, 0.3, False, True), dtypes=_FINE, inputs=[normal(6, 3)]),
    Case("adds 1e-5 by default, which small inputs show", args=(3,), dtypes=_FINE, inputs=[normal(6, 3, std=3e-3)]),
    Case(
        "stays finite on a constant feature",
        args=(3,),
        inputs=[constant(2.0, 6, 3), constant(0.0, 6, 3)],
        why="The variance is 0 there: a square root taken before eps is added has an infinite slope.",
    ),
    Case(
        "keeps its precision when the mean is large",
        args=(3,),
        inputs=[normal(16, 3, mean=1000.0)],
        dtypes=("float32",),
        tolerance=Tolerance(2e-3, 2e-3),
        why="E[x²] - E[x]² subtracts two numbers near a million to find one near 1.",
    ),
    Init("starts as weight 1, bias 0, mean 0, variance 1", args=(7,)),
    Scenario("changes its statistics in training only, however often the mode changes", _turns_1d),
    *_shared_stories(),
    Case("keeps half precision", args=(3,), inputs=[normal(6, 3)], dtypes=("bfloat16",), mode="eval", scope="library"),
    factory(3),
    Error("rejects input of one dimension", args=(3,), inputs=[normal(3)]),
    Error("rejects input of four dimensions", args=(3,), inputs=[normal(4, 3, 5, 6)]),
    Error("rejects one value per feature in training", args=(3,), inputs=[normal(1, 3)]),
    Error("rejects another number of features", args=(3,), inputs=[normal(4, 5)], kind=RuntimeError),
    lean=True,
)


def _each_position_alone(candidate: Any, rec: Recorder) -> None:
    """a batch, then its rows one by one: each position is normalised over its own features"""
    layer = candidate(5)
    x = rec.tensor(normal(4, 3, 5, mean=2.0, std=3.0))
    whole = layer(x)
    rec("output of the batch", whole)
    rec("output of each row", torch.stack([layer(row) for row in x]))
    rec("whether the two agree", bool(torch.allclose(whole, torch.stack([layer(row) for row in x]), atol=1e-5)))


def _same_in_both_modes(candidate: Any, rec: Recorder) -> None:
    """the same input in training and in evaluation, and the state that there is"""
    layer = candidate(5)
    x = rec.tensor(normal(4, 5, mean=2.0))
    rec("output in training", layer(x))
    rec("output in evaluation", layer.eval()(x))
    rec("names of the state", sorted(layer.state_dict()))


def _no_parameters(candidate: Any, rec: Recorder) -> None:
    """a layer built with elementwise_affine=False"""
    layer = candidate(5, elementwise_affine=False)
    rec("weight is None", layer.weight is None)
    rec("bias is None, or there is none", getattr(layer, "bias", None) is None)
    rec("parameters", [name for name, _ in layer.named_parameters()])
    rec("output", layer(rec.tensor(normal(3, 5))))


def _own_options(candidate: Any, rec: Recorder) -> None:
    """two layers with other options each, both built before the first is called"""
    layers = [candidate((3, 5), eps=0.5), candidate(5, eps=0.01, elementwise_affine=False)]
    x = rec.tensor(normal(2, 3, 5, mean=1.0, std=0.5))
    for layer, which in zip(layers, ("first", "second"), strict=True):
        rec(f"output of the {which}", layer(x))


# What LayerNorm and RMSNorm promise alike.
def _last_dimensions(large: Any) -> list[Any]:
    return [
        Case("normalises each row over its features", args=(5,), inputs=[normal(4, 5, mean=1.0, std=2.0)]),
        Case("keeps any leading shape", args=(5,), inputs=[normal(2, 4, 3, 5, mean=1.0)]),
        Case("takes one row without a batch", args=(5,), inputs=[normal(5, mean=1.0)]),
        Case(
            "is not misled by sizes that are all equal",
            args=(4,),
            dtypes=_FINE,
            inputs=[normal(4, 4, 4, mean=1.0)],
            why="Every size is 4: statistics over the wrong dimension have the right shape.",
        ),
        Case("normalises over several last dimensions", args=((3, 5),), inputs=[normal(4, 3, 5, mean=1.0)]),
        Case("takes its shape as a list", args=([3, 5],), dtypes=_FINE, inputs=[normal(2, 2, 3, 5)]),
        Case("normalises a whole input without a batch", args=((3, 5),), dtypes=_FINE, inputs=[normal(3, 5, mean=1.0)]),
        Case("takes an empty batch", args=(5,), dtypes=_FINE, inputs=[empty(0, 5)]),
        Case("takes rows of one feature", args=(1,), dtypes=_FINE, inputs=[normal(4, 1)]),
        Case(
            "works without parameters",
            args=(5,),
            kwargs={"elementwise_affine": False},
            inputs=[normal(4, 5, mean=1.0)],
        ),
        Case("adds eps below the root", args=(5,), kwargs={"eps": 0.5}, dtypes=_FINE, inputs=[normal(4, 5)]),
        Case("takes the options by position", args=(5, 1e-2, False), dtypes=_FINE, inputs=[normal(4, 5, std=0.1)]),
        Case("adds a small eps by default", args=(5,), dtypes=_FINE, inputs=[normal(4, 5, std=3e-3)]),
        Case(
            "stays finite on equal features",
            args=(5,),
            kwargs={"eps": 1e-5},
            inputs=[constant(2.0, 3, 5), constant(0.0, 3, 5)],
            why="Without eps below the root this divides by 0, or has an infinite slope.",
        ),
        large,
        Case("can be called again and again", args=(5,), dtypes=_FINE, inputs=[normal(4, 5), normal(2, 5)]),
        Init("starts as it should", args=(7,)),
        Init("starts so in several dimensions", args=((2, 3),)),
        Scenario("normalises each position alone", _each_position_alone),
        Scenario("does the same in training and evaluation", _same_in_both_modes),
        Scenario("keeps each layer's options to itself", _own_options),
        Scenario("has no parameters when asked for none", _no_parameters),
        Case("takes inputs that need no gradient", args=(5,), inputs=[normal(4, 5).no_grad()], scope="library"),
        Case("keeps half precision", args=(5,), inputs=[normal(4, 5)], dtypes=("bfloat16",), scope="library"),
        factory(5),
        Error("rejects rows of another width", args=(5,), inputs=[normal(4, 6)], kind=RuntimeError),
        Error("rejects a shape that is only at the front", args=((4, 5),), inputs=[normal(4, 5, 2)], kind=RuntimeError),
        Error("rejects whole numbers", args=(5,), inputs=[integers(4, 5, high=3)], kind=RuntimeError),
    ]


LAYERNORM = ModuleSpec(
    torch.nn.LayerNorm,
    *_last_dimensions(
        Case(
            "keeps its precision when the mean is large",
            args=(50,),
            inputs=[normal(4, 50, mean=1000.0)],
            dtypes=("float32",),
            tolerance=Tolerance(2e-3, 2e-3),
            why="E[x²] - E[x]² subtracts two numbers near a million to find one near 1.",
        )
    ),
    Case("can be without a bias", args=(5,), kwargs={"bias": False}, dtypes=_FINE, inputs=[normal(4, 5, mean=1.0)]),
    Case("takes bias by position too", args=((2, 3), 1e-2, True, False), dtypes=_FINE, inputs=[normal(4, 2, 3)]),
    Case("takes large values", args=(5,), inputs=[extremes(4, 5)], tolerance=Tolerance(1e-3, 1e-3)),
    lean=True,
)

RMSNORM = ModuleSpec(
    torch.nn.RMSNorm,
    *_last_dimensions(
        Case(
            "does not take the mean away",
            args=(5,),
            inputs=[normal(4, 5, mean=100.0)],
            why="RMSNorm divides by the root of the mean square and leaves the mean alone.",
        )
    ),
    Case(
        "adds by default the eps of the input's dtype",
        args=(5,),
        inputs=[normal(4, 5, std=3e-4), normal(4, 5, std=1e-8), constant(0.0, 2, 5)],
        thorough=True,
        why="eps=None is torch.finfo(x.dtype).eps: 1.2e-7 in float32, 2.2e-16 in float64.",
    ),
    Case("takes large values", args=(5,), inputs=[extremes(4, 5)]),
    lean=True,
)
