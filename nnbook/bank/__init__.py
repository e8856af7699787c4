"""The exercise bank: one folder per exercise under its lesson, with everything about it in one place.

Reading the catalogue (names, points, prompts, stubs) loads no torch; specs and mistakes load when asked for.
"""

from __future__ import annotations

import ast
import difflib
import functools
import re
import tomllib
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from nnbook.parity.spec import Spec

ROOT = Path(__file__).resolve().parent
_BEGIN, _END = "# BEGIN SOLUTION", "# END SOLUTION"
_FIELDS = {"title", "points", "level", "minutes", "order", "kind", "summary", "spec", "timeout", "rule"}
_RULE_FIELDS = {"allow", "forbid", "from_scratch", "imports"}


class BadExercise(ValueError):
    """An exercise folder that is not as CONTRIBUTING.md describes it."""


class UnknownExercise(KeyError):
    """No exercise has that name; the text names the nearest ones."""

    def __str__(self) -> str:
        return str(self.args[0])


@dataclass(frozen=True)
class Rule:
    """What an answer may use: dotted names allowed or forbidden beyond the general from-scratch rule."""

    allow: frozenset[str] = frozenset()
    forbid: frozenset[str] = frozenset()
    imports: frozenset[str] = frozenset()
    from_scratch: bool = True


@dataclass(frozen=True)
class Mistake:
    """A known wrong answer. The first line of its docstring completes "This behaves exactly like ..."."""

    name: str
    title: str
    explanation: str
    source: str
    path: Path

    @property
    def whole(self) -> bool:
        """Whether what it does in a case depends on the cases before, as its source says in a comment."""
        return "# observed whole" in self.source


@dataclass(frozen=True)
class Exercise:
    """One exercise; `name` is the symbol that the learner defines."""

    name: str
    lesson: str
    title: str
    points: int
    level: int
    minutes: int
    order: int
    kind: str
    summary: str
    folder: Path
    spec_name: str
    timeout: float
    rule: Rule = field(default_factory=Rule)

    @functools.cached_property
    def prompt(self) -> str:
        """What to build and why, in Markdown."""
        return self._read("prompt.md").strip()

    @functools.cached_property
    def hints(self) -> list[str]:
        """Three hints, each a step further: the sections of hints.md, which are headed `## 1`, `## 2`, `## 3`."""
        parts = re.split(r"^## \d+.*$", self._read("hints.md"), flags=re.M)[1:]
        hints = [p.strip() for p in parts]
        if len(hints) != 3 or not all(hints):
            raise BadExercise(f"{self.folder / 'hints.md'}: three hints are needed, headed '## 1', '## 2', '## 3'")
        return hints

    @functools.cached_property
    def _marked(self) -> str:
        text = self._read("solution.py")
        if text.count(_BEGIN) != text.count(_END) or _BEGIN not in text:
            raise BadExercise(f"{self.folder / 'solution.py'}: needs '{_BEGIN}' and '{_END}', in pairs")
        return text

    @functools.cached_property
    def solution(self) -> str:
        """The answer, without the lines that mark what is cut from the stub."""
        return "\n".join(l for l in self._marked.splitlines() if l.strip() not in (_BEGIN, _END)).strip() + "\n"

    @functools.cached_property
    def stub(self) -> str:
        """What the learner starts from: a hunt's own start.py, else the solution with each marked part cut out."""
        if (self.folder / "start.py").exists():
            return self._read("start.py").strip() + "\n"
        out: list[str] = []
        cutting = False
        for line in self._marked.splitlines():
            if line.strip() == _BEGIN:
                cutting = True
                indent = line[: len(line) - len(line.lstrip())]
                out.append(f"{indent}raise NotImplementedError  # your code here")
            elif line.strip() == _END:
                cutting = False
            elif not cutting:
                out.append(line)
        return "\n".join(out).strip() + "\n"

    @functools.cached_property
    def mistakes(self) -> list[Mistake]:
        """The known wrong answers, by file name."""
        found = []
        for path in sorted((self.folder / "mistakes").glob("*.py")):
            source = path.read_text(encoding="utf-8")
            doc = ast.get_docstring(ast.parse(source)) or ""
            title, _, rest = doc.partition("\n")
            if not title.strip() or not rest.strip():
                raise BadExercise(f"{path}: the docstring needs a title line and a paragraph of explanation")
            found.append(Mistake(path.stem, title.strip(), " ".join(rest.split()), source, path))
        return found

    @functools.cached_property
    def spec(self) -> Spec:
        """The parity spec: torch's of that name, or the folder's own, whose reference is the solution."""
        path = self.folder / "spec.py"
        if path.exists():
            scope: dict[str, Any] = {"__name__": f"nnbook.bank.{self.lesson}.{self.name}.spec", "__file__": str(path)}
            exec(compile(path.read_text(encoding="utf-8"), str(path), "exec"), scope)
            return scope["make"](self.load(self.solution, self.folder / "solution.py"))
        from nnbook.parity import specs

        try:
            return specs.find(self.spec_name)
        except KeyError:
            raise BadExercise(f"{self.folder}: there is no spec named {self.spec_name} and no spec.py") from None

    def load(self, source: str, path: Path) -> Any:
        """Run one of the bank's own sources (the solution, a mistake) and hand out the symbol it defines."""
        scope: dict[str, Any] = {"__name__": f"nnbook.bank.{self.lesson}.{self.name}.{path.stem}"}
        exec(compile(source, str(path), "exec"), scope)
        if self.name not in scope:
            raise BadExercise(f"{path}: does not define {self.name}")
        return scope[self.name]

    def _read(self, name: str) -> str:
        try:
            return (self.folder / name).read_text(encoding="utf-8")
        except FileNotFoundError:
            raise BadExercise(f"{self.folder / name}: is missing") from None


