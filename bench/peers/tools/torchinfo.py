"""torchinfo.summary: mult-adds (MAC) and parameters."""

from __future__ import annotations

from torch import Tensor, nn
from torchinfo import summary as summarise

from bench.peers.tools import Figures

PACKAGE = "torchinfo"


def summary(model: nn.Module, image: Tensor) -> Figures:
    told = summarise(model, input_data=image, device=image.device, verbose=0, depth=1, col_names=("num_params",))
    return Figures(macs=told.total_mult_adds, parameters=told.total_params)


WAYS = {"summary": summary}
