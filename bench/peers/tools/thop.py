"""thop.profile: MAC and parameters, as floats."""

from __future__ import annotations

from thop import profile as counted
from torch import Tensor, nn

from bench.peers.tools import Figures

PACKAGE = "thop"


def profile(model: nn.Module, image: Tensor) -> Figures:
    macs, parameters = counted(model, inputs=(image,), verbose=False)
    return Figures(macs=int(macs), parameters=int(parameters))


WAYS = {"profile": profile}
