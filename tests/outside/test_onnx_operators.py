"""Operators of ONNX with random attributes: every shape is the one that ONNX Runtime gives."""

from __future__ import annotations

from typing import Any

import numpy as np
import onnx
import onnxruntime
import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

import netledger as nl
from netledger.core.errors import NetledgerError
from tests.frontends.onnx.makers import model, node, numbers, stored

onnxruntime.set_default_logger_severity(4)

SIZES = st.integers(1, 9)
SMALL = st.integers(1, 3)


def runs(made: onnx.ModelProto, **inputs: Any) -> list[tuple[int, ...]] | None:
    """The shapes that ONNX Runtime gives; None if it refuses the model."""
    made.ir_version = 9
    try:
        session = onnxruntime.InferenceSession(made.SerializeToString(), providers=["CPUExecutionProvider"])
        return [np.shape(value) for value in session.run(None, inputs)]
    except Exception:  # noqa: BLE001 - of many classes
        return None


def same(made: onnx.ModelProto, **inputs: Any) -> nl.Ledger:
    """Our shapes are ONNX Runtime's."""
    theirs = runs(made, **inputs)
    assume(theirs is not None)
    assert theirs is not None
    # Where no window fits, ONNX Runtime makes a tensor without elements; we say so, as PyTorch does.
    assume(not any(0 in shape for shape in theirs) or made.graph.node[0].op_type not in ("Conv", "MaxPool", "LpPool"))
    ledger = nl.count(made, *[np.shape(value) for value in inputs.values()])
    network = ledger.network
    assert network is not None
    assert [tensor.shape for tensor in network.at(network.outputs)] == theirs
    return ledger


@st.composite
def windows(draw: Any, axes: int, *, dilated: bool = True) -> dict[str, Any]:
    """Attributes of a window along each axis."""
    each = st.lists(SMALL, min_size=axes, max_size=axes)
    found: dict[str, Any] = {"kernel_shape": draw(each), "strides": draw(each)}
    if dilated:
        found["dilations"] = draw(each)
    way = draw(st.sampled_from(("pads", "SAME_UPPER", "SAME_LOWER", "VALID", "none")))
    if way == "pads":
        found["pads"] = [
            min(one, size - 1)
            for one, size in zip(
                draw(st.lists(st.integers(0, 2), min_size=2 * axes, max_size=2 * axes)),
                found["kernel_shape"] * 2,
                strict=True,
            )
        ]
    elif way != "none":
        found["auto_pad"] = way
    return found


@settings(max_examples=150, deadline=None)
@given(st.data(), st.integers(1, 3))
def test_conv(data: st.DataObject, axes: int) -> None:
    attributes = data.draw(windows(axes))
    spatial = tuple(data.draw(st.lists(SIZES, min_size=axes, max_size=axes)))
    groups, inside, out = data.draw(SMALL), data.draw(SMALL), data.draw(SMALL)
    weight = stored("w", out * groups, inside, *attributes.pop("kernel_shape"))
    bias = data.draw(st.booleans())
    held = [weight, stored("b", out * groups)] if bias else [weight]
    x = np.zeros((2, inside * groups, *spatial), np.float32)
    made = model([node("Conv", "x w b" if bias else "x w", "y", group=groups, **attributes)], {"x": x.shape}, held=held)
    ledger = same(made, x=x)
    assert ledger.parameters == int(np.prod(weight.dims)) + (out * groups if bias else 0)
    assert ledger.complete


@settings(max_examples=150, deadline=None)
@given(st.data(), st.integers(1, 2))
def test_conv_transpose(data: st.DataObject, axes: int) -> None:
    attributes = data.draw(windows(axes))
    spatial = tuple(data.draw(st.lists(SIZES, min_size=axes, max_size=axes)))
    groups, inside, out = data.draw(SMALL), data.draw(SMALL), data.draw(SMALL)
    way = data.draw(st.sampled_from(("", "output_padding", "output_shape")))
    # ONNX: size times stride; ONNX Runtime gives less where the kernel leaves gaps.
    spans = zip(attributes["kernel_shape"], attributes["dilations"], attributes["strides"], strict=True)
    assume("SAME" not in attributes.get("auto_pad", "") or all((k - 1) * d + 1 >= s for k, d, s in spans))
    if way == "output_padding":
        attributes[way] = [min(1, stride - 1) for stride in attributes["strides"]]
    elif way == "output_shape":
        attributes[way] = [size * stride for size, stride in zip(spatial, attributes["strides"], strict=True)]
    weight = stored("w", inside * groups, out, *attributes.pop("kernel_shape"))
    x = np.zeros((1, inside * groups, *spatial), np.float32)
    try:
        same(model([node("ConvTranspose", "x w", "y", group=groups, **attributes)], {"x": x.shape}, held=[weight]), x=x)
    except nl.ShapeError as error:
        assert "output_padding" in str(error) or "empty" in str(error)  # noqa: PT017 - what ONNX Runtime pads after


