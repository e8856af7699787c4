"""Pictures, explorers and tables for the lessons. Importing it loads neither torch nor matplotlib.

A new picture is a file here and a line in `_WHERE`. No name may be both: importing a file would hide the function.
"""

import importlib
from typing import Any

# public name -> the file that it lives in
_WHERE = {
    "bends": "activations",
    "boundaries": "activations",
    "descent": "optimizers",
    "explore_depth": "depth",
    "explore_descent": "optimizers",
    "explore_gaze": "attention_map",
    "explore_layers": "regularization",
    "explore_limits": "speed",
    "explore_loop": "training",
    "explore_memory": "recurrent",
    "explore_neuron": "neuron",
    "explore_push": "losses",
    "explore_settling": "regularization",
    "explore_signal": "activations",
    "explore_storing": "storing",
    "explore_windows": "convolution",
    "filtered": "convolution",
    "forecast": "speed",
    "gates": "recurrent",
    "gaze": "attention_map",
    "gradient_by_depth": "depth",
    "gradient_by_step": "recurrent",
    "head_maps": "attention_map",
    "images_by_layer": "regularization",
    "instruments": "training",
    "layers_of": "regularization",
    "limits": "speed",
    "line_and_loss": "neuron",
    "matrices": "convolution",
    "named_digits": "same_curve",
    "parity": "parity_table",
    "patches": "speed",
    "positions": "attention_map",
    "race": "optimizers",
    "rates": "optimizers",
    "same_losses": "same_curve",
    "seen_and_new": "regularization",
    "settling": "regularization",
    "signal": "activations",
    "stopping": "training",
    "stored": "storing",
    "sure_mistake": "losses",
    "ten_layers": "activations",
    "timings": "speed",
    "trainings": "training",
    "tree": "module_tree",
    "windows": "convolution",
    "xray": "module_xray",
}

__all__ = [*_WHERE]


def __getattr__(name: str) -> Any:
    if name in _WHERE:
        return getattr(importlib.import_module(f"{__name__}.{_WHERE[name]}"), name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")


def __dir__() -> list[str]:
    return sorted([*globals(), *_WHERE])
