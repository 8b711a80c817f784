"""DeepSpeed's flops profiler: FLOP and MAC apart, parameters."""

from __future__ import annotations

from deepspeed.profiling.flops_profiler import get_model_profile
from torch import Tensor, nn

from bench.peers.tools import Figures

PACKAGE = "deepspeed"


def model_profile(model: nn.Module, image: Tensor) -> Figures:
    flops, macs, parameters = get_model_profile(
        model, args=[image], print_profile=False, detailed=False, warm_up=0, as_string=False
    )
    return Figures(int(flops), int(macs), int(parameters))


WAYS = {"get_model_profile": model_profile}
