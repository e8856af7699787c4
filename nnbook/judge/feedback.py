"""How a verdict reads: plain text for terminals, HTML for notebooks and students' pages. Words beside every colour."""

from __future__ import annotations

import html
import textwrap

from nnbook.judge.report import Report

_INDENT = " " * 7


def headline(report: Report) -> str:
    """The first line: how many cases pass, or why there are none to speak of."""
    if report.status in ("missing", "error", "timeout", "memory") and report.message:
        return report.message
    if report.status == "rule":
        return f"{report.exercise}: not run, since it breaks the from-scratch rule"
    passing = sum(c.passed for c in report.cases)
    total = len(report.cases)
    if report.passed:
        points = f"{report.max_points} point{'s' if report.max_points != 1 else ''}"
        following = f" Next: {report.next_exercise}." if report.next_exercise else ""
        return f"{report.exercise}: all {total} cases pass ({points}).{following}"
    return f"{report.exercise}: {passing} of {total} cases pass"


def as_text(report: Report, width: int = 100) -> str:
    """The feedback as plain text: one failing case in full, the others counted, then the mistake's name."""
    lines = [headline(report)]
    for violation in report.violations:
        lines.append(_fill(f"RULE   {violation}", width))
    failed = [c for c in report.cases if not c.passed]
    if failed and report.status == "failed":
        first = failed[0]
        lines += ["", f"FAILS  {first.name}", _fill(f"{_INDENT}{first.given}: {first.message}", width)]
        if first.why:
            lines.append(_fill(_INDENT + first.why, width))
        if len(failed) > 1:
            lines.append(f"{_INDENT}({_others(len(failed) - 1)})")
    if report.diagnosis:
        lines += ["", _fill(f"This behaves exactly like {report.diagnosis.title}.", width, "")]
        lines.append(_fill(_INDENT + report.diagnosis.explanation, width))
    if not report.passed and report.status in ("failed", "timeout", "rule"):
        lines += ["", f"Next:  hint({report.exercise})"]
    return "\n".join(lines)


def _others(more: int) -> str:
    return (
        "1 more case fails, likely for the same reason"
        if more == 1
        else (f"{more} more cases fail, likely for the same reason")
    )


def _fill(text: str, width: int, indent: str = _INDENT) -> str:
    return textwrap.fill(text, width, subsequent_indent=indent, break_long_words=False, break_on_hyphens=False)


_STYLE = {
    # The borders carry the colour (blue and orange: told apart by everyone); text and ground are the theme's own.
    "passed": "#0072b2",
    "other": "#d55e00",
}


def as_html(report: Report) -> str:
    """The same as HTML that is right in dark and in light themes: it sets no text colour and no background."""
    e = html.escape
    colour = _STYLE["passed" if report.passed else "other"]
    word = "PASS" if report.passed else {"rule": "RULE", "missing": "NOT YET"}.get(report.status, "FAIL")
    parts = [f"<div><strong>{word}</strong>&ensp;{_code(headline(report))}</div>"]
    parts += [f"<div>{_code(v)}</div>" for v in report.violations]
    failed = [c for c in report.cases if not c.passed]
    if failed and report.status == "failed":
        first = failed[0]
        parts.append(f"<div style='margin-top:.6em'><strong>Fails:</strong> {e(first.name)}</div>")
        parts.append(f"<div style='margin-left:1.5em'>{e(first.given)}:<br>{_code(first.message)}</div>")
        if first.why:
            parts.append(f"<div style='margin-left:1.5em'>{e(first.why)}</div>")
        if len(failed) > 1:
            names = "".join(f"<li>{e(c.name)}</li>" for c in failed[1:])
            summary = f"<summary>{_others(len(failed) - 1)}</summary>"
            parts.append(f"<details style='margin-left:1.5em'>{summary}<ul>{names}</ul></details>")
    if report.diagnosis:
        title = _code(report.diagnosis.title)
        parts.append(
            f"<div style='margin-top:.6em'>This behaves exactly like <strong>{title}</strong>.</div>"
            f"<div style='margin-left:1.5em'>{_code(report.diagnosis.explanation)}</div>"
        )
    if not report.passed and report.status in ("failed", "timeout", "rule"):
        parts.append(f"<div style='margin-top:.6em'>Next: <code>hint({e(report.exercise)})</code></div>")
    body = "".join(parts)
    return f"<div role='status' style='border-left:4px solid {colour};padding:.2em 0 .2em .8em'>{body}</div>"


def _code(text: str) -> str:
    """Escape, and set what stands between backticks as code."""
    parts = html.escape(text).split("`")
    return "".join(f"<code>{p}</code>" if i % 2 and i < len(parts) - 1 else p for i, p in enumerate(parts))
