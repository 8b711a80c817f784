"""Keras, where its rules differ: transposed convolutions padded by name, fractional shapes, slopes per element."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from netledger.core.network import Tensor
from netledger.ops import load
from tests.outside.shapes import RUN, SMALL, ours

keras: Any = pytest.importorskip("keras")
FEW = settings(RUN, max_examples=25)


def last(shape: tuple[int, ...]) -> tuple[int, ...]:
    """Channels last, as Keras has it."""
    return (shape[0], *shape[2:], shape[1])


@pytest.mark.parametrize("padding", ["same", "valid"])
@FEW
@given(st.lists(st.integers(1, 7), min_size=1, max_size=3).map(tuple), SMALL, st.integers(1, 3), st.integers(1, 2))
def test_transposed_convolutions(padding: str, sizes: tuple[int, ...], kernel: int, stride: int, dilation: int) -> None:
    """`same` is size · S; `valid` is Keras' (size − 1)·S + span where the kernel is at least the stride."""
    if padding == "valid" and kernel < stride:
        return  # Keras makes (size)·S there: max(K − S, 0)
    dilation = 1 if stride > 1 else dilation  # Keras takes one or the other
    name = f"Conv{len(sizes)}DTranspose"
    made = getattr(keras.layers, name)(4, kernel, stride, padding=padding, dilation_rate=dilation)
    shape = (2, 3, *sizes)
    expected = made.compute_output_shape(last(shape))
    mine = ours("conv_transpose", shape, out=4, kernel=kernel, stride=stride, padding=padding, dilation=dilation)
    assert mine is not None
    assert last(mine[0]) == tuple(expected)


def test_a_short_kernel_in_keras() -> None:
    """`valid` never makes less than size · S in Keras: with numbers, that is output padding."""
    made = keras.layers.Conv1DTranspose(4, 1, 3, padding="valid")
    assert tuple(made.compute_output_shape((2, 5, 3))) == (2, 15, 4)
    assert ours("conv_transpose", (2, 3, 5), out=4, kernel=1, stride=3) == ((2, 4, 13),)
    assert ours("conv_transpose", (2, 3, 5), out=4, kernel=1, stride=3, output_padding=2) == ((2, 4, 15),)


def test_slopes_of_a_prelu() -> None:
    """One per element, unless axes are shared."""
    made = keras.layers.PReLU()
    made.build((None, 4, 5, 3))
    assert [tuple(part.shape) for part in made.weights] == [(4, 5, 3)]
    assert load("prelu")("element").parameters((Tensor((2, 4, 5, 3)),)) == {"weight": (4, 5, 3)}


def test_norms() -> None:
    """Scale and shift of the last axis; of each channel; without a shift."""
    for layer, kind, options in (
        (keras.layers.LayerNormalization(), "layernorm", {}),
        (keras.layers.LayerNormalization(center=False), "layernorm", {"bias": False}),
        (keras.layers.RMSNormalization(), "rmsnorm", {}),
    ):
        layer.build((2, 5, 6))
        stored = load(kind)(**options).parameters((Tensor((2, 5, 6)),))
        assert [tuple(part.shape) for part in layer.weights] == list(stored.values())
