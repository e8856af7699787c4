"""Reading answers from what people hand in: by the name of the symbol, wherever it stands, whatever else is broken.

Only imports, definitions and constants that the answer needs are taken; nothing else of a file is ever run.
"""

from __future__ import annotations
import __future__

import ast
import json
import re
import symtable
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path

_MAX_BYTES = 50_000_000


class BadFile(ValueError):
    """A file that cannot be read as an answer; the text is one clear line."""


@dataclass(frozen=True)
class Piece:
    """One top-level statement: where it stands, and what it binds and needs."""

    node: ast.stmt
    where: str
    binds: frozenset[str]
    needs: frozenset[str]
    patches: frozenset[str] = frozenset()


@dataclass(frozen=True)
class Broken:
    """A cell that is not Python."""

    where: str
    line: int
    reason: str
    mentions: frozenset[str]


@dataclass
class Answer:
    """The statements that one symbol needs, in the order of the file."""

    name: str
    pieces: list[Piece]
    sources: dict[str, str]
    flags: int = 0
    """What `from __future__ import ...` in the file asks of the compiler."""

    @property
    def source(self) -> str:
        """The answer as one text, for people and for hashing."""
        return "\n\n".join(ast.unparse(p.node) for p in self.pieces)


@dataclass
class Answers:
    """All that a file defines."""

    filename: str
    pieces: list[Piece] = field(default_factory=list)
    broken: list[Broken] = field(default_factory=list)
    sources: dict[str, str] = field(default_factory=dict)
    flags: int = 0

    @property
    def names(self) -> set[str]:
        """The names defined at top level."""
        return {name for p in self.pieces for name in p.binds}

    def answer(self, name: str) -> Answer | None:
        """The slice of the file that `name` needs, or None if nothing defines it."""
        last: dict[str, int] = {}
        for i, piece in enumerate(self.pieces):
            for bound in piece.binds:
                last[bound] = i
        if name not in last:
            return None
        taken: set[int] = set()
        reached: set[str] = set()
        todo = [name]
        while todo:
            wanted = todo.pop()
            if wanted in reached:
                continue
            reached.add(wanted)
            if wanted in last and last[wanted] not in taken:
                taken.add(last[wanted])
                todo += self.pieces[last[wanted]].needs
            for i, piece in enumerate(self.pieces):
                # `Linear.forward = forward` belongs to Linear; `from x import *` may belong to anything
                if i not in taken and (wanted in piece.patches or "*" in piece.binds):
                    taken.add(i)
                    todo += piece.needs
        return Answer(name, [self.pieces[i] for i in sorted(taken)], self.sources, self.flags)

    def source_for(self, name: str) -> str | None:
        """The text of the slice that `name` needs."""
        answer = self.answer(name)
        return answer.source if answer else None

    def syntax_error(self, name: str) -> str | None:
        """If `name` seems to stand in a cell that is not Python: one line that says where and what."""
        for b in self.broken:
            if name in b.mentions:
                return f'{b.where}: syntax error on line {b.line}, "{b.reason}"; the exercise {name} was not checked'
        return None


def read_answers(path: str | Path) -> Answers:
    """Read a .py or .ipynb file. Raises BadFile with one line when it is neither."""
    path = Path(path)
    try:
        if path.is_dir():
            raise BadFile(f"{path}: is a folder; give a .py or .ipynb file (or use `nnbook grade` for a folder)")
        if path.stat().st_size > _MAX_BYTES:
            raise BadFile(f"{path}: is larger than {_MAX_BYTES // 1_000_000} MB; clear its outputs and save it again")
        text = path.read_text(encoding="utf-8-sig")
    except FileNotFoundError:
        raise BadFile(f"{path}: no such file") from None
    except UnicodeDecodeError:
        raise BadFile(f"{path}: is not text in UTF-8; is it a notebook or a Python file?") from None
    except OSError as err:
        raise BadFile(f"{path}: cannot be read ({err.strerror or err})") from None
    if path.suffix == ".ipynb":
        return from_cells(_notebook_cells(path, text), path.name)
    if path.suffix == ".py":
        return from_cells([(path.name, text)], path.name)
    raise BadFile(f"{path}: is neither a notebook (.ipynb) nor a Python file (.py)")


def _notebook_cells(path: Path, text: str) -> list[tuple[str, str]]:
    try:
        cells = json.loads(text)["cells"]
        if not isinstance(cells, list):
            raise TypeError
        out = []
        for number, cell in enumerate(cells, 1):
            if cell.get("cell_type") == "code":
                source = cell.get("source", "")
                source = source if isinstance(source, str) else "".join(source)
                out.append((f"{path.name}, cell {number}", source))
        return out
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError):
        raise BadFile(
            f"{path}: is no notebook (its content is not a notebook's JSON); save it again from Jupyter"
        ) from None


