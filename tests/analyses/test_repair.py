"""What an error says would be right, is right; and where nothing can be derived, nothing is said."""

from __future__ import annotations

import re
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
import torch
from torch import nn

import netledger as nl
from netledger.analyses import repair
from tests.frontends.torch.command import run_command


def said(source: Any, *shape: Any) -> str:
    with pytest.raises(nl.NetledgerError) as caught:
        nl.count(source, *shape)
    return str(caught.value)


def taken(source: Any, shape: tuple[int, ...]) -> bool:
    try:
        nl.count(source, shape)
    except nl.NetledgerError:
        return False
    return True


def convolutions(features: int) -> nn.Sequential:
    """The preset `vgg_mnist` as code."""
    layers: list[nn.Module] = []
    for count, (before, out) in zip((2, 2, 3, 3), pairwise((1, 64, 128, 256, 512)), strict=True):
        for turn in range(count):
            layers += [nn.Conv2d(out if turn else before, out, 3, padding=1), nn.ReLU()]
        layers.append(nn.MaxPool2d(2))
    return nn.Sequential(*layers, nn.Flatten(), nn.Linear(features, 4096), nn.ReLU(), nn.Linear(4096, 10))


class AlexNet(nn.Module):
    """AlexNet's layers in code; `flat` is how the map becomes a row."""

    def __init__(self, flat: Any) -> None:
        super().__init__()
        self.features = nn.Sequential(
            *(nn.Conv2d(3, 96, 11, stride=4), nn.ReLU(), nn.MaxPool2d(3, 2)),
            *(nn.Conv2d(96, 256, 5, padding=2), nn.ReLU(), nn.MaxPool2d(3, 2)),
            *(nn.Conv2d(256, 256, 3, padding=1), nn.ReLU(), nn.MaxPool2d(3, 2)),
        )
        self.fc = nn.Linear(9216, 10)
        self.flat = flat

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        made: torch.Tensor = self.fc(self.flat(self.features(x)))
        return made


@pytest.fixture(autouse=True)
def on_meta() -> Any:
    with torch.device("meta"):
        yield


# Features that do not fit.


def test_a_preset_with_an_input_too_large() -> None:
    assert (
        "fc1 expects 512 features; flatten1 gives 512×2×2 = 2,048. "
        "Inputs from 16×16 to 31×31 give 512; or write in_features: 2048."
    ) in said("vgg_mnist", "1x32x32")


def test_the_same_network_as_code() -> None:
    text = said(convolutions(512), (1, 1, 32, 32))
    assert (
        "25 (Linear) expects 512 features; 24 (Flatten) gives 512×2×2 = 2,048. "
        "Inputs from 16×16 to 31×31 give 512; or write Linear(2048, …)."
    ) in text
    assert "PyTorch RuntimeError" in text
    assert [size for size in range(1, 64) if taken(convolutions(512), (1, 1, size, size))] == list(range(16, 32))
    assert taken(convolutions(2048), (1, 1, 32, 32))


@pytest.mark.parametrize(
    ("flat", "made"),
    [
        (lambda x: torch.flatten(x, 1), "flatten1 gives 256×5×5 = 6,400"),
        (lambda x: x.view(x.size(0), -1), "reshape1 gives 1×256×5×5 = 6,400"),
        (lambda x: x.reshape(x.shape[0], -1), "reshape1 gives 1×256×5×5 = 6,400"),
    ],
)
def test_224_where_227_was_meant(flat: Any, made: str) -> None:
    text = said(AlexNet(flat), (1, 3, 224, 224))
    assert made in text
    assert "Inputs from 227×227 to 258×258 give 9,216; or write Linear(6400, …)." in text
    ends = {size: taken(AlexNet(flat), (1, 3, size, size)) for size in (226, 227, 258, 259)}
    assert ends == {226: False, 227: True, 258: True, 259: False}
    assert "test_repair.py:" in text


def test_without_a_batch_it_is_told_with_one() -> None:
    assert "flatten1 gives 256×5×5 = 6,400" in said(AlexNet(lambda x: torch.flatten(x, 1)), (3, 224, 224))


