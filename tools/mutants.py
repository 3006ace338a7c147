"""Mutators: a file of ours, changed a little, by chance, so that the same seed gives the same file.

The valid ones change values within their type and range, so that most of what they make gets past `check`; the hostile
ones change words, lines, cells or bytes.
"""

from __future__ import annotations

import csv
import io
import json
import re
from collections.abc import Callable, Iterator, Mapping
from random import Random
from typing import Any, NamedTuple

NUMBER = re.compile(r"(?<![\w.])\d[\d,]*(?:\.\d+)?(?![\w.])")
LEAF = re.compile(r"(-?)([£$€]?)([\d,]*\d(?:\.\d+)?)(%|k|m)?( months?| years?)?(?=$| \[)")
PLAIN = re.compile(r"[A-Za-z_][\w. ]*")
BESIDE = ("source", "note", "evidence", "licence", "status", "unit", "label", "short", "plural", "doc", "base")
FORMS = ("value", "normal", "lognormal", "beta", "gamma", "uniform", "triangular", "pert", "truncated_normal")
FORMS += ("mixture", "quantiles", "dirichlet", "truncate", "studies", "surplus", "from")
LABELS = (
    "Both", "Walking groups", "Street groups and shared meals", "A worker who links people to local groups",
    "The two together", "x", "Offers; all of them", "Ünïcödé «ça» 中文", "<b>bold</b> & more", "=1+1", "100% of it",
    "A label of forty letters, which is long!", "it's \"quoted\"", "nothing", "C:\\temp", "{{ label }}",
)  # fmt: skip
SHORTS = ("the groups", "one walk", "it", "a link worker", "both", "the <i>third</i>", "forty visits")
TOKENS = (
    "\0", "\t", "[" * 40, "{", "&a", "*a", "!!python", "%", "\ufeff", "\u202e", "1e999", ".nan", "-.inf", "'", '"',
    ": ", "- ",
)  # fmt: skip
NAMES = (
    "time", "option", "group", "inputs", "evpi", "threshold", "mean", "nothing", "statistic", "level", "draws_x", "x",
    "break_even_x", "decision", "effect", "cost", "wellbys", "net_benefit", "dominated", "nb_mean", "per_1000", "year",
    "people", "discount", "step", "t", "first", "last", "draw", "quantile", "label",
)  # fmt: skip
SWAPS = (
    (" + ", " - ", " * ", " / ", " ** "),
    (" < ", " <= ", " > ", " >= ", " == "),
    ("exp(", "log(", "sqrt(", "abs(", "floor(", "mean(", "sum(", "cumsum(", "max(", "min(", "integrate(", "any("),
    ("wellbeing", "money", "health"),
    ("years", "months", "weeks", "days", "hours"),
    ("mean", "median", "mode", "value", "low", "high", "sd", "se", "rate", "scale", "shape"),
    ("normal", "lognormal", "gamma", "beta", "uniform", "triangular", "pert", "discrete"),
)
"""Words of which one stands for another of the same kind."""
PRESETS = ("green-book-2026", "green-book-2022", "hmt-wellbeing-2021")
Tree = dict[str, Any]


class Parameter(NamedTuple):
    """What a mutator knows of a parameter of a model."""

    unit: str
    kind: str
    choices: tuple[str, ...]
    optional: bool


Parameters = Mapping[str, Parameter]
Change = Callable[[Random, Tree, Parameters], None]


def dump(tree: Any, deep: int = 0) -> str:
    """Write maps, lists and scalars as YAML, a key a line."""
    lines = []
    for key, value in tree.items():
        name = key if isinstance(key, str) and PLAIN.fullmatch(key) else json.dumps(key, ensure_ascii=False)
        head = f"{'  ' * deep}{name}:"
        if isinstance(value, dict) and value:
            lines.append(f"{head}\n{dump(value, deep + 1)}")
        else:
            lines.append(f"{head} {json.dumps(value, ensure_ascii=False)}\n")
    return "".join(lines)


