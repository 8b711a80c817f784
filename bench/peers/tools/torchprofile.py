"""torchprofile.profile_macs: MAC, no parameters."""

from __future__ import annotations

from torch import Tensor, nn
from torchprofile import profile_macs as counted

from bench.peers.tools import Figures

PACKAGE = "torchprofile"


def profile_macs(model: nn.Module, image: Tensor) -> Figures:
    return Figures(macs=int(counted(model, image)))


WAYS = {"profile_macs": profile_macs}
