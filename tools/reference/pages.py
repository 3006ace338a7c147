"""The reference, generated from the code: keys of files, functions, distributions, appraisal rules, messages.

Each page is a pure function of the installed code, so that a test can tell a stale page from a fresh one.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from tools.reference.examples import DIRICHLET, LONG, STUDIES, TEXT, ValueExample
from tools.reference.file_schemas import json_schema
from tools.reference.messages import messages
from wellbeva.analysis.dictionary.columns import dictionary
from wellbeva.appraisal.presets import load_preset, preset_names
from wellbeva.appraisal.registered_values import figure_names, load_figure
from wellbeva.evidence.library.table import shipped
from wellbeva.language.functions import FUNCTIONS, LATER
from wellbeva.report.explain.model_page import plain, table
from wellbeva.scenario.value import STUDY_KEYS

GENERATED = "Written by `python -m tools.reference --write` from the code; a test holds it fresh."
FORMS = {
    "elementwise": "Cell by cell",
    "reduction": "Over axes",
    "special": "Choices, axes and means",
    "ordered": "Along an ordered axis",
    "ladder": "On a ladder",
    "profile": "Gains over time",
}


def pages() -> dict[str, str]:
    """Return every page of the reference that needs no command line, by file name."""
    return {
        "scenario-keys.md": keys_page("scenario"),
        "model-keys.md": keys_page("model"),
        "functions.md": functions_page(),
        "distributions.md": distributions_page(),
        "appraisal.md": appraisal_page(),
        "evidence-library.md": evidence_page(),
        "messages.md": messages_page(),
        "columns.md": columns_page(),
    }


def page(title: str, *lines: str) -> str:
    """Put a page together.

    Examples
    --------
    >>> page("A title", "words").splitlines()[0]
    '# A title'
    """
    return "\n".join([f"# {title}", "", GENERATED, "", *lines]).rstrip("\n") + "\n"


# ---- keys of files


def keys_page(kind: str) -> str:
    """List the keys of a kind of file, from the models that check it.

    Parameters
    ----------
    kind : {"scenario", "model"}
    """
    schema = json_schema(kind)
    parts = [schema["description"], ""]
    parts += table(("Key", "Holds", "What it is"), _key_rows(schema))
    for name, definition in schema["$defs"].items():
        if not definition.get("properties"):
            continue
        title = _words(name)
        parts += ["", f"## {title[:1].upper()}{title[1:]}", "", plain(definition.get("description", "")), ""]
        if definition.get("additionalProperties") is not False:
            parts += ["Beside these keys stands any parameter of the model.", ""]
        parts += table(("Key", "Holds", "What it is"), _key_rows(definition))
    return page(f"Keys of a {kind} file", *parts)


def _words(name: str) -> str:
    """Write the name of a part for people: ``AppraisalFile`` is ``appraisal``."""
    return re.sub(r"(?<=[a-z])(?=[A-Z])", " ", name.removesuffix("File")).lower()


def _key_rows(schema: Mapping[str, Any]) -> list[tuple[str, str, str]]:
    required = schema.get("required", ())
    return [
        (
            f"`{name}`",
            _holds(one) + (" (required)" if name in required else ""),
            " ".join(one.get("description", "").split()),
        )
        for name, one in schema["properties"].items()
    ]


def _holds(one: Mapping[str, Any]) -> str:  # noqa: PLR0911  (one a kind of schema)
    """Say in a word or two what a key holds."""
    if "$ref" in one:
        name = one["$ref"].rpartition("/")[2]
        return "a value" if name == "ValueText" else f"a map: {_words(name)}"
    for several in ("oneOf", "anyOf"):
        if several in one:
            options = [_holds(each) for each in one[several] if each.get("type") != "null"]
            return " or ".join(dict.fromkeys(options))
    if "enum" in one:
        return " or ".join(f"{each}" for each in one["enum"])
    if "const" in one:
        return str(one["const"])
    if one.get("type") == "array":
        inner = _holds(one.get("items", {}))
        return "a list" if inner == "text" else f"a list of {inner}"
    if one.get("type") == "object":
        inside: Any = one.get("additionalProperties") or next(iter(one.get("patternProperties", {}).values()), {})
        inner = _holds(inside) if isinstance(inside, Mapping) and inside else "text"
        return f"name: {inner}"
    return "text"


# ---- functions


def functions_page() -> str:
    """List the functions of the language, from their register."""
    parts = [
        "An operand in square brackets may be left out. *Unit* says what units the operands have and what comes out;",
        "*axes* what axes the result has. Where an example gives a number, a test evaluates it.",
    ]
    groups: dict[str, list[str]] = {}
    for name, one in FUNCTIONS.items():
        groups.setdefault(one.form, []).append(name)
    for form in [*FORMS, *(one for one in groups if one not in FORMS)]:
        if form not in groups:
            continue
        parts += ["", f"## {FORMS.get(form, form)}"]
        for name in groups[form]:
            one = FUNCTIONS[name]
            gives = "" if one.value is None else f", which is {one.value:.10g}"
            parts += [
                "",
                f"### `{one.usage}`",
                "",
                plain(one.doc),
                "",
                f"- unit: {plain(str(one.unit))}",
                f"- axes: {plain(one.axes_rule)}",
                f"- example: `{one.example}`{gives}",
            ]
            if one.optional:
                left = ", ".join(f"`{each}`" for each in one.operands[len(one.operands) - one.optional :])
                parts.append(f"- may be left out: {left}")
    if LATER:
        parts += ["", "## Not in this version", "", ", ".join(f"`{one}`" for one in LATER)]
    return page("Functions of the language", *parts)


# ---- distributions


def distributions_page() -> str:
    """List the ways to write an uncertain number, each with an example that the tests run."""
    parts = [
        "A value is written as a paper prints it; the family follows from the parameter's unit (R5). The long form is",
        "a map with the family's name. `wellbeva explain SCENARIO --plot` draws what was chosen.",
        "",
        "## As a paper prints it",
        "",
        *_examples(TEXT),
        "",
        "## The long form",
        "",
        "`ciNN` is an interval of NN percent, as `ci95: [0.1, 0.5]`. Beside the family may stand `base`, `truncate`,",
        "`source`, `evidence`, `licence` and `note`. A number that shows no unit has that of the mean, the median or",
        "the most likely value, else of the first that shows one: in `{mean: 9 months, sd: 3}` the sd is 3 months",
        "(R4). The `rate` of a gamma is in one over it, as in `rate: 1 per month`.",
        "",
        *_examples(LONG),
        "",
        "## Shares that add to 1",
        "",
        "`dirichlet` takes the place of the last axis of a parameter and gives a count for each label; the shares are",
        "drawn together. The average of each is its count over all counts.",
        "",
        f"    {DIRICHLET}",
        "",
        "## Pooled studies",
        "",
        "`studies` names a table with an effect and its standard error, variance or interval in each row (R158). They",
        "are pooled, and a setting that no study has seen is drawn unless `predict: average` is written (R159).",
        "",
        *(f"    {key}: {', '.join(words)}" for key, words in STUDY_KEYS.items() if words),
        "    local: the name of a study",
        "    at: columns of the table, each with its value in the place that is appraised",
        "",
        "The first of each holds unless another is given; `local` and `correct` are R161, `at` is R153.",
        "",
        f"    {STUDIES}",
    ]
    return page("Distributions", *parts)


def _examples(examples: Sequence[ValueExample]) -> Iterator[str]:
    for number, one in enumerate(examples):
        if number:
            yield ""
        yield f"### {one.family}: {plain(one.arguments)}"
        yield ""
        yield f"Use it where {plain(one.when)}. For a parameter in {one.unit}:"
        yield ""
        yield f"    {one.written}"
        yield ""
        yield f"Average {one.mean:g}; 95% of draws from {one.low:g} to {one.high:g}."


# ---- appraisal


def appraisal_page() -> str:
    """List the presets with their rules, values and sources."""
    parts = ["A preset is a set of dated rules; a scenario may override each part by itself.", ""]
    for name in preset_names():
        one = load_preset(name)
        parts += [f"## `{name}`", "", plain(one.title), ""]
        parts += [f"- prices of {one.prices}, in {one.currency}"]
        parts += [f"- {plain(sentence)}" for sentence in one.rules]
        if one.wellby:
            parts += ["", "Published values of a WELLBY:", ""]
            parts += table(
                ("Prices of", "Low", "Central", "High"),
                [(str(year), *_levels(value)) for year, value in sorted(one.wellby.items())],
            )
        parts += ["", "Data behind it:", ""]
        parts += table(
            ("Data", "Version", "Source", "Licence", "Status"),
            [
                (each.name, each.version, each.source, each.licence, each.status)
                for each in one.vintages(price_year=one.prices)
            ],
        )
        parts.append("")
    return page("Appraisal presets", *parts, *_figures_part())


def _figures_part() -> list[str]:
    """List the figures that a model's parameters may ask for."""
    rows = []
    for name in figure_names():
        known = load_figure(name)
        for label, one in known.labels.items():
            unit = " ".join(part for part in (one.currency, one.unit) if part)
            year = f" in {one.price_year} prices" if one.price_year else ""
            shown = f"{float(one.value):,.10g} {unit}".strip() + year
            used = " (where no label is named)" if label and label == known.use else ""
            called = f"`{name}`, `{label}`{used}" if label else f"`{name}`"
            rows.append((called, known.title, shown, one.vintage.source, one.vintage.version, one.vintage.status))
    return [
        "## Figures that a model may ask for",
        "",
        "A parameter with `from: appraisal` takes the figure of its own name, along an axis with these labels where",
        "there are several. The scenario may give another number. RECALLED: not read in the source it names; what",
        "rests on it is provisional. `wellby_value` (money/WELLBY) is filled from the values above.",
        "",
        *table(("Name", "Figure", "Value", "Source", "Version", "Status"), rows),
    ]


