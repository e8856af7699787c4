"""The specs, one file per family; `find(name)` gives the one for a name."""

from __future__ import annotations

import functools
import importlib
import pkgutil

from nnbook.parity.spec import Spec


@functools.cache
def every() -> dict[str, Spec]:
    """All specs by name, read from the modules of this package: adding a spec is adding it to a file here."""
    found: dict[str, Spec] = {}
    for info in sorted(pkgutil.iter_modules(__path__), key=lambda m: m.name):
        module = importlib.import_module(f"{__name__}.{info.name}")
        for value in vars(module).values():
            if isinstance(value, Spec) and found.setdefault(value.name, value) is not value:
                raise ValueError(f"two specs are named {value.name}; the second stands in {info.name}")
    return found


def find(name: str) -> Spec:
    """The spec of that name; KeyError if there is none."""
    return every()[name]