def test_a_view_that_says_how_many_there_are() -> None:
    text = said(AlexNet(lambda x: x.view(-1, 9216)), (1, 3, 224, 224))
    assert "features.8 (MaxPool2d) gives 256×5×5 = 6,400." in text
    assert "Inputs from 227×227 to 258×258 fit; or write (-1, 6400)." in text


# Channels.


@pytest.mark.parametrize(
    ("layers", "text"),
    [
        ((nn.Conv2d, (16, 8, 3)), "1 (Conv2d) expects 16 channels; 0 (Conv2d) gives 8. Write Conv2d(8, …)."),
        ((nn.ConvTranspose2d, (16, 8, 3)), "expects 16 channels; 0 (Conv2d) gives 8. Write ConvTranspose2d(8, …)."),
        ((nn.BatchNorm2d, (16,)), "1 (BatchNorm2d) expects 16 channels; 0 (Conv2d) gives 8. Write BatchNorm2d(8)."),
    ],
)
def test_channels_that_do_not_fit(layers: Any, text: str) -> None:
    kind, arguments = layers
    assert text in said(nn.Sequential(nn.Conv2d(3, 8, 3), kind(*arguments)), (1, 3, 32, 32))
    assert taken(nn.Sequential(nn.Conv2d(3, 8, 3), kind(8, *arguments[1:])), (1, 3, 32, 32))


def test_an_input_with_other_channels() -> None:
    text = said(nn.Conv2d(3, 8, 3), (1, 1, 32, 32))
    assert "expects 3 channels; the input gives 1. Inputs with channels = 3 fit; or write Conv2d(1, …)." in text


# Windows and groups.


def test_a_kernel_larger_than_the_map() -> None:
    net = nn.Sequential(nn.Conv2d(3, 8, 3), nn.MaxPool2d(8), nn.Conv2d(8, 8, 5))
    text = said(net, (1, 3, 32, 32))
    assert "2 (Conv2d) expects at least 5×5; 1 (MaxPool2d) gives 3×3." in text
    assert (
        "Inputs of at least 42×42 (tried up to 64×64) fit; or write kernel_size=3 or less, or padding=1 or more."
        in text
    )
    assert (taken(net, (1, 3, 41, 41)), taken(net, (1, 3, 42, 42))) == (False, True)


def test_a_kernel_larger_than_the_map_in_a_spec() -> None:
    text = said("lenet", "1x8x8")
    assert "conv2 expects at least 5×5; pool1 gives 4×4." in text
    least = int(re.findall(r"at least (\d+)×\d+ \(tried", text)[0])
    assert (taken("lenet", (1, least - 1, least - 1)), taken("lenet", (1, least, least))) == (False, True)
    assert "kernel: 4 or less, or padding: 1 or more" in text


def test_one_layer() -> None:
    with pytest.raises(nl.ShapeError) as caught:
        nl.layer("conv(8, 11)", "3x5x5")
    assert "Inputs of at least 11×11 (tried up to 64×64) fit; or write kernel: 5 or less" in str(caught.value)


def test_groups_that_do_not_divide() -> None:
    spec = "input: 12x8x8\nlayers: [conv: {out: 24, kernel: 3, groups: 5}]"
    assert "groups: 1 or 2 or 3 or 4 or 6 or 12." in said(spec)
    spec = "input: 4x8x8\nlayers: [conv: {out: 63, kernel: 3, groups: 4}]"
    assert "Write out: 60 or 64, or groups: 1." in said(spec)


# Maps that disagree.


