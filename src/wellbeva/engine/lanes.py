"""The sizes on which every engine lays out its draws, and the largest number that can be summed up."""

from __future__ import annotations

from typing import Final

LANE: Final = 512
"""Draws in a leaf of the tree; a block is a multiple of it."""
CHUNK: Final = 2**16
"""Draws of one randomisation that one worker reduces before anything is handed on."""
LARGEST: Final = 2.0**400
"""A number this far from 0, some 1e120, is not usable: its square, added up over all draws, would be infinite."""
