"""Paddle, really run: further layers, their shapes where Paddle has rules of its own, and what paddle.flops says."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from netledger.conventions import load as convention
from netledger.conventions.paddle import parameters
from netledger.core.ledger import price
from netledger.core.network import Tensor
from netledger.ops import load
from tests.laws.entries import entry_of
from tests.laws.makers.spatial import along
from tests.laws.strategies import Case, cases
from tests.outside.paddle_runs import output_shape, paddle, report
from tests.outside.shapes import ours
from tests.outside.test_paddle import FEW, RUN, assert_reported, layer

MAPS = (2, 4, 4, 6)


def numbers(op: Any) -> bool:
    """Whether the padding is the same before and after, and everything fits a layer of Paddle."""
    return not isinstance(op.padding, str) and all(not isinstance(pad, tuple) for pad in along(op.padding, 1))


def transposed(case: Case) -> Any:
    """The layer of Paddle."""
    op, (tensor,) = case
    axes = len(tensor.shape) - 2
    options = {
        name: list(along(getattr(op, name), axes)) for name in ("stride", "padding", "output_padding", "dilation")
    }
    extra = {"groups": op.groups, "bias_attr": None if op.bias else False}
    kernel = list(along(op.kernel, axes))
    name = f"Conv{axes}DTranspose"
    return getattr(paddle().nn, name)(tensor.shape[1], op.out, kernel, **options, **extra)


TRANSPOSED = cases("conv_transpose").filter(lambda case: numbers(case[0]) and not slow(case))


def slow(case: Case) -> bool:
    return case[0].infer(case[1])[0].elements > 20_000


@FEW
@given(TRANSPOSED)
def test_transposed_convolutions(case: Case) -> None:
    """Shapes, parameters, and what paddle.flops charges: the kernel per output."""
    made = transposed(case)
    op, (tensor,) = case
    assert op.infer((tensor,))[0].shape == output_shape(made, tensor.shape)
    assert op.parameters((tensor,)) == {name: tuple(part.shape) for name, part in made.named_parameters()}
    assert_reported(case, made)


def test_same_is_another_size_in_paddle() -> None:
    """Size · S in TensorFlow and Keras; in Paddle what is cut off is what a convolution of the input would pad."""
    made = paddle().nn.Conv2DTranspose(2, 4, 3, stride=2, padding="SAME")
    assert output_shape(made, (1, 2, 5, 5)) == (1, 4, 9, 9)
    assert ours("conv_transpose", (1, 2, 5, 5), out=4, kernel=3, stride=2, padding="same") == ((1, 4, 10, 10),)
    assert ours("conv_transpose", (1, 2, 5, 5), out=4, kernel=3, stride=2, padding=1) == ((1, 4, 9, 9),)


LAYERS: dict[str, tuple[str, dict[str, Any], tuple[Any, ...]]] = {
    "elu": ("ELU", {}, ()),
    "selu": ("SELU", {}, ()),
    "celu": ("CELU", {}, ()),
    "softplus": ("Softplus", {}, ()),
    "softsign": ("Softsign", {}, ()),
    "mish": ("Mish", {}, ()),
    "hardtanh": ("Hardtanh", {}, ()),
    "hardshrink": ("Hardshrink", {}, ()),
    "softshrink": ("Softshrink", {}, ()),
    "tanhshrink": ("Tanhshrink", {}, ()),
    "logsigmoid": ("LogSigmoid", {}, ()),
    "thresholded_relu": ("ThresholdedReLU", {}, ()),
    "prelu": ("PReLU", {"slopes": "channel"}, (4,)),
    "rrelu": ("RReLU", {}, ()),
    "glu": ("GLU", {}, ()),
    "log_softmax": ("LogSoftmax", {}, ()),
    "maxout": ("Maxout", {"groups": 2}, (2,)),
    "layernorm": ("LayerNorm", {"over": 2}, ([4, 6],)),
    "groupnorm": ("GroupNorm", {"groups": 2}, (2, 4)),
    "instancenorm": ("InstanceNorm2D", {"affine": True}, (4,)),
    "lp_pool": ("LPPool2D", {"norm": 2.0, "kernel": 2}, (2, 2)),
    "fractional_maxpool": ("FractionalMaxPool2D", {"kernel": 2, "out": 3}, (3, 2)),
    "pixel_shuffle": ("PixelShuffle", {"factor": 2}, (2,)),
    "pixel_unshuffle": ("PixelUnshuffle", {"factor": 2}, (2,)),
    "unfold": ("Unfold", {"kernel": 2, "padding": 1}, (2, 1, 1)),
}
"""The layer of Paddle, our attributes, and its arguments."""


@pytest.mark.parametrize("kind", LAYERS)
def test_free_layers(kind: str) -> None:
    """The shape is Paddle's; paddle.flops charges nothing, and counts the parameters."""
    name, attributes, args = LAYERS[kind]
    made = getattr(paddle().nn, name)(*args)
    made.eval()
    assert ours(kind, MAPS, **attributes) == (output_shape(made, MAPS),)
    assert_reported((load(kind)(**attributes), (Tensor(MAPS),)), made)


