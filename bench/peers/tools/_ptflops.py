"""What both backends of ptflops share: the one function, which prints an exception and answers None."""

from __future__ import annotations

from ptflops import get_model_complexity_info
from torch import Tensor, nn

from bench.peers.tools import Figures


def complexity(model: nn.Module, image: Tensor, backend: str) -> Figures:
    macs, parameters = get_model_complexity_info(
        model, tuple(image.shape[1:]), backend=backend, as_strings=False, print_per_layer_stat=False, verbose=False
    )
    if macs is None:
        raise RuntimeError("it prints an exception and answers None")
    return Figures(macs=macs, parameters=parameters)
