"""What each uncertain input is drawn from, in words and small figures (``wellbeva explain --plot``)."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import PurePath

from markupsafe import Markup

from wellbeva.distributions import moments, quantile
from wellbeva.distributions.families import FAMILIES
from wellbeva.distributions.spec import Distribution
from wellbeva.plan.record import CompiledScenario, Input, Record
from wellbeva.plot.distributions import Panel, Tick, panel_svg, sheet_svg, to_png
from wellbeva.plot.point_masses import atoms
from wellbeva.report.facts.input_source import covering_of
from wellbeva.report.facts.names import axis_word
from wellbeva.report.page.annex.inputs import sources_of
from wellbeva.report.page.templates import fill
from wellbeva.report.text import numbers
from wellbeva.report.text.distributions import printed, trimmed, used

FEW = 4
"""Values that a title lists one by one."""
MOST_TICKS = 20
"""Printed numbers that are all marked; of more, the ends and the centre."""
UNITS = ("LS", "SD", "QALY", "DALY", "WELLBY")
_TOKEN = re.compile(r"[A-Z]{2,}")
_NUMBER = re.compile(r"\d[\d,]*(?:\.\d+)?")


@dataclass(frozen=True, slots=True)
class Drawn:
    """One input on the page.

    Parameters
    ----------
    panel : Panel
    key, path, title, written, under, mean, nine, fitted, source : str
    """

    panel: Panel
    path: str
    written: str
    under: str
    mean: str
    nine: str
    fitted: str
    source: str

    @property
    def key(self) -> str:
        """Prefix of ids on the page."""
        return self.panel.key

    @property
    def title(self) -> str:
        """The finding."""
        return self.panel.title

    @property
    def svg(self) -> Markup:
        """The figure."""
        return Markup(panel_svg(self.panel))  # noqa: S704 - built and escaped by us


@dataclass(frozen=True, slots=True)
class Sheet:
    """The page: what is drawn, for all inputs or those of one name."""

    title: str
    file: str
    answer: str
    lead: str
    panels: tuple[Drawn, ...]


def build_sheet(compiled: CompiledScenario, wanted: frozenset[str] | None = None) -> Sheet:
    """Gather every uncertain input, in the order of the plan.

    Parameters
    ----------
    compiled : CompiledScenario
    wanted : frozenset of str or None
        Parameters that are shown; None for all.
    """
    record = compiled.record
    currency = compiled.plan.currency
    drawn = [given_input for given_input in record.inputs if given_input.distribution]
    # What is the same as another is drawn once.
    inputs = {one.original.path: one.original for one in drawn if wanted is None or one.parameter in wanted}.values()
    panels = tuple(_drawn(given_input, index, record, currency) for index, given_input in enumerate(inputs))
    fixed = sum(
        not given_input.distribution
        for given_input in record.inputs
        if wanted is None or given_input.parameter in wanted
    )
    if panels:
        answer = _answer(len(panels), len({one.original.path for one in drawn}), part=wanted is not None)
        others = numbers.capital(numbers.counted(fixed, "other number is", "other numbers are"))
        same = f"{others} the same in every future. " if fixed else ""
        lead = f"{same}The numbers that the source prints stand on each figure."
    else:
        answer, lead = "Nothing is drawn.", "Every input that was asked for is the same in every future."
    return Sheet(record.scenario.title, PurePath(record.scenario.file).name, answer, lead, panels)


def _answer(shown: int, drawn: int, *, part: bool) -> str:
    """Say how many inputs are shown, and of how many."""
    if part and shown < drawn:
        return f"{numbers.capital(numbers.word_for(shown))} of {numbers.counted(drawn, 'drawn input', 'drawn inputs')}."
    return f"{numbers.capital(numbers.counted(shown, 'input is', 'inputs are'))} drawn."


def sheet_html(sheet: Sheet) -> str:
    """Write the page, one self-contained document."""
    return fill("inputs.html.j2", page=sheet)


def sheet_picture(sheet: Sheet) -> str:
    """Write all figures as one SVG."""
    title = f"{sheet.title}: {sheet.answer[:1].lower()}{sheet.answer[1:]}"
    return sheet_svg(
        [panel.panel for panel in sheet.panels], title=title, desc=" ".join(panel.title for panel in sheet.panels)
    )


def sheet_png(sheet: Sheet) -> bytes:
    """Write all figures as one PNG."""
    return to_png(sheet_picture(sheet))


def _drawn(one: Input, index: int, record: Record, currency: str) -> Drawn:
    distribution = one.distribution
    if distribution is None:
        raise AssertionError("only what is drawn has a figure")
    low, high = (float(x) for x in quantile.nine_in_ten(distribution))
    ends = trimmed(low, one.unit, currency, 2), trimmed(high, one.unit, currency, 2)
    nine = numbers.span(*ends)
    ticks = _ticks(one, currency)
    source = sources_of(record, one.cites, covering_of(one.value, one.layer, record))
    fitted = used(distribution, one.fitted, one.unit, currency)
    written = printed(one.value, one.written, distribution, one.unit, currency)
    mean = trimmed(moments.mean(distribution), one.unit, currency, 3)
    title = _title(one, record, currency, ends)
    marked = f" Printed and marked: {'; '.join(tick.text for tick in ticks)}." if ticks else ""
    panel = Panel(
        key=f"d{index}",
        title=title,
        desc=f"Density of {one.path}: average {mean}, 9 of 10 futures from {nine}. Drawn from {fitted}.{marked}",
        distribution=distribution,
        ticks=ticks,
        inside=one.interval,
    )
    under = [numbers.capital(one.doc), f"source: {source}"]
    if one.evidence and one.evidence not in source:
        under.append(one.evidence)
    return Drawn(panel, one.path, written, "; ".join(filter(None, under)), mean, nine, fitted, source)


def _title(one: Input, record: Record, currency: str, ends: tuple[str, str]) -> str:
    """Say in words what the figure shows: ``Effect of Weekly visits: 9 of 10 futures between 0.1 and 0.5 points``."""
    name = name_in_words(one.parameter, one.unit)
    places = [axis_word(record, selector.axis, selector.words) for selector in one.selectors if not selector.rest]
    subject = f"{name}, {', '.join(places)}" if places else name
    distribution = one.distribution
    found = atoms(distribution) if distribution else {}
    if found and sum(found.values()) > 1 - 1e-9:
        texts = [trimmed(at, one.unit, currency, 2) for at in found]
        if len(texts) == 1:
            return f"{subject}: always {texts[0]}"
        if len(texts) <= FEW:
            return f"{subject}: {', '.join(texts[:-1])} or {texts[-1]}"
        return f"{subject}: one of {len(texts)} values from {texts[0]} to {texts[-1]}"
    atom = max(found, key=lambda at: found[at], default=None)
    tail = ""
    if atom is not None:
        tenths = max(1, round(10 * found[atom]))
        tail = f"; exactly {trimmed(atom, one.unit, currency, 2)} in about {tenths} of 10"
    return f"{subject}: 9 of 10 futures between {' and '.join(ends)}{tail}"


def name_in_words(name: str, unit: str = "") -> str:
    """Write a parameter's name as words; units keep their capitals.

    Parameters
    ----------
    name : str
    unit : str
        The parameter's own, whose capitals are kept beside those of the known units.

    Examples
    --------
    >>> name_in_words("ls_per_point"), name_in_words("points_per_sd"), name_in_words("take_up")
    ('LS per point', 'Points per SD', 'Take up')
    """
    known = {token.lower(): token for token in (*UNITS, *_TOKEN.findall(unit))}
    return numbers.capital(" ".join(known.get(word, word) for word in name.split("_")))


def _as_printed(text: str, written: str) -> str:
    """Give a number back the zeros that it is written with.

    Examples
    --------
    >>> _as_printed("0.1 points", "0.30 (0.10 to 0.50)"), _as_printed("£1", "£1.00"), _as_printed("10%", "0.10")
    ('0.10 points', '£1.00', '10%')
    """
    found = _NUMBER.search(text)
    if found is None:
        return text
    for one in _NUMBER.finditer(written):
        number = one[0]
        if "." in number and number != found[0] and number.rstrip("0").rstrip(".") == found[0]:
            return text[: found.start()] + number + text[found.end() :]
    return text


def _ticks(one: Input, currency: str) -> tuple[Tick, ...]:
    """Return the numbers that the source prints, in the parameter's unit, each once."""
    found: dict[float, Tick] = {}
    for at, word, centre in _few(list(_printed(one))):
        text = _as_printed(trimmed(at, one.unit, currency, 3), one.written)
        found.setdefault(at, Tick(at, f"{word} {text}".strip(), centre))
    return tuple(found.values())


