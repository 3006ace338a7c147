"""Lines of ``published``: outputs a source prints, to be checked by `wellbeva test` (FORMAT section 9)."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Literal

from wellbeva.core.spans import Located
from wellbeva.errors import Collector, near_miss
from wellbeva.scenario.spec import Model, Published
from wellbeva.scenario.text.identifiers import NAME, PATH
from wellbeva.scenario.text.paths import DottedPath
from wellbeva.scenario.value import Amount
from wellbeva.scenario.values.amounts import TextError, check_length, read_amount
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
    try:
        return _line(line, world, tuple(variants), collector)
    except TextError as error:
        error.note(line, collector)
        return None


def _line(line: Located, world: ValueScope, variants: tuple[str, ...], collector: Collector) -> Published | None:
    check_length(line)
    raw = line.text
    equals = raw.find("=")
    if equals < 0 or raw.find("=", equals + 1) >= 0:
        raise TextError(
            "WB-S110", "a published line has one '='", 0, len(raw), remedy="write 'path = value within tolerance'"
        )
    left = raw[:equals].rstrip()
    over, argument, left = _over(line, left)
    head = _PATH.match(left.lstrip())
    begin = len(left) - len(left.lstrip())
    if head is None or PATH.fullmatch(head["path"]) is None:
        raise TextError(
            "WB-S111",
            "a published line begins with a dotted path",
            0,
            max(1, equals),
            remedy="write it like 'bcr.central = 3.10 within 0.005'",
        )
    asked, rest, at_rest = raw[:equals].strip(), head["rest"], begin + head.start("rest")
    path = DottedPath.read(line.part(begin, begin + head.end("path")))
    _check_head(path.name, begin, world.model)
    variant, at = "", None
    while rest.strip():
        in_variant, at_amount = _VARIANT.match(rest), _AT.match(rest)
        if in_variant and not variant:
            variant = in_variant["variant"]
            if variant not in variants:
                start = at_rest + in_variant.start("variant")
                raise TextError(
                    "WB-S112",
                    f"there is no variant {variant!r}",
                    start,
                    start + len(variant),
                    remedy=near_miss(variant, variants) or "add it under 'variants'",
                )
            step = in_variant.end()
        elif at_amount and at is None:
            at = read_amount(line, at_rest + at_amount.start("at"), at_rest + at_amount.end("at")).amount
            step = at_amount.end()
        else:
            raise TextError(
                "WB-S113",
                f"{rest.strip()[:40]!r} cannot be read",
                at_rest,
                equals,
                remedy="after the path come 'in VARIANT', 'at £20000', then 'on average', 'sd of draws', "
                "'5% quantile of draws', 'share of draws above £0' or 'draw by draw'",
            )
        rest, at_rest = rest[step:], at_rest + step
    if over == "draw by draw":
        other, within = _other(line, equals + 1, world, collector)
        return Published(asked, path, variant, at, over, None, None, "", within, line, other) if other else None
    value, label, within = _right(line, equals + 1, words=path.name == "decision" and path.labels[:1] == ("status",))
    return Published(asked, path, variant, at, over, argument, value, label, within, line)


_Over = Literal["", "on average", "sd of draws", "quantile", "share", "draw by draw"]
_WORDS: dict[str, _Over] = {
    "on average": "on average",
    "sd of draws": "sd of draws",
    "draw by draw": "draw by draw",
}


def _over(line: Located, left: str) -> tuple[_Over, Amount | None, str]:
    plain, quantile, share = _PLAIN.search(left), _QUANTILE.search(left), _SHARE.search(left)
    if plain:
        return _WORDS[plain[1]], None, left[: plain.start()]
    if quantile:
        q = read_amount(line, quantile.start("q"), quantile.end("q")).amount
        if not 0 < q.number < 1 or q.unit or q.currency:
            raise TextError(
                "WB-S114",
                "a quantile lies between 0% and 100%",
                quantile.start("q"),
                quantile.end("q"),
                remedy="write it like '5% quantile of draws'",
            )
        return "quantile", q, left[: quantile.start()]
    if share:
        return "share", read_amount(line, share.start("above"), share.end("above")).amount, left[: share.start()]
    return "", None, left


def _right(line: Located, start: int, *, words: bool) -> tuple[Amount | None, str, Amount | None]:
    """Read what stands after the ``=``: a number with its tolerance, or a label; a status may have several words."""
    raw = line.text
    cut = raw.find(" within ", start)
    end = cut if cut >= 0 else len(raw)
    word = raw[start:end].strip()
    if NAME.fullmatch(word) or (words and _STATUS.fullmatch(word)):
        if cut >= 0:
            raise TextError("WB-S115", "a label has no tolerance", cut, len(raw), remedy="leave 'within' out")
        return None, word, None
    value = read_amount(line, start, end).amount
    if cut < 0:
        raise TextError(
            "WB-S116",
            "a published number needs its tolerance",
            start,
            len(raw.rstrip()),
            remedy="add 'within' and half a unit of the last digit printed, as in '3.10 within 0.005'",
        )
    within = read_amount(line, cut + len(" within "), len(raw)).amount
    if within.number < 0 or within.percent != value.percent or within.currency not in {"", value.currency}:
        raise TextError(
            "WB-S117",
            "the tolerance does not suit the number",
            cut,
            len(raw),
            facts=(f"number {word}", f"tolerance {raw[cut + 8 :].strip()}"),
            remedy="give it in the unit of the number, and not below zero",
        )
    return value, "", within


def _other(
    line: Located, start: int, world: ValueScope, collector: Collector
) -> tuple[DottedPath | None, Amount | None]:
    """Read what stands after the ``=`` of a line that is judged draw by draw: a parameter's path and a tolerance."""
    raw = line.text
    cut = raw.find(" within ", start)
    end = cut if cut >= 0 else len(raw)
    word = raw[start:end].strip()
    begin = start + len(raw[start:end]) - len(raw[start:end].lstrip())
    path = DottedPath.read(line.part(begin, begin + len(word)))
    if PATH.fullmatch(word) is None or path.name in world.model.equations:
        raise TextError(
            "WB-S180",
            "after 'draw by draw' stands the path of a parameter",
            begin,
            max(begin + 1, begin + len(word)),
            remedy="write it like 'cost.visits draw by draw = cost_printed.visits within £1'",
        )
    if cut < 0:
        raise TextError(
            "WB-S116",
            "a published number needs its tolerance",
            begin,
            len(raw.rstrip()),
            remedy="add 'within' and the widest gap that rounding allows",
        )
    if resolve_path(line.part(begin, begin + len(word)), world, collector=collector) is None:
        return None, None
    within = read_amount(line, cut + len(" within "), len(raw)).amount
    if within.number < 0:
        raise TextError("WB-S117", "the tolerance is below zero", cut, len(raw), remedy="give the widest gap allowed")
    return path, within


def _check_head(name: str, begin: int, model: Model) -> None:
    known = (*model.equations, *model.parameters, *HEADS)
    if name not in known:
        raise TextError(
            "WB-S118",
            f"the model {model.name!r} has no output {name!r}",
            begin,
            begin + len(name),
            remedy=near_miss(name, known) or "name an equation, or begin with decision or break_even",
        )
