"""nnbook teaches torch.nn and torch.optim by rebuilding them.

Importing it is cheap: neither torch nor matplotlib is loaded until something that needs them is used.
"""

from typing import TYPE_CHECKING

__version__ = "0.1.0"
__all__ = ["check", "hint", "progress", "xray"]

if TYPE_CHECKING:
    from nnbook.notebook import check, hint, progress, xray


def __getattr__(name: str):
    if name in __all__:
        from nnbook import notebook

        return getattr(notebook, name)
    raise AttributeError(f"module 'nnbook' has no attribute {name!r}")


def __dir__() -> list[str]:
    return sorted([*globals(), *__all__])
