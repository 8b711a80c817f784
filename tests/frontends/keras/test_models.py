"""Models of every kind: graphs, lists, classes of one's own; and that nothing of them changes."""

from __future__ import annotations

import threading
from typing import Any

import keras
import pytest
from keras import layers, ops

import netledger as nl


class Block(layers.Layer):
    """A layer of a user's, with weights and layers of its own."""

    def __init__(self, width: int, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.wide = layers.Dense(4 * width, activation="gelu")
        self.narrow = layers.Dense(width)
        self.parts = [layers.Dense(width) for _ in range(2)]

    def build(self, shape: Any) -> None:
        """Two tensors."""
        self.place = self.add_weight(shape=(1, shape[1], shape[2]), name="place")
        self.scale = self.add_weight(shape=(shape[2],), name="scale")

    def call(self, x: Any) -> Any:
        """Residual."""
        x = x + self.place
        for part in self.parts:
            x = part(x)
        return x + self.narrow(self.wide(x)) * ops.sigmoid(self.scale)


class Net(keras.Model):
    """A model of a user's; one block is called twice."""

    def __init__(self) -> None:
        super().__init__()
        self.first = Block(8)
        self.second = Block(8)
        self.head = layers.Dense(3)

    def call(self, x: Any) -> Any:
        """Three blocks, two of them the same."""
        x = self.second(self.second(self.first(x)))
        return self.head(ops.max(x, axis=1))


MACS = 3 * 2 * 4 * (2 * 8 * 8 + 2 * 8 * 32) + 2 * 8 * 3
PARAMETERS = 2 * (2 * (8 * 8 + 8) + 8 * 32 + 32 + 32 * 8 + 8 + 4 * 8 + 8) + 8 * 3 + 3


def test_classes_of_ones_own() -> None:
    """By hand: products of three blocks and a head; two blocks' weights."""
    ledger = nl.count(Net(), (2, 4, 8))
    assert ledger.complete
    assert ledger.total("macs") == MACS
    assert ledger.parameters == PARAMETERS


def test_names_and_sharing() -> None:
    """Attributes where Keras chose the names; a second call has a number, and the same weights."""
    names = [entry.name for entry in nl.count(Net(), (2, 4, 8))]
    assert {"first.parts.0", "second.narrow", "second.narrow:2", "head"} <= set(names)


def test_it_is_not_built() -> None:
    """What Keras would build is built, counted, and taken away again."""
    model = Net()
    nl.count(model, (2, 4, 8))
    assert not model.built
    assert not model.first.wide.built
    assert not hasattr(model.first, "place")
    assert not model.weights


def test_nothing_of_a_built_model_changes() -> None:
    """Every attribute of every layer is the same object, with the same content."""
    model = Net()
    model.build((None, 4, 8))
    before = {id(layer): (layer, dict(layer.__dict__)) for layer in model._flatten_layers()}
    values = [ops.convert_to_numpy(weight).tobytes() for weight in model.weights]
    nodes = [len(layer._inbound_nodes) for layer in model._flatten_layers()]
    nl.count(model)
    for layer, attributes in before.values():
        assert layer.__dict__ == attributes
    assert [ops.convert_to_numpy(weight).tobytes() for weight in model.weights] == values
    assert [len(layer._inbound_nodes) for layer in model._flatten_layers()] == nodes


def _functions() -> list[Any]:
    from keras.src.backend.common.variables import Variable
    from keras.src.ops import nn, numpy
    from keras.src.ops.operation import Operation

    held = [layers.Layer.__call__, Operation.symbolic_call, numpy.any_symbolic_tensors, nn.any_symbolic_tensors]
    return [*held, Variable.__add__, Variable.__getitem__]


def test_keras_is_put_back() -> None:
    """Its own functions answer again, also after a mistake."""
    before = _functions()
    nl.count(Net(), (2, 4, 8))
    with pytest.raises(nl.NetledgerError):
        nl.count(layers.Dense(3), (2, 3, 4), nl.Shape(2, 3))
    assert _functions() == before


def test_other_threads_compute() -> None:
    """While one thread counts, another runs a model."""
    model, done = Net(), []
    real = keras.Sequential([keras.Input((3,)), layers.Dense(2)])

    def compute() -> None:
        for _ in range(20):
            done.append(tuple(real(ops.ones((2, 3))).shape))

    thread = threading.Thread(target=compute)
    thread.start()
    for _ in range(5):
        nl.count(model, (2, 4, 8))
    thread.join()
    assert done == [(2, 2)] * 20


def test_unbuilt_sequential() -> None:
    """A list of layers without an input takes any."""
    model = keras.Sequential([layers.Conv2D(4, 3, activation="relu"), layers.Flatten(), layers.Dense(2)])
    assert nl.count(model, (1, 6, 6, 3)).parameters == 3 * 9 * 4 + 4 + 64 * 2 + 2
    assert not model.built


def test_nested_models_and_shared_layers() -> None:
    """A model in a model; a layer that is called twice has its weights once."""
    inner = keras.Sequential([keras.Input((8,)), layers.Dense(8, name="fc")], name="tower")
    left, right = keras.Input((8,)), keras.Input((8,))
    model = keras.Model([left, right], layers.Concatenate(name="join")([inner(left), inner(right)]))
    ledger = nl.count(model)
    assert [entry.name for entry in ledger] == ["tower.fc", "tower.fc:2", "join"]
    assert ledger.parameters == 8 * 8 + 8
    assert ledger.total("macs") == 2 * 8 * 8


def test_frozen_layers_and_buffers() -> None:
    """`count_params` is parameters and buffers; frozen ones are not trainable."""
    model = keras.Sequential([keras.Input((8,)), layers.Dense(4), layers.BatchNormalization()])
    model.layers[0].trainable = False
    ledger = nl.count(model)
    assert ledger.parameters == 8 * 4 + 4 + 2 * 4
    assert ledger.parameter_counts.trainable == 2 * 4
    assert model.count_params() == ledger.parameters + 2 * 4


def test_mixed_precision() -> None:
    """Element types follow Keras's policy; the work is the same."""
    plain = keras.Sequential([keras.Input((8,)), layers.Dense(4)])
    mixed = keras.Sequential([keras.Input((8,)), layers.Dense(4, dtype="mixed_float16")])
    one, other = nl.count(plain), nl.count(mixed)
    assert one.total("arithmetic") == other.total("arithmetic")
    assert other.network is not None
    assert other.network.tensors[other.network.outputs[0]].dtype == "float16"


def test_explicit_arithmetic_of_variables() -> None:
    """Weights alone are symbols too: nothing is computed with them."""

    class Scaled(layers.Layer):
        def build(self, shape: Any) -> None:
            self.w = self.add_weight(shape=(shape[-1], 3))
            self.b = self.add_weight(shape=(3,))

        def call(self, x: Any) -> Any:
            return x @ (2 * self.w - ops.mean(self.w, axis=0)) + self.b[None, :]

    ledger = nl.count(Scaled(), (2, 5))
    assert ledger.complete
    assert ledger.total("macs") == 2 * 5 * 3


def test_a_bias_of_ones_own() -> None:
    """A stored vector that is added to a product is its bias."""

    class Own(layers.Layer):
        def build(self, shape: Any) -> None:
            self.w = self.add_weight(shape=(shape[-1], 3))
            self.b = self.add_weight(shape=(3,))

        def call(self, x: Any) -> Any:
            return ops.matmul(x, self.w) + self.b

    mine, theirs = nl.count(Own(), (2, 5)), nl.count(layers.Dense(3), (2, 5))
    assert mine.total("arithmetic") == theirs.total("arithmetic")
    assert [entry.op for entry in mine] == ["linear"]


def test_a_changed_convolution_is_entered() -> None:
    """A class that replaces what its base computes with is not taken for its base."""

    class Standardised(layers.Conv2D):
        def convolution_op(self, inputs: Any, kernel: Any) -> Any:
            kernel = kernel - ops.mean(kernel, axis=(0, 1, 2), keepdims=True)
            return super().convolution_op(inputs, kernel)

    mine, plain = nl.count(Standardised(4, 3), (1, 8, 8, 3)), nl.count(layers.Conv2D(4, 3), (1, 8, 8, 3))
    assert mine.complete
    assert mine.total("macs") == plain.total("macs")
    assert "subtract" in [entry.op for entry in mine]


def test_pytorch_inside() -> None:
    """A layer that calls the backend is followed by the front end of PyTorch, built or not."""
    import torch

    class Raw(layers.Layer):
        def build(self, shape: Any) -> None:
            self.w = self.add_weight(shape=(shape[-1], 3), name="w")

        def call(self, x: Any) -> Any:
            return torch.relu(torch.matmul(x, self.w))

    unbuilt, layer = Raw(), Raw()
    layer.build((2, 5))
    for one in (unbuilt, layer, keras.Sequential([keras.Input((5,)), layer])):
        ledger = nl.count(one, (2, 5))
        assert ledger.complete
        assert ledger.total("macs") == 2 * 5 * 3
        assert ledger.parameters == 15
