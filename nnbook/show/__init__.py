"""Pictures, explorers and tables for the lessons. Importing it loads neither torch nor matplotlib.

A new picture is a file here and a line in `_WHERE`. No name may be both: importing a file would hide the function.
"""

import importlib
from typing import Any

# public name -> the file that it lives in
_WHERE = {
    "bends": "activations",
    "boundaries": "activations",
    "explore_depth": "depth",
    "explore_loop": "training",
    "explore_neuron": "neuron",
    "explore_signal": "activations",
    "explore_storing": "storing",
    "gradient_by_depth": "depth",
    "instruments": "training",
    "line_and_loss": "neuron",
    "named_digits": "same_curve",
    "parity": "parity_table",
    "same_losses": "same_curve",
    "signal": "activations",
    "stopping": "training",
    "stored": "storing",
    "ten_layers": "activations",
    "trainings": "training",
    "tree": "module_tree",
    "xray": "module_xray",
}

__all__ = [*_WHERE]


def __getattr__(name: str) -> Any:
    if name in _WHERE:
        return getattr(importlib.import_module(f"{__name__}.{_WHERE[name]}"), name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")


def __dir__() -> list[str]:
    return sorted([*globals(), *_WHERE])
