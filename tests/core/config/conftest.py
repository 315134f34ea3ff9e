"""Profiles in a configuration folder of the test's own."""

from __future__ import annotations

import pytest

from zen.catalog import Catalog
from zen.config import Profiles


@pytest.fixture
def profiles(only_fakes: None, notices: list[str]) -> Profiles:
    del only_fakes  # what it needs is that it's there
    return Profiles(Catalog(), notices.append)