def made(rng: Random, of: Parameter, currency: str) -> Any:
    """Return a value of a parameter's unit: plain, with a spread, or as a family."""
    if of.kind != "number":
        return rng.random() < 0.5 if of.kind == "switch" else rng.choice(of.choices)
    if of.unit == "share" and rng.random() < 0.15:
        return f"{rng.randrange(1, count := rng.randrange(2, 400))} of {count} [assumed]"
    centre, before, after = quantity(rng, of.unit, currency)
    room = min(centre, (100 if after else 1) - centre) if of.unit == "share" else centre
    width = room * rng.choice((0.1, 0.2, 0.4))
    if of.unit.startswith(("LS", "SD")) and rng.random() < 0.2:
        return f"-{centre:g} (se {width + 0.1:g}) [assumed]"
    ends = (centre, centre - width, centre + width, width / 2)
    mean, low, high, error = (
        f"{before}{one:,.0f}{after}" if one > 1e5 else f"{before}{one:,.6g}{after}" for one in ends
    )
    year = f" in {rng.randrange(2010, 2025)} prices" if before == "£" and rng.random() < 0.3 else ""
    if not width or rng.random() < 0.3:
        return f"{mean}{year} [assumed]"
    if rng.random() < 0.6:
        spread = rng.choice((f"range {low} to {high}", f"{low} to {high}", f"90% CI {low} to {high}", f"se {error}"))
        return f"{mean}{year} ({spread}) [assumed]"
    moments = {"mean": mean, **rng.choice(({"se": error}, {"sd": error}, {"ci95": [low, high]}))}
    peaked = {"min": low, "mode": mean, "max": high}
    families = {"uniform": {"min": low, "max": high}, "triangular": peaked, "pert": peaked}
    families |= {"mixture": {"70%": f"{mean} ({low} to {high})", "30%": low}}
    families |= {"truncated_normal": {**moments, "low": low, "high": high}}
    families |= dict.fromkeys(("beta",) if of.unit == "share" else ("gamma", "lognormal", "normal"), moments)
    family = rng.choice(list(families))
    return {family: families[family], "source": "assumed"}


def quantity(rng: Random, unit: str, currency: str) -> tuple[float, str, str]:
    """Return a number, and what stands before and after each number of its unit."""
    if unit == "share":
        scale, after = rng.choice(((1, ""), (100, "%"), (100, "%")))
        return rng.choice((0, 1, *(rng.randrange(5, 95) / 100 for _ in range(8)))) * scale, "", after
    number = rng.choice((0.0, 1.0, *(rng.choice((1, 0.1, 10)) * rng.randrange(1, 100) / 10 for _ in range(8))))
    if unit.startswith("money"):
        return number * rng.choice((1, 100, 1000)), {"GBP": "£", "USD": "$", "EUR": "€"}.get(currency, ""), ""
    if unit == "person":
        return round(number * 10), "", " people"
    return number, "", rng.choice((" months", " months", " years", " weeks")) if unit == "year" else ""


def leaves(holder: Any, key: Any) -> Iterator[tuple[Any, Any]]:
    """Yield each place of a value: one for a value of one form, one for each label of a value along axes."""
    value = holder[key]
    if not isinstance(value, dict) or (value and any(form in value for form in FORMS)):
        yield holder, key
        return
    for label in value:
        if label not in (*BESIDE, "by"):
            yield from leaves(value, label)


def numbers(tree: Tree, known: Parameters) -> Iterator[tuple[Any, Any, Parameter]]:
    """Yield each place of a value of a parameter, with the parameter."""
    blocks = [tree.get("values") or {}]
    for several in ("options", "variants", "groups"):
        held = tree.get(several)
        blocks += [one for one in held.values() if isinstance(one, dict)] if isinstance(held, dict) else []
    for block in blocks:
        for key in block:
            if of := known.get(str(key).partition(".")[0]):
                yield from ((*place, of) for place in leaves(block, key))


def offers(tree: Tree) -> Tree:
    """Return the options that a scenario itself gives; those of its tables are not among them."""
    held: Tree = tree.get("options") or {}
    return held


def currency_of(tree: Tree) -> str:
    """Return the code of the money of a scenario."""
    given = tree.get("appraisal")
    return str(given.get("currency", "GBP")) if isinstance(given, dict) else "GBP"