@settings(max_examples=200, deadline=None)
@given(st.data(), st.sampled_from(("MaxPool", "AveragePool", "LpPool")), st.integers(1, 2))
def test_pools(data: st.DataObject, kind: str, axes: int) -> None:
    attributes = data.draw(windows(axes, dilated=kind == "MaxPool"))
    # ONNX Runtime forgets the dilation of a pool that is padded by a word.
    assume("auto_pad" not in attributes or set(attributes.get("dilations", (1,))) == {1})
    if kind != "LpPool":
        attributes["ceil_mode"] = data.draw(st.integers(0, 1))
    if kind == "AveragePool":
        attributes["count_include_pad"] = data.draw(st.integers(0, 1))
    spatial = tuple(data.draw(st.lists(st.integers(4, 12), min_size=axes, max_size=axes)))
    x = np.zeros((1, 2, *spatial), np.float32)
    outputs = "y i" if kind == "MaxPool" and data.draw(st.booleans()) else "y"
    names = dict.fromkeys(outputs.split())
    made = model([node(kind, "x", outputs, **attributes)], {"x": x.shape}, names, version=17)
    if "i" in names:
        made.graph.output[1].type.tensor_type.elem_type = 7
    same(made, x=x)


@settings(max_examples=150, deadline=None)
@given(st.data())
def test_slice(data: st.DataObject) -> None:
    shape = tuple(data.draw(st.lists(SIZES, min_size=1, max_size=3)))
    ends = st.integers(-12, 12) | st.sampled_from((2**31 - 1, -(2**31), 2**63 - 1, -(2**63)))
    axes = data.draw(st.lists(st.integers(0, len(shape) - 1), min_size=1, max_size=len(shape), unique=True))
    count = len(axes)
    starts, stops = (data.draw(st.lists(ends, min_size=count, max_size=count)) for _ in range(2))
    steps = data.draw(st.lists(st.sampled_from((-3, -2, -1, 1, 2, 5)), min_size=count, max_size=count))
    # ONNX Runtime takes the greatest number as the end of the way back too; ONNX says that it is the least.
    assume(all(step > 0 or stop < 2**31 - 1 for stop, step in zip(stops, steps, strict=True)))
    held = [
        numbers(name, np.array(values, np.int64))
        for name, values in zip("stap", (starts, stops, axes, steps), strict=True)
    ]
    x = np.zeros(shape, np.float32)
    same(model([node("Slice", "x s t a p", "y")], {"x": shape}, held=held), x=x)


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.filter_too_much])
@given(st.data())
def test_reshape(data: st.DataObject) -> None:
    shape = tuple(data.draw(st.lists(SMALL, min_size=1, max_size=4)))
    wanted = data.draw(st.lists(st.sampled_from((-1, 0, 1, 2, 3, 4, 6, 9)), max_size=4))
    x = np.zeros(shape, np.float32)
    held = [numbers("s", np.array(wanted, np.int64))]
    same(model([node("Reshape", "x s", "y")], {"x": shape}, held=held), x=x)


