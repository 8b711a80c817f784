"""torchscan: `measure_flops` (FLOP of operators), and `crawl_module` (that, the MAC of modules and parameters)."""

from __future__ import annotations

import torchscan
from torch import Tensor, nn

from bench.peers.tools import Figures

PACKAGE = "torchscan"


def measure_flops(model: nn.Module, image: Tensor) -> Figures:
    total = torchscan.measure_flops(lambda: model(image))["total"]
    return Figures(flops=total["known_value"], partial=total["status"] != "complete")


def crawl_module(model: nn.Module, image: Tensor) -> Figures:
    totals = torchscan.crawl_module(model, args=(image,))["totals"]
    flops, macs = totals["operator_flops"], totals["macs"]
    parameters = totals["trainable_parameters"]["value"] + totals["frozen_parameters"]["value"]
    partial = flops["status"] != "complete" or macs["status"] != "complete"
    return Figures(flops["known_value"], macs["known_value"], parameters, partial)


WAYS = {"measure_flops": measure_flops, "crawl_module": crawl_module}
