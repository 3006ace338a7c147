"""``wellbeva evidence list``, ``show`` and ``add``: the effects of the evidence library, and of one's own."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Final

import typer

from wellbeva.cli.json_output import print_json
from wellbeva.cli.options import JsonOption, argument, option
from wellbeva.cli.output import print_lines, wrapped

if TYPE_CHECKING:
    from wellbeva.evidence.record import EffectRecord

NO_SIZE = "no size published"
INDENT = " " * 15
LibraryOption = Annotated[
    Path, typer.Option(help="Effects of your own, beside the scenarios that use them.", metavar="FILE")
]
HERE: Final = Path("evidence.csv")


def list_effects(
    activity: Annotated[str, option("Words of what was done, as singing.")] = "",
    outcome: Annotated[str, option("Words of what was measured, as loneliness.")] = "",
    group: Annotated[str, option("Words of whose effect it is, as pupils.")] = "",
    library: LibraryOption = HERE,
    as_json: JsonOption = False,
) -> None:
    """List the effects of the library, with size and grade; words narrow the list."""
    from wellbeva.api.evidence.library import effects

    listed = effects(activity=activity, outcome=outcome, group=group, library=library)
    if as_json:
        print_json(listed)
        return
    width = max(len(record.key) for record in listed)
    lines = [f"{record.key:{width}}  {record.value or NO_SIZE:27}  {record.evidence}".rstrip() for record in listed]
    sized = sum(bool(record.value) for record in listed)
    count = f"{len(listed)} effect{'s' * (len(listed) != 1)}, {sized} with a size."
    print_lines([*lines, "", f"{count} One of them: wellbeva evidence show {listed[0].key}"])


def show(
    key: Annotated[str, argument("Key of the effect, as the list has it.")],
    library: LibraryOption = HERE,
    as_json: JsonOption = False,
) -> None:
    """Show one effect: whose, against whom, how long, how sure, from where, and the text to paste."""
    from wellbeva.api.evidence.library import effect

    record = effect(key, library=library)
    if as_json:
        print_json(record)
    else:
        print_lines([*card(record), "", *to_paste(record)])


def add(
    file: Annotated[Path, argument("A CSV with the headings of the library.")],
    library: LibraryOption = HERE,
) -> None:
    """Add effects of your own, which a scenario beside them takes by their keys; all of them or none.

    Needed are key, title, value and cite; the other headings say whose effect, against whom, how long, how sure.
    """
    from wellbeva.api.evidence.library import add_effects

    added = add_effects(file, library=library)
    print_lines([f"added to {library}: {', '.join(record.key for record in added)}", *to_paste(added[0])])


def card(record: EffectRecord) -> list[str]:
    """Write an effect, at most 80 columns wide."""
    lines = [record.key, *wrapped(record.title, indent=""), ""]
    for words, text in (
        ("Effect", record.value or NO_SIZE),
        ("Measure", record.measure.replace("_", " ")),
        ("Whose", record.population),
        ("Against", record.comparison or ("nobody" if record.design.startswith("before and after") else "not said")),
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


def to_paste(record: EffectRecord) -> list[str]:
    """Write how a scenario takes an effect."""
    name = f"[library:{record.key}]"
    if record.status == "not found":
        return wrapped("There is no study to cite.", indent="")
    if not record.value:
        return [*wrapped("Without a size it is a source alone, behind a number of your own:", indent=""), f"  {name}"]
    if record.measure != "life_satisfaction":
        words = f"It is measured as {record.measure.replace('_', ' ')}. A number of that kind takes it whole:"
        return [*wrapped(words, indent=""), f'  "{name}"']
    lines = ["In a scenario, the number with its source:", f'  effect.OPTION: "{name}"']
    if "(" not in record.value:
        words = "No spread was published, so that it counts as certain. With a standard error of your own for ERROR:"
        lines += [*wrapped(words, indent=""), f"  effect.OPTION: {record.value} (se ERROR) {name}"]
    return lines
