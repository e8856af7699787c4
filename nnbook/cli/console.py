"""Words to the terminal: stdout for results, stderr for one-line errors, and an ASCII form where there is no UTF-8."""

from __future__ import annotations

import codecs
import functools
import sys
import unicodedata
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from rich.console import Console


class Problem(Exception):
    """Something that keeps a command from running: `str()` is one line; the exit code is 2 unless said otherwise."""

    def __init__(self, line: str, code: int = 2):
        super().__init__(line)
        self.code = code


_ASCII = {
    "×": "x", "·": "-", "–": "-", "—": "-", "−": "-", "→": "->", "←": "<-", "≤": "<=", "≥": ">=", "≠": "!=", "≈": "~",
    "…": "...", "√": "sqrt", "∞": "inf", "∑": "sum", "∂": "d", "⊙": "*", "ᵀ": "^T", "²": "^2", "³": "^3", "±": "+-",
    "“": '"', "”": '"', "‘": "'", "’": "'", "\u2002": " ", "\u00a0": " ",
}  # fmt: skip


def _spelled(error: UnicodeError) -> tuple[str, int]:
    """For a character that the console lacks: its ASCII spelling, a Greek letter's name, the plain letter, or ?."""
    if not isinstance(error, UnicodeEncodeError):
        raise error
    out = []
    for char in error.object[error.start : error.end]:
        name = unicodedata.name(char, "")
        plain = unicodedata.normalize("NFKD", char).encode("ascii", "ignore").decode()
        greek = name.rsplit(" ", 1)[-1].lower() if name.startswith("GREEK") else ""
        out.append(_ASCII.get(char) or plain or greek or "?")
    return "".join(out), error.end


def prepare_streams() -> None:
    """Let no character that the console lacks end a command."""
    codecs.register_error("nnbook-ascii", _spelled)
    for stream in (sys.stdout, sys.stderr):
        reconfigure: Any = getattr(stream, "reconfigure", None)
        if reconfigure is not None:
            reconfigure(errors="nnbook-ascii")


def error(line: str) -> None:
    """One line on stderr."""
    print(f"nnbook: {' '.join(line.split())}", file=sys.stderr, flush=True)


@functools.cache
def _console_for(stream: Any) -> Console:
    from rich.console import Console

    return Console(file=stream, highlight=False, soft_wrap=False)


def console() -> Console:
    """The console on stdout."""
    return _console_for(sys.stdout)


def progress_console() -> Console:
    """The console on stderr, for bars: stdout holds results alone."""
    return _console_for(sys.stderr)


def width() -> int:
    """How wide running text may be."""
    return max(40, min(console().width, 100))


def plain(text: str = "", style: str = "") -> None:
    """A line as it is: no markup, no wrapping."""
    console().print(text, style=style or None, markup=False, highlight=False, soft_wrap=True)
