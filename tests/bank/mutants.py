"""Wrong answers made by machine: the solution with one operator, number, dimension, sign, mode or option changed.

    python tests/bank/mutants.py [NAME ...]      the score of each exercise, and every mutant that passes its check

A mutant that passes either computes the same on all that the prompt promises, or shows a hole in the check. Those of
the first kind are listed, each with its reason, in tests/answers/<Exercise>/equivalent.txt: a comment line that says
why, then the mutant as this program prints it.
"""

from __future__ import annotations

import argparse
import ast
import copy
import sys
import time
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from nnbook import bank
from nnbook.judge import judge_source, verdict

ANSWERS = Path(__file__).parent.parent / "answers"
SEED = 11
SECONDS = 4.0

_ARITHMETIC = {
    ast.Add: ast.Sub, ast.Sub: ast.Add, ast.Mult: ast.Div, ast.Div: ast.Mult, ast.Pow: ast.Mult,
    ast.MatMult: ast.Mult, ast.Mod: ast.Mult, ast.FloorDiv: ast.Mult,
}  # fmt: skip
_ORDER = {
    ast.Lt: (ast.LtE, ast.Gt), ast.LtE: (ast.Lt,), ast.Gt: (ast.GtE, ast.Lt), ast.GtE: (ast.Gt,),
    ast.Eq: (ast.NotEq,), ast.NotEq: (ast.Eq,), ast.Is: (ast.IsNot,), ast.IsNot: (ast.Is,),
    ast.In: (ast.NotIn,), ast.NotIn: (ast.In,),
}  # fmt: skip
# x.detach() and its like are single steps of an answer; torch.exp(x) without its call would only be a crash.
_NAMESPACES = ("torch", "nn", "math", "self", "F", "init")


@dataclass(frozen=True)
class Mutant:
    """A solution with one change; the title is the line that changed, before and after."""

    title: str
    source: str


def mutants(source: str) -> list[Mutant]:
    """All single changes, each once, in the order of the source."""
    base = ast.unparse(ast.parse(source)).splitlines()
    found: dict[str, Mutant] = {}
    for tree in _changed(ast.parse(source)):
        text = ast.unparse(ast.fix_missing_locations(tree))
        title = _title(base, text.splitlines())
        if title and text not in found:
            found[text] = Mutant(title, text)
    titles: dict[str, int] = {}
    for text, mutant in found.items():
        n = titles[mutant.title] = titles.get(mutant.title, 0) + 1
        if n > 1:  # the same line, changed alike in two places
            found[text] = Mutant(f"{mutant.title}   (place {n})", text)
    return list(found.values())


def _title(before: list[str], after: list[str]) -> str:
    start = 0
    while start < min(len(before), len(after)) and before[start] == after[start]:
        start += 1
    end = 0
    while end < min(len(before), len(after)) - start and before[-1 - end] == after[-1 - end]:
        end += 1
    old = " ; ".join(line.strip() for line in before[start : len(before) - end])
    new = " ; ".join(line.strip() for line in after[start : len(after) - end])
    return f"{old} => {new}" if old != new else ""


def _changed(tree: ast.Module) -> Iterator[ast.Module]:
    """The tree once for each change, every time a fresh copy."""
    for i, node in enumerate(ast.walk(tree)):
        for replacement in _expressions(node):
            twin = copy.deepcopy(tree)
            target = list(ast.walk(twin))[i]
            yield _Replace(target, copy.deepcopy(replacement)).visit(twin)
        for field in ("body", "orelse"):
            body = getattr(node, field, None)
            for k, statement in enumerate(body if isinstance(body, list) else []):
                for lines in _statements(statement):
                    twin = copy.deepcopy(tree)
                    getattr(list(ast.walk(twin))[i], field)[k : k + 1] = copy.deepcopy(lines)
                    yield twin


class _Replace(ast.NodeTransformer):
    def __init__(self, target: ast.AST, new: ast.AST):
        self.target, self.new = target, new

    def visit(self, node: ast.AST) -> ast.AST:
        return self.new if node is self.target else self.generic_visit(node)


def _with(node: ast.AST, **fields: object) -> ast.AST:
    changed = copy.copy(node)
    for name, value in fields.items():
        setattr(changed, name, value)
    return changed


