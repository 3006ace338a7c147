"""Options that several commands take, in the same words, and how the numbers and names that they take are read."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Annotated, Any, Final, Literal

import typer

from wellbeva.errors import refusal

_SHARD: Final = re.compile(r"(\d{1,9})/(\d{1,9})", re.ASCII)
_SHARE: Final = re.compile(r"\d{1,9}(?:\.\d{1,9})?", re.ASCII)
_COUNT: Final = re.compile(r"\d{1,3}(?:,\d{3})+|-?\d+(?:_\d+)*|\d+(?:\.\d+)?[eE]\+?\d{1,2}")


def read_count(text: str) -> int:
    """Read a whole number as people write it.

    Raises
    ------
    typer.BadParameter
        If it is not one.

    Examples
    --------
    >>> read_count("1e6"), read_count("1,000,000"), read_count("1_000_000"), read_count("2.5e3")
    (1000000, 1000000, 1000000, 2500)
    """
    text = str(text)  # the number that is taken where none is given comes here too
    number = float(text.replace(",", "").replace("_", "")) if _COUNT.fullmatch(text) else 0.5
    if not number.is_integer():
        raise typer.BadParameter(f"{text!r} is not a whole number, such as 20000, 1e6 or 1,000,000")
    return int(number)


def read_share(text: str) -> float:
    """Read a share as people write it.

    Raises
    ------
    typer.BadParameter
        If it is not one.

    Examples
    --------
    >>> read_share("80%"), read_share("0.8")
    (0.8, 0.8)
    """
    number, percent, rest = str(text).partition("%")
    if rest or not _SHARE.fullmatch(number):
        raise typer.BadParameter(f"{text!r} is not a share, such as 80% or 0.8")
    return float(number) / (100.0 if percent else 1.0)


def read_shard(text: str) -> tuple[int, int]:
    """Read which of how many shards is meant.

    Raises
    ------
    WellbevaError
        ``WB-R306`` if it is not written so.

    Examples
    --------
    >>> read_shard("3/64")
    (3, 64)
    """
    match = _SHARD.fullmatch(text)
    if match is None:
        remedy = "write which of how many: --shard 3/64"
        raise refusal("WB-R306", f"{text!r} is not a shard", remedy)
    return int(match[1]), int(match[2])


def complete_scenario(incomplete: str) -> Iterator[str]:
    """Complete the name of a scenario or a model: folders, and YAML files."""
    head = incomplete[: incomplete.rfind("/") + 1]
    folder = Path(head).expanduser()
    for place in sorted(folder.iterdir()) if folder.is_dir() else ():
        if place.name.startswith(incomplete[len(head) :]) and (place.is_dir() or place.suffix in {".yaml", ".yml"}):
            yield f"{head}{place.name}{'/' * place.is_dir()}"


def complete_model(incomplete: str) -> Iterator[str]:
    """Complete the name of a model that comes with wellbeva, or of a file."""
    from wellbeva.scenario.model.loader import model_titles

    yield from (file.stem for file in model_titles(Path("models")) if file.stem.startswith(incomplete))
    yield from complete_scenario(incomplete)


def option(words: str, *names: str, metavar: str | None = None) -> Any:
    """Return an option of which nothing is said but its words: what is taken without it they say themselves.

    Parameters
    ----------
    words : str
    *names : str
        If they are not those of the argument.
    metavar : str, optional
    """
    return typer.Option(*names, help=words, metavar=metavar, show_default=False)


def count(words: str) -> Any:
    """Return an option that takes a whole number as people write it: `read_count`.

    Parameters
    ----------
    words : str
    """
    return typer.Option(help=words, parser=read_count, metavar="NUMBER")


def argument(words: str, metavar: str | None = None, *, complete: Callable[[str], Iterator[str]] | None = None) -> Any:
    """Return an argument of which nothing is said but its words, as `option` does.

    Parameters
    ----------
    words : str
    metavar : str, optional
    complete : callable of str to iterator of str, optional
        Completes a word in the shell.
    """
    return typer.Argument(help=words, metavar=metavar, show_default=False, autocompletion=complete)


JsonOption = Annotated[bool, typer.Option("--json", help="Print one JSON document, errors included.")]
QuietOption = Annotated[bool, typer.Option("--quiet", "-q", help="Print nothing but errors.")]
ScenarioArgument = Annotated[Path, argument("The scenario file.", "SCENARIO", complete=complete_scenario)]
SeedOption = Annotated[int, typer.Option(help="The same seed gives the same draws.")]
DesignOption = Annotated[
    Literal["sobol", "random", "latin"],
    typer.Option(help="How draws are spread: quasi-random, random, or a Latin hypercube."),
]
OnOption = Annotated[
    str,
    option(
        "Who computes: `dask` for workers on this machine, or a scheduler of Dask, as tcp://HOST:8786.", metavar="WHERE"
    ),
]
VariantOption = Annotated[str, typer.Option(help="A variant that the scenario names.")]
SetOption = Annotated[list[str] | None, option("Use another value; may be repeated.", "--set", metavar="PATH=VALUE")]
LeaveOutOption = Annotated[
    bool,
    typer.Option(
        "--allow-nonfinite",
        help="Leave out, and count, draws with a number that is not finite or an input outside its bounds.",
    ),
]
PrecisionOption = Annotated[
    str,
    option(
        "Draw until these standard errors are met, as nb=0.1%,evpi=1%: shares of each number, or amounts in its "
        "unit; 1% alone is of all that the decision rests on.",
        metavar="NAME=ERROR,…",
    ),
]
