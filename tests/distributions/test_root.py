"""The solver of the fits against SciPy's, and against roots known by hand."""

import math
import random
import subprocess
import sys

import pytest
from scipy.optimize import brentq

from wellbeva.distributions.numerics.root import root

XTOL, RTOL = 1e-13, 1e-14


def _families(draw):
    """Give functions with one root at a known place: flat, steep, kinked, and with a step."""
    at, power, scale = draw.uniform(-3.0, 3.0), draw.choice((0.3, 1.0, 3.0, 5.0)), draw.choice((1e-3, 1.0, 100.0))
    yield at, lambda x: math.copysign(abs(x - at) ** power, x - at) * scale
    yield at, lambda x: math.tanh(scale * (x - at)) + 0.01 * (x - at)
    yield at, lambda x: math.expm1(min(x - at, 300.0))
    yield at, lambda x: -1.0 if x < at else scale


def test_the_root_is_within_its_tolerance_and_takes_the_steps_of_brent():
    """SciPy's brentq is the same method, so that both ask for the same points but for rounding."""
    draw = random.Random(20261124)
    counts = {"ours": 0, "scipy": 0}

    def counted(function, who):
        def call(x):
            counts[who] += 1
            return function(x)

        return call

    for _ in range(300):
        for at, function in _families(draw):
            low, high = at - draw.expovariate(1.0) - 1e-6, at + draw.expovariate(0.3) + 1e-6
            ours = root(counted(function, "ours"), low, high, xtol=XTOL, rtol=RTOL)
            theirs = brentq(counted(function, "scipy"), low, high, xtol=XTOL, rtol=RTOL, maxiter=10_000)
            # each lies within its own tolerance of the root; a few ulp for evaluating x - at
            within = XTOL + RTOL * abs(at) + 4.0 * math.ulp(at)
            assert abs(ours - at) <= within, at
            assert abs(ours - theirs) <= 2.0 * within
    assert counts["ours"] == pytest.approx(counts["scipy"], rel=0.01)


@pytest.mark.parametrize(
    ("function", "low", "high", "found"),
    [
        (lambda x: x * x - 2.0, 0.0, 2.0, math.sqrt(2.0)),
        (lambda x: math.cos(x) - x, 0.0, 1.0, 0.7390851332151607),  # the Dottie number, OEIS A003957
        (math.log, 1e-300, 1e300, 1.0),
        (lambda x: 1e-200 * (x - 0.5) ** 3, 0.0, 1.7, 0.5),
    ],
)
def test_known_roots_from_either_side(function, low, high, found):
    for ends in ((low, high), (high, low)):
        assert root(function, *ends, xtol=1e-15, rtol=1e-15) == pytest.approx(found, rel=4e-15, abs=4e-15)


def test_an_end_that_is_the_root_is_returned_as_it_is():
    assert root(lambda x: x - 1.0, 1.0, 4.0, xtol=XTOL, rtol=RTOL) == 1.0
    assert root(lambda x: x - 4.0, 1.0, 4.0, xtol=XTOL, rtol=RTOL) == 4.0


@pytest.mark.parametrize("function", [lambda x: x * x + 1.0, lambda _: math.nan])
def test_without_a_change_of_sign_there_is_no_root(function):
    with pytest.raises(ValueError, match="no change of sign"):
        root(function, -1.0, 1.0, xtol=XTOL, rtol=RTOL)


def test_a_function_that_is_no_number_inside_is_refused():
    with pytest.raises(ArithmeticError, match="no root was found"):
        root(lambda x: x if abs(x) > 0.5 else math.nan, -1.0, 2.0, xtol=XTOL, rtol=RTOL)


def test_the_usual_fits_import_no_optimiser():
    """SciPy's takes 0.15 s to import, a third of what `check` takes for a small file."""
    words = (
        "import sys; from wellbeva.distributions.fit import fit_family; "
        "[fit_family(name, {'mean': 0.3, 'low': 0.1, 'high': 0.52}) for name in ('beta', 'gamma', 'lognormal')]; "
        "sys.exit('scipy.optimize' in sys.modules)"
    )
    assert subprocess.run([sys.executable, "-c", words], check=False).returncode == 0
