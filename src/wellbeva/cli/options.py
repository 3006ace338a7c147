"""Options that several commands take, in the same words."""

from __future__ import annotations

from typing import Annotated

import typer

JsonOption = Annotated[bool, typer.Option("--json", help="Print JSON.")]
LeaveOutOption = Annotated[
    bool,
    typer.Option(
        "--allow-nonfinite",
        help="Leave out, and count, draws with a number that is not finite or an input outside its bounds.",
    ),
]
