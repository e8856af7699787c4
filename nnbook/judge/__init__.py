"""A submission's verdict: the from-scratch rule, parity with torch, and the name of the mistake."""

from nnbook.judge.answers import Answer, Answers, BadFile, from_cells, read_answers
from nnbook.judge.process import Outcome
from nnbook.judge.report import Diagnosis, Report
from nnbook.judge.verdict import conclude, first_look, judge_answers, judge_object, judge_source, run_answer, warm

__all__ = [
    "Answer", "Answers", "BadFile", "Diagnosis", "Outcome", "Report", "conclude", "first_look", "from_cells",
    "judge_answers", "judge_object", "judge_source", "read_answers", "run_answer", "warm",
]  # fmt: skip
