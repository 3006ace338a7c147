"""Answers that are simulated, so that the truth behind them is known."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from wellbeva.evidence.determinants.panel import Panel


@dataclass(frozen=True)
class Truth:
    """What goes with one unit of access, of trust, of both, and of age; and how far areas and people are spread."""

    access: float = 0.15
    trust: float = 0.30
    together: float = 0.10
    age: float = -0.02
    place: float = 0.25
    person: float = 0.8
    noise: float = 1.0
    selected: float = 0.5
    """How far people with more trust are content for other reasons: what fixed effects of people take off."""
    sorted_by_age: float = 6.0
    """Standard deviation [years] of the mean age between areas."""

    def expected(self, panel: Panel, *, together: bool = True) -> np.ndarray:
        """Return the slopes per standard deviation in the sample, from its means."""
        (a, t), both = panel.determinants.values(), self.together if together else 0.0
        sd_a, sd_t = a.std(ddof=1), t.std(ddof=1)
        slopes = [(self.access + both * t.mean()) * sd_a, (self.trust + both * a.mean()) * sd_t, both * sd_a * sd_t]
        return np.array(slopes if together else slopes[:2])


def simulated(
    rng: np.random.Generator, *, areas: int = 20, each: int = 20, waves: int = 3, truth: Truth = Truth()
) -> tuple[Panel, np.ndarray]:
    """Return a panel, and the true gap of each area that is the area's own."""
    area = np.repeat(np.arange(areas), each * waves)
    person = np.repeat(np.arange(areas * each), waves)
    wave = np.tile(np.arange(waves), areas * each)
    kind = rng.normal(size=areas * each)[person]
    access = 0.5 * rng.normal(size=areas)[area] + 0.3 * kind + 0.8 * rng.normal(size=len(area))
    trust = 0.6 * kind + 0.3 * access + 0.7 * rng.normal(size=len(area))
    older = truth.sorted_by_age * rng.normal(size=areas)
    age = 50.0 + older[area] + 12.0 * rng.normal(size=areas * each)[person]
    place = truth.place * rng.normal(size=areas)
    own = truth.person * rng.normal(size=areas * each)[person] + truth.selected * kind
    answer = (
        7.0
        + truth.access * access
        + truth.trust * trust
        + truth.together * access * trust
        + truth.age * (age - 50.0)
        + 0.1 * wave
        + place[area]
        + own
        + truth.noise * rng.normal(size=len(area))
    )
    panel = Panel(
        answer,
        {"access": access, "trust": trust},
        {"age": age},
        {"wave": [str(one) for one in wave]} if waves > 1 else {},
        [str(one) for one in person],
        [f"area {one:02d}" for one in area],
    )
    return panel, place


def written() -> str:
    """Return the table of the docs, which is simulated: 24 areas of 15 people, asked twice, whole answers.

    Areas differ more than in most surveys, so that a small table shows it.
    """
    truth = Truth(place=0.4, sorted_by_age=15.0)
    panel, _ = simulated(np.random.default_rng(186), areas=24, each=15, waves=2, truth=truth)
    lines = ["person,area,wave,life_satisfaction,access,trust,age"]
    (access, trust), (age,) = panel.determinants.values(), panel.controls.values()
    for row, answer in enumerate(panel.outcome):
        who, area, wave = panel.people[row], panel.areas[row], 2022 + int(panel.kinds["wave"][row])
        numbers = f"{np.clip(np.rint(answer), 0, 10):.0f},{access[row]:.2f},{trust[row]:.2f},{age[row]:.0f}"
        lines.append(f"{who},{area},{wave},{numbers}")
    return "\n".join(lines) + "\n"
