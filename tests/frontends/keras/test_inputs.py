"""Inputs: as the model has them, or as they are said; and what is told when they do not fit."""

from __future__ import annotations

from typing import Any

import keras
import pytest
from keras import layers, ops

import netledger as nl
from netledger.core.errors import ForwardError, SourceError, ValuesNeededError


def test_a_model_knows_its_input() -> None:
    model = keras.Sequential([keras.Input((8, 8, 3)), layers.Conv2D(4, 3)])
    assert nl.count(model).inputs == ((1, 8, 8, 3),)
    assert nl.count(model, batch=4).inputs == ((4, 8, 8, 3),)
    assert nl.count(model, (8, 8, 3)).inputs == nl.count(model, (1, 8, 8, 3)).inputs == ((1, 8, 8, 3),)


def test_its_element_type() -> None:
    model = keras.Sequential([keras.Input((8,), dtype="int32"), layers.Embedding(10, 4)])
    network: Any = nl.count(model, (2, 8)).network
    assert network.tensors[network.inputs[0]].dtype == "int32"


def test_open_sizes_must_be_given() -> None:
    model = keras.Sequential([keras.Input((None, None, 3), name="image"), layers.Conv2D(4, 3)])
    with pytest.raises(SourceError) as caught:
        nl.count(model)
    assert "sizes of its input image open: ?x?x?x3" in str(caught.value)
    assert nl.count(model, (1, 8, 9, 3)).total("macs") == 6 * 7 * 4 * 27


def test_channels_first_is_told() -> None:
    model = keras.Sequential([keras.Input((8, 8, 3), name="image"), layers.Conv2D(4, 3)])
    with pytest.raises(SourceError) as caught:
        nl.count(model, (1, 3, 8, 8))
    assert "channels last" in str(caught.value)


def _two() -> Any:
    ids, mask = keras.Input((8,), dtype="int32", name="ids"), keras.Input((8, 1), name="mask")
    return keras.Model({"ids": ids, "mask": mask}, layers.Embedding(10, 4)(ids) * mask)


def test_inputs_by_name() -> None:
    model = _two()
    ledger = nl.count(model, {"mask": nl.Shape(2, 8, 1), "ids": nl.Shape(2, 8, dtype="int32")})
    assert sorted(ledger.inputs) == [(2, 8), (2, 8, 1)]
    with pytest.raises(SourceError) as caught:
        nl.count(model, {"maks": nl.Shape(2, 8, 1)})
    assert "Did you mean mask?" in str(caught.value)


def test_too_many_inputs() -> None:
    with pytest.raises(SourceError) as caught:
        nl.count(_two(), (2, 8), (2, 8, 1), (2, 8))
    assert "takes 2 inputs; 3 were given" in str(caught.value)


def test_a_layer_needs_an_input() -> None:
    with pytest.raises(SourceError) as caught:
        nl.count(layers.Dense(3))
    assert "needs an input" in str(caught.value)


def test_a_layer_that_was_built_knows_it() -> None:
    layer = layers.Dense(3)
    layer.build((None, 5))
    assert nl.count(layer).inputs == ((1, 5),)


def test_what_keras_says_of_a_mistake() -> None:
    """Its own words, the layer, and what was counted before."""
    model = keras.Sequential([layers.Dense(4, name="before"), layers.Conv2D(4, 3, name="wrong")])
    with pytest.raises(ForwardError) as caught:
        nl.count(model, (2, 5))
    assert "wrong (Conv2D)" in str(caught.value)
    assert "expected min_ndim=4" in str(caught.value)
    assert len(caught.value.ledger) == 1


def test_decisions_by_values() -> None:
    """A model that asks for values is told so; it is no crash."""

    class Deciding(keras.Model):
        def call(self, x: Any) -> Any:
            return x if ops.sum(x) > 0 else -x

    with pytest.raises((ValuesNeededError, ForwardError)):
        nl.count(Deciding(), (2, 5))


def test_what_depends_on_training() -> None:
    """Counted as at inference, whatever the layers around say in training."""
    model = keras.Sequential([keras.Input((8, 8, 3)), layers.RandomFlip(), layers.Dropout(0.5), layers.Flatten()])
    assert nl.count(model).total("arithmetic") == 0