def rewritten(text: str) -> str:
    """Return an amount in another spelling that has the same value to the last bit."""
    found = LEAF.match(text)
    if not found or found.end() < len(text.partition(" [")[0]):
        return text
    minus, sign, digits, scale, unit = found.groups(default="")
    number = float(digits.replace(",", ""))
    if unit.startswith(" month") and number % 3 == 0:
        said = f"{number / 12:g} years"
    elif unit.startswith(" year") and (number * 12) % 3 == 0 and number < 1e4:
        said = f"{number * 12:g} months"
    elif scale == "k" and number < 1e6:
        said = f"{number * 1000:,g}" if number * 1000 % 1 == 0 and number < 900 else f"{digits}k"
    elif sign and not scale and number % 1000 == 0 and 0 < number < 1e6:
        said = f"{number / 1000:g}k"
    else:
        return text
    return f"{minus}{sign}{said}{text[found.end() :]}"


def times(value: Any, factor: int) -> Any:
    """Return a value with the number of each amount multiplied, years of prices, levels and sources left alone."""
    if isinstance(value, dict):
        return {key: one if key in BESIDE else times(one, factor) for key, one in value.items()}
    if isinstance(value, list):
        return [times(one, factor) for one in value]
    if isinstance(value, bool) or value is None:
        return value
    if not isinstance(value, str):
        return value * factor
    said, bracket, cite = value.partition(" [")
    at = r"(?<![\w.,])\d[\d,]*(?:\.\d+)?(?=k|m|bn|\b)(?!% CI)(?! prices)"
    return re.sub(at, lambda m: f"{float(m[0].replace(',', '')) * factor:.15g}", said) + bracket + cite


# Changes of a scenario's tree that keep it valid


def value_anew(rng: Random, tree: Tree, known: Parameters) -> None:
    """Put other values in place, within their units."""
    places = list(numbers(tree, known))
    for at, key, of in rng.sample(places, min(len(places), rng.choice((1, 1, 2, 4)))):
        at[key] = made(rng, of, currency_of(tree))


def value_scaled(rng: Random, tree: Tree, known: Parameters) -> None:
    """Scale a value with its spread; a share only downwards."""
    places = list(numbers(tree, known))
    if places:
        at, key, of = rng.choice(places)
        down = of.unit == "share" and "pert" not in str(at[key])
        factor = rng.choice((0.5, 0.25, 0.9) if down else (0.5, 0.25, 0.9, 2, 3, 10))
        at[key] = times(at[key], factor) if of.kind == "number" else made(rng, of, "")  # type: ignore[arg-type]


def value_rewritten(_: Random, tree: Tree, known: Parameters) -> None:
    """Write every amount in another spelling of the same value."""
    for at, key, _of in list(numbers(tree, known)):
        at[key] = rewritten(at[key]) if isinstance(at[key], str) else at[key]


def value_added(rng: Random, tree: Tree, known: Parameters) -> None:
    """Give a parameter that had its default, or drop one that has a default."""
    options = [one for one in offers(tree).values() if isinstance(one, dict)]
    given = set(tree.get("values") or ()).union(*options)
    block: Tree = rng.choice(options or [{}])
    free = [name for name, of in known.items() if of.optional and name not in given]
    held = [key for key in block if key in known and known[key].optional]
    if held and rng.random() < 0.4:
        del block[rng.choice(held)]
    elif free:
        name = rng.choice(free)
        block[name] = made(rng, known[name], currency_of(tree))


def option_changed(rng: Random, tree: Tree, _: Parameters) -> None:
    """Copy, drop or move options, or let them be another's."""
    options = offers(tree)
    name = rng.choice([*options, ""])
    match rng.randrange(4):
        case 0 if name:
            options[rng.choice(("copy", "b2", "z"))] = json.loads(json.dumps(options[name]))
        case 1 if name and len(options) > 1 and f".{name}" not in json.dumps(tree):
            del options[name]
        case _:
            order(rng, tree, "options")


