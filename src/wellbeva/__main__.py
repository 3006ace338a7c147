"""``python -m wellbeva`` does what ``wellbeva`` does."""

from __future__ import annotations

from wellbeva.cli.main import entry

if __name__ == "__main__":
    entry()
