"""The course: its catalogue, a learner's workspace and progress, and the building of its notebooks.

Nothing here needs torch; a module is loaded when it is used.
"""

from nnbook.course.catalogue import CHECKOUT, Lesson, content_root, find_lesson, in_checkout, lessons
from nnbook.course.errors import CourseError

__all__ = ["CHECKOUT", "CourseError", "Lesson", "content_root", "find_lesson", "in_checkout", "lessons"]
