"""``wellbeva evidence list`` and ``show``: the effects of the evidence library."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from wellbeva.cli.json_output import print_json
from wellbeva.cli.options import JsonOption
from wellbeva.cli.output import print_lines, wrapped

if TYPE_CHECKING:
    from wellbeva.evidence.record import EffectRecord

NO_SIZE = "no size published"
INDENT = " " * 15


def list_effects(
    activity: Annotated[str, typer.Option(help="Words of what was done, as singing.")] = "",
    outcome: Annotated[str, typer.Option(help="Words of what was measured, as loneliness.")] = "",
    group: Annotated[str, typer.Option(help="Words of whose effect it is, as pupils.")] = "",
    grade: Annotated[str, typer.Option(help="strong, promising, initial or assumed.")] = "",
    as_json: JsonOption = False,
) -> None:
    """List the effects of the library, with size and grade; words narrow the list."""
    from dataclasses import asdict

    from wellbeva.api.evidence.library import effects

    listed = effects(activity=activity, outcome=outcome, group=group, grade=grade)
    if as_json:
        print_json([asdict(record) for record in listed])
        return
    width = max(len(record.key) for record in listed)
    lines = [f"{record.key:{width}}  {record.value or NO_SIZE:27}  {record.evidence}".rstrip() for record in listed]
    sized = sum(bool(record.value) for record in listed)
    print_lines(
        [*lines, "", f"{len(listed)} effects, {sized} with a size. One: wellbeva evidence show {listed[0].key}"]
    )


def show(
    key: Annotated[str, typer.Argument(help="Key of the effect, as the list has it.", show_default=False)],
    as_json: JsonOption = False,
) -> None:
    """Show one effect: whose, against whom, how long, how sure, from where, and the text to paste."""
    from dataclasses import asdict

    from wellbeva.api.evidence.library import effect

    record = effect(key)
    if as_json:
        print_json(asdict(record))
    else:
        print_lines(card(record))


def card(record: EffectRecord) -> list[str]:
    """Write an effect, at most 80 columns wide."""
    lines = [record.key, *wrapped(record.title, indent=""), ""]
    for words, text in (
        ("Effect", record.value or NO_SIZE),
        ("Measure", record.measure.replace("_", " ")),
        ("Whose", record.population),
        ("Against", record.comparison or "nobody; no comparison group"),
        ("Asked after", record.follow_up or "not said"),
        ("Design", record.design),
        ("Grade", record.evidence),
        ("Source", record.cite),
        ("Link", record.link),
        ("Licence", record.licence),
        ("Status", f"{record.status}, {record.date}".strip(", ")),
        ("Caution", record.note),
    ):
        if text:
            first, *more = [text] if text == record.link else wrapped(text, indent=INDENT)
            lines += [f"  {words:13}{first.strip()}", *more]
    return lines
