"""The one kind of error of this layer."""


class CourseError(Exception):
    """Something that the user can put right: `str()` is one line that says what, where and what to do."""
