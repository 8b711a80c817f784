"""Rules for operations of TensorFlow's graphs, by type.

A rule is given the reader, the operation and what it reads; it returns what each output stands for, or None if it does
not take these attributes: then the operation is a gap.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from netledger.frontends.graph import Stored
from netledger.frontends.keras.rules._registry import even, named

__all__ = ["CALLS", "RULES", "named"]

Rule = Callable[..., Any]

RULES: dict[str, Rule] = {}
"""By type of operation: (reader, operation, *values) → what each output stands for."""

CALLS: dict[str, Rule] = {}
"""Of what calls a function: (reader, operation, values) → what each output stands for."""


def rule(*names: str) -> Callable[[Rule], Rule]:
    """Declare the rule of some types of operations."""

    def declared(apply: Rule) -> Rule:
        RULES.update(dict.fromkeys(names, apply))
        return apply

    return declared


# Element by element.

_ONE = {
    **{name: name.lower() for name in ("Relu", "Relu6", "Sigmoid", "Tanh", "Exp", "Expm1", "Log", "Log1p", "Sqrt")},
    **{name: name.lower() for name in ("Rsqrt", "Square", "Abs", "Sign", "Floor", "Ceil", "Round", "Erf", "Erfc")},
    **{name: name.lower() for name in ("Reciprocal", "Elu", "Selu", "Softplus", "Softsign", "Sin", "Cos", "Tan")},
    **{name: name.lower() for name in ("Sinh", "Cosh", "Asin", "Acos", "Atan", "Asinh", "Acosh", "Atanh")},
    "Neg": "negate",
    "Inv": "reciprocal",
    "Rint": "round",
    "LogicalNot": "logical_not",
}
_TWO = {
    **{name: name.lower() for name in ("Maximum", "Minimum", "Equal", "Greater", "Less")},
    **dict.fromkeys(("Sub",), "subtract"),
    **dict.fromkeys(("RealDiv", "Div", "DivNoNan"), "divide"),
    **dict.fromkeys(("Mul", "MulNoNan"), "multiply"),
    "FloorDiv": "floor_divide",
    "FloorMod": "remainder",
    "Atan2": "atan2",
    "NotEqual": "not_equal",
    "GreaterEqual": "greater_equal",
    "LessEqual": "less_equal",
    "LogicalAnd": "logical_and",
    "LogicalOr": "logical_or",
}
_MIRRORED = {"greater": "less", "less": "greater", "greater_equal": "less_equal", "less_equal": "greater_equal"}


def _one(kind: str) -> Rule:
    return lambda reader, operation, x: reader.add(operation, named(kind)(), x)


def _joined(reader: Any, operation: Any, kind: str, first: Any, second: Any) -> Any:
    """Two tensors, or a tensor and a number in either place."""
    left, right = reader.number(first), reader.number(second)
    if right is not None:
        return reader.add(operation, named(kind)(constant=right), first)
    if left is not None:
        operator = named(_MIRRORED.get(kind, kind))
        reverse = {"reverse": True} if "reverse" in operator.ATTRIBUTES else {}
        return reader.add(operation, operator(constant=left, **reverse), second)
    return reader.add(operation, named(kind)(), first, second)


def _two(kind: str) -> Rule:
    return lambda reader, operation, first, second: _joined(reader, operation, kind, first, second)


RULES.update({name: _one(kind) for name, kind in _ONE.items()})
RULES.update({name: _two(kind) for name, kind in _TWO.items()})


@rule("AddV2", "Add", "BiasAdd")
def add(reader: Any, operation: Any, first: Any, second: Any) -> Any:
    """A sum; a stored vector that is added to what a layer made, and nothing else reads, is its bias."""
    if operation.type == "BiasAdd" and operation.get_attr("data_format") == b"NCHW":
        return None
    for place, made, bias in ((0, first, second), (1, second, first)):
        alone = len(operation.inputs[place].consumers()) == 1
        if isinstance(bias, Stored) and type(made) is int and alone and len(bias.shape) == 1:
            same = operation.inputs[place].shape == operation.outputs[0].shape
            if same and reader.graph.biased(made, bias):
                return [made]
    return _joined(reader, operation, "add", first, second)


@rule("AddN")
def add_all(reader: Any, operation: Any, first: Any, *others: Any) -> Any:
    """A sum of several."""
    for other in others:
        (first,) = reader.add(operation, named("add")(), first, other)
    return [first]


@rule("Pow")
def power(reader: Any, operation: Any, first: Any, second: Any) -> Any:
    """A power; the second, a square."""
    if reader.number(second) == 2:
        return reader.add(operation, named("square")(), first)
    return _joined(reader, operation, "power", first, second)


@rule("SquaredDifference")
def squared_difference(reader: Any, operation: Any, first: Any, second: Any) -> Any:
    """A difference, then its square."""
    return reader.add(operation, named("square")(), *_joined(reader, operation, "subtract", first, second))


@rule("IsNan", "IsInf", "IsFinite")
def special(reader: Any, operation: Any, x: Any) -> Any:
    """A comparison of each element."""
    return reader.add(operation, named("not_equal")(constant=0.0), x)


@rule("LeakyRelu")
def leaky_relu(reader: Any, operation: Any, x: Any) -> Any:
    """With a slope below 0."""
    return reader.add(operation, named("leaky_relu")(float(operation.get_attr("alpha"))), x)


@rule("Softmax", "LogSoftmax")
def softmax(reader: Any, operation: Any, x: Any) -> Any:
    """Along the last axis."""
    return reader.add(operation, named("softmax" if operation.type == "Softmax" else "log_softmax")(-1), x)


@rule("SelectV2", "Select")
def select(reader: Any, operation: Any, *values: Any) -> Any:
    """One or the other."""
    return reader.add(operation, named("where")(), *values)


@rule("Cast")
def cast(reader: Any, operation: Any, x: Any) -> Any:
    """Another element type; of what is stored, nothing is done."""
    dtype = operation.outputs[0].dtype.name
    if isinstance(x, Stored) or reader.tensor(x).dtype == dtype:
        return [x]
    return reader.add(operation, named("cast")(dtype), x)


@rule("Identity", "IdentityN", "StopGradient", "PreventGradient", "Snapshot", "EnsureShape", "CheckNumerics")
def same(reader: Any, operation: Any, *values: Any) -> Any:
    """The same tensors."""
    return list(values)


@rule("RandomUniform", "RandomStandardNormal", "TruncatedNormal", "StatelessRandomUniformV2")
@rule("StatelessRandomNormalV2", "StatelessTruncatedNormalV2", "ZerosLike", "OnesLike")
def drawn(reader: Any, operation: Any, *values: Any) -> Any:
    """Numbers that are drawn, or the same everywhere."""
    return reader.drawn(operation)


# Products.


def _turned(reader: Any, operation: Any, x: Any) -> Any:
    return reader.add(operation, named("transpose")(), x, between=True)[0]


@rule("MatMul", "BatchMatMulV2", "BatchMatMulV3")
def matmul(reader: Any, operation: Any, first: Any, second: Any) -> Any:
    """A linear layer, if the second is a stored matrix; else a product of two tensors."""
    names = ("transpose_a", "transpose_b") if operation.type == "MatMul" else ("adj_x", "adj_y")
    turned, other = (operation.get_attr(name) for name in names)
    if turned:
        first = _turned(reader, operation, first)
    if isinstance(second, Stored) and len(second.shape) == 2 and not isinstance(first, Stored):
        out = second.shape[0] if other else second.shape[1]
        operator = named("linear")(out, False, "out_in" if other else "in_out")
        return reader.add(operation, operator, first, stored={"weight": second})
    if other:
        second = _turned(reader, operation, second)
    return reader.add(operation, named("matmul")(), first, second)


@rule("Einsum")
def einsum(reader: Any, operation: Any, *values: Any) -> Any:
    """Sums of products, as the equation says."""
    return reader.add(operation, named("einsum")(operation.get_attr("equation").decode()), *values)


# Windows.


def _windows(operation: Any, *names: str) -> tuple[str, Any, list[Any]] | None:
    """Where the channels stand, the padding, and lists by axis without batch and channels."""
    last = operation.get_attr("data_format").decode().endswith("C")
    lists = [list(operation.get_attr(name)) for name in names]
    rank = len(lists[0])
    axes = slice(1, rank - 1) if last else slice(2, rank)
    if any(one[0] != 1 or one[-1 if last else 1] != 1 for one in lists):
        return None
    padding: Any = {"SAME": "same", "VALID": 0}.get(operation.get_attr("padding").decode())
    if padding is None:
        sizes = list(operation.get_attr("explicit_paddings"))
        padding = even(tuple(zip(sizes[::2], sizes[1::2], strict=True))[axes])
    return ("last" if last else "first"), padding, [tuple(map(int, one[axes])) for one in lists]


@rule("Conv2D", "Conv3D", "DepthwiseConv2dNative")
def convolution(reader: Any, operation: Any, x: Any, kernel: Any) -> Any:
    """In groups, if the kernel has fewer input channels; or each channel by itself."""
    found = _windows(operation, "strides", "dilations")
    if found is None:
        return None
    order, padding, (stride, dilation) = found
    given, sizes = reader.tensor(x).shape, reader.tensor(kernel).shape
    channels = given[-1] if order == "last" else given[1]
    each = operation.type == "DepthwiseConv2dNative"
    out, groups = (sizes[-1] * sizes[-2], channels) if each else (sizes[-1], channels // sizes[-2])
    operator = named("conv")(
        out, even(sizes[:-2]), even(stride), padding, even(dilation), groups, False, channels=order
    )
    weight = kernel if isinstance(kernel, Stored) else reader.placed(kernel)
    return reader.add(operation, operator, x, stored={"weight": weight})


@rule("MaxPool", "MaxPool3D", "AvgPool", "AvgPool3D")
def pooling(reader: Any, operation: Any, x: Any) -> Any:
    """The greatest, or the mean of what is not padding."""
    found = _windows(operation, "ksize", "strides")
    if found is None:
        return None
    order, padding, (size, stride) = found
    if operation.type.startswith("Max"):
        return reader.add(operation, named("maxpool")(even(size), even(stride), padding, channels=order), x)
    operator = named("avgpool")(even(size), even(stride), padding, count_include_pad=False, channels=order)
    return reader.add(operation, operator, x)


# Reductions.


def _reduced(kind: str) -> Rule:
    def reduce(reader: Any, operation: Any, x: Any, axes: Any) -> Any:
        places = reader.numbers(axes)
        if places is None:
            return None
        return reader.add(operation, named(kind)(places, bool(operation.get_attr("keep_dims"))), x) if places else [x]

    return reduce


RULES.update({name: _reduced(name.lower()) for name in ("Mean", "Sum", "Max", "Min", "Prod", "Any", "All")})


@rule("ArgMax", "ArgMin")
def best(reader: Any, operation: Any, x: Any, axis: Any) -> Any:
    """Where the greatest or least is."""
    places = reader.numbers(axis)
    return None if places is None else reader.add(operation, named(operation.type.lower())(places[0]), x)


@rule("Cumsum", "Cumprod")
def cumulated(reader: Any, operation: Any, x: Any, axis: Any) -> Any:
    """Sums or products of all before."""
    places = reader.numbers(axis)
    if places is None or operation.get_attr("exclusive") or operation.get_attr("reverse"):
        return None
    return reader.add(operation, named(operation.type.lower())(places[0]), x)


# Shapes.


def _made(operation: Any) -> tuple[int, ...]:
    return tuple(map(int, operation.outputs[0].shape))


@rule("Reshape", "ExpandDims", "Squeeze")
def reshape(reader: Any, operation: Any, x: Any, *_: Any) -> Any:
    """Another shape: TensorFlow says which; of what is stored, it is seen differently."""
    shape = _made(operation)
    if shape == reader.tensor(x).shape:
        return [x]
    if isinstance(x, Stored):
        return [x.seen(shape)]
    return reader.add(operation, named("reshape")(shape, True), x)


@rule("Transpose")
def permute(reader: Any, operation: Any, x: Any, order: Any) -> Any:
    """Axes in another order."""
    axes = reader.numbers(order)
    return None if axes is None else reader.add(operation, named("permute")(axes), x)


@rule("Pack")
def stack(reader: Any, operation: Any, *values: Any) -> Any:
    """Side by side along a new axis."""
    return reader.add(operation, named("stack")(int(operation.get_attr("axis"))), *values)


@rule("ConcatV2")
def concatenate(reader: Any, operation: Any, *values: Any) -> Any:
    """Side by side along an axis."""
    axis = reader.numbers(values[-1])
    return None if axis is None else reader.add(operation, named("concat")(axis[0]), *values[:-1])


@rule("GatherV2")
def gather(reader: Any, operation: Any, x: Any, places: Any, axis: Any) -> Any:
    """Rows by number: an embedding, if they are stored."""
    along = reader.numbers(axis)
    if along is None or operation.get_attr("batch_dims"):
        return None
    if isinstance(x, Stored) and len(x.shape) == 2 and along == (0,):
        return reader.add(operation, named("embedding")(*x.shape), places, stored={"weight": x})
    return _arranged(reader, operation, x, places)


@rule("BroadcastTo")
def broadcast(reader: Any, operation: Any, x: Any, _: Any) -> Any:
    """Axes repeated."""
    return reader.add(operation, named("expand")(_made(operation)), x)


@rule("Tile")
def tile(reader: Any, operation: Any, x: Any, times: Any) -> Any:
    """Again and again along axes."""
    counts = reader.numbers(times)
    return None if counts is None else reader.add(operation, named("tile")(counts), x)


@rule("StridedSlice", "Slice", "ReverseV2", "Roll", "Pad", "PadV2", "MirrorPad", "GatherNd", "MatrixBandPart")
@rule("SpaceToBatchND", "BatchToSpaceND", "SpaceToDepth", "DepthToSpace")
def arranged(reader: Any, operation: Any, x: Any, *_: Any) -> Any:
    """A part of the elements, or in other places, or with others around: nothing is computed."""
    return _arranged(reader, operation, x)


def _arranged(reader: Any, operation: Any, x: Any, *more: Any) -> Any:
    kind = operation.type.removesuffix("V2").lower()
    return reader.add(operation, named("rearrange")(kind, _made(operation)), x, *more)


@rule("Split", "SplitV", "Unpack")
def apart(reader: Any, operation: Any, *values: Any) -> Any:
    """Pieces along an axis."""
    x = values[1] if operation.type == "Split" else values[0]
    shapes = [tuple(map(int, one.shape)) for one in operation.outputs]
    number = reader.placed(x)
    return [reader.graph.add(named("rearrange")("split", shape), number)[0] for shape in shapes]


# Functions.


def _entered(reader: Any, operation: Any, values: list[Any]) -> Any:
    """A function that is called: what it does, done here."""
    from tensorflow.python.framework.function_def_to_graph import function_def_to_graph

    name = operation.get_attr("f").name
    definition = operation.graph._get_function(name).cached_definition
    shapes = [one.shape for one in operation.inputs]
    graph = function_def_to_graph(definition, shapes)
    return reader.run(graph, graph.inputs, values, graph.outputs)


CALLS.update(dict.fromkeys(("PartitionedCall", "StatefulPartitionedCall"), _entered))
