"""Networks built in Python: the same words, the same networks, the same errors as in the text."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

import numpy as np
import pytest

import netledger as nl
from netledger.ops import FOLDER

spec = nl.spec


def test_a_network_of_calls_is_that_of_the_text() -> None:
    built = spec.network(
        [
            spec.conv(96, 11, stride=4, name="conv1"),
            "relu",
            spec.maxpool(3, stride=2, padding=[[0, 1], [0, 1]]),
            spec.branches(
                [[spec.conv("width // 2", 1)], [spec.conv(out="width // 2", kernel=3, padding="same")]], join="concat"
            ),
            spec.repeat(2, [spec.use("unit", out=64)], name="stage"),
            spec.upsample(scale=Fraction(3, 2)),
            {"flatten": None},
            spec.dropout(0.25),
            spec.linear(out="classes", bias=False, from_=["flatten1"]),
        ],
        name="built",
        input="3x67x67",
        let={"width": 64, "classes": 10},
        blocks={"unit": spec.block([spec.conv("out", 3, padding=1), spec.relu()], out=None)},
    )
    text = """
name: built
input: 3x67x67
let: {width: 64, classes: 10}
blocks:
  unit: {parameters: {out: null}, layers: [conv: {out: out, kernel: 3, padding: 1}, relu]}
layers:
  - conv: {out: 96, kernel: 11, stride: 4, name: conv1}
  - relu
  - maxpool: {kernel: 3, stride: 2, padding: [[0, 1], [0, 1]]}
  - branches:
      join: concat
      paths: [[conv: {out: width // 2, kernel: 1}], [conv: {out: width // 2, kernel: 3, padding: same}]]
  - repeat: {name: stage, times: 2, layers: [use: {block: unit, out: 64}]}
  - upsample: {scale: 3/2}
  - flatten
  - dropout: 0.25
  - linear: {out: classes, bias: false, from: flatten1}
"""
    for source in (text, str(built)):
        assert facts(nl.count(built)) == facts(nl.count(source))
    assert nl.count(built, (2, 3, 99, 99)).inputs == ((2, 3, 99, 99),)
    assert nl.count(built, let={"classes": 7})["fc1"].outputs == ((1, 7),)


def facts(ledger: nl.Ledger) -> list[Any]:
    return [entry.data._replace(provenance=None) for entry in ledger]  # type: ignore[arg-type]


def test_numbers_of_numpy_are_numbers() -> None:
    layers = [spec.linear(np.int64(3), bias=np.True_), spec.dropout(np.float32(0.5))]
    built = spec.network(layers, input=f"{np.int32(4)}")
    assert nl.count(built).parameters == nl.count(str(built)).parameters == 15


@pytest.mark.parametrize("kind", FOLDER.names())
def test_every_layer_can_be_called(kind: str) -> None:
    assert callable(getattr(spec, kind))
    assert kind in dir(spec)


def test_an_unknown_layer_is_an_error_that_helps() -> None:
    with pytest.raises(AttributeError, match=r"unknown layer 'cnov'\. Did you mean conv"):
        spec.cnov(3)


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda: spec.conv(8, 3, strid=2), "conv has no 'strid'"),
        (lambda: spec.conv(8, 3, out=2), "out is given twice"),
        (lambda: spec.relu(3), "relu takes at most 0 values"),
        (lambda: spec.network(["relu"], inputs="3x4"), "a spec has no 'inputs'"),
        (lambda: nl.count(spec.network([spec.conv(object(), 3)], input="3x4x4")), "is no value of a spec"),
        (lambda: nl.count(spec.network([spec.conv(8, 9)], input="3x4x4")), "no window fits"),
        (lambda: nl.count(spec.network([spec.conv(10**5000, 9)], input="3x4x4")), r"at most 2\^63"),
        (lambda: nl.count(nested(60, 1)), "nest at most 48 deep"),
        (lambda: nl.count(nested(14, 4)), "at most 50000 values"),
        (lambda: spec.network(5), "a list of layers is needed"),
        (lambda: spec.branches(5, join="add"), "a list of layers is needed"),
        (lambda: spec.branches([5], join="add"), "a list of layers is needed"),
    ],
)
def test_mistakes_are_told_at_the_line_of_the_call(make: Any, message: str) -> None:
    with pytest.raises(nl.NetledgerError, match=message) as caught:
        make()
    assert caught.value.where is not None
    assert caught.value.where.file == __file__
    assert "lambda: " in caught.value.where.text or "spec.repeat" in caught.value.where.text


def nested(depth: int, times: int) -> Any:
    layers: list[Any] = ["relu"]
    for _ in range(depth):
        layers = [spec.repeat(1, layers * times)]
    return spec.network(layers, input="3x4x4")


def test_what_cannot_be_written_is_said() -> None:
    with pytest.raises(nl.SpecError, match="is no value of a spec"):
        str(spec.network([spec.conv({4}, 3)], input="3x4x4"))
    with pytest.raises(nl.SpecError, match="nest at most 48 deep"):
        str(nested(60, 1))


def test_what_is_built_shows_itself() -> None:
    layer = spec.conv(8, 3, name="a")
    assert repr(layer) == "spec.conv(out=8, kernel=3, name='a')"
    assert repr(spec.network([layer], name="n", input="3x4x4")) == "<Spec of n: 1 layers>"
    assert str(spec.network([layer, "relu"], input="3x4x4")) == (
        "input: 3x4x4\nlayers:\n- conv: {out: 8, kernel: 3, name: a}\n- relu\n"
    )
