"""fvcore.nn.FlopCountAnalysis: its flops are MAC; parameters are another function of it."""

from __future__ import annotations

from fvcore.nn import FlopCountAnalysis
from torch import Tensor, nn

from bench.peers.tools import Figures

PACKAGE = "fvcore"


def analysis(model: nn.Module, image: Tensor) -> Figures:
    counted = FlopCountAnalysis(model, image).unsupported_ops_warnings(False).uncalled_modules_warnings(False)
    return Figures(macs=counted.tracer_warnings("none").total())


WAYS = {"analysis": analysis}