def _load(folder: Path) -> Exercise:
    path = folder / "exercise.toml"
    try:
        data = tomllib.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise BadExercise(f"{path}: is missing") from None
    except tomllib.TOMLDecodeError as err:
        raise BadExercise(f"{path}: {err}") from None
    rule = data.get("rule", {})
    if unknown := [*(set(data) - _FIELDS), *(set(rule) - _RULE_FIELDS)]:
        raise BadExercise(f"{path}: unknown field {unknown[0]!r}")
    if missing := {"title", "points", "level", "minutes", "order", "summary"} - set(data):
        raise BadExercise(f"{path}: the field {min(missing)!r} is missing")
    return Exercise(
        name=folder.name,
        lesson=folder.parent.name,
        title=data["title"],
        points=int(data["points"]),
        level=int(data["level"]),
        minutes=int(data["minutes"]),
        order=int(data["order"]),
        kind=data.get("kind", "build"),
        summary=data["summary"],
        folder=folder,
        spec_name=data.get("spec", folder.name),
        timeout=float(data.get("timeout", 10.0)),
        rule=Rule(
            frozenset(rule.get("allow", ())),
            frozenset(rule.get("forbid", ())),
            frozenset(rule.get("imports", ())),
            bool(rule.get("from_scratch", True)),
        ),
    )


@functools.cache
def _catalogue() -> dict[str, Exercise]:
    found: dict[str, Exercise] = {}
    for lesson in sorted(p for p in ROOT.iterdir() if re.match(r"\d\d_", p.name)):
        # A folder that is only being begun has no exercise.toml yet; a test says so, and nobody else is disturbed.
        folders = [p.parent for p in lesson.glob("*/exercise.toml")]
        for exercise in sorted(map(_load, folders), key=lambda e: (e.order, e.name)):
            if exercise.name in found:
                raise BadExercise(f"two exercises are named {exercise.name}")
            found[exercise.name] = exercise
    return found


def exercises(lesson: str | None = None) -> list[Exercise]:
    """All exercises in course order, or those of one lesson."""
    return [e for e in _catalogue().values() if lesson in (None, e.lesson)]


def lessons() -> list[str]:
    """The lessons that have exercises, in order."""
    return list(dict.fromkeys(e.lesson for e in exercises()))


def find(name: str) -> Exercise:
    """The exercise of that name. Raises UnknownExercise, which names the nearest."""
    catalogue = _catalogue()
    if name in catalogue:
        return catalogue[name]
    lowered = {n.lower(): n for n in catalogue}
    near = [lowered[n] for n in difflib.get_close_matches(name.lower(), lowered, n=3, cutoff=0.5)]
    said = f"did you mean {' or '.join(near)}?" if near else "`nnbook progress` lists them all"
    raise UnknownExercise(f"there is no exercise named {name}: {said}")
