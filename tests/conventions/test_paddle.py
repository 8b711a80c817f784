"""The habits of paddle.flops, one by one (against Paddle itself: tests/outside/test_paddle.py)."""

from __future__ import annotations

from typing import Any

import pytest

from netledger.conventions.paddle import amounts, layer_class, parameters
from tests.ops.helpers import entry


def total(kind: str, *shapes: tuple[int, ...], **attributes: Any) -> int:
    return sum(amounts(entry(kind, *shapes, **attributes)).values())


def test_a_convolution_has_products_and_biases() -> None:
    assert amounts(entry("conv", (1, 2, 320, 320), out=4, kernel=3, padding=1)) == {
        "products": 7_372_800,
        "bias": 409_600,
    }


def test_a_transposed_convolution_is_charged_at_its_output() -> None:
    """Stride 2 and kernel 2: 48 products, but 3·4 per output element for paddle.flops."""
    assert amounts(entry("conv_transpose", (1, 3, 2, 2), out=1, kernel=2, stride=2)) == {
        "products of a convolution of that output": 16 * 3 * 4,
        "bias": 16,
        "transposed convolutions, counted otherwise": 0,
    }
    made = amounts(entry("conv_transpose", (2, 6, 5), out=4, kernel=3, groups=2, bias=False))
    assert made["products of a convolution of that output"] == 2 * 4 * 7 * 3 * 3
    assert made["bias"] == 0


def test_a_linear_layer_has_products_only() -> None:
    assert total("linear", (5, 7, 2), out=4) == 280


def test_batch_norm_is_seen_in_two_dimensions_only() -> None:
    assert total("batchnorm", (2, 3, 4, 4)) == 2 * 96
    assert total("batchnorm", (2, 3)) == total("batchnorm", (2, 3, 4)) == total("batchnorm", (2, 3, 4, 4, 4)) == 0


def test_pools() -> None:
    assert total("avgpool", (1, 2, 6, 6), kernel=2) == 18
    assert total("maxpool", (1, 2, 6, 6), kernel=2) == 0
    assert total("adaptive_avgpool", (1, 2, 8), out=3) == 2 * 3 * (8 // 3 + 1)
    assert total("global_avgpool", (1, 2, 7, 7)) == total("global_avgpool", (1, 2, 7, 7), keepdims=False) == 2 * 50


def test_activations() -> None:
    assert total("leaky_relu", (2, 3)) == 6
    assert total("relu", (2, 3)) == total("gelu", (2, 3)) == total("softmax", (2, 3)) == 0


@pytest.mark.parametrize(
    ("kind", "shape", "attributes", "expected"),
    [
        ("conv", (1, 2, 5, 5), {"out": 1, "kernel": 1}, "Conv2D"),
        ("conv", (1, 2, 5, 5, 5), {"out": 1, "kernel": 1}, "Conv3D"),
        ("conv_transpose", (1, 2, 5), {"out": 1, "kernel": 1}, "Conv1DTranspose"),
        ("batchnorm", (1, 2), {}, "BatchNorm1D"),
        ("instancenorm", (1, 2, 5, 5), {}, "InstanceNorm2D"),
        ("relu", (1, 2), {}, "ReLU"),
        ("flatten", (1, 2, 5), {}, ""),
    ],
)
def test_classes(kind: str, shape: tuple[int, ...], attributes: dict[str, Any], expected: str) -> None:
    assert layer_class(entry(kind, shape, **attributes)) == expected


def test_running_statistics_are_parameters() -> None:
    assert parameters(entry("batchnorm", (1, 6, 4, 4))) == 24
    assert parameters(entry("linear", (1, 2), out=4)) == 12
    assert parameters(entry("add", (1, 2), (1, 2))) == 0
