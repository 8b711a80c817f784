"""Products: linear layers, matrices, sums after Einstein."""

from __future__ import annotations

from typing import Any

from netledger.frontends.onnx.node import At
from netledger.frontends.onnx.rules._registry import MICROSOFT, load, rule
from netledger.frontends.onnx.rules.arithmetic import joined
from netledger.frontends.onnx.values import Value


def product(at: At, first: Value, second: Value, dtype: str = "") -> Value:
    """A product of matrices; with a stored matrix on the right it is a linear layer."""
    if len(second.shape) != 2 or second.held() is None or second.number is not None or not first.shape:
        return at.one("matmul", first, second, dtype=dtype)
    inside, out = second.shape
    layout = "out_in" if second.moved() else "in_out"
    fixed = None if first.shape[-1] == inside else inside
    op = load("linear")(out, bias=False, layout=layout, in_features=fixed)
    return at.one(op, first, stored={"weight": at.stored(second)}, dtype=dtype)


@rule("MatMul")
def matmul(at: At) -> Value:
    """A product of matrices or vectors."""
    return product(at, at[0], at[1])


@rule("MatMulInteger")
def matmul_integer(at: At) -> Value:
    """The same of whole numbers; zero points are taken off first."""
    first, second = _shifted(at, at[0], at.maybe(2)), _shifted(at, at[1], at.maybe(3))
    return product(at, first, second, "int32")


def _shifted(at: At, value: Value, zero: Value | None) -> Value:
    """Without its zero point: the weights of a layer have lost it before."""
    if zero is None or value.held() is not None:
        return value
    return joined(at, "subtract", value, zero)


@rule("Gemm")
def gemm(at: At) -> Value:
    """Alpha · A · B + beta · C, matrices perhaps transposed."""
    first, second, third = at[0], at[1], at.maybe(2)
    alpha, beta = float(at.get("alpha", 1.0)), float(at.get("beta", 1.0))
    if at.get("transA", 0):
        first = at.viewed(load("transpose")(0, 1), first)
    weight = at.viewed(load("transpose")(0, 1), second) if at.get("transB", 0) else second
    made = product(at, first, weight)
    if alpha != 1:
        made = at.one("multiply", made, constant=alpha)
    if third is None or beta == 0:
        return made
    if alpha == beta == 1 and _biased(at, made, third):
        return made
    return joined(at, "add", made, third if beta == 1 else joined(at, "multiply", third, at.constant(beta)))


def _biased(at: At, made: Value, bias: Value) -> bool:
    """Whether a stored vector could be made the bias of the layer."""
    held = bias.held()
    if held is None or bias.shape not in ((made.shape[1],), (1, made.shape[1])):
        return False
    return at.walk.graph.biased(at.number(made), held.seen(bias.shape))


@rule("Einsum")
def einsum(at: At) -> Value:
    """A sum after Einstein."""
    values = [at[place] for place in range(len(at.inputs))]
    return at.one("einsum", *values, equation=at.get("equation", "").replace(" ", ""))


@rule("FusedMatMul", "TransposeMatMul", domain=MICROSOFT)
def fused_matmul(at: At) -> Value:
    """A product of matrices, perhaps transposed, times a number."""
    values = []
    for value, word in ((at[0], "A"), (at[1], "B")):
        if at.get(f"transBatch{word}", 0):
            raise at.gap("transBatch", ())
        values.append(at.viewed(load("transpose")(-2, -1), value) if at.get(f"trans{word}", 0) else value)
    made = product(at, values[0], values[1])
    alpha = float(at.get("alpha", 1.0))
    return made if alpha == 1 else at.one("multiply", made, constant=alpha)


@rule("MatMulNBits", "MatMulBnb4", domain=MICROSOFT)
def packed(at: At) -> Value:
    """A linear layer whose weights are packed into few bits."""
    inside, out = int(at.get("K")), int(at.get("N"))
    value, bias = at[0], at.maybe(5)
    stored: dict[str, Any] = {"weight": at.stored(at[1])}
    if bias is not None:
        stored["bias"] = at.stored(bias)
    fixed = None if value.shape[-1] == inside else inside
    return at.one(load("linear")(out, bias=bias is not None, in_features=fixed), value, stored=stored)


@rule("Det")
def determinant(at: At) -> Value:
    """The determinant of each matrix: not counted."""
    from netledger.core.language import say

    raise at.gap(say("there is no rule for {op}", op=at.function), at[0].shape[:-2])
