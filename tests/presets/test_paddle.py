"""Truth: paddle.flops, really run on the networks of paddle.vision.models."""

from __future__ import annotations

import re
from types import ModuleType

import pytest

import netledger as nl
from netledger.conventions import paddle as convention

Row = dict[str, str]

pytestmark = [
    pytest.mark.filterwarnings("ignore:No ccache found:UserWarning"),
    pytest.mark.filterwarnings("ignore:Conversion of an array with ndim > 0 to a scalar:DeprecationWarning"),
]
"""Both come from inside Paddle: on import, and from its int() of a count."""

_LINE = re.compile(r"\|[^|]+\|[^|]+\|[^|]+\|\s*(\d+)\s*\|\s*(\d+)\s*\|")


@pytest.fixture(scope="module")
def paddle() -> ModuleType:
    import paddle

    return paddle


def test_same_as_paddle(paddle_models: Row, paddle: ModuleType, capsys: pytest.CaptureFixture[str]) -> None:
    """Total, parameters, and every row with a figure; Paddle lists rows as layers were built, not as they run."""
    size = tuple(map(int, paddle_models["size"].split("x")))
    model = getattr(paddle.vision.models, paddle_models["model"])()
    total = paddle.flops(model, [1, *size], print_detail=True)
    printed = _printed(capsys.readouterr().out)
    ledger = nl.count(paddle_models["preset"], size)
    assert ledger.total("paddle") == total
    assert sorted(filter(any, _rows(ledger))) == sorted(filter(any, printed))
    assert _stored(ledger) == sum(int(part.size) for part in model.parameters())


def test_every_row_of_lenet(paddle: ModuleType, capsys: pytest.CaptureFixture[str]) -> None:
    """Even the weights lie as they do in Paddle."""
    model = paddle.vision.models.LeNet()
    assert paddle.flops(model, [1, 1, 28, 28], print_detail=True) == 347_560
    ledger = nl.count("lenet")
    assert _rows(ledger) == _printed(capsys.readouterr().out) == _LENET
    assert (ledger.parameters, ledger.total("paddle")) == (61_610, 347_560)
    weights = [part.shape for entry in ledger for part in entry.parameter_list]
    assert weights == [tuple(part.shape) for part in model.parameters()]


_LENET = [
    *((60, 47_040), (0, 0), (0, 0)),
    *((2_416, 241_600), (0, 0), (0, 0)),
    *((48_120, 48_000), (10_164, 10_080), (850, 840)),
]


def test_vgg16() -> None:
    assert nl.count("vgg16").total("paddle") == 15_483_862_016


@pytest.mark.parametrize(("width", "size"), [("1", 224), ("0.75", 160), ("0.5", 160), ("0.25", 128)])
def test_mobilenet_v1_but_for_the_bias_of_its_classifier(width: str, size: int, paddle: ModuleType) -> None:
    """A linear layer in Paddle, whose bias paddle.flops does not charge; a 1x1 convolution in TF-slim."""
    model = paddle.vision.models.mobilenet_v1(scale=float(width))
    ledger = nl.count("mobilenet_v1", (3, size, size), let={"width": width})
    assert ledger.total("paddle") == paddle.flops(model, [1, 3, size, size]) + 1000
    assert _stored(ledger) == sum(int(part.size) for part in model.parameters())


def _printed(text: str) -> list[tuple[int, int]]:
    """Parameters and flops of every row that Paddle prints."""
    return [(int(parameters), int(flops)) for parameters, flops in _LINE.findall(text)]


def _rows(ledger: nl.Ledger) -> list[tuple[int, int]]:
    """The same of every entry that is a layer in Paddle."""
    return [
        (convention.parameters(entry.data), entry.total("paddle"))
        for entry in ledger
        if convention.layer_class(entry.data)
    ]


def _stored(ledger: nl.Ledger) -> int:
    """Paddle counts running statistics as parameters."""
    return ledger.parameter_counts.total + ledger.parameter_counts.buffers
