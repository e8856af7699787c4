"""Many submissions: collect them, have their answers observed in processes of their own, compare, write it all down."""

from nnbook.grader.collect import GradeError, Submission, collect
from nnbook.grader.grade import Summary, grade

__all__ = ["GradeError", "Submission", "Summary", "collect", "grade"]
