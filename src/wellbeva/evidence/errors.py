"""The only exception of this stage."""

from __future__ import annotations

from wellbeva.errors import PlacelessError


class EvidenceError(PlacelessError):
    """Studies, a survey or a table do not bear the number that is asked of them."""
