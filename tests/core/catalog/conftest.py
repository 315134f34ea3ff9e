"""A plugin that is as it should be."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.core.catalog.plugins import MAIL

if TYPE_CHECKING:
    from tests.core.conftest import FakeDistribution
    from zen.catalog import Owner


@pytest.fixture
def mail(fake_distribution: FakeDistribution) -> Owner:
    """A distribution that is as it should be."""
    parts = """\
        from zen.components import BaseAlerter
        class Mail(BaseAlerter):
            TYPE, FLAVOR = "alerter", "mail"
            def post(self, message): return True
            def ask(self, question): return True
    """
    return fake_distribution("mail", MAIL.format(package="mail"), parts, version="1.2")
