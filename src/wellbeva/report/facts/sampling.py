"""How the draws of a run were made, and what its standard errors are, in words."""

from __future__ import annotations

from wellbeva.engine.reductions.replicates import SUPPLIED
from wellbeva.report.text import numbers

DESIGNS = {
    "sobol": "quasi-random (scrambled Sobol points)",
    "random": "random, each draw independent",
    "latin": "Latin hypercube",
}


def design_words(design: str, draws: int, file: str = "") -> str:
    """Name a design: ``Latin hypercube``, or the supplied draws.

    Parameters
    ----------
    design : str
        As the engine's result has it.
    draws : int
    file : str
        Of supplied draws, where it is known.

    Examples
    --------
    >>> design_words("latin", 8192), design_words("supplied", 777, "draws.csv")
    ('Latin hypercube', 'supplied draws: the 777 rows of draws.csv, each used once and in order')
    """
    if design == SUPPLIED:
        of = f" of {file}" if file else ""
        return f"supplied draws: the {numbers.count(draws)} rows{of}, each used once and in order"
    return DESIGNS.get(design, design)


def error_words(design: str, draws: int, randomisations: int) -> str:
    """Say what kind of standard error a run has (R44).

    Parameters
    ----------
    design : str
    draws, randomisations : int
    """
    if design == SUPPLIED:
        return f"those of {numbers.count(draws)} independent draws" if draws > 1 else "none: there is one draw"
    return f"from how far the averages of {randomisations} independent randomisations lie apart"


def sentences(design: str, draws: int, randomisations: int, left_out: int = 0, outside: int = 0) -> tuple[str, ...]:
    """Say both in a sentence each, and a third where draws are left out.

    Parameters
    ----------
    design : str
    draws, randomisations : int
    left_out : int
        How many of the draws count nowhere.
    outside : int
        How many of these because an input is outside its bounds.

    Examples
    --------
    >>> sentences("latin", 8192, 16)[0]
    '8,192 draws; design: Latin hypercube.'
    >>> sentences("supplied", 777, 1)[1]
    'Standard errors are those of 777 independent draws.'
    """
    made, error = design_words(design, draws), error_words(design, draws - left_out, randomisations)
    less = (numbers.left_out(left_out, draws, "draw", outside),) if left_out else ()
    if design == SUPPLIED:
        return f"{numbers.capital(made)}.", f"Standard errors are {error}.", *less
    return f"{numbers.count(draws)} draws; design: {made}.", f"Standard errors come {error}.", *less


def repeat_words(design: str, draws: int, seed: object, *, left_out: int = 0, fast: bool = False) -> str:
    """Write the options of ``wellbeva run`` that give the same again; supplied draws need none to be drawn.

    Parameters
    ----------
    design : str
    draws : int
    seed : object
        None where it is not known.
    left_out : int
        Draws that the run left out.
    fast : bool
        Whether compiled code rounded less often.

    Examples
    --------
    >>> repeat_words("latin", 8192, 3), repeat_words("supplied", 777, 1)
    (' --draws 8192 --seed 3 --design latin', '')
    >>> repeat_words("supplied", 777, 1, left_out=2, fast=True)
    ' --allow-nonfinite --engine compiled --fast'
    """
    said = ""
    if design != SUPPLIED:
        said += f" --draws {draws}"
        said += "" if seed is None else f" --seed {seed}"
        said += f" --design {design}" if design in ("random", "latin") else ""
    said += " --allow-nonfinite" if left_out else ""
    return said + (" --engine compiled --fast" if fast else "")
