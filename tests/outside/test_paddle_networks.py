"""Truth: paddle.flops, on every model of paddle.vision: its total, and its table line by line."""

from __future__ import annotations

import contextlib
import io
import warnings
from typing import Any

import pytest

import netledger as nl

with warnings.catch_warnings():
    warnings.simplefilter("ignore")
    import paddle

pytestmark = pytest.mark.filterwarnings("ignore")

SHAPES = {"LeNet": (1, 1, 28, 28), "inception_v3": (1, 3, 299, 299)}
MODELS = ["LeNet", *(name for name in paddle.vision.models.__all__ if name[0].islower())]


def printed(net: Any, shape: tuple[int, ...]) -> tuple[int, str]:
    """What paddle.flops answers, and its table and closing line."""
    text = io.StringIO()
    with contextlib.redirect_stdout(text):
        total = paddle.flops(net, list(shape), print_detail=True)
    found = text.getvalue()
    return int(total), found[found.index("+-") :].rstrip()


@pytest.mark.parametrize("name", MODELS)
def test_every_model_of_paddle_vision(name: str) -> None:
    shape = SHAPES.get(name, (1, 3, 224, 224))
    net = getattr(paddle.vision.models, name)()
    net.eval()
    ledger = nl.count(net, shape)
    total, table = printed(net, shape)
    assert ledger.complete
    assert ledger.total("paddle") == total
    ours = ledger.to("paddle").splitlines()
    expected = table.splitlines()
    assert ours[: len(expected)] == expected
    assert bool(ours[len(expected) :]) == ("batch_norm" in table)  # the note about running statistics
    counts = ledger.parameter_counts
    assert counts.total + counts.buffers == sum(int(one.size) for one in net.parameters())


def test_a_layer_with_two_parents_is_watched_twice() -> None:
    shared = paddle.nn.Conv2D(2, 2, 1)

    class Twice(paddle.nn.Layer):  # type: ignore[misc]
        def __init__(self) -> None:
            super().__init__()
            self.one = paddle.nn.Sequential(shared)
            self.two = paddle.nn.Sequential(shared)

        def forward(self, x: Any) -> Any:
            return self.two(self.one(x))

    net = Twice()
    ledger = nl.count(net, (1, 2, 4, 4))
    assert ledger.total("paddle") == printed(net, (1, 2, 4, 4))[0]
    assert ledger.parameters == 6


@pytest.mark.parametrize("layer", ["Conv1D", "Conv3D", "Conv1DTranspose", "Conv2DTranspose", "Conv3DTranspose"])
def test_other_convolutions(layer: str) -> None:
    net = paddle.nn.Sequential(getattr(paddle.nn, layer)(4, 6, 3, groups=2), paddle.nn.ReLU())
    shape = (2, 4, *(7,) * int(layer[4]))
    assert nl.count(net, shape).total("paddle") == printed(net, shape)[0]


def test_what_is_not_known_there_is_free() -> None:
    layers = (paddle.nn.BatchNorm1D(3), paddle.nn.LayerNorm(8), paddle.nn.LeakyReLU(), paddle.nn.AvgPool1D(2))
    net = paddle.nn.Sequential(*layers, paddle.nn.AdaptiveAvgPool1D(3), paddle.nn.Softmax())
    net.eval()
    assert nl.count(net, (2, 3, 8)).total("paddle") == printed(net, (2, 3, 8))[0]


def test_channels_last_takes_the_height_for_the_channels() -> None:
    net = paddle.nn.Sequential(paddle.nn.Conv2D(3, 4, 3, data_format="NHWC"), paddle.nn.ReLU())
    assert nl.count(net, (1, 8, 8, 3)).total("paddle") == printed(net, (1, 8, 8, 3))[0]