class Sum(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.a = nn.Conv2d(3, 8, 3, padding=1)
        self.b = nn.Conv2d(8, 16, 3, padding=1)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        x = self.a(x)
        made: torch.Tensor = x + self.b(x)
        return made


class Joined(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.down, self.up = nn.Conv2d(3, 8, 2, 2), nn.ConvTranspose2d(8, 8, 2, 2)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return torch.cat([x, self.up(self.down(x))], 1)


def test_maps_that_disagree() -> None:
    text = said(Sum(), (1, 3, 8, 8))
    assert "a (Conv2d) gives 8×8×8, b (Conv2d) gives 16×8×8. Write b (Conv2d) with out_channels=8." in text
    text = said(Joined(), (1, 3, 31, 31))
    assert "the input gives 3×31×31, up (ConvTranspose2d) gives 8×30×30. Inputs of 30×30 or 32×32 fit." in text
    assert "Inputs of 556×556 or 572×572 fit." in said("unet", "1x570x570")


def test_a_weight_further_up_is_not_made_otherwise() -> None:
    """With other channels the norm behind the convolution would fail: that is not said to be right."""

    class Normed(Sum):
        def __init__(self) -> None:
            super().__init__()
            self.b = nn.Sequential(self.b, nn.BatchNorm2d(16))  # type: ignore[assignment]

    assert "out_channels=8" not in said(Normed(), (1, 3, 8, 8))


# When nothing is said.


def test_nothing_is_derived_until_it_is_read(monkeypatch: pytest.MonkeyPatch) -> None:
    calls: list[int] = []
    monkeypatch.setattr(repair, "advice", lambda *_: calls.append(1) or "")
    with pytest.raises(nl.ShapeError) as caught:
        nl.count("vgg_mnist", "1x32x32")
    assert not calls
    assert "Give the network an input" in str(caught.value)
    assert str(caught.value)
    assert calls == [1]


def test_a_mistake_while_deriving_hides_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*_: Any) -> str:
        raise ZeroDivisionError

    monkeypatch.setattr(repair, "advice", broken)
    assert "the weight has 512" in said("vgg_mnist", "1x32x32")


def test_a_network_that_fails_at_every_size() -> None:
    net = nn.Sequential(nn.Flatten(), nn.Linear(7, 5), nn.Linear(6, 2))
    text = said(net, (1, 1, 2, 2))
    assert "expects 7 features" in text
    assert "Inputs" not in text  # a later layer does not fit whatever the input is
    assert "Write Linear(4, …)." in text


def test_what_pytorch_takes_is_no_error() -> None:
    """A model may catch what PyTorch raises, and do something else."""

    def careful(x: torch.Tensor) -> torch.Tensor:
        try:
            return torch.nn.functional.linear(x, torch.zeros(4, 5))
        except RuntimeError:
            return torch.nn.functional.linear(x, torch.zeros(4, 3))

    assert nl.count(careful, (2, 3)).total("macs") == 24


def test_on_the_command_line(tmp_path: Path) -> None:
    file = tmp_path / "net.py"
    file.write_text("from tests.analyses.test_repair import Joined\n")
    ran = run_command("show", f"{file}:Joined", "--input", "1x3x31x31")
    assert ran.code == 2
    assert "Inputs of 30×30 or 32×32 fit." in ran.output
    assert "(up to the layer that failed)" in ran.output


def test_sizes_that_the_code_writes_down() -> None:
    """The run has (1, 8, 196) in it; at another size the code says another number, so the code itself is run."""

    class Patches(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.proj = nn.Conv2d(3, 8, 16, 16)
            self.places = nn.Parameter(torch.zeros(1, 8, 9))

        def forward(self, x: torch.Tensor) -> torch.Tensor:
            x = self.proj(x)
            made: torch.Tensor = x.reshape(x.shape[0], 8, x.shape[2] * x.shape[3]) + self.places
            return made

    text = said(Patches(), (1, 3, 64, 64))
    assert "Inputs from 48×48 to 63×63 fit." in text
    assert (taken(Patches(), (1, 3, 48, 48)), taken(Patches(), (1, 3, 47, 47))) == (True, False)


def test_sizes_that_the_code_refuses_are_not_said_to_fit() -> None:
    class Asserting(nn.Conv2d):
        def forward(self, x: torch.Tensor) -> torch.Tensor:
            torch._assert(x.shape[-1] == 24, "wrong size")
            return super().forward(x)

    net = nn.Sequential(Asserting(3, 8, 3), nn.Flatten(), nn.Linear(8 * 22 * 22, 2))
    assert "wrong size" in said(net, (1, 3, 32, 32))
    assert nl.accepts(net, (1, 3, 24, 24), up_to=40).sizes == (24,)


def test_a_deep_network_is_bounded() -> None:
    layers = "[" + ", ".join(["relu"] * 3000) + ", flatten, linear: {out: 3, in_features: 9}]"
    assert "write in_features: 192." in said(f"input: 3x8x8\nlayers: {layers}").lower()
