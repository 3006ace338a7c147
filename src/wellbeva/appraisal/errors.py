"""The error of an appraisal rule, with the parts of a diagnostic."""

from __future__ import annotations


class AppraisalError(ValueError):
    """A rule does not have the number asked for.

    Parameters
    ----------
    message : str
        One sentence without a full stop.
    facts : tuple of str
        The request, and the numbers that there are.
    remedy : str
        What to do, naming the override.
    """

    def __init__(self, message: str, *, facts: tuple[str, ...], remedy: str) -> None:
        super().__init__(message)
        self.message = message
        self.facts = facts
        self.remedy = remedy
