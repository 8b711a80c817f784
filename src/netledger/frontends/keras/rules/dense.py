"""Products of matrices: dense layers, equations, embeddings."""

from __future__ import annotations

from typing import Any

from keras.src.backend.common.variables import Variable

from netledger.frontends.keras.rules._registry import layer, named, operation
from netledger.frontends.keras.rules.activations import activated

__all__: list[str] = []


@layer("Dense")
def dense(trace: Any, layer: Any, inputs: Any, **_: Any) -> Any:
    """A linear layer, over the last axis."""
    if layer.lora_enabled:
        return NotImplemented
    op = named("linear")(layer.units, layer.bias is not None, "in_out")
    made = trace.add(op, inputs, stored={"weight": layer._kernel, "bias": layer.bias})
    return activated(trace, layer.activation, made)


@layer("EinsumDense")
def einsum_dense(trace: Any, layer: Any, inputs: Any, **_: Any) -> Any:
    """A linear layer over the last axes where its equation is one; else the product and the addition by themselves."""
    if layer.lora_enabled:
        return NotImplemented
    sizes = _linear(layer.equation, tuple(inputs.shape), tuple(layer._kernel.shape))
    bias = layer.bias
    if sizes is None or (bias is not None and _elements(bias.shape) != _elements(sizes.made)):
        return NotImplemented
    flat = inputs
    if len(sizes.read) != 1:
        flat = trace.add(named("flatten")(len(inputs.shape) - len(sizes.read), -1), inputs)
    op = named("linear")(_elements(sizes.made), bias is not None, "in_out")
    made = trace.add(op, flat, stored={"weight": layer._kernel, "bias": bias})
    if len(sizes.made) != 1:
        made = trace.add(named("reshape")((*made.shape[:-1], *sizes.made), True), made)
    return activated(trace, layer.activation, made)


class _Sizes:
    """The sizes of the axes that are read, and of those that are made."""

    def __init__(self, read: tuple[int, ...], made: tuple[int, ...]) -> None:
        self.read = read
        self.made = made


def _linear(equation: str, given: tuple[int, ...], kernel: tuple[int, ...]) -> _Sizes | None:
    """The sizes, if the last axes of the input meet the first ones of the kernel, and its others are made last."""
    left, _, output = equation.replace(" ", "").partition("->")
    first, _, second = left.partition(",")
    first, output = first.replace("...", ""), output.replace("...", "")
    for count in range(1, min(len(first), len(second)) + 1):
        read, made = second[:count], second[count:]
        ahead = first[: len(first) - count]
        if first.endswith(read) and output == ahead + made and not set(made) & set(first):
            return _Sizes(given[len(given) - count :], kernel[count:])
    return None


def _elements(shape: Any) -> int:
    made = 1
    for size in shape:
        made *= int(size)
    return made


@layer("Embedding")
def embedding(trace: Any, layer: Any, inputs: Any, **_: Any) -> Any:
    """A row for each number."""
    if layer.lora_enabled:
        return NotImplemented
    numbers = inputs if inputs.dtype in ("int32", "int64") else trace.add(named("cast")("int32"), inputs)
    op = named("embedding")(layer.input_dim, layer.output_dim)
    made = trace.add(op, numbers, stored={"weight": layer._embeddings})
    return trace.typed(made, layer.compute_dtype)


@operation("Matmul", "Dot")
def matmul(trace: Any, operation: Any, x1: Any, x2: Any) -> Any:
    """A linear layer, if the second is a stored matrix; else a product of two tensors."""
    if isinstance(x2, Variable) and len(x2.shape) == 2 and not isinstance(x1, Variable):
        op = named("linear")(x2.shape[1], False, "in_out")
        return trace.add(op, x1, stored={"weight": x2})
    if type(operation).__name__ == "Dot" and len(x2.shape) > 2:
        return NotImplemented
    return trace.add(named("matmul")(), x1, x2)


@operation("Einsum")
def einsum(trace: Any, operation: Any, *operands: Any) -> Any:
    """Sums of products, as the equation says."""
    equation = getattr(operation, "subscripts", None) or operands[0]
    given = operands if getattr(operation, "subscripts", None) else operands[1:]
    return trace.add(named("einsum")(equation.replace(" ", "")), *given)