def order(rng: Random, tree: Tree, key: str) -> None:
    """Put what a map holds in another order."""
    if isinstance(tree.get(key), dict):
        pairs = list(tree[key].items())
        rng.shuffle(pairs)
        tree[key] = dict(pairs)


def labels(rng: Random, tree: Tree, _: Parameters) -> None:
    """Give options and groups awkward labels and other short names."""
    for key in ("options", "groups"):
        held = tree.get(key)
        for name in held if isinstance(held, dict) else ():
            if rng.random() < 0.6:
                label = rng.choice(LABELS) + rng.choice(("", "", f" ({name})"))
                held[name] = {**held[name], "label": label} if isinstance(held[name], dict) else label  # type: ignore[index]
            if key == "options" and isinstance(held[name], dict) and rng.random() < 0.3:  # type: ignore[index]
                held[name]["short"] = rng.choice(SHORTS)  # type: ignore[index]


def setting(rng: Random, tree: Tree, _: Parameters) -> None:
    """Change comparator, choice, appraisal, budget or time."""
    match rng.choice(("comparator", "choose", "appraisal", "budget", "time", "discount", "value")):
        case "comparator":
            tree["comparator"] = rng.choice(["nothing", *offers(tree)])
        case "choose":
            tree["choose"] = rng.choice(("one", "several"))
        case "budget" if "budget" in tree:
            tree["budget"] = rng.choice(("£1", "£1bn", "£1m in 2013 prices", "£20k"))
        case "time" if isinstance(tree.get("time"), dict):
            tree["time"] = {**tree["time"], "to": tree["time"].get("to", 0) + rng.choice((1, 2, 12, 40))}
        case "appraisal" if isinstance(tree.get("appraisal"), str):
            tree["appraisal"] = rng.choice(PRESETS)
        case part if "appraisal" in tree:
            given = tree["appraisal"] if isinstance(tree["appraisal"], dict) else {"preset": tree["appraisal"]}
            rate = rng.choice(("0%", "1.5%", "3.5%", "12%"))
            more = {"discount": {"money": rate, "wellbeing": rng.choice((rate, "0%"))}}
            if part == "value" and currency_of(tree) == "GBP":
                more = {"prices": rng.choice((2013, 2019, 2023, 2024))}
            tree["appraisal"] = {**given, **more}


def money(rng: Random, tree: Tree, _: Parameters) -> None:
    """Put a scenario into another currency, with a rate for what its model gives in sterling."""
    if "tables" in tree or currency_of(tree) != "GBP":
        return
    sign, code = rng.choice((("$", "USD"), ("€", "EUR")))
    said = json.dumps(tree, ensure_ascii=False).replace("£", sign)
    tree.update(json.loads(re.sub(r" in \d{4} prices", "", said)))
    given = tree.get("appraisal")
    more = {"currency": code, "exchange": {f"{code} per GBP": 1.25}}
    tree["appraisal"] = {**(given if isinstance(given, dict) else {"preset": given} if given else {}), **more}


def variant(rng: Random, tree: Tree, known: Parameters) -> None:
    """Add, apply or drop variants."""
    variants = tree.get("variants") or {}
    places = [name for name, of in known.items() if of.kind != "choice" and name in json.dumps(tree.get("options"))]
    match rng.randrange(3):
        case 0:
            tree.pop("variants", None)
        case 1 if places:
            name = rng.choice(places)
            more = {"label": rng.choice(LABELS), name: made(rng, known[name], currency_of(tree))}
            tree["variants"] = {**variants, "another": more}
        case _ if variants:
            for path, value in rng.choice(list(variants.values())).items():
                name, _, option = str(path).partition(".")
                block = offers(tree).get(option) if option else tree.setdefault("values", {})
                if name in known and isinstance(block, dict) and name in block:
                    block[name] = value


def reordered(rng: Random, tree: Tree, _: Parameters) -> None:
    """Put options, values and sources in another order."""
    for key in ("options", "values", "sources"):
        order(rng, tree, key)


def doubled(unit: str) -> Change:
    """Return what multiplies by two all that is given of a unit."""

    def change(_: Random, tree: Tree, known: Parameters) -> None:
        for at, key, of in list(numbers(tree, known)):
            if of.unit.partition("/")[0] == unit:
                at[key] = times(at[key], 2)

    return change


