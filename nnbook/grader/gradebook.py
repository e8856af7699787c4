"""What grading leaves behind: rows as CSV and JSON, a page of feedback per student, and what `--resume` needs."""

from __future__ import annotations

import csv
import io
import json
import re
import tempfile
from pathlib import Path
from typing import Any

import jinja2

from nnbook import bank
from nnbook.course.files import write_atomically
from nnbook.grader.collect import GradeError
from nnbook.judge import Report
from nnbook.judge.feedback import as_html

FORMATS = ("csv", "html", "json")
COLUMNS = ("student", "lesson", "exercise", "points", "max_points", "status", "diagnosis")
_STATE = "results"

_PAGE = jinja2.Environment(autoescape=True, trim_blocks=True, lstrip_blocks=True).from_string("""\
<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>Feedback for {{ student }}</title>
<style>
body { font: 1rem/1.5 system-ui, sans-serif; max-width: 48rem; margin: 2rem auto; padding: 0 1rem; }
table { border-collapse: collapse; } td, th { padding: .2rem 1rem .2rem 0; text-align: left; }
td.n { text-align: right; } section { margin: 1.5rem 0; } code { font-size: .95em; }
</style>
</head>
<body>
<h1>Feedback for {{ student }}</h1>
<p>{{ points }} of {{ max_points }} points.</p>
<table>
<thead><tr><th>Exercise</th><th>Lesson</th><th>Points</th><th>Status</th></tr></thead>
<tbody>
{% for row in rows %}
<tr><td><a href="#{{ row.exercise }}">{{ row.exercise }}</a></td><td>{{ row.lesson }}</td>
<td class="n">{{ row.points }} of {{ row.max_points }}</td><td>{{ row.status }}</td></tr>
{% endfor %}
</tbody>
</table>
{% for row, body in feedback %}
<section id="{{ row.exercise }}"><h2>{{ row.exercise }}</h2>{{ body }}</section>
{% endfor %}
</body>
</html>
""")


class Gradebook:
    """The output folder of one run. Each student's result is on disk as soon as it is known."""

    def __init__(self, out: Path, formats: tuple[str, ...]):
        self.out = out
        self.formats = formats
        self.results: dict[str, list[dict[str, Any]]] = {}
        try:
            (out / _STATE).mkdir(parents=True, exist_ok=True)
            with tempfile.TemporaryFile(dir=out):
                pass
        except OSError as err:
            raise GradeError(f"{out}: cannot be written ({err.strerror or err}); name another folder") from None
        self._files: dict[str, str] = {}

    def add(self, student: str, digest: str, names: list[str], reports: dict[str, Report]) -> None:
        """A student is done: keep the rows, write the feedback."""
        rows = [_row(student, reports[name]) for name in names]
        self.results[student] = rows
        if "html" in self.formats:
            write_atomically(
                self.out / "feedback" / f"{self._name(student)}.html", _page(student, rows, reports).encode()
            )
        state = {"student": student, "digest": digest, "exercises": names, "rows": rows}
        write_atomically(
            self.out / _STATE / f"{self._name(student)}.json", json.dumps(state, ensure_ascii=False).encode()
        )

    def load(self, student: str, digest: str, names: list[str]) -> list[dict[str, Any]] | None:
        """An earlier run's rows, if the submission and the exercises are still the same."""
        try:
            state = json.loads((self.out / _STATE / f"{self._name(student)}.json").read_text(encoding="utf-8"))
            same = (state["student"], state["digest"], state["exercises"]) == (student, digest, names)
            return state["rows"] if same else None
        except (OSError, ValueError, KeyError):
            return None

    def finish(self, students: list[str], kept: dict[str, list[dict[str, Any]]]) -> list[dict[str, Any]]:
        """Write the tables over all students, in alphabetical order, and hand out their rows."""
        rows = [row for s in students for row in self.results.get(s, kept.get(s, []))]
        if "csv" in self.formats:
            write_atomically(self.out / "grades.csv", as_csv(rows).encode())
        if "json" in self.formats:
            write_atomically(self.out / "grades.json", (json.dumps(rows, indent=1, ensure_ascii=False) + "\n").encode())
        return rows

    def _name(self, student: str) -> str:
        """A file name for a student; two names that differ only in odd characters stay two files."""
        if student not in self._files:
            base = re.sub(r"[^\w.@+ -]", "_", student) or "_"
            name, n = base, 2
            while name.casefold() in {f.casefold() for f in self._files.values()}:
                name, n = f"{base}_{n}", n + 1
            self._files[student] = name
        return self._files[student]


def _row(student: str, report: Report) -> dict[str, Any]:
    exercise = bank.find(report.exercise)
    return {
        "student": student,
        "lesson": exercise.lesson,
        "exercise": report.exercise,
        "points": report.points,
        "max_points": report.max_points,
        "status": report.status,
        "diagnosis": report.diagnosis.mistake if report.diagnosis else "",
    }


def as_csv(rows: list[dict[str, Any]]) -> str:
    """The rows as CSV. A spreadsheet would run a cell that begins like a formula: such a cell gets a quote in front."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(COLUMNS)
    for row in rows:
        cells = [row[c] for c in COLUMNS]
        writer.writerow(
            [f"'{c}" if isinstance(c, str) and c.startswith(("=", "+", "-", "@", "\t")) else c for c in cells]
        )
    return text.getvalue()


def _page(student: str, rows: list[dict[str, Any]], reports: dict[str, Report]) -> str:
    import markupsafe

    feedback = [(row, markupsafe.Markup(as_html(reports[row["exercise"]]))) for row in rows]
    points, most = (sum(r[k] for r in rows) for k in ("points", "max_points"))
    return _PAGE.render(student=student, rows=rows, feedback=feedback, points=points, max_points=most)
