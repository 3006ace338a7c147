"""Sizes that the compiler holds a plan to, and that an engine may rely on."""

from __future__ import annotations

from typing import Final

MOST_CELLS: Final = 1_000_000
"""Cells of any one number in one draw. A block holds at least 512 draws of 8 bytes, so a million uncertain cells would
take 4 GB; certain ones are held once."""
MOST_TOGETHER: Final = 12
"""Inputs that are known together: of more, pairs alone have thousands of coefficients."""
USUAL: Final = 16_384
"""Draws of a run that asks for no other number."""
