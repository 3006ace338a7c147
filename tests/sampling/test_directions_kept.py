"""The direction numbers that are kept in a file are those of SciPy's generator, and no run imports `scipy.stats`."""

import subprocess
import sys

import numpy as np

from wellbeva.sampling import sobol_directions


def test_the_kept_numbers_are_scipys():
    kept = np.load(sobol_directions.FILE, allow_pickle=False)
    assert kept.shape[0] == sobol_directions.KEPT
    np.testing.assert_array_equal(kept, sobol_directions.read_from_points(sobol_directions.KEPT, kept.shape[1]))


def test_beyond_the_file_nothing_changes():
    few, more = sobol_directions.KEPT, sobol_directions.KEPT + 1
    np.testing.assert_array_equal(
        sobol_directions.direction_numbers(few), sobol_directions.direction_numbers(more)[:few]
    )


def test_a_sampler_of_an_ordinary_model_does_not_import_scipy_stats():
    ask = "from wellbeva.sampling.sobol_directions import direction_numbers as d; d(40)"
    code = f"import sys; {ask}; print('scipy.stats' in sys.modules)"
    found = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert found.stdout == "False\n"