@settings(max_examples=100, deadline=None)
@given(st.data(), st.sampled_from((11, 13, 18)))
def test_axes(data: st.DataObject, version: int) -> None:
    shape = tuple(data.draw(st.lists(SMALL, min_size=1, max_size=4)))
    axes = data.draw(
        st.lists(
            st.integers(-len(shape), len(shape) - 1),
            min_size=1,
            max_size=len(shape),
            unique_by=lambda axis: axis % len(shape),
        )
    )
    kind = data.draw(
        st.sampled_from(
            (
                "ReduceSum",
                "ReduceMean",
                "ReduceMax",
                "ReduceL2",
                "ReduceProd",
                "ReduceLogSumExp",
                "Squeeze",
                "Unsqueeze",
            )
        )
    )
    attributes = {"keepdims": data.draw(st.integers(0, 1))} if kind.startswith("Reduce") else {}
    as_input = version >= 18 or (version >= 13 and kind in ("ReduceSum", "Squeeze", "Unsqueeze"))
    given = {} if as_input else {"axes": axes}
    made = node(kind, "x a" if as_input else "x", "y", **given, **attributes)
    held = [numbers("a", np.array(axes, np.int64))] if as_input else []
    x = np.ones(shape, np.float32)
    same(model([made], {"x": shape}, held=held, version=version), x=x)


@settings(max_examples=150, deadline=None)
@given(st.data(), st.sampled_from(("Add", "Sub", "Mul", "Div", "Pow", "Max", "Min", "Where", "Expand", "MatMul")))
def test_broadcasting(data: st.DataObject, kind: str) -> None:
    whole = data.draw(st.lists(SMALL, min_size=1, max_size=4))
    sides = []
    for _ in range(3):
        part = whole[data.draw(st.integers(0, len(whole))) :]
        sides.append(tuple(1 if data.draw(st.booleans()) else size for size in part))
    first, second, third = sides
    if kind == "MatMul":
        inner = data.draw(SMALL)
        first, second = (*first, inner), (*second[:-1], inner, data.draw(SMALL))
    x, z = np.ones(first, np.float32), np.ones(second, np.float32)
    if kind == "Expand":
        held = [numbers("s", np.array(second, np.int64))]
        same(model([node(kind, "x s", "y")], {"x": first}, held=held), x=x)
    elif kind == "Where":
        nodes = [node("Greater", "w x", "c"), node("Where", "c x z", "y")]
        same(model(nodes, {"x": first, "z": second, "w": third}), x=x, z=z, w=np.ones(third, np.float32))
    elif data.draw(st.booleans()):
        same(model([node(kind, "x z", "y")], {"x": first, "z": second}), x=x, z=z)
    else:
        same(model([node(kind, "x z", "y")], {"x": first}, held=[stored("z", *second)]), x=x)


@settings(max_examples=100, deadline=None)
@given(st.data())
def test_gemm(data: st.DataObject) -> None:
    n, k, m = data.draw(SMALL), data.draw(SMALL), data.draw(SMALL)
    ways = data.draw(st.integers(0, 1)), data.draw(st.integers(0, 1))
    bias = data.draw(st.sampled_from(((), (1,), (m,), (1, m), (n, m), (n, 1), None)))
    alpha, beta = data.draw(st.sampled_from((1.0, 0.5))), data.draw(st.sampled_from((1.0, 0.5)))
    held = [stored("w", *((m, k) if ways[1] else (k, m)))] + ([] if bias is None else [stored("b", *bias)])
    x = np.ones((k, n) if ways[0] else (n, k), np.float32)
    made = node("Gemm", "x w" if bias is None else "x w b", "y", transA=ways[0], transB=ways[1], alpha=alpha, beta=beta)
    ledger = same(model([made], {"x": x.shape}, held=held), x=x)
    assert ledger.total("macs") == n * k * m


@settings(max_examples=60, deadline=None)
@given(st.data(), st.sampled_from((("LSTM", 4), ("GRU", 3), ("RNN", 1))))
def test_recurrent(data: st.DataObject, kind: tuple[str, int]) -> None:
    steps, batch, features, hidden = (data.draw(SMALL) for _ in range(4))
    ways, biased, states = data.draw(st.integers(1, 2)), data.draw(st.booleans()), data.draw(st.booleans())
    gates = kind[1] * hidden
    held = [stored("w", ways, gates, features), stored("r", ways, gates, hidden)]
    held += [stored("b", ways, 2 * gates)] if biased else []
    held += [stored(name, ways, batch, hidden) for name in "hc"] if states else []
    names = ["x", "w", "r", "b" if biased else "_", "_", "h" if states else "_", "c" if states else "_"]
    names = names if kind[0] == "LSTM" else names[:-1]
    way = "bidirectional" if ways == 2 else data.draw(st.sampled_from(("forward", "reverse")))
    ends = "y h2 c2" if kind[0] == "LSTM" else "y h2"
    x = np.ones((steps, batch, features), np.float32)
    made = model(
        [node(kind[0], " ".join(names), ends, hidden_size=hidden, direction=way)],
        {"x": x.shape},
        dict.fromkeys(ends.split()),
        held,
    )
    ledger = same(made, x=x)
    assert ledger.total("macs") == steps * batch * ways * gates * (features + hidden)
    assert ledger.complete


