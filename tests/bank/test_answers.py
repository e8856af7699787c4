"""Answers that are not in the bank: differently written right ones pass, wrong ones do not.

tests/answers/<Exercise>/right_*.py and wrong_*.py; the first line of a wrong one says what is wrong with it.
"""

from pathlib import Path

import pytest

from nnbook import bank
from nnbook.judge import judge_source, verdict

pytestmark = pytest.mark.slow
ROOT = Path(__file__).parent.parent / "answers"
ANSWERS = sorted(ROOT.glob("*/*.py"))


def _ids(path: Path) -> str:
    return f"{path.parent.name}-{path.stem}"


@pytest.mark.parametrize("path", [p for p in ANSWERS if p.name.startswith("right_")], ids=_ids)
def test_right_answers_pass(path, seeds):
    for seed in seeds:
        report = judge_source(bank.find(path.parent.name), path.read_text(encoding="utf-8"), seed=seed)
        assert report.passed, f"seed {seed}: {report.text()}"


@pytest.mark.parametrize("path", [p for p in ANSWERS if p.name.startswith("wrong_")], ids=_ids)
def test_wrong_answers_fail(path, seeds, monkeypatch):
    source = path.read_text(encoding="utf-8")
    assert source.startswith("#"), "the first line says what is wrong"
    # A name for the mistake is not asked for here.
    monkeypatch.setattr(verdict, "diagnose", lambda *args, **kwargs: None)
    for seed in seeds:
        report = judge_source(bank.find(path.parent.name), source, seed=seed)
        # by its behaviour: a wrong answer that breaks the from-scratch rule as well would prove nothing about the spec
        assert report.status in ("failed", "timeout", "error", "memory"), f"seed {seed}: {report.text()}"


def test_every_answer_is_one_or_the_other():
    assert ANSWERS
    assert [p for p in ANSWERS if not p.name.startswith(("right_", "wrong_"))] == []
