"""Networks exported from PyTorch say what PyTorch's front end says, unless the exporter made another network.

Exporters fold batch normalisation into the convolution before it: the same is done to the model by PyTorch's own
`fuse` before it is counted, and every figure is equal again.
"""

from __future__ import annotations

import warnings
from collections.abc import Callable
from typing import Any

import pytest
import torch
from torch import nn

import netledger as nl
from bench import models
from tests.matrix.onnx_models import exported, varied

CONVENTIONS = ("macs", "flops", "textbook", "arithmetic")

SAMPLE = (
    *("torchvision:alexnet", "torchvision:densenet121", "torchvision:mnasnet0_5", "torchvision:mobilenet_v3_small"),
    *(
        "torchvision:resnet18",
        "torchvision:regnet_y_400mf",
        "torchvision:shufflenet_v2_x0_5",
        "torchvision:r2plus1d_18",
    ),
    *("torchvision:squeezenet1_1", "torchvision:vgg11_bn", "torchvision:lraspp_mobilenet_v3_large"),
    *(
        "torchvision:convnext_tiny",
        "timm:mixer_s16_224",
        "timm:visformer_tiny",
        "timm:pit_ti_224",
        "timm:resmlp_12_224",
    ),
)
BY_DYNAMO = ("torchvision:resnet18", "torchvision:vit_b_16", "timm:mixer_s16_224", "timm:convmixer_768_32")
FUSED = ("torchvision:resnet18", "torchvision:mnasnet0_5", "torchvision:vgg11_bn", "torchvision:shufflenet_v2_x0_5")


def built(name: str) -> tuple[nn.Module, Any]:
    model = models.build_unset(name)
    return varied(model), models.shapes(name, model)


@pytest.mark.parametrize("name", SAMPLE)
def test_macs_of_the_older_exporter(name: str) -> None:
    """Multiply-accumulates to the last one; nothing without a rule."""
    model, inputs = built(name)
    ledger = nl.count(exported(model, inputs, dynamo=False, opset_version=17))
    assert ledger.complete
    assert ledger.total("macs") == nl.count(model, *inputs).total("macs")


@pytest.mark.parametrize("name", BY_DYNAMO)
def test_macs_of_the_new_exporter(name: str) -> None:
    """The same."""
    model, inputs = built(name)
    ledger = nl.count(exported(model, inputs, dynamo=True))
    assert ledger.complete
    assert ledger.total("macs") == nl.count(model, *inputs).total("macs")


@pytest.mark.parametrize("name", FUSED)
def test_folded_batch_norm_is_all_that_differs(name: str) -> None:
    """Parameters and every base convention."""
    model, inputs = built(name)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        from torch.fx.experimental.optimization import fuse

        folded = fuse(model)
    same_figures(nl.count(exported(model, inputs, dynamo=False, opset_version=17)), nl.count(folded, *inputs))


def same_figures(ours: nl.Ledger, theirs: nl.Ledger) -> None:
    assert ours.complete
    assert ours.parameters == theirs.parameters
    assert {name: ours.total(name) for name in CONVENTIONS} == {name: theirs.total(name) for name in CONVENTIONS}
    first, second = ours.network, theirs.network
    assert first is not None
    assert second is not None
    assert first.at(first.outputs) == second.at(second.outputs)


class Lenet(nn.Sequential):
    """Two convolutions, three linear layers."""

    def __init__(self) -> None:
        convolutions = (nn.Conv2d(1, 6, 5), nn.Tanh(), nn.AvgPool2d(2), nn.Conv2d(6, 16, 5), nn.Tanh(), nn.AvgPool2d(2))
        linear = (nn.Flatten(), nn.Linear(400, 120), nn.Tanh(), nn.Linear(120, 84), nn.Tanh(), nn.Linear(84, 10))
        super().__init__(*convolutions, *linear)


class Unet(nn.Module):
    """Down, up by a transposed convolution, side by side with what was before."""

    def __init__(self) -> None:
        super().__init__()
        self.first, self.below = nn.Conv2d(3, 8, 3, padding=1), nn.Conv2d(8, 16, 3, padding=1)
        self.up, self.last = nn.ConvTranspose2d(16, 8, 2, 2), nn.Conv2d(16, 2, 1)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        kept = self.first(x).relu()
        below = self.below(nn.functional.max_pool2d(kept, 2)).relu()
        return self.last(torch.cat([self.up(below), kept], 1))


class Words(nn.Module):
    """An embedding, an LSTM, the last step, a linear layer."""

    def __init__(self) -> None:
        super().__init__()
        self.embedding, self.lstm = nn.Embedding(100, 12), nn.LSTM(12, 20, batch_first=True)
        self.head = nn.Linear(20, 2)

    def forward(self, ids: torch.Tensor) -> torch.Tensor:
        return self.head(self.lstm(self.embedding(ids))[0][:, -1])


class Encoder(nn.Module):
    """Attention written out, a norm, a perceptron."""

    def __init__(self) -> None:
        super().__init__()
        self.norm, self.qkv, self.out = nn.LayerNorm(32), nn.Linear(32, 96), nn.Linear(32, 32)
        self.second, self.up, self.down = nn.LayerNorm(32), nn.Linear(32, 64), nn.Linear(64, 32)
        self.position = nn.Parameter(torch.zeros(1, 10, 32))

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        x = x + self.position
        query, key, value = self.qkv(self.norm(x)).reshape(-1, 10, 3, 4, 8).permute(2, 0, 3, 1, 4).unbind(0)
        weights = (query @ key.transpose(-2, -1) * 8**-0.5).softmax(-1)
        x = x + self.out((weights @ value).transpose(1, 2).reshape(-1, 10, 32))
        return x + self.down(nn.functional.gelu(self.up(self.second(x))))


NETWORKS: dict[str, tuple[Callable[[], nn.Module], Any]] = {
    "lenet": (Lenet, (1, 1, 32, 32)),
    "unet": (Unet, (1, 3, 16, 16)),
    "encoder": (Encoder, (2, 10, 32)),
    "words": (Words, torch.zeros((2, 7), dtype=torch.int64)),
}


@pytest.mark.parametrize("dynamo", [False, True])
@pytest.mark.parametrize("name", NETWORKS)
def test_every_figure(name: str, dynamo: bool) -> None:
    """Nothing is folded here: all figures are equal."""
    make, shape = NETWORKS[name]
    model = varied(make())
    given = nl.Shape(*shape.shape, dtype="int64") if isinstance(shape, torch.Tensor) else shape
    options: dict[str, Any] = {} if dynamo else {"opset_version": 20}
    ours, theirs = nl.count(exported(model, [shape], dynamo=dynamo, **options)), nl.count(model, given)
    if name == "words" and dynamo:  # first states of zeros become stored tensors: h and c are one
        assert ours.parameters - theirs.parameters in (0, 40, 80)
        assert {one: ours.total(one) for one in CONVENTIONS} == {one: theirs.total(one) for one in CONVENTIONS}
        return
    same_figures(ours, theirs)
