import importlib.util
from pathlib import Path

import pytest


def _load():
    spec = importlib.util.spec_from_file_location("small_case", Path(__file__).with_name("small_case.py"))
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.fixture(scope="session")
def small():
    return _load()


@pytest.fixture(scope="session")
def one(small):
    return small.small_case()
