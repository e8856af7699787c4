"""The lazy layers that torch keeps no samples of: LazyLinear, LazyBatchNorm1d to 3d and LazyInstanceNorm1d to 3d."""

import copy
import io
from collections.abc import Callable
from typing import Any

import torch

from nnbook.parity import ModuleSpec, Recorder, Scenario
from nnbook.parity.inputs import Recipe, normal


def _called(candidate: Any, rec: Recorder, first: Recipe, *args: Any, **kwargs: Any) -> Any:
    """A layer after its first call, in float64, its state then overwritten with seeded draws."""
    layer = candidate(*args, **kwargs, dtype=torch.float64, device=rec.device)
    layer(rec.tensor(first, dtype=torch.float64))
    with torch.no_grad():
        for name, tensor in layer.state_dict().items():
            if tensor.is_floating_point():
                tensor.copy_(rec.tensor(normal(*tensor.shape), name, dtype=torch.float64).abs() + 0.5)
    return layer


def _lazy(name: str, first: Recipe, *args: Any, **other: Any) -> ModuleSpec:
    """The stories of one layer, built with `args`; `other` are options whose printed form is to be seen too."""

    def becomes(candidate: Any, rec: Recorder) -> None:
        """Before and after the first input."""
        layer = candidate(*args)
        rec("printed before", repr(layer))
        rec("unknown before", layer.has_uninitialized_params())
        rec("names before", [n for n, _ in layer.named_parameters()] + [n for n, _ in layer.named_buffers()])
        rec("saved before", str(dict(layer.state_dict())))
        layer(rec.tensor(first))
        rec("class after", type(layer).__name__)
        rec("printed after", repr(layer))
        rec("shapes after", {n: list(t.shape) for n, t in layer.state_dict().items()})
        rec("trained after", {n: p.requires_grad for n, p in layer.named_parameters()})
        rec("hooks after", len(layer._forward_pre_hooks))
        rec("printed with options", repr(candidate(*args, **other)))

    def computes(candidate: Any, rec: Recorder) -> None:
        """Output, gradients and state, in training and in evaluation."""
        layer = _called(candidate, rec, first, *args)
        for training in (True, False):
            layer.train(training)
            x = rec.tensor(first, training, dtype=torch.float64)
            y = layer(x)
            y.pow(2).sum().backward()
            rec(f"output, training {training}", y)
            rec(f"input gradient, training {training}", x.grad)
            rec(f"gradients, training {training}", {n: p.grad for n, p in layer.named_parameters()})
            rec(f"state, training {training}", dict(layer.state_dict()))

    def starts(candidate: Any, rec: Recorder) -> None:
        """First values and the counter of batches, before any step."""
        layer = candidate(*args)
        layer.eval()
        layer(rec.tensor(first))
        for n, tensor in layer.state_dict().items():
            same = bool(tensor.numel()) and bool((tensor == tensor.flatten()[0]).all())
            rec(f"{n} is constant", same)
            rec(f"{n} starts at", float(tensor.flatten()[0]) if same else "draws")

    def loads(candidate: Any, rec: Recorder) -> None:
        """A saved state gives a lazy layer its shapes."""
        state = copy.deepcopy(_called(candidate, rec, first, *args).state_dict())
        fresh = candidate(*args, dtype=torch.float64)
        rec("keys", str(fresh.load_state_dict(state)))
        rec("unknown after loading", fresh.has_uninitialized_params())
        rec("loaded", dict(fresh.state_dict()))
        if "Instance" not in name:  # torch's is left without num_features and refuses the input
            fresh.eval()
            rec("output", fresh(rec.tensor(first, "again", dtype=torch.float64)))
            rec("class", type(fresh).__name__)
        lazy = candidate(*args)
        rec("lazy into lazy", str(lazy.load_state_dict(candidate(*args).state_dict())))
        rec("unknown after that", lazy.has_uninitialized_params())
        rec.error("lazy into known", lambda: fresh.load_state_dict(candidate(*args).state_dict()))

    def copies(candidate: Any, rec: Recorder) -> None:
        """Copied, cast and saved before the first input."""
        layer = candidate(*args).double()
        file = io.BytesIO()
        torch.save(layer.state_dict(), file)
        file.seek(0)
        rec("read back", str(dict(torch.load(file, weights_only=False))))
        if not dict(layer.named_buffers()):  # torch cannot copy an UninitializedBuffer
            layer, original = copy.deepcopy(layer), layer
            rec("the copy is lazy", layer.has_uninitialized_params())
        layer(rec.tensor(first, dtype=torch.float64))
        rec("dtypes", {n: str(p.dtype) for n, p in layer.named_parameters()})
        if not dict(layer.named_buffers()):
            rec("the original still is", original.has_uninitialized_params())

    def refuses(candidate: Any, rec: Recorder) -> None:
        """What cannot be done before the first input."""
        layer = candidate(*args)
        rec.error("arithmetic", lambda: layer.weight + 1)
        rec.error("a shape", lambda: layer.weight.shape)
        rec.error("sharing memory", lambda: layer.weight.share_memory_())
        rec.error("a first input without dimensions", lambda: layer(torch.tensor(1.0)))

    stories: dict[str, Callable[[Any, Recorder], None]] = {
        "becomes the ordinary layer with the first input": becomes,
        "computes what the ordinary layer computes": computes,
        "draws its first values then": starts,
        "takes shapes from a saved state": loads,
        "can be copied, cast and saved before": copies,
        "refuses to be computed with before": refuses,
    }
    return ModuleSpec(getattr(torch.nn, name), *(Scenario(n, play) for n, play in stories.items()))


LAZY_LINEAR = _lazy("LazyLinear", normal(4, 5), 3, bias=False)
LAZY_BATCH_NORM_1D = _lazy("LazyBatchNorm1d", normal(4, 3), momentum=None, affine=False)
LAZY_BATCH_NORM_2D = _lazy("LazyBatchNorm2d", normal(4, 3, 2, 5), eps=0.1, track_running_stats=False)
LAZY_BATCH_NORM_3D = _lazy("LazyBatchNorm3d", normal(2, 3, 2, 2, 3), bias=False)
LAZY_INSTANCE_NORM_1D = _lazy("LazyInstanceNorm1d", normal(4, 3, 5), momentum=0.3, affine=False)
LAZY_INSTANCE_NORM_2D = _lazy("LazyInstanceNorm2d", normal(4, 3, 2, 5), eps=0.1, track_running_stats=False)
LAZY_INSTANCE_NORM_3D = _lazy("LazyInstanceNorm3d", normal(2, 3, 2, 2, 3), bias=False)
