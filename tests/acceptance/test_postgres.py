"""An order on PostgreSQL from its message to its result, both ways in."""

import psycopg
import pytest

from tests.acceptance.shop import SARI, Shop


@pytest.fixture(autouse=True)
def _on_postgresql(settings: dict[str, str], postgres_url: str) -> None:
    settings["DATABASE_URL"] = postgres_url
