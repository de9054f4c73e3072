"""The databases, by their URL, for workers that open them by themselves."""

import pytest

from tests.conftest import DATABASES


@pytest.fixture(params=DATABASES)
def url(request: pytest.FixtureRequest) -> str:
    """A migrated database without a row: the test runs once for each kind."""
    made: str = request.getfixturevalue(f"{request.param}_url")
    return made
