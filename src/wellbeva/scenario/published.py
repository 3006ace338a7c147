"""Lines of ``published``: outputs a source prints, to be checked by `wellbeva test` (FORMAT section 9)."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import cast

from wellbeva.core.spans import Located
from wellbeva.errors import Collector, near_miss
from wellbeva.scenario.spec import OverDraws, Published
from wellbeva.scenario.text.identifiers import NAME, PATH
from wellbeva.scenario.text.paths import DottedPath
from wellbeva.scenario.value import Amount
from wellbeva.scenario.values.amounts import TextError, check_length, noted, read_amount
from wellbeva.scenario.values.labels import ValueScope, resolve_path

_QUANTILE = re.compile(r"\s(?P<q>\S+)\s+quantile of draws$")
_SHARE = re.compile(r"\sshare of draws above\s+(?P<above>.+)$")
_PLAIN = re.compile(r"\s(on average|sd of draws|draw by draw)$")
_PATH = re.compile(r"(?P<path>\S+)(?P<rest>.*)$")
_VARIANT = re.compile(r"\s+in\s+(?P<variant>\S+)")
_AT = re.compile(r"\s+at\s+(?P<at>\S+)")
_STATUS = re.compile(r"[a-z]+(?: [a-z]+)+")
HEADS = ("decision", "break_even")


def read_published(
    line: Located, *, world: ValueScope, variants: Iterable[str], collector: Collector
) -> Published | None:
    """Read one line; None after an error.

    Parameters
    ----------
    line : Located
        ``PATH [in VARIANT] [at AMOUNT] [over what] = VALUE [within TOLERANCE]``.
    world : ValueScope
    variants : iterable of str
    collector : Collector
    """
    return noted(lambda text: _line(text, world, tuple(variants), collector), line, collector)


def _line(line: Located, world: ValueScope, variants: tuple[str, ...], collector: Collector) -> Published | None:
    check_length(line)
    raw = line.text
    equals = raw.find("=")
    if equals < 0 or raw.find("=", equals + 1) >= 0:
        remedy = "write 'path = value within tolerance'"
        raise TextError("WB-S110", "a published line has one '='", line.span(), remedy=remedy)
    left = raw[:equals].rstrip()
    over, argument, left = _over(line, left)
    head = _PATH.match(left.lstrip())
    begin = len(left) - len(left.lstrip())
    if head is None or PATH.fullmatch(head["path"]) is None:
        remedy = "write it like 'bcr.central = 3.10 within 0.005'"
        raise TextError("WB-S111", "a published line begins with a dotted path", line.span(0, equals), remedy=remedy)
    asked, rest, at_rest = raw[:equals].strip(), head["rest"], begin + head.start("rest")
    path = DottedPath.read(line.part(begin, begin + head.end("path")))
    known = (*world.model.equations, *world.model.parameters, *HEADS)
    if path.name not in known:
        message = f"the model {world.model.name!r} has no output {path.name!r}"
        remedy = near_miss(path.name, known) or "name an equation, or begin with decision or break_even"
        raise TextError("WB-S118", message, line.span(begin, begin + len(path.name)), remedy=remedy)
    variant, at = "", None
    while rest.strip():
        in_variant, at_amount = _VARIANT.match(rest), _AT.match(rest)
        if in_variant and not variant:
            variant = in_variant["variant"]
            if variant not in variants:
                start = at_rest + in_variant.start("variant")
                place = line.span(start, start + len(variant))
                remedy = near_miss(variant, variants) or "add it under 'variants'"
                raise TextError("WB-S112", f"there is no variant {variant!r}", place, remedy=remedy)
            step = in_variant.end()
        elif at_amount and at is None:
            at = read_amount(line.part(at_rest + at_amount.start("at"), at_rest + at_amount.end("at"))).amount
            step = at_amount.end()
        else:
            remedy = (
                "after the path come 'in VARIANT', 'at £20000', then 'on average', 'sd of draws', "
                "'5% quantile of draws', 'share of draws above £0' or 'draw by draw'"
            )
            place = line.span(at_rest, equals)
            raise TextError("WB-S113", f"{rest.strip()[:40]!r} cannot be read", place, remedy=remedy)
        rest, at_rest = rest[step:], at_rest + step
    right = line.part(equals + 1)
    if over == "draw by draw":
        other, within = _other(right, world, collector)
        return Published(asked, path, variant, at, over, None, None, "", within, line, other) if other else None
    value, label, within = _right(right, words=path.name == "decision" and path.labels[:1] == ("status",))
    return Published(asked, path, variant, at, over, argument, value, label, within, line)


def _over(line: Located, left: str) -> tuple[OverDraws, Amount | None, str]:
    plain, quantile, share = _PLAIN.search(left), _QUANTILE.search(left), _SHARE.search(left)
    if plain:
        return cast("OverDraws", plain[1]), None, left[: plain.start()]
    if quantile:
        q = read_amount(line.part(*quantile.span("q"))).amount
        if not 0 < q.number < 1 or q.unit or q.currency:
            place, remedy = line.span(*quantile.span("q")), "write it like '5% quantile of draws'"
            raise TextError("WB-S114", "a quantile lies between 0% and 100%", place, remedy=remedy)
        return "quantile", q, left[: quantile.start()]
    if share:
        return "share", read_amount(line.part(*share.span("above"))).amount, left[: share.start()]
    return "", None, left


def _at_within(right: Located) -> tuple[Located, Located | None]:
    """Split what stands after the ``=`` before the word ``within``; None where there is none."""
    cut = right.text.find(" within ")
    return (right, None) if cut < 0 else (right.part(0, cut), right.part(cut))


def _tolerance(within: Located | None, before: Located, remedy: str) -> Amount:
    if within is None:
        raise TextError("WB-S116", "a published number needs its tolerance", before.span(), remedy=remedy)
    return read_amount(within.part(len(" within "))).amount


def _right(right: Located, *, words: bool) -> tuple[Amount | None, str, Amount | None]:
    """Read what stands after the ``=``: a number with its tolerance, or a label; a status may have several words."""
    written, tolerance = _at_within(right)
    word = written.text.strip()
    if NAME.fullmatch(word) or (words and _STATUS.fullmatch(word)):
        if tolerance is not None:
            raise TextError("WB-S115", "a label has no tolerance", tolerance.span(), remedy="leave 'within' out")
        return None, word, None
    value = read_amount(written).amount
    example = "add 'within' and half a unit of the last digit printed, as in '3.10 within 0.005'"
    within = _tolerance(tolerance, written.part(0, len(written.text.rstrip())), example)
    if within.number < 0 or within.percent != value.percent or within.currency not in {"", value.currency}:
        facts = f"number {word}", f"tolerance {right.text.partition(' within ')[2].strip()}"
        place = right.span(len(written.text))
        remedy = "give it in the unit of the number, and not below zero"
        raise TextError("WB-S117", "the tolerance does not suit the number", place, *facts, remedy=remedy)
    return value, "", within


def _other(right: Located, world: ValueScope, collector: Collector) -> tuple[DottedPath | None, Amount | None]:
    """Read what stands after the ``=`` of a line that is judged draw by draw: a parameter's path and a tolerance."""
    written, tolerance = _at_within(right)
    name = written.stripped()
    path = DottedPath.read(name)
    if PATH.fullmatch(name.text) is None or path.name in world.model.equations:
        message = "after 'draw by draw' stands the path of a parameter"
        remedy = "write it like 'cost.visits draw by draw = cost_printed.visits within £1'"
        raise TextError("WB-S180", message, name.span(), remedy=remedy)
    if tolerance is not None and resolve_path(name, world, collector=collector) is None:
        return None, None
    within = _tolerance(tolerance, name, "add 'within' and the widest gap that rounding allows")
    if within.number < 0:
        place = right.span(len(written.text))
        raise TextError("WB-S117", "the tolerance is below zero", place, remedy="give the widest gap allowed")
    return path, within
