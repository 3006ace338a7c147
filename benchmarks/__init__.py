"""Benchmarks: models swept by size, each against what an expert would do without wellbeva."""

import os

# NumPy's own loops run on one thread; its matrix products would not. Set before NumPy is first imported.
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
