"""A Network as a spec: reading what was written gives the same Network."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import netledger as nl
from netledger.core.network import Builder, Network, Provenance, Tensor
from netledger.frontends import spec
from netledger.frontends.spec.write import to_spec
from netledger.ops import FOLDER, load
from tests.frontends.spec.strategies import specs
from tests.laws.strategies import QUICK, cases


def bare(network: Network) -> Network:
    """The network without the places in the text."""
    return network._replace(nodes=tuple(node._replace(provenance=Provenance()) for node in network.nodes))


def check(network: Network) -> None:
    again = spec.network(str(to_spec(network)), spec.Options())
    assert bare(again)._replace(name="", source="") == bare(network)._replace(name="", source="")


@pytest.mark.parametrize("batch", [1, 3])
@pytest.mark.parametrize("preset", nl.presets())
def test_presets_go_round(preset: str, batch: int) -> None:
    network = spec.network(preset, spec.Options(batch=batch))
    check(network)
    again = spec.network(str(to_spec(network)), spec.Options())
    assert (again.name, again.source) == (network.name, network.source)


@given(specs())
@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
def test_any_spec_goes_round(text: dict[str, object]) -> None:
    check(spec.network(f"{json.dumps(text)}\n", spec.Options()))


@pytest.mark.parametrize("kind", FOLDER.names())
@QUICK
@given(data=st.data())
def test_any_operator_goes_round(kind: str, data: st.DataObject) -> None:
    """Every attribute of every operator has words."""
    op, inputs = data.draw(cases(kind))
    if not inputs or any(len(tensor.shape) < 2 for tensor in inputs) or len({tensor.shape[0] for tensor in inputs}) > 1:
        return
    if any(getattr(op, name) == () for name in op.ATTRIBUTES):
        return  # an empty list is no word of the language
    builder = Builder()
    given_ = tuple(map(builder.input, inputs))
    made = builder.add(op, given_, "it")
    check(builder.network("", "", made))


def test_a_spec_written_is_short_and_readable() -> None:
    text = nl.to_spec("lenet", batch=2)
    assert text.splitlines()[2:6] == [
        "input: 1x28x28",
        "batch: 2",
        "layers:",
        "- conv: {name: conv1, out: 6, kernel: 3, padding: 1}",
    ]


def network(*, key: str = "", trainable: tuple[bool, ...] = (True, True), dtype: str = "float32") -> Network:
    builder = Builder()
    start = builder.input(Tensor((1, 4)))
    made = builder.add(load("linear")(3), (start,), "fc")
    (node,) = builder.nodes
    parts = tuple(
        part._replace(key=key or part.key, trainable=flag, dtype=dtype)
        for part, flag in zip(node.parameters, trainable, strict=True)
    )
    builder.nodes = [node._replace(parameters=parts)]
    return builder.network("n", "", made)


@pytest.mark.parametrize(
    ("given_", "message"),
    [
        ({"key": "other.weight"}, "shares its weight"),
        ({"trainable": (True, False)}, "is trained in part"),
        ({"dtype": "float16"}, "is float16"),
    ],
)
def test_what_has_no_words_is_said(given_: dict[str, Any], message: str) -> None:
    with pytest.raises(nl.SourceError, match=message):
        to_spec(network(**given_))


def test_frozen_layers_stay_frozen() -> None:
    check(network(trainable=(False, False)))


def test_inputs_of_several_batches_have_no_words() -> None:
    builder = Builder()
    both = (builder.input(Tensor((1, 4))), builder.input(Tensor((2, 4))))
    made = builder.add(load("concat")(0), both, "cat")
    with pytest.raises(nl.SourceError, match="one batch"):
        to_spec(builder.network("", "", made))
    with pytest.raises(nl.SourceError, match="without inputs"):
        to_spec(Builder().network("", "", ()))


def test_several_inputs_and_outputs() -> None:
    builder = Builder()
    left, right = builder.input(Tensor((2, 4, 8))), builder.input(Tensor((2, 8), "int64"))
    (one,) = builder.add(load("relu")(), (left,), "input1")
    (two,) = builder.add(load("relu")(), (right,), "b")
    pieces = builder.add(load("split")(2), (one,), "a.0.split1", "a.0")
    check(builder.network("", "", (two, pieces[1])))


def test_names_with_points_and_outputs_in_a_spec() -> None:
    layers = "layers:\n - conv: {name: a.0.conv, out: 4, kernel: 1}\n - relu"
    text = f"input: 3x8x8\nbatch: 2\n{layers}\noutputs: [a.0.conv, relu1]"
    made = spec.network(text, spec.Options())
    assert [node.scope for node in made.nodes] == ["a.0", ""]
    assert made.outputs == (1, 2)
    assert made.tensors[0].shape == (2, 3, 8, 8)
    assert nl.count(text, (3, 9, 9)).inputs == ((2, 3, 9, 9),)
    assert nl.count(text, (5, 3, 9, 9)).inputs == ((5, 3, 9, 9),)
    for wrong, message in (
        ("batch: 0", "at least 1"),
        ("outputs: nothing", "unknown layer"),
        ("outputs: []", "name of a layer"),
    ):
        with pytest.raises(nl.NetledgerError, match=message):
            nl.count(f"input: 3x8x8\n{wrong}\nlayers: [relu]")