def _few(printed: Sequence[tuple[float, str, bool]]) -> Sequence[tuple[float, str, bool]]:
    """Keep all printed numbers, or of very many the ends and the centre."""
    if len(printed) <= MOST_TICKS:
        return printed
    ordered = sorted(printed, key=lambda tick: tick[0])
    centre = [tick for tick in ordered if tick[2]][:1]
    return [ordered[0], *(centre or [ordered[len(ordered) // 2]]), ordered[-1]]


_RANGE = {"min": "", "mode": "most likely", "max": ""}
"""Arguments of a law that a file prints as they are, and a word before them."""


def _printed(one: Input) -> Iterator[tuple[float, str, bool]]:
    """Yield printed numbers: where, a word before them, and whether they are a centre."""
    distribution = one.distribution
    if distribution is None or distribution.family in ("empirical", "point", "mixture"):
        return
    args, names = distribution.args, FAMILIES[distribution.family].arguments
    for end in one.interval or ():
        yield end, "", False
    if distribution.family == "quantiles":
        for chance, at in zip(args[::2], args[1::2], strict=True):
            yield at, f"{100 * chance:g}%:", chance == 0.5
    elif names and _RANGE.keys() >= set(names):
        for name, x in zip(names, args, strict=True):
            yield x, _RANGE[name], name == "mode"
    else:
        yield from _centre(one, distribution)


def _centre(one: Input, distribution: Distribution) -> Iterator[tuple[float, str, bool]]:
    """Yield the printed centre, and of a normal with its error one error to either side."""
    value = one.value
    if value.form == "family" and "median" in value.amounts:
        yield float(quantile.ppf(distribution, 0.5)), "median", True
    elif value.form == "count":
        yield one.base, " of ".join(f"{float(value.amounts[name].number):g}" for name in ("events", "n")) + " =", True
    elif value.base is None:
        # Truncation moves the average; what was printed is the one before.
        yield distribution.args[0] if distribution.family == "normal" else one.base, "mean", True
    if value.form in ("se", "sd") and distribution.family == "normal":
        centre, spread = distribution.args
        yield centre - spread, f"{numbers.MINUS}1 {value.form}:", False
        yield centre + spread, f"+1 {value.form}:", False
