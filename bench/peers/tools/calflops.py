"""calflops.calculate_flops: FLOP and MAC apart, trainable parameters."""

from __future__ import annotations

from calflops import calculate_flops as calculate
from torch import Tensor, nn

from bench.peers.tools import Figures

PACKAGE = "calflops"


def calculate_flops(model: nn.Module, image: Tensor) -> Figures:
    flops, macs, parameters = calculate(
        model, args=[image], kwargs={}, print_results=False, print_detailed=False, output_as_string=False
    )
    return Figures(int(flops), int(macs), int(parameters))


WAYS = {"calculate_flops": calculate_flops}
