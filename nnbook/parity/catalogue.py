"""What there is to rebuild: every public class of torch.nn, torch.optim and its schedulers, and what is left out."""

from __future__ import annotations

import ast
import functools
import inspect
import sys
from typing import Any

import torch

LEFT_OUT: dict[str, str] = {
    "Container": "deprecated: an old name of Module",
    "NLLLoss2d": "deprecated: NLLLoss takes images itself",
    "CrossMapLRN2d": "a leftover of Caffe2 that LocalResponseNorm replaces",
    "DataParallel": "spreads a batch over several GPUs; torch itself advises against it",
    "SyncBatchNorm": "needs several processes that talk to each other",
}
"""Classes of torch.nn that nnbook does not rebuild, with the reason. torch.ao.nn (quantised) is left out as a whole."""


def modules() -> dict[str, type]:
    """Every public module class of torch.nn, but for those left out."""
    found = {n: c for n, c in sorted(vars(torch.nn).items()) if isinstance(c, type) and issubclass(c, torch.nn.Module)}
    return {name: c for name, c in found.items() if name not in LEFT_OUT}


def optimizers() -> dict[str, type]:
    """Every optimizer of torch.optim."""
    base = torch.optim.Optimizer
    return {n: c for n, c in sorted(vars(torch.optim).items()) if isinstance(c, type) and issubclass(c, base)}


def schedulers() -> dict[str, type]:
    """Every learning-rate scheduler of torch.optim.lr_scheduler."""
    home = torch.optim.lr_scheduler
    return {n: getattr(home, n) for n in sorted(home.__all__)}


def functions() -> dict[str, Any]:
    """The functions of torch.nn.functional for which torch keeps samples, and those beside them."""
    home = torch.nn.functional
    return {n: f for n, f in sorted(vars(home).items()) if inspect.isroutine(f) and not n.startswith("_")}


def lines_of(component: Any) -> int:
    """Lines of code that one reads to know the component: its own, and the helpers that it uses, wherever they stand.

    What torch.nn has as well, such as Module or relu, is a component of its own and not counted again. Docstrings,
    comments and blank lines do not count.
    """
    # a function may be another with an option set: relu_ is relu in place
    component = getattr(component, "func", component)
    wanted, read, lines = [(component.__module__, component.__name__)], set(), 0
    while wanted:
        place = module, name = wanted.pop()
        if place in read:
            continue
        read.add(place)
        defined, imported = _names(module)
        if name in defined:
            node = defined[name]
            lines += len(_code_lines(node))
            wanted += [(module, n.id) for n in ast.walk(node) if isinstance(n, ast.Name)]
        elif name in imported and not any(hasattr(home, name) for home in _PUBLIC):
            wanted.append((imported[name], name))
    return lines


_PUBLIC = (torch.nn, torch.nn.functional, torch.nn.init, torch.optim)


@functools.cache
def _names(module: str) -> tuple[dict[str, ast.AST], dict[str, str]]:
    """What a module defines, and what it imports from its own package, with the module that it comes from."""
    tree = ast.parse(inspect.getsource(sys.modules[module]))
    defined: dict[str, ast.AST] = {n.name: n for n in tree.body if isinstance(n, (ast.ClassDef, ast.FunctionDef))}
    package = module.split(".")[0]
    imported = {
        alias.asname or alias.name: node.module
        for node in tree.body
        if isinstance(node, ast.ImportFrom) and node.module and node.module.split(".")[0] == package
        for alias in node.names
    }
    return defined, imported


def _code_lines(node: ast.AST) -> set[int]:
    docstrings: set[int] = set()
    lines: set[int] = set()
    for inner in ast.walk(node):
        if isinstance(inner, (ast.ClassDef, ast.FunctionDef)) and ast.get_docstring(inner, clean=False) is not None:
            text = inner.body[0]
            docstrings.update(range(text.lineno, (text.end_lineno or text.lineno) + 1))
        for line in (getattr(inner, "lineno", None), getattr(inner, "end_lineno", None)):
            if line is not None:
                lines.add(line)
    return lines - docstrings
