"""The x-ray of a module: its tree, with parameters and buffers by shape, and what flows through it."""

from __future__ import annotations

import copy
import html
from dataclasses import dataclass, field
from typing import Any


@dataclass
class Node:
    """One module of the tree."""

    name: str
    kind: str
    tensors: list[tuple[str, str, str]]  # (name, shape, "parameter" or "buffer")
    children: list[Node] = field(default_factory=list)
    output: str = ""


class Xray:
    """What was seen, as text and as HTML."""

    def __init__(self, root: Node, given: str, total: int, trained: int):
        self.root, self.given, self.total, self.trained = root, given, total, trained

    def _summary(self) -> str:
        fed = f", fed with {self.given}" if self.given else ""
        frozen = "" if self.trained == self.total else f", {self.trained:,} of them trained"
        return f"{self.root.kind}{fed}: {self.total:,} parameters{frozen}"

    def _lines(self) -> list[tuple[str, str]]:
        """(what stands in the tree, what comes out) for each line."""
        lines: list[tuple[str, str]] = []

        def walk(node: Node, first: str, rest: str) -> None:
            lines.append((f"{first}{node.name + '  ' if node.name else ''}{node.kind}", node.output))
            inner = [
                f"{name}  {shape}{'' if kind == 'parameter' else '  ' + kind}" for name, shape, kind in node.tensors
            ]
            below = len(inner) + len(node.children)
            for i, text in enumerate(inner, 1):
                lines.append((f"{rest}{'└─ ' if i == below else '├─ '}{text}", ""))
            for i, child in enumerate(node.children, len(inner) + 1):
                last = i == below
                walk(child, rest + ("└─ " if last else "├─ "), rest + ("   " if last else "│  "))

        walk(self.root, "", "")
        return lines

    def __repr__(self) -> str:
        lines = self._lines()
        wide = max(len(left) for left, _ in lines) + 3
        return "\n".join([self._summary(), *(f"{a:<{wide}}{'-> ' + b if b else ''}".rstrip() for a, b in lines)])

    def _repr_html_(self) -> str:
        look = "text-align:left;white-space:pre;font-family:monospace;padding-top:0;padding-bottom:0"
        body = "".join(
            f"<tr><td style='{look}'>{html.escape(a)}</td><td style='{look}'>{html.escape(b)}</td></tr>"
            for a, b in self._lines()
        )
        titles = ("module", "output" if self.given else "")
        heads = "".join(f"<th scope='col' style='text-align:left'>{title}</th>" for title in titles)
        caption = f"<caption style='text-align:left'>{html.escape(self._summary())}</caption>"
        return f"<table>{caption}<thead><tr>{heads}</tr></thead><tbody>{body}</tbody></table>"


def xray(module: Any, *inputs: Any, **kwargs: Any) -> Xray:
    """The tree of a module, torch's or nnbook's; given inputs, also the shape of what each part of it puts out.

    The forward pass runs in a copy and without gradients, and the random state is put back: nothing is left behind.
    """
    import torch

    outputs: dict[int, list[str]] = {}
    if inputs or kwargs:
        module = copy.deepcopy(module)
        parts = list(module.modules())
        for part in parts:
            part.register_forward_hook(lambda part, _, out: outputs.setdefault(id(part), []).append(_shape(out)))
        with torch.random.fork_rng(), torch.no_grad():
            module(*inputs, **kwargs)

    def look(node: Any, name: str) -> Node:
        tensors = [(n, _shape(t), "parameter") for n, t in node._parameters.items() if t is not None]
        tensors += [(n, _shape(t), "buffer") for n, t in node._buffers.items() if t is not None]
        children = [look(child, n) for n, child in node._modules.items() if child is not None]
        seen = outputs.get(id(node), [])
        out = ", then ".join(seen[:3]) + (f", ... ({len(seen)} calls)" if len(seen) > 3 else "")
        called = out or ("not called" if outputs else "")
        return Node(name, type(node).__name__, tensors, children, called)

    parameters = list(module.parameters())
    total = sum(p.numel() for p in parameters)
    trained = sum(p.numel() for p in parameters if p.requires_grad)
    given = ", ".join([*map(_shape, inputs), *(f"{k}={_shape(v)}" for k, v in kwargs.items())])
    return Xray(look(module, ""), given, total, trained)


def _shape(value: Any) -> str:
    """The shape of a tensor; of a tuple, the shapes in it."""
    if hasattr(value, "shape"):
        return str(tuple(value.shape))
    if isinstance(value, (tuple, list)):
        return "(" + ", ".join(map(_shape, value)) + ("," if len(value) == 1 else "") + ")"
    if isinstance(value, dict):
        return "{" + ", ".join(f"{k}: {_shape(v)}" for k, v in value.items()) + "}"
    return repr(value) if isinstance(value, (int, float, str, bool, type(None))) else type(value).__name__
