"""Networks put together at random run in PyTorch, and are the same each time they are built."""

from __future__ import annotations

import torch
from hypothesis import HealthCheck, given, settings

from tests.outside.peers.strategies import Drawn, networks


@settings(max_examples=60, deadline=None, derandomize=True, suppress_health_check=list(HealthCheck))
@given(networks())
def test_they_run(drawn: Drawn) -> None:
    build, args = drawn
    with torch.no_grad():
        answered = build()(*(tensor.clone() for tensor in args))
    assert answered.numel() > 0
    assert [tensor.shape for tensor in build().parameters()] == [tensor.shape for tensor in build().parameters()]
