import pytest

from tests.results import small_case


@pytest.fixture(scope="session")
def small():
    return small_case


@pytest.fixture(scope="session")
def one():
    return small_case.small_case()
