"""What these tests share: their mark, and the process in which the tools are."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.outside.peers.serve import Server

HERE = Path(__file__).parent


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if HERE in item.path.parents:
            item.add_marker(pytest.mark.peers)


@pytest.fixture(scope="session")
def server() -> Iterator[Server]:
    """The tools; without the extra `peers`, tests of them are skipped."""
    started = Server()
    if started.missing:
        started.close()
        pytest.skip(f"not there: {', '.join(started.missing)}")
    yield started
    started.close()