def test_fold() -> None:
    made = paddle().nn.Fold([4, 5], 2, paddings=1)
    assert ours("fold", (2, 12, 30), size=(4, 5), kernel=2, padding=1) == (output_shape(made, (2, 12, 30)),)
    assert_reported((load("fold")((4, 5), 2, padding=1), (Tensor((2, 12, 30)),)), made)


def test_deformable_convolution() -> None:
    """Parameters are counted, operations are not; the offsets come from elsewhere."""
    nn, inner = paddle().nn, paddle().vision.ops.DeformConv2D(2, 3, 2)

    class Shifted(nn.Layer):  # type: ignore[misc,name-defined]
        def __init__(self) -> None:
            super().__init__()
            self.inner = inner

        def forward(self, x: Any) -> Any:
            return self.inner(x, paddle().zeros([x.shape[0], 8, x.shape[2] - 1, x.shape[3] - 1]))

    entry = entry_of((load("deform_conv")(3, 2), (Tensor((1, 2, 5, 6)), Tensor((1, 8, 4, 5)))))
    said = report(Shifted(), (1, 2, 5, 6))
    assert output_shape(Shifted(), (1, 2, 5, 6)) == entry.outputs[0].shape
    assert (price(convention("paddle"), (entry,)), parameters(entry)) == said == (0, 3 * 2 * 4 + 3)


def test_unpooling() -> None:
    x = paddle().ones([1, 2, 6, 6])
    pooled, places = paddle().nn.functional.max_pool2d(x, 2, return_mask=True)
    made = paddle().nn.MaxUnPool2D(2)(pooled, places)
    assert ours("max_unpool", (1, 2, 3, 3), (1, 2, 3, 3), kernel=2) == (tuple(made.shape),)
    assert ours("maxpool", (1, 2, 6, 6), kernel=2, indices=True) == (tuple(pooled.shape), tuple(places.shape))


@pytest.mark.parametrize("mode", ["nearest", "bilinear", "bicubic", "area"])
@RUN
@given(st.sampled_from((2, 0.5, 1.5)), st.booleans(), st.integers(2, 7))
def test_interpolate(mode: str, factor: float, listed: bool, size: int) -> None:
    """paddle.nn.Upsample rounds fractional sizes down too."""
    from fractions import Fraction

    exact = int(factor) if factor == int(factor) else Fraction(factor)
    if mode == "area":  # Paddle takes sizes only
        options: dict[str, Any] = {"size": [int(size * factor), int((size + 1) * factor)]}
        mine: dict[str, Any] = {"size": tuple(options["size"])}
    else:
        options = {"scale_factor": [factor, factor] if listed else factor}
        mine = {"scale": (exact, exact) if listed else exact}
    made = paddle().nn.Upsample(mode=mode, **options)
    shape = (2, 3, size, size + 1)
    assert ours("upsample", shape, mode=mode, **mine) == (output_shape(made, shape),)


def test_a_layer_for_so_many_axes_is_named_so() -> None:
    for axes in (1, 2, 3):
        made = layer("InstanceNorm", axes, 4)
        shape = (2, 4, *(3,) * axes)
        assert_reported((load("instancenorm")(affine=True), (Tensor(shape),)), made)