def less(rng: Random, tree: Tree, _: Parameters) -> None:
    """Drop what a scenario may be without, or put its parts in another order."""
    for key in rng.sample(("published", "not_counted", "question", "correlations"), 2):
        tree.pop(key, None)
    for key in rng.sample(("values", "options", "groups", "sources", "variants", "axes"), 2):
        order(rng, tree, key)


def together(rng: Random, tree: Tree, known: Parameters) -> None:
    """Let two uncertain values move together."""
    spread = [(key, name) for name, one in offers(tree).items() if isinstance(one, dict) for key, v in one.items()
              if key in known and isinstance(v, str) and " (" in v]  # fmt: skip
    if len(spread) > 1:
        (one, a), (other, b) = rng.sample(spread, 2)
        more = {f"{one}.{a} with {other}.{b}": rng.choice((-0.5, 0, 0.3, 0.9))}
        tree["correlations"] = {**(tree.get("correlations") or {}), **more}


CHANGES: dict[Change, int] = {
    value_anew: 6, value_scaled: 4, value_rewritten: 1, value_added: 3, option_changed: 2, labels: 2, setting: 4,
    variant: 2, money: 1, less: 1, together: 1,
}  # fmt: skip

RELATED: dict[str, Change] = {
    "spelling": value_rewritten, "labels": labels, "order": reordered, "twice": lambda *_: None,
    "money": doubled("money"), "person": doubled("person"),
}  # fmt: skip
"""Changes of which it is known what they do to the numbers."""


def smaller(rng: Random, tree: Tree) -> None:
    """Leave some variants and options of a large scenario out, so that more mutants are tried in the same time."""
    for name in list(tree.get("variants") or ()):
        if rng.random() < 0.8 and not re.search(rf"\b{name}\b", json.dumps(list(tree["variants"].values()))):
            del tree["variants"][name]
    if not tree.get("variants"):
        tree.pop("variants", None)
    if rng.random() < 0.8:
        tree.pop("published", None)


def scenario(rng: Random, tree: Tree, known: Parameters) -> None:
    """Change a scenario one to four times within its types."""
    smaller(rng, tree)
    for _ in range(rng.choice((1, 1, 2, 4))):
        rng.choices(list(CHANGES), list(CHANGES.values()))[0](rng, tree, known)


def variants(rng: Random, tree: Tree, known: Parameters, number: int) -> None:
    """Put so many variants in the place of those there are, each with one to four values of its own."""
    places = {}
    for several in ("values", "options", "groups"):
        held = tree.get(several) or {}
        blocks = {"": held} if several == "values" else held
        for label, block in blocks.items():
            for key in block if isinstance(block, dict) else ():
                if of := known.get(str(key).partition(".")[0]):
                    for at, last in leaves(block, key):
                        labels = [str(part) for part in (key, label, last if at is not block else "") if part]
                        places[".".join(labels)] = of
    tree["variants"] = {}
    for index in range(number):
        chosen = rng.sample(list(places), min(len(places), rng.choice((1, 1, 2, 4))))
        given = {path: made(rng, places[path], currency_of(tree)) for path in chosen}
        tree["variants"][f"m{index}"] = {"label": f"Mutant {index}", **given}
    tree.pop("published", None)


def model(rng: Random, tree: Tree) -> None:
    """Change a model within its types: defaults, the order of its parts, an equation more, one written otherwise."""
    name = rng.choice(list(tree["equations"]))
    given = tree["equations"][name]
    text = given["is"] if isinstance(given, dict) else given
    match rng.randrange(5):
        case 0:
            order(rng, tree, rng.choice(("parameters", "equations")))
        case 1 if isinstance(text, str):
            body, at, unit = text.partition(" in ")
            text = rng.choice(("({0})", "({0}) * 1", "({0}) + 0 * ({0})", "max({0}, {0})", "-(-({0}))", "({0}) / 2"))
            text = text.format(body) + at + unit
            tree["equations"][name] = {**given, "is": text} if isinstance(given, dict) else text
        case 2:
            tree["equations"][rng.choice(("more", "extra", *NAMES))] = f"{name} * 2"
        case 3:
            tree.setdefault("outcomes", []).append(name)
        case _:
            for one in tree["parameters"].values():
                if isinstance(one, dict) and "default" in one and rng.random() < 0.4:
                    one["default"] = times(one["default"], rng.choice((1, 2, 3)))


