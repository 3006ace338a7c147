"""All elements of a block together are each element alone, bit for bit."""

import numpy as np
import pytest

from wellbeva.distributions.spec import Distribution
from wellbeva.distributions.tables.fast_quantile import FastQuantile
from wellbeva.sampling import inverse_cdf
from wellbeva.sampling.inverse_cdf import InverseCdfs

LAWS = [
    (4, Distribution("normal", (0.3, 0.13))),
    (0, Distribution("beta", (24.1, 10.3))),
    (6, Distribution("triangular", (0.0, 1.0, 4.0))),
    (1, Distribution("normal", (7.0, 2.0))),
    (5, Distribution("gamma", (4.0, 3.0), 1.0, 20.0)),
    (2, Distribution("empirical", (1.0, 0.5, 2.0, 0.5))),
]
UNIFORMS = np.random.default_rng(8).random((7, 20_000)) * 0.98 + 0.01


@pytest.mark.parametrize("chunk", [1, 700, 8192, 50_000])
@pytest.mark.parametrize("count", [1, 512, 20_000])
def test_rows_together_are_rows_alone(monkeypatch, chunk, count):
    if chunk == 1 and count > 512:
        chunk = 64
    monkeypatch.setattr(inverse_cdf, "_CHUNK", chunk)
    block = UNIFORMS[:, :count].copy()
    InverseCdfs(LAWS)(block)
    for row, law in LAWS:
        assert block[row].tobytes() == FastQuantile(law)(UNIFORMS[row, :count]).tobytes(), law
    # A row that is nobody's stays as it was.
    assert np.array_equal(block[3], UNIFORMS[3, :count])


def test_a_table_that_several_elements_use_stands_once():
    inverses = InverseCdfs(LAWS)
    assert inverses.rows.tolist() == [4, 0, 1, 5]
    assert inverses.place[0] == inverses.place[2]
    assert len(set(inverses.place.tolist())) == 3
    assert inverses.tables.shape[0] == 3 * FastQuantile(LAWS[0][1]).form.table.rows.shape[0]
    assert inverses.tables.ctypes.data % 64 == 0
    assert [row for row, _ in inverses.others] == [6, 2]