def _expressions(node: ast.AST) -> Iterator[ast.AST]:
    """What may stand in place of an expression."""
    if isinstance(node, ast.BinOp):
        if type(node.op) in _ARITHMETIC:
            yield _with(node, op=_ARITHMETIC[type(node.op)]())
        yield node.left
        yield node.right
    elif isinstance(node, ast.AugAssign) and type(node.op) in _ARITHMETIC:
        yield _with(node, op=_ARITHMETIC[type(node.op)]())
    elif isinstance(node, ast.Constant) and isinstance(node.value, bool):
        yield ast.Constant(not node.value)
    elif isinstance(node, ast.Constant) and isinstance(node.value, int | float):
        v = node.value
        yield from (ast.Constant(w) for w in dict.fromkeys((v + 1, v - 1, -v, v * 2)) if w != v)
    elif isinstance(node, ast.Compare) and len(node.ops) == 1:
        yield from (_with(node, ops=[other()]) for other in _ORDER.get(type(node.ops[0]), ()))
    elif isinstance(node, ast.UnaryOp):
        yield node.operand
    elif isinstance(node, ast.BoolOp):
        yield _with(node, op=ast.Or() if isinstance(node.op, ast.And) else ast.And())
        yield from node.values
    elif isinstance(node, ast.IfExp):
        yield node.body
        yield node.orelse
    elif isinstance(node, ast.Call):
        for k in range(len(node.keywords)):
            yield _with(node, keywords=node.keywords[:k] + node.keywords[k + 1 :])
        if len(node.args) == 2:
            yield _with(node, args=node.args[::-1])
        if isinstance(node.func, ast.Attribute) and not isinstance(node.func.value, ast.Call):
            owner = node.func.value
            if not (isinstance(owner, ast.Name) and owner.id in _NAMESPACES):
                yield owner


def _statements(node: ast.stmt) -> Iterator[list[ast.stmt]]:
    """What may stand in place of a statement."""
    if isinstance(node, ast.FunctionDef | ast.ClassDef | ast.Import | ast.ImportFrom | ast.Pass):
        return
    if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant):  # a docstring
        return
    yield [ast.Pass()]
    if isinstance(node, ast.If | ast.With):
        yield node.body


# The score ------------------------------------------------------------------------------------------------------------


def equivalent(name: str) -> set[str]:
    """The mutants of an exercise that are right answers after all, as its list says."""
    path = ANSWERS / name / "equivalent.txt"
    lines = path.read_text(encoding="utf-8").splitlines() if path.exists() else []
    return {line.strip() for line in lines if line.strip() and not line.startswith("#")}


def survives(exercise: bank.Exercise, mutant: Mutant) -> bool:
    """Whether the check takes it for a right answer."""
    limit = min(exercise.timeout, SECONDS) if exercise.kind == "build" else exercise.timeout
    return judge_source(exercise, mutant.source, seed=SEED, timeout=limit).passed


def some(all_of_them: list[Mutant], count: int) -> list[Mutant]:
    """A few, spread over the solution: the same every time, whatever else is on a list."""
    return sorted(all_of_them, key=lambda m: zlib.crc32(m.title.encode()))[:count]


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("names", nargs="*", metavar="NAME")
    names = parser.parse_args().names or [e.name for e in bank.exercises()]
    verdict.diagnose = lambda *args, **kwargs: None  # a name for the mistake is not asked for here
    holes = total = 0
    for name in names:
        exercise, start = bank.find(name), time.perf_counter()
        assert judge_source(exercise, exercise.solution, seed=SEED).passed, f"the solution of {name} does not pass"
        every, known = mutants(exercise.solution), equivalent(name)
        wrong = [m for m in every if m.title not in known]
        alive = [m for m in wrong if survives(exercise, m)]
        seconds = time.perf_counter() - start
        same = f", {len(every) - len(wrong)} equivalent" if known else ""
        print(f"{name:28} {len(wrong) - len(alive):4}/{len(wrong):<4} caught{same}, {seconds:.0f} s", flush=True)
        for mutant in alive:
            print(f"    passes: {mutant.title}", flush=True)
        holes, total = holes + len(alive), total + len(wrong)
    print(f"{total - holes} of {total} caught")
    return 1 if holes else 0


if __name__ == "__main__":
    sys.exit(main())
