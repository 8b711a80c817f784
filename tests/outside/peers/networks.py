"""What the tools are run on, by name: `probe:…`, `nn:…`, `torchvision:…`, `timm:…`, `random:…`, `rolls:…`."""

from __future__ import annotations

from typing import Any

import torch
from torch import Tensor, nn
from torch.utils._pytree import tree_map_only

from bench import models
from bench.peers import networks as pictures
from tests.outside.peers import layers
from tests.outside.peers.probes import PROBES
from tests.outside.peers.strategies import by_number, by_rolls

__all__ = ["NETWORKS", "SAMPLE", "build", "probes", "random"]

NETWORKS = (*layers.NETWORKS, *pictures.NETWORKS)
"""All whole networks."""

SAMPLE = (
    *("torchvision:resnet18", "torchvision:mobilenet_v2", "torchvision:vit_b_16", "torchvision:swin_t"),
    *("torchvision:lraspp_mobilenet_v3_large", "torchvision:squeezenet1_1"),
    *("timm:vit_tiny_patch16_224", "timm:ghostnet_100", "timm:mixer_s32_224", "timm:edgenext_xx_small"),
    *("nn:lstm", "nn:gru", "nn:cells", "nn:text", "nn:encoder", "nn:transformer", "nn:written_attention"),
    *("nn:generator", "nn:unet", "nn:pyramid", "nn:mixed", "nn:shared"),
)
"""Quick ones, of every family."""


def probes() -> list[str]:
    return [f"probe:{name}" for name in PROBES]


def random() -> list[str]:
    """Some of those that are put together at random; any other number is a name too."""
    return [f"random:{number}" for number in range(200)]


def build(name: str, batch: int = 1, device: str = "meta") -> tuple[nn.Module, tuple[Any, ...], dict[str, Any]]:
    """A network in eval mode, its positional and keyword arguments. Probes and random ones have their own batch."""
    torch.manual_seed(0)
    sort, _, rest = name.partition(":")
    if sort == "probe":
        model, args, kwargs = PROBES[rest]()
    elif sort in ("random", "rolls"):
        make, args = by_number(int(rest)) if sort == "random" else by_rolls(rest)
        model, kwargs = make(), {}
    elif sort == "nn":
        made, arguments = layers.NETWORKS[name]
        model, args, kwargs = made().eval(), arguments(batch), {}
    else:
        model = library(name, device)
        args, kwargs = pictured(models.shapes(name, model), batch, device), {}
    moved: dict[int, Tensor] = {}  # what is one tensor stays one
    args, kwargs = tree_map_only(Tensor, lambda it: moved.setdefault(id(it), it.to(device)), (args, kwargs))
    return model.to(device), args, kwargs


def pictured(shapes: tuple[Any, ...], batch: int, device: str) -> tuple[Any, ...]:
    return tuple(models.tensors((batch, *shape[1:]), device) for shape in shapes)


def library(name: str, device: str) -> nn.Module:
    """A network of the libraries. Some read numbers while they are built, which meta tensors do not have."""
    try:
        return models.build(name, device)
    except NotImplementedError:
        return models.build(name, "cpu")