def from_cells(cells: Iterable[tuple[str, str]], filename: str) -> Answers:
    """Answers from (where, source) pairs, the cells of a notebook or the whole of a file."""
    out = Answers(filename)
    for where, source in cells:
        text = _without_magics(source)
        if text is None:
            continue
        out.sources[where] = text
        try:
            tree = ast.parse(text)
        except (SyntaxError, ValueError, RecursionError, MemoryError) as err:
            mentions = frozenset(re.findall(r"^\s*(?:class|def)\s+(\w+)|^(\w+)\s*=", text, flags=re.M))
            flat = frozenset(n for pair in mentions for n in pair if n)
            line = getattr(err, "lineno", None) or 1
            out.broken.append(Broken(where, line, getattr(err, "msg", None) or str(err), flat))
            continue
        for node in tree.body:
            if isinstance(node, ast.ImportFrom) and node.module == "__future__":
                features = [getattr(__future__, a.name, None) for a in node.names]
                out.flags |= sum(f.compiler_flag for f in features if f is not None)
            else:
                out.pieces += _pieces(node, where)
    return out


def _without_magics(source: str) -> str | None:
    """IPython's magics and shell lines made harmless, line by line; None for a cell in another language."""
    lines = source.splitlines()
    first = next((l for l in lines if l.strip()), "")
    if first.startswith("%%") and first.split()[0] not in ("%%time", "%%timeit", "%%capture", "%%prun"):
        return None
    try:
        ast.parse(source)
        return source
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return "\n".join(re.sub(r"^(\s*)[%!?].*$|^(\s*)[\w.]+\?{1,2}\s*$", r"\1\2pass", l) for l in lines) + "\n"


def _pieces(node: ast.stmt, where: str) -> list[Piece]:
    """What a top-level statement contributes: definitions, imports, constants; from blocks, what they define."""
    if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)):
        return [Piece(node, where, frozenset({node.name}), _needs(node))]
    if isinstance(node, ast.Import):
        names = frozenset((a.asname or a.name).split(".")[0] for a in node.names)
        return [Piece(node, where, names, frozenset())]
    if isinstance(node, ast.ImportFrom):
        return [Piece(node, where, frozenset(a.asname or a.name for a in node.names), frozenset())]
    if isinstance(node, (ast.Assign, ast.AnnAssign, ast.AugAssign)):
        if node.value is None:
            return []
        targets = node.targets if isinstance(node, ast.Assign) else [node.target]
        names = frozenset(n.id for t in targets for n in ast.walk(t) if isinstance(n, ast.Name) and _stored(n))
        patches = frozenset(n for t in targets if (n := _patched(t)))
        if isinstance(node, ast.AugAssign):
            patches, names = patches | names, frozenset()
        return [Piece(node, where, names, _needs(node), patches)]
    if isinstance(node, (ast.Try, ast.If, ast.With)):
        bodies = [node.body, getattr(node, "orelse", [])]
        if isinstance(node, ast.If) and _is_main_guard(node.test):
            bodies = bodies[1:]
        return [piece for body in bodies for inner in body for piece in _pieces(inner, where)]
    return []


def _is_main_guard(test: ast.expr) -> bool:
    return isinstance(test, ast.Compare) and any(isinstance(n, ast.Name) and n.id == "__name__" for n in ast.walk(test))


def _stored(node: ast.Name) -> bool:
    return isinstance(node.ctx, ast.Store)


def _patched(target: ast.expr) -> str | None:
    """For `Name.attr = ...` or `Name[i] = ...`, the Name."""
    if not isinstance(target, (ast.Attribute, ast.Subscript)):
        return None
    inner: ast.expr = target
    while isinstance(inner, (ast.Attribute, ast.Subscript)):
        inner = inner.value
    return inner.id if isinstance(inner, ast.Name) else None


def _needs(node: ast.stmt) -> frozenset[str]:
    """The module-level names that a statement refers to: not its own locals, which may be called `x` or `layer` too."""
    table = symtable.symtable(ast.unparse(node), "<answer>", "exec")
    names = {s.get_name() for s in table.get_symbols() if s.is_referenced()}
    todo = list(table.get_children())
    while todo:
        scope = todo.pop()
        names |= {s.get_name() for s in scope.get_symbols() if s.is_referenced() and s.is_global()}
        todo += scope.get_children()
    return frozenset(names)
