"""The only exception of this stage."""

from __future__ import annotations


class EvidenceError(Exception):
    """Studies, a survey or a table do not bear the number that is asked of them.

    Parameters
    ----------
    message : str
        One sentence without a full stop.
    facts : tuple of str
        The facts that disagree.
    remedy : str
        What to do.
    """

    def __init__(self, message: str, facts: tuple[str, ...], remedy: str) -> None:
        self.message = message
        self.facts = facts
        self.remedy = remedy
        super().__init__(f"{message}: {'; '.join(facts)}. {remedy}" if facts else f"{message}. {remedy}")
