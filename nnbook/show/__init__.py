"""Pictures, explorers and tables for the lessons. Importing it loads neither torch nor matplotlib.

A new picture is a file here and a line in `_WHERE`.
"""

import importlib
from typing import Any

# public name -> the file that it lives in
_WHERE = {
    "parity": "parity_table",
    "xray": "xray",
    "neuron": "neuron",
    "explore_neuron": "neuron",
    "same_curve": "same_curve",
    "module_tree": "module_tree",
    "explore_storing": "storing",
    "storing": "storing",
}

__all__ = [  # noqa: PLE0604
    *_WHERE,
]


def __getattr__(name: str) -> Any:
    if name in _WHERE:
        # `show.xray` is the function, also once importing its file has put the module under that name.
        value = getattr(importlib.import_module(f"{__name__}.{_WHERE[name]}"), name)
        globals()[name] = value
        return value
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")


def __dir__() -> list[str]:
    return sorted([*globals(), *_WHERE])
