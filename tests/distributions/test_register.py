"""A family is refused when it is registered, not when it is first drawn from."""

from __future__ import annotations

from collections.abc import Iterable

import pytest

from wellbeva.distributions.families import FAMILIES
from wellbeva.distributions.family import Family, TailFamily, register
from wellbeva.distributions.moments import DensityFamily

EVERY = ("ppf", "cdf", "sf", "moments", "moments_between")


def family(bases: tuple[type[Family], ...], written: Iterable[str], **more: object) -> type[Family]:
    """Return a class with some methods, each of which returns nothing of use."""
    methods = {name: lambda self, *given: None for name in written}
    return type("Odd", bases, {"name": "odd", "title": "Odd", **methods, **more})


@pytest.mark.parametrize(
    ("bases", "written", "more", "lacks"),
    [
        ((Family,), EVERY[1:], {}, "`ppf`"),
        ((TailFamily,), ("from_below", *EVERY[1:]), {}, "`from_above`"),
        ((DensityFamily,), ("raw", *EVERY[:4]), {}, "`log_density`"),
        ((Family,), ("ppf", "cdf", "sf"), {}, "`moments`, `moments_between`"),
        ((Family,), EVERY, {"needs": "a and b"}, "`doc`, `example`, `recipes`"),
    ],
    ids=["no quantile", "one tail", "no density", "no moments", "no long form"],
)
def test_a_family_that_lacks_something_is_refused(
    bases: tuple[type[Family], ...], written: tuple[str, ...], more: dict[str, object], lacks: str
) -> None:
    with pytest.raises(TypeError, match=f"^the family Odd does not write {lacks};"):
        register(family(bases, written, **more))
    assert "odd" not in FAMILIES


def test_a_family_that_writes_all_is_registered(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(FAMILIES, "odd", None)
    register(family((TailFamily, DensityFamily), ("from_below", "from_above", "raw", "log_density", *EVERY[1:4])))
    assert FAMILIES["odd"].title == "Odd"
