"""Truth: Paddle's own shapes. An operation whose rule gives other shapes would be a gap: there is none."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

import netledger as nl
from tests.outside.paddle_runs import paddle

pytestmark = pytest.mark.filterwarnings("ignore")
RUN = settings(
    max_examples=40, deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.filter_too_much]
)
F = paddle().nn.functional
nn = paddle().nn


def counted(net: Any, *shape: int, dtype: str = "float32") -> nl.Ledger:
    """The ledger; what Paddle itself does not take is no case."""
    try:
        return nl.count(net, nl.Shape(*shape, dtype=dtype))
    except (nl.ForwardError, nl.ShapeError):
        assume(False)
        raise


def shapes_hold(net: Any, *shape: int) -> nl.Ledger:
    ledger = counted(net, *shape)
    assert ledger.complete, ledger.gaps
    net.eval()
    assert tuple(net(paddle().ones(list(shape))).shape) == _made(ledger)
    return ledger


def _made(ledger: nl.Ledger) -> tuple[int, ...]:
    return tuple(ledger.data.tensors[ledger.data.outputs[0]].shape)


@RUN
@given(data=st.data())
def test_convolutions(data: st.DataObject) -> None:
    groups = data.draw(st.integers(1, 3))
    inside, out = groups * data.draw(st.integers(1, 3)), groups * data.draw(st.integers(1, 3))
    options = {
        "stride": data.draw(st.integers(1, 3)),
        "padding": data.draw(st.sampled_from([0, 1, 2, "SAME", "VALID", [1, 0], [0, 1, 2, 1]])),
        "dilation": data.draw(st.integers(1, 2)),
        "groups": groups,
        "bias_attr": data.draw(st.sampled_from([None, False])),
        "data_format": data.draw(st.sampled_from(["NCHW", "NHWC"])),
    }
    kernel, size = data.draw(st.integers(1, 4)), (data.draw(st.integers(4, 9)), data.draw(st.integers(4, 9)))
    assume(options["dilation"] * (kernel - 1) < min(size))  # Paddle rounds less than no window up to one
    net = nn.Conv2D(inside, out, kernel, **options)
    shape = (2, inside, *size) if options["data_format"] == "NCHW" else (2, *size, inside)
    ledger = shapes_hold(net, *shape)
    made = _made(ledger)
    weight = net.weight.shape
    outputs = made[0] * made[1] * made[2] * made[3]
    assert ledger.total("macs") == outputs * weight[1] * weight[2] * weight[3]
    assert ledger.parameters == sum(int(one.size) for one in net.parameters())


@RUN
@given(data=st.data())
def test_transposed_convolutions(data: st.DataObject) -> None:
    stride, kernel = data.draw(st.integers(1, 3)), data.draw(st.integers(1, 4))
    options = {
        "stride": stride,
        "padding": data.draw(st.integers(0, 1)),
        "output_padding": data.draw(st.integers(0, max(0, stride - 1))),
        "dilation": data.draw(st.integers(1, 2)),
        "groups": data.draw(st.integers(1, 2)),
    }
    net = nn.Conv2DTranspose(4, 6, kernel, **options)
    ledger = shapes_hold(net, 2, 4, 5, 6)
    assert ledger.total("macs") == 2 * 5 * 6 * 4 * (6 // options["groups"]) * kernel * kernel


@RUN
@given(data=st.data())
def test_pools(data: st.DataObject) -> None:
    kernel = data.draw(st.integers(1, 4))
    options: dict[str, Any] = {
        "stride": data.draw(st.sampled_from([None, 1, 2, 3])),
        "padding": data.draw(st.sampled_from([0, 1, "SAME", "VALID"])),
        "ceil_mode": data.draw(st.booleans()),
    }
    assume(not (options["ceil_mode"] and options["padding"] == "VALID"))
    kind = data.draw(st.sampled_from([nn.MaxPool2D, nn.AvgPool2D]))
    shapes_hold(kind(kernel, **options), 2, 3, data.draw(st.integers(4, 9)), data.draw(st.integers(4, 9)))


@pytest.mark.parametrize(
    "call",
    [
        lambda x: F.interpolate(x, scale_factor=2, mode="bilinear"),
        lambda x: F.interpolate(x, size=[5, 7], mode="nearest"),
        lambda x: F.interpolate(x, scale_factor=1.5, mode="bicubic", align_corners=True),
        lambda x: F.pad(x, [1, 2, 0, 1], mode="reflect"),
        lambda x: F.pixel_shuffle(x, 2),
        lambda x: F.unfold(x, 3, 2, 1),
        lambda x: F.adaptive_avg_pool2d(x, [3, 2]),
        lambda x: F.adaptive_max_pool2d(x, 2),
        lambda x: F.local_response_norm(x, 5),
        lambda x: F.group_norm(x, 2),
        lambda x: F.instance_norm(x),
        lambda x: paddle().einsum("nchw,ndhw->ncd", x, x),
        lambda x: paddle().concat(paddle().split(x, [1, 3], axis=1)[::-1], axis=1),
        lambda x: paddle().stack(paddle().split(x, 2, axis=1)),
        lambda x: paddle().topk(x, 2)[0],
        lambda x: paddle().cumsum(x, axis=-1),
        lambda x: paddle().where(x > 0, x, -x),
        lambda x: x[:, 1:, ::2, -1],
        lambda x: x.flatten(1).unsqueeze(1).expand([2, 3, 4 * 6 * 6]),
        lambda x: paddle().matmul(x, x, transpose_y=True),
        lambda x: F.softmax(x.reshape([0, 4, -1]), axis=1),
        lambda x: paddle().clip(F.gelu(x) + F.silu(x) * F.hardswish(x), -1, 1),
        lambda x: F.log_softmax(paddle().roll(x, 1, 2).flip([1]).tile([1, 2, 1, 1])),
        lambda x: (x.max(1) - x.min(1)) / (x.std() + 1e-3) ** 2,
        lambda x: paddle().argmax(x, axis=1).astype("float32"),
    ],
)
def test_functions(call: Any) -> None:
    class Function(nn.Layer):  # type: ignore[misc]
        def forward(self, x: Any) -> Any:
            return call(x)

    shapes_hold(Function(), 2, 4, 6, 6)


@pytest.mark.parametrize("kind", ["LSTM", "GRU", "SimpleRNN"])
@pytest.mark.parametrize("direction", ["forward", "bidirect"])
@pytest.mark.parametrize("layers", [1, 2])
def test_recurrent_layers(kind: str, direction: str, layers: int) -> None:
    class First(nn.Layer):  # type: ignore[misc]
        def __init__(self) -> None:
            super().__init__()
            self.run = getattr(nn, kind)(4, 5, layers, direction)

        def forward(self, x: Any) -> Any:
            return self.run(x)[0]

    net = First()
    ledger = shapes_hold(net, 2, 3, 4)
    assert ledger.parameters == sum(int(one.size) for one in net.parameters())
    sums, ways = {"LSTM": 4, "GRU": 3, "SimpleRNN": 1}[kind], 1 + (direction == "bidirect")
    widths = [4, *(5 * ways,) * (layers - 1)]
    assert ledger.total("macs") == sum(2 * 3 * ways * sums * 5 * (width + 5) for width in widths)
