"""What there is to rebuild: every public class of torch.nn, torch.optim and its schedulers, and what is left out."""

from __future__ import annotations

import ast
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
    """Lines of code that one reads to know the component: its own and what it uses of its own file.

    Docstrings, comments and blank lines do not count.
    """
    module = sys.modules[component.__module__]
    tree = ast.parse(inspect.getsource(module))
    defined: dict[str, ast.AST] = {}
    for node in tree.body:
        if isinstance(node, (ast.ClassDef, ast.FunctionDef)):
            defined[node.name] = node
    wanted, read = [component.__name__], {}
    while wanted:
        name = wanted.pop()
        node = defined.get(name)
        if node is not None and name not in read:
            read[name] = node
            wanted += [n.id for n in ast.walk(node) if isinstance(n, ast.Name)]
    return len(set().union(*(_code_lines(node) for node in read.values())))


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