def cells(rng: Random, given: str, known: Parameters) -> str:
    """Return a table with cells changed within their type, or with rows left out or moved."""
    rows = list(csv.reader(io.StringIO(given)))
    head, *body = rows
    match rng.randrange(4):
        case 0:
            rng.shuffle(body)
        case 1 if len(body) > 2:
            body = rng.sample(body, rng.randrange(2, len(body)))
        case _:
            places = [(row, at, known[name]) for at, name in enumerate(one.partition(".")[0] for one in head)
                      if name in known and not re.search(r"source|note|evidence", head[at])
                      for row in body if row[at]]  # fmt: skip
            for row, at, of in rng.sample(places, min(len(places), 3)):
                value = made(rng, of, "GBP")
                row[at] = str(value).lower() if isinstance(value, bool) else times(row[at], rng.choice((0.5, 0.9)))
                row[at] = value.partition(" [")[0] if isinstance(value, str) else row[at]
    out = io.StringIO()
    csv.writer(out, lineterminator="\n").writerows([head, *body])
    return out.getvalue()


# Hostile changes


def renamed(rng: Random, text: str) -> str:
    """Return a file in which a name is another one throughout."""
    names = sorted(set(re.findall(r"^ *([a-z][a-z0-9_]*):", text, re.MULTILINE)))
    return re.sub(rf"\b{rng.choice(names)}\b", rng.choice((*NAMES, *names)), text) if names else text


def words(rng: Random, text: str) -> str:
    """Return a text with a word or a number put in another's place."""
    there = [(old, family) for family in SWAPS for old in family if old in text]
    if there and rng.random() < 0.5:
        old, family = rng.choice(there)
        at = rng.choice([one.start() for one in re.finditer(re.escape(old), text)])
        return text[:at] + rng.choice([one for one in family if one != old]) + text[at + len(old) :]
    found = list(NUMBER.finditer(text))
    if not found:
        return text
    one = rng.choice(found)
    factor = rng.choice((0, -1, 1e-9, 0.1, 2, 100, 1e6, 1e15, 1e300))
    return f"{text[: one.start()]}{float(one.group().replace(',', '')) * factor:.12g}{text[one.end() :]}"


def lines(rng: Random, given: str) -> str:
    """Return a text with lines dropped, repeated or moved, or with a hostile token put in."""
    rows = given.splitlines(keepends=True) or [""]
    at = rng.randrange(len(rows))
    match rng.randrange(4):
        case 0:
            del rows[at]
        case 1:
            rows.insert(at, rng.choice(rows))
        case 2:
            rows[at] = " " * rng.randrange(6) + rows[at].lstrip()
        case _:
            column = rng.randrange(len(rows[at]) + 1)
            rows[at] = rows[at][:column] + rng.choice(TOKENS) + rows[at][column:]
    return "".join(rows)


def raw(rng: Random, given: bytes) -> bytes:
    """Return bytes of which some are flipped, cut out, repeated or zeroed."""
    data = bytearray(given)
    for _ in range(rng.choice((1, 1, 2, 8))):
        at, size = rng.randrange(len(data)), rng.choice((1, 1, 4, 64))
        match rng.randrange(4):
            case 0:
                data[at] ^= 1 << rng.randrange(8)
            case 1 if len(data) > 2 * size:
                del data[at : at + size]
            case 2:
                data[at:at] = data[at : at + size]
            case _:
                data[at : at + size] = bytes(len(data[at : at + size]))
    return bytes(data) if rng.random() < 0.9 else bytes(data[: rng.randrange(len(data) + 1)])


HOSTILE: dict[str, Callable[[Random, str], str]] = {"renamed": renamed, "words": words, "lines": lines}
