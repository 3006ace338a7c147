"""What a survey says, in sentences for the people who were asked: each by a rule from the result, none typed in."""

from __future__ import annotations

from wellbeva.evidence.survey.cautions import FEW_PEOPLE
from wellbeva.evidence.survey.result import Caution, MeasureResult, SurveyResult
from wellbeva.report.text.numbers import capital, count, counted, points, span_of_points

MOST = 6
"""Lines of a list, so that the report stays on two pages."""


def people(number: int | None) -> str:
    """Write a count of people, or that it is suppressed."""
    return "hidden" if number is None else count(number)


def name_of(measure: MeasureResult) -> str:
    """Name a measure for readers: ``Mental wellbeing (SWEMWBS)`` as ``Mental wellbeing``."""
    return measure.instrument.title.partition(" (")[0]


def small(name: str) -> str:
    """Write a measure's name inside a sentence."""
    return name[:1].lower() + name[1:]


def answer(measure: MeasureResult) -> str:
    """Say what was found, in one or two sentences."""
    name, size = name_of(measure), f"{points(abs(measure.final.value))} points"
    few = ""
    if measure.attrition.matched < FEW_PEOPLE:
        few = f" among only {counted(measure.attrition.matched, 'person', 'people')}"
    if measure.improved is None:
        return f"We found no clear change in {small(name)}{few}."
    meaning = "" if measure.improved else " That is worse, not better."
    if measure.design == "before and after":
        moved = "up" if measure.final.value > 0 else "down"
        return f"{name} went {moved} by about {size}{few}.{meaning or ' We cannot say that the group did it.'}"
    ended = f"{size} {'higher' if measure.final.value > 0 else 'lower'}{few}"
    drawn = measure.design == "trial"
    whose = "than it would have, going by people who" if drawn else "than for people who started alike and"
    return f"{name} ended about {ended} {whose} did not take part.{meaning}"


def lead(measure: MeasureResult) -> str:
    """Say how large and how sure."""
    final, one = measure.final, measure.instrument
    said = (
        f"{capital(counted(measure.attrition.matched, 'person', 'people'))} answered both times. Their average was "
        f"{points(measure.mean_before)} before and {points(measure.mean_after)} after, on a scale from {one.low:g} to "
        f"{one.high:g}{'' if one.higher_is_better else ', where less is better'}."
    )
    if points(final.value) != points(measure.mean_after - measure.mean_before):
        said += f" What counts of that change, after the steps below, is {points(final.value, sign=True)}."
    low, high = (points(end, sign=True) for end in (final.low, final.high))
    return (
        f"{said} Luck alone puts the true change between {low} and {high}: "
        "19 of 20 ranges made in this way hold it, if nothing else misleads."
    )


def how_sure(measure: MeasureResult) -> list[str]:
    """Say what the interval means, what the survey could notice, and what single people did."""
    luck = "includes 0, so there may have been no change at all"
    if measure.improved is not None:
        luck = "leaves out 0, so luck alone is an unlikely reason"
    lines = [f"The range from {span_of_points(measure.final.low, measure.final.high, sign=True)} {luck}."]
    if measure.improved is not None:
        least = points(measure.smallest_detectable)
        lines.append(
            f"In 8 of 10 tries a survey like this notices a change of {least} points. It can miss smaller ones."
        )
    if None not in measure.moved:
        up, same, down = map(people, measure.moved)
        lines.append(f"Of the scores of single people, {up} went up, {same} stayed the same and {down} went down.")
    if measure.comparison is not None:
        other = points(measure.comparison.raw.value, sign=True)
        lines.append(f"People who did not take part changed by {other} points in the same time.")
    return lines


def who_answered(measure: MeasureResult) -> list[tuple[str, str]]:
    """Count who answered a measure, who left, and whose answers could not be used."""
    left, name = measure.attrition, small(name_of(measure))
    counts = [
        (f"Answered on {name} both times", count(left.matched)),
        ("Answered before alone", count(left.dropped)),
        ("Answered after alone", count(left.joined)),
    ]
    if left.stayed_mean is not None and left.dropped_mean is not None:
        counts.append(("Average before, of those who stayed", points(left.stayed_mean)))
        counts.append(("Average before, of those who left", points(left.dropped_mean)))
    for when, wave in (("before", measure.before), ("after", measure.after)):
        whys = (
            ("Left it empty", wave.missing),
            ("Did not know or say", wave.refused),
            ("Not an answer", wave.impossible),
        )
        counts += [(f"{why} {when}", count(number)) for why, number in whys if number]
    if measure.comparison is not None:
        theirs = count(measure.comparison.attrition.matched)
        counts.append(("People who did not take part and answered both times", theirs))
    return counts


def cannot_show(result: SurveyResult) -> list[str]:
    """Say what a reader must not take from the survey, the gravest first."""
    first = result.measures[0]
    lines = [
        caution.text if measure is first else f"{name_of(measure)}: {small(caution.text)}"
        for measure, caution in _cautions(result)
    ]
    if result.refused:
        lines.append(f"Nothing is said on {', '.join(map(small, result.refused))}: the answers did not allow it.")
    return [*lines, "How long a change lasts: nobody was asked again later.", "How people feel who were never asked."]


def next_time(result: SurveyResult) -> list[str]:
    """Say what to do better in the next survey."""
    lines = dict.fromkeys(caution.next_time.replace("`", "") for _, caution in _cautions(result) if caution.next_time)
    return [*lines, "Ask once more some months after the end."]


def _cautions(result: SurveyResult) -> list[tuple[MeasureResult, Caution]]:
    """Return the cautions of each measure, but for kinds that an earlier measure has."""
    listed: list[tuple[MeasureResult, Caution]] = []
    for measure in result.measures:
        told = {caution.key for _, caution in listed}
        listed += [(measure, caution) for caution in measure.cautions if caution.key not in told]
    return listed[:MOST]
