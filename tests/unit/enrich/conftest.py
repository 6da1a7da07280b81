from __future__ import annotations

import pytest

from streams.enrich import Enricher
from streams.enrich.link import PlacesBase


@pytest.fixture(scope="session")
def enricher() -> Enricher:
    return Enricher()


@pytest.fixture(scope="session")
def places() -> PlacesBase:
    return PlacesBase.open()
