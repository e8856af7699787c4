"""The verdict on one answer, as data; how it reads stands in feedback.py."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from nnbook.parity.compare import CaseResult

STATUSES = ("passed", "failed", "error", "timeout", "memory", "rule", "missing")


@dataclass(frozen=True)
class Diagnosis:
    """The known mistake that behaves exactly as the answer does in every case that fails."""

    mistake: str
    title: str
    explanation: str


@dataclass
class Report:
    """What a check found. `passed` is true only if every case passed and the rule was kept."""

    exercise: str
    status: str
    max_points: int
    cases: list[CaseResult] = field(default_factory=list)
    diagnosis: Diagnosis | None = None
    violations: list[str] = field(default_factory=list)
    message: str = ""
    next_exercise: str = ""
    seed: int = 0

    def __post_init__(self) -> None:
        if self.status not in STATUSES:
            raise ValueError(f"unknown status {self.status!r}")
        # fail closed: a pass needs proof
        if self.status == "passed" and not (self.cases and all(c.passed for c in self.cases) and not self.violations):
            raise ValueError(f"{self.exercise}: passed, but not every case did")

    @property
    def passed(self) -> bool:
        """Whether the exercise is solved."""
        return self.status == "passed"

    @property
    def points(self) -> int:
        """All or nothing: an answer that is right in most cases is not a smaller right answer."""
        return self.max_points if self.passed else 0

    def to_json(self, file: str = "") -> dict[str, Any]:
        """The object that `nnbook check --json` prints for it."""
        return {
            "file": file,
            "exercise": self.exercise,
            "passed": self.passed,
            "points": self.points,
            "max_points": self.max_points,
            "status": self.status,
            "message": self.message,
            "cases": [{"name": c.name, "passed": c.passed, "message": c.message} for c in self.cases],
            "diagnosis": {
                "mistake": self.diagnosis.mistake,
                "explanation": f"{self.diagnosis.title}. {self.diagnosis.explanation}",
            }
            if self.diagnosis
            else None,
            "violations": self.violations,
        }

    def text(self, width: int = 100) -> str:
        """The feedback as plain text."""
        from nnbook.judge.feedback import as_text

        return as_text(self, width)

    def __str__(self) -> str:
        return self.text()

    def __repr__(self) -> str:
        return self.text()

    def _repr_html_(self) -> str:
        from nnbook.judge.feedback import as_html

        return as_html(self)