@settings(max_examples=100, deadline=None)
@given(st.data())
def test_resize(data: st.DataObject) -> None:
    shape = (1, 2, data.draw(st.integers(2, 9)), data.draw(st.integers(2, 9)))
    mode = data.draw(st.sampled_from(("nearest", "linear", "cubic")))
    x = np.ones(shape, np.float32)
    if data.draw(st.booleans()):
        factors = [
            1.0,
            1.0,
            *data.draw(st.lists(st.sampled_from((0.5, 1.0, 1.5, 2.0, 2.3, 3.0)), min_size=2, max_size=2)),
        ]
        made = model(
            [node("Resize", "x _ f", "y", mode=mode)], {"x": shape}, held=[numbers("f", np.array(factors, np.float32))]
        )
    else:
        sizes = [1, 2, *data.draw(st.lists(SIZES, min_size=2, max_size=2))]
        made = model(
            [node("Resize", "x _ _ s", "y", mode=mode)], {"x": shape}, held=[numbers("s", np.array(sizes, np.int64))]
        )
    same(made, x=x)


@settings(max_examples=100, deadline=None)
@given(st.data(), st.sampled_from(("constant", "reflect", "edge")))
def test_pad(data: st.DataObject, mode: str) -> None:
    shape = tuple(data.draw(st.lists(st.integers(3, 6), min_size=1, max_size=4)))
    pads = data.draw(st.lists(st.integers(-1, 2), min_size=2 * len(shape), max_size=2 * len(shape)))
    x = np.ones(shape, np.float32)
    same(model([node("Pad", "x p", "y", mode=mode)], {"x": shape}, held=[numbers("p", np.array(pads, np.int64))]), x=x)


@settings(max_examples=100, deadline=None)
@given(st.data())
def test_gather_split_and_concat(data: st.DataObject) -> None:
    shape = tuple(data.draw(st.lists(st.integers(1, 5), min_size=1, max_size=3)))
    axis = data.draw(st.integers(-len(shape), len(shape) - 1))
    index = tuple(data.draw(st.lists(st.integers(1, 3), max_size=2)))
    parts = data.draw(st.integers(1, shape[axis]))
    x = np.ones(shape, np.float32)
    names = [f"p{place}" for place in range(parts)]
    nodes = [
        node("Gather", "x i", "y", axis=axis),
        node("Split", "x", " ".join(names), axis=axis, num_outputs=parts),
        node("Concat", " ".join(names), "z", axis=axis),
    ]
    held = [numbers("i", np.zeros(index, np.int64))]
    outputs = dict.fromkeys(("y", *names, "z"))
    same(model(nodes, {"x": shape}, outputs, held), x=x)


@settings(max_examples=60, deadline=None)
@given(st.data(), st.sampled_from((8, 11, 13)))
def test_softmax_of_versions(data: st.DataObject, version: int) -> None:
    shape = tuple(data.draw(st.lists(SMALL, min_size=2, max_size=4)))
    axis = data.draw(st.integers(-len(shape) if version > 8 else 0, len(shape) - 1))
    x = np.ones(shape, np.float32)
    same(model([node("Softmax", "x", "y", axis=axis)], {"x": shape}, version=version), x=x)


def test_what_runs_is_not_refused() -> None:
    """A model that nothing refuses is counted: no assumption above hides an error of ours."""
    with pytest.raises(NetledgerError):
        nl.count(model([node("Conv", "x w", "y")], held=[stored("w", 4, 5, 3, 3)]))
    assert runs(model([node("Conv", "x w", "y")], held=[stored("w", 4, 5, 3, 3)]), x=np.zeros((1, 3, 8, 8))) is None
