"""torch.utils.flop_counter.FlopCounterMode: FLOP, no parameters."""

from __future__ import annotations

from torch import Tensor, nn
from torch.utils.flop_counter import FlopCounterMode

from bench.peers.tools import Figures

PACKAGE = "torch"


def counter_mode(model: nn.Module, image: Tensor) -> Figures:
    with FlopCounterMode(display=False) as counter:
        model(image)
    return Figures(flops=counter.get_total_flops())


WAYS = {"FlopCounterMode": counter_mode}
