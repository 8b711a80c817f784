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

FURTHER = """
    lambda_resnet26t mobileone_s0 cait_xxs36_224 coat_small convit_small convnext_pico cpubone_b0_bfrobust
    crossvit_18_dagger_240 csatv2 cs3darknet_s davit_small deit_small_distilled_patch16_224 dla102x
    edgenext_xx_small efficientformer_l3 efficientformerv2_s0 tf_efficientnetv2_b0 efficientvit_m1
    vit_small_patch16_rope_224 fasternet_t1 fastvit_sa12 focalnet_tiny_lrf gcvit_small ghostnet_050 hardcorenas_e
    hgnetv2_b0 hiera_small_abswin_256 hieradet_small hrnet_w18_small_v2 inception_next_atto inception_v3
    inception_v4 lcnetv2_small levit_128 lowformer_b0 mambaout_small maxvit_pico_rw_256 poolformerv2_s36
    mixer_s16_224 mobilenetv3_small_100 mobilevitv2_125 mvitv2_small nest_small_jx nextvit_small nf_resnet26
    pit_ti_224 rdnet_small regnetx_120 repghostnet_050 repvit_m1 res2net50_26w_8s resnest269e seresnet18 resnetv2_18
    rexnetr_300 selecsls60 legacy_seresnet18 sequencer2d_s shvit_s3 skresnet18 starnet_s4 swiftformer_s
    swin_s3_small_224 swinv2_small_window16_256 swinv2_cr_tiny_224 tiny_vit_21m_224 tnt_s_legacy_patch16_224
    twins_svt_small vgg11 visformer_tiny vit_tiny_patch16_224 vit_small_resnet26d_224 vit_relpos_small_patch16_224
    vitamin_small_224 ese_vovnet19b_slim_dw legacy_xception xception71 xcit_nano_12_p8_224
"""
"""One more of each of timm's files, none too large; no convention was written with these in view."""

NETWORKS = (*layers.NETWORKS, *pictures.NETWORKS, *(f"timm:{name}" for name in FURTHER.split()))
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
