"""The graph, and how a front end lays it out."""

from __future__ import annotations

import pytest

from netledger.core.errors import ShapeError
from netledger.core.network import DTYPE_BITS, Builder, Network, Parameter, Provenance, Tensor
from netledger.ops import load


def test_elements_and_bytes() -> None:
    image = Tensor((1, 3, 224, 224))
    assert image.elements == 150_528
    assert image.bytes == 602_112
    assert image.like((2,)) == Tensor((2,), image.dtype)
    assert Tensor((), "int64").elements == 1
    assert Tensor((4,), "float16").like((8,)).bytes == 16


@pytest.mark.parametrize("dtype", DTYPE_BITS)
def test_elements_take_whole_bytes_or_are_packed_into_them(dtype: str) -> None:
    """Eight elements take exactly their bits; three, the bytes that these need."""
    assert Tensor((8,), dtype).bytes == DTYPE_BITS[dtype]
    bits = 3 * DTYPE_BITS[dtype]
    assert bits <= Tensor((3,), dtype).bytes * 8 < bits + 8


def test_a_parameter_has_elements() -> None:
    assert Parameter("weight", (4, 2, 3, 3)).elements == 72


def lenet_start() -> tuple[Builder, Network]:
    builder = Builder()
    image = builder.input(Tensor((1, 1, 28, 28)))
    (maps,) = builder.add(load("conv")(6, 5), (image,), "conv1", "features", provenance=Provenance("lenet.py", 7))
    halves = builder.add(load("split")(2), (maps,), "split1")
    (joined,) = builder.add(load("concat")(), halves, "concat1")
    return builder, builder.network("LeNet", "LeCun et al.", (joined,))


def test_tensors_are_numbered_in_order() -> None:
    _, network = lenet_start()
    assert network.inputs == (0,)
    assert network.outputs == (4,)
    assert [node.inputs for node in network.nodes] == [(0,), (1,), (2, 3)]
    assert [node.outputs for node in network.nodes] == [(1,), (2, 3), (4,)]
    assert [tensor.shape for tensor in network.at((2, 3))] == [(1, 3, 24, 24)] * 2
    assert (network.name, network.source) == ("LeNet", "LeCun et al.")


def test_a_node_knows_where_it_comes_from() -> None:
    _, network = lenet_start()
    first, second = network.nodes[:2]
    assert (first.name, first.scope, str(first.op)) == ("conv1", "features", "conv(6, 5)")
    assert first.provenance == Provenance("lenet.py", 7)
    assert second.provenance == Provenance()


def test_parameters_are_laid_out_with_their_layer() -> None:
    _, network = lenet_start()
    assert network.nodes[0].parameters == (
        Parameter("weight", (6, 1, 5, 5), key="conv1.weight"),
        Parameter("bias", (6,), key="conv1.bias"),
    )
    assert network.nodes[1].parameters == ()


def test_buffers_are_state_and_frozen_layers_do_not_train() -> None:
    builder = Builder()
    image = builder.input(Tensor((1, 3, 8, 8)))
    for name, trainable in (("bn1", True), ("bn2", False)):
        builder.add(load("batchnorm")(), (image,), name, trainable=trainable)
    for node, trainable in zip(builder.network("", "", ()).nodes, (True, False), strict=True):
        kinds = {part.role: (part.trainable, part.buffer) for part in node.parameters}
        assert kinds == {
            "scale": (trainable, False),
            "shift": (trainable, False),
            "running_mean": (False, True),
            "running_var": (False, True),
        }


def test_a_layer_that_cannot_take_its_input_is_named() -> None:
    builder = Builder()
    image = builder.input(Tensor((1, 3, 8, 8)))
    with pytest.raises(ShapeError) as caught:
        builder.add(load("conv")(6, 11), (image,), "conv1")
    rule, values, _ = str(caught.value).splitlines()
    assert rule == "conv1, conv(6, 11): the output would be empty: no window fits"
    assert values.startswith("  values: input")
    assert "kernel 11" in values
    assert builder.nodes == []


def test_an_error_shows_the_shapes_of_all_inputs() -> None:
    builder = Builder()
    numbers = tuple(builder.input(Tensor(shape)) for shape in ((1, 3), (1, 4)))
    with pytest.raises(ShapeError) as caught:
        builder.add(load("add")(), numbers, "add1")
    assert caught.value.values["input"] == "1x3, 1x4"


def test_a_network_is_frozen() -> None:
    _, network = lenet_start()
    for thing, name in ((network, "nodes"), (network.nodes[0], "op"), (network.tensors[0], "shape")):
        with pytest.raises(AttributeError):
            setattr(thing, name, ())
    with pytest.raises(AttributeError):
        network.nodes[0].op.kernel = 3


def test_a_network_does_not_change_when_the_builder_goes_on() -> None:
    builder, network = lenet_start()
    builder.add(load("relu")(), network.outputs, "relu1")
    assert len(network.nodes) == 3
