"""Files that nobody should trust: a clear mistake, or an answer, in bounded time and memory."""

from __future__ import annotations

import random
import time
import tracemalloc
from collections.abc import Callable
from functools import cache
from itertools import pairwise
from typing import Any

import numpy as np
import onnx
import pytest
from onnx import helper
from torch import nn

import netledger as nl
from netledger.core.errors import NetledgerError
from netledger.frontends.onnx import walk
from tests.frontends.onnx.makers import graph, info, model, node, numbers, stored
from tests.matrix.onnx_models import exported, varied

LONG = 20.0
"""Seconds: far more than it takes."""


def chain(count: int, first: str, **attributes: Any) -> list[Any]:
    """Each twice as long as the one before."""
    names = [first, *(f"a{place}" for place in range(count))]
    return [node("Concat", f"{a} {a}", b, axis=0) for a, b in pairwise(names)]


def bomb(depth: int) -> onnx.ModelProto:
    """Functions each of which calls the one before twice."""
    made = [helper.make_function("my", "F0", ["a"], ["b"], [node("Relu", "a", "b")], [helper.make_opsetid("", 18)])]
    for place in range(1, depth):
        called = f"F{place - 1}"
        body = [node(called, "a", "t", domain="my"), node(called, "t", "b", domain="my")]
        made.append(helper.make_function("my", f"F{place}", ["a"], ["b"], body, [helper.make_opsetid("my", 1)]))
    return model([node(f"F{depth - 1}", "x", "y", domain="my")], functions=made)


def endless() -> onnx.ModelProto:
    body = helper.make_function(
        "my", "F", ["a"], ["b"], [node("F", "a", "b", domain="my")], [helper.make_opsetid("my", 1)]
    )
    return model([node("F", "x", "y", domain="my")], functions=[body])


def nested(depth: int) -> onnx.ModelProto:
    """Branches in branches."""
    inner = plain = graph([node("Relu", "x", "o0")], {}, {"o0": None})
    for place in range(1, depth):
        made = node("If", "c", f"o{place}", then_branch=inner, else_branch=plain)
        inner = graph([made], {}, {f"o{place}": None})
    top = node("If", "c", "y", then_branch=inner, else_branch=plain)
    return model([top], held=[numbers("c", np.array(True))])


def loop(turns: int) -> onnx.ModelProto:
    body = graph([node("Relu", "v", "n"), node("Identity", "c", "d")], {}, {})
    body.input.extend([info("i", (), 7), info("c", (), 9), info("v", (3,))])
    body.output.extend([info("d", (), 9), info("n", (3,))])
    return model([node("Loop", "m _ x", "y", body=body)], {"x": (3,)}, held=[numbers("m", np.array(turns))])


def short() -> onnx.ModelProto:
    weight = stored("w", 2)
    weight.dims[0] = 10**9
    return model([node("Add", "x w", "y")], held=[weight])


MODELS: dict[str, tuple[Callable[[], onnx.ModelProto], str]] = {
    "circle": (lambda: model([node("Add", "x b", "a"), node("Relu", "a", "b"), node("Relu", "b", "y")]), "circle"),
    "missing": (lambda: model([node("Add", "x b", "y")]), "nothing makes"),
    "twice": (lambda: model([node("Relu", "x", "y"), node("Relu", "x", "y")]), "made twice"),
    "no output": (lambda: model([node("Relu", "x", "z")]), "nothing makes the output"),
    "unknown": (lambda: model([node("Foo", "x", "y", domain="zzz")]), "no rule for zzz.Foo"),
    "no attribute": (lambda: model([node("LRN", "x", "y")]), "not well formed"),
    "no input": (lambda: model([node("Conv", "x", "y")]), "left out, and needed"),
    "kernel": (lambda: model([node("MaxPool", "x", "y", kernel_shape=[0, 0])]), "at least 1"),
    "values": (short, "not as many values"),
    "negative": (lambda: model([node("Reshape", "x s", "y")], held=[numbers("s", np.array([-2, 5]))]), "at least -1"),
    "endless": (endless, "stand in each other"),
    "bomb": (lambda: bomb(23), "more than"),
    "turns": (lambda: loop(10**9), "too often"),
    "nested": (lambda: nested(29), "stand in each other"),
    "size": (lambda: model([node("Relu", "x", "y")], {"x": (2**40,)}), "beyond 2"),
    "type": (lambda: model([node("Cast", "x", "y", to=99)]), "element type 99"),
    "opset": (lambda: model([node("Relu", "x", "y")], version=10**6), "no version"),
}


