from __future__ import annotations

import pytest

from tests.integration.probes.authority import Trust, make_trust


@pytest.fixture(scope="session")
def trust(tmp_path_factory) -> Trust:
    return make_trust(tmp_path_factory.mktemp("trust"))
