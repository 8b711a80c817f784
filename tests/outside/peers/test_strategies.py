"""Networks put together at random run in PyTorch, and are the same each time they are built."""

from __future__ import annotations

from collections.abc import Callable

import pytest
import torch
from hypothesis import HealthCheck, given, settings
from torch import Tensor, nn

from tests.outside.peers.strategies import Drawn, by_number, networks


def runs(build: Callable[[], nn.Module], args: tuple[Tensor, ...]) -> None:
    with torch.no_grad():
        answered = build()(*(tensor.clone() for tensor in args))
    assert answered.numel() > 0
    assert [tensor.shape for tensor in build().parameters()] == [tensor.shape for tensor in build().parameters()]


@settings(max_examples=60, deadline=None, derandomize=True, suppress_health_check=list(HealthCheck))
@given(networks())
def test_they_run(drawn: Drawn) -> None:
    runs(*drawn)


@pytest.mark.parametrize("number", range(60))
def test_they_run_by_number(number: int) -> None:
    runs(*by_number(number))