@pytest.mark.parametrize("name", MODELS)
def test_a_clear_mistake(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(walk, "MOST_NODES", 5000)
    make, message = MODELS[name]
    started = time.monotonic()
    with pytest.raises(NetledgerError, match=message):
        nl.count(make())
    assert time.monotonic() - started < LONG


ENORMOUS: dict[str, Callable[[], onnx.ModelProto]] = {
    "constant": lambda: model(
        [node("ConstantOfShape", "s", "b"), node("Add", "x b", "y")],
        {"x": (1,)},
        held=[numbers("s", np.array([10**9] * 2))],
    ),
    "expand": lambda: model([node("Expand", "x s", "y")], {"x": (1,)}, held=[numbers("s", np.array([10**18]))]),
    "range": lambda: model(
        [node("Range", "a b c", "r"), node("Add", "x r", "y")],
        {"x": (1,)},
        held=[numbers("a", np.array(0)), numbers("b", np.array(2**62)), numbers("c", np.array(1))],
    ),
    "tile": lambda: model(
        [node("Tile", "x t", "a"), node("Tile", "a t", "y")], held=[numbers("t", np.array([2**60] * 4))]
    ),
    "concat": lambda: model([*chain(200, "x"), node("Relu", "a199", "y")]),
    "known": lambda: model([*chain(60, "k"), node("Expand", "x a59", "y")], held=[numbers("k", np.array([1, 1]))]),
    "turns": lambda: loop(5000),
}


@pytest.mark.parametrize("name", ENORMOUS)
def test_enormous_but_bounded(name: str) -> None:
    made = ENORMOUS[name]()
    tracemalloc.start()
    started = time.monotonic()
    try:
        nl.count(made)
    except NetledgerError:
        pass
    finally:
        peak = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
    assert time.monotonic() - started < LONG
    assert peak < 200_000_000


@pytest.mark.parametrize("data", [b"", b"\x00" * 100, b"hello", b"\x3a\xff\xff\xff\xff\x0f"])
def test_no_model(data: bytes) -> None:
    with pytest.raises(nl.SourceError):
        nl.count(data)


@pytest.mark.parametrize("path", ["not_there.onnx", "/", "a\0b.onnx", "/dev/zero.onnx"])
def test_no_file(path: str) -> None:
    with pytest.raises(nl.NetledgerError):
        nl.count(path if path.endswith("onnx") else "/.onnx")


def test_a_directory_is_no_file(tmp_path: Any) -> None:
    (tmp_path / "model.onnx").mkdir()
    with pytest.raises(nl.SourceError, match="not a file"):
        nl.count(tmp_path / "model.onnx")


class Net(nn.Module):
    """A little of everything."""

    def __init__(self) -> None:
        super().__init__()
        self.conv, self.norm = nn.Conv2d(3, 4, 3, padding=1), nn.BatchNorm2d(4)
        self.up = nn.ConvTranspose2d(4, 4, 2, 2)
        self.lstm = nn.LSTM(16, 5, bidirectional=True, batch_first=True)
        self.attention, self.head = nn.TransformerEncoderLayer(10, 2, 20, batch_first=True), nn.Linear(10, 3)

    def forward(self, x: Any) -> Any:
        x = self.up(self.norm(self.conv(x)).relu())
        x = nn.functional.interpolate(nn.functional.max_pool2d(x, 4, ceil_mode=True), size=(4, 4), mode="bilinear")
        x, _ = self.lstm(x.flatten(2))
        return self.head(self.attention(x)).softmax(-1)


@cache
def real() -> tuple[bytes, ...]:
    """Real files, valid ones: they are accepted."""
    made = varied(Net())
    files = tuple(exported(made, [(1, 3, 8, 8)], dynamo=dynamo) for dynamo in (False, True))
    for file in files:
        assert nl.count(file).total("macs") == nl.count(made, (1, 3, 8, 8)).total("macs")
    return files


def flipped(file: bytes, chance: random.Random) -> bytes:
    made = bytearray(file)
    for _ in range(chance.choice((1, 1, 2, 5, 20))):
        made[chance.randrange(len(made))] ^= 1 << chance.randrange(8)
    return bytes(made)


def truncated(file: bytes, chance: random.Random) -> bytes:
    return file[: chance.randrange(len(file))]


def spliced(file: bytes, chance: random.Random) -> bytes:
    start, place = chance.randrange(len(file)), chance.randrange(len(file))
    return file[:place] + file[start : start + 200] + file[place:]


def rewired(file: bytes, chance: random.Random) -> bytes:
    """A node reads something else, is something else, has other numbers, is gone, or stands there twice."""
    made = onnx.ModelProto.FromString(file)
    nodes = made.graph.node
    names = [name for one in nodes for name in one.output] + [one.name for one in made.graph.initializer] + ["", "zz"]
    for _ in range(chance.choice((1, 1, 2, 3))):
        one, way = chance.choice(nodes), chance.randrange(6)
        if way == 0 and one.input:
            one.input[chance.randrange(len(one.input))] = chance.choice(names)
        elif way == 1:
            one.op_type = chance.choice(nodes).op_type
        elif way == 2 and one.attribute:
            _other_numbers(chance.choice(one.attribute), chance)
        elif way == 3:
            chance.choice(made.graph.initializer).dims.append(chance.choice((-1, 0, 1, 2**40)))
        elif way == 4:
            nodes.remove(one)
        else:
            nodes.add().CopyFrom(one)
    return made.SerializeToString()


def _other_numbers(attribute: Any, chance: random.Random) -> None:
    value = chance.choice((-1, 0, 1, 2, 7, 2**31, 2**62, -(2**62)))
    if attribute.ints:
        attribute.ints[chance.randrange(len(attribute.ints))] = value
    attribute.i = value
    attribute.f = chance.choice((float("nan"), float("inf"), -1.0, 1e30))


@pytest.mark.parametrize("way", [flipped, truncated, spliced, rewired])
@pytest.mark.parametrize("seed", range(3))
def test_mutated_real_files(way: Callable[[bytes, random.Random], bytes], seed: int) -> None:
    """An answer or a mistake of ours, soon; never anything else."""
    chance = random.Random(f"{way.__name__}{seed}")
    for _ in range(150):
        file = way(chance.choice(real()), chance)
        started = time.monotonic()
        try:
            nl.count(file).total("arithmetic")
        except NetledgerError as error:
            str(error)
        assert time.monotonic() - started < LONG