def _levels(value: Any) -> tuple[str, str, str]:
    found = [getattr(value, level, None) for level in ("low", "central", "high")]
    low, central, high = ("–" if one is None else f"£{float(one):,.0f}" for one in found)
    return low, central, high


# ---- columns of files


def evidence_page() -> str:
    """List the effects that come with wellbeva."""
    rows = [
        (f"`{key}`", one.title, one.value or "none published", one.population, one.design, one.evidence, one.cite)
        for key, one in shipped().items()
    ]
    words = "Effects that were published. All that is known of one, its caution too: `wellbeva evidence show KEY`."
    return page(
        "Evidence library",
        words,
        "",
        *table(("Key", "What was done", "Effect", "Whose", "Design", "Grade", "Source"), rows),
    )


def columns_page() -> str:
    """List every column of every table that is written, from the dictionary."""
    parts = [
        "`decision.csv` and its like lie in a run folder, `analyse` and `diff` write theirs with `--out`, and",
        "`results.xlsx` holds the tables of a run, one a sheet. A CSV file begins with a byte-order mark, so that",
        "spreadsheets show `£` rightly: read it with `encoding='utf-8-sig'` in Python's `csv`, with",
        "`fileEncoding = 'UTF-8-BOM'` in R; pandas needs nothing. Numbers stand without an exponent, with all the",
        "digits that read back to the same number. Text that a spreadsheet would run, such as a name that begins with",
        "`=`, `+`, `-` or `@`, has an apostrophe before it, which is not part of the name; a workbook has none.",
        "",
        "Unit: *money*, *effect* and *money/effect* are those of the run, *share* is from 0 to 1, *unit* stands in the",
        "row, and *input* is the unit of the input.",
    ]
    for one in dictionary().values():
        place = f"`{one.file}.csv`, written by `{one.by}`." if one.by else "A sheet of `results.xlsx`, with no file."
        parts += ["", f"## {one.title}", "", f"{one.about} {'' if one.name == 'units' else place}".strip()]
        if one.columns:
            rows = [(f"`{each.name}`", each.unit, each.meaning) for each in one.columns.values()]
            parts += ["", *table(("Column", "Unit", "Meaning"), rows)]
    return page("Columns of files", *parts)


# ---- messages

STAGES = {
    "F": "Files and the machine",
    "S": "Scenario and model files",
    "V": "Values",
    "T": "Tables",
    "L": "Language of equations",
    "U": "Units",
    "D": "Distributions",
    "A": "Appraisal",
    "C": "Compiling",
    "E": "Running",
    "R": "Results, reports and explanations",
    "M": "Models",
}


def messages_page() -> str:
    """List every message by its code, from the source; what depends on your file is written as ``…``."""
    found = messages()
    parts = ["The words of each message by its code. What depends on your file is written as `…`."]
    for letter in dict.fromkeys([*STAGES, *(code[3] for code in found)]):
        codes = [code for code in found if code[3] == letter]
        if codes:
            parts += ["", f"## {STAGES.get(letter, letter)}", ""]
            parts += table(("Code", "Says"), [(f"`{code}`", "; or: ".join(found[code])) for code in codes])
    return page("Messages", *parts)
