"""Products: linear layers, matrices, vectors, sums after Einstein."""

from __future__ import annotations

from typing import Any

from netledger.frontends.torch.rules._registry import load, rule
from netledger.frontends.torch.rules.arithmetic import joined


@rule("linear")
def linear(trace: Any, input: Any, weight: Any, bias: Any = None) -> Any:
    """A fully connected layer; a weight of one axis is a row of products."""
    sizes = trace.kind_of(weight).shape
    if len(sizes) != 2:
        made = trace.add(load("matmul")(), input, weight)
        return made if bias is None else joined(trace, "add", made, bias)
    matches = trace.kind_of(input).shape[-1:] == sizes[1:]
    op = load("linear")(sizes[0], bias=bias is not None, in_features=None if matches else sizes[1])
    return trace.add(op, input, weight=weight, bias=bias)


@rule("matmul", "__matmul__", "mm", "bmm", "mv", "dot", "inner", "vdot", "linalg_matmul", "linalg_vecdot", "vecdot")
def matmul(trace: Any, input: Any, other: Any, **_: Any) -> Any:
    """A product of matrices or vectors."""
    return trace.add(load("matmul")(), input, other)


@rule("__rmatmul__")
def reversed_matmul(trace: Any, input: Any, other: Any) -> Any:
    """The other operand comes first."""
    return trace.add(load("matmul")(), other, input)


def _added(trace: Any, input: Any, made: Any, beta: Any, alpha: Any) -> Any:
    made = made if alpha == 1 else joined(trace, "multiply", made, alpha)
    if beta == 0:
        return made
    return joined(trace, "add", made, input if beta == 1 else joined(trace, "multiply", input, beta))


@rule("addmm", "addmv", "baddbmm")
def addmm(trace: Any, input: Any, mat1: Any, mat2: Any, *, beta: Any = 1, alpha: Any = 1, **_: Any) -> Any:
    """A product of matrices, and a sum."""
    return _added(trace, input, trace.add(load("matmul")(), mat1, mat2), beta, alpha)


@rule("addbmm")
def addbmm(trace: Any, input: Any, batch1: Any, batch2: Any, *, beta: Any = 1, alpha: Any = 1) -> Any:
    """Products of matrices, added up."""
    made = trace.add(load("sum")((0,)), trace.add(load("matmul")(), batch1, batch2))
    return _added(trace, input, made, beta, alpha)


@rule("addr")
def addr(trace: Any, input: Any, vec1: Any, vec2: Any, *, beta: Any = 1, alpha: Any = 1) -> Any:
    """An outer product, and a sum."""
    return _added(trace, input, outer(trace, vec1, vec2), beta, alpha)


@rule("outer", "ger")
def outer(trace: Any, input: Any, vec2: Any) -> Any:
    """Every element of one times every element of the other."""
    return joined(trace, "multiply", trace.add(load("unsqueeze")(1), input), vec2)


@rule("einsum")
def einsum(trace: Any, equation: Any, *operands: Any, path: Any = None) -> Any:
    """A sum after Einstein."""
    if len(operands) == 1 and isinstance(operands[0], (list, tuple)):
        operands = tuple(operands[0])
    if not isinstance(equation, str):
        raise TypeError("an equation in letters")
    dtype = trace.kind_of(operands[0]).dtype
    return trace.add(load("einsum")(equation.replace(" ", "")), *operands, dtype=dtype)


@rule("bilinear")
def bilinear(trace: Any, input1: Any, input2: Any, weight: Any, bias: Any = None) -> Any:
    """A product of two inputs with a weight between them."""
    op = load("bilinear")(trace.kind_of(weight).shape[0], bias=bias is not None)
    return trace.add(op, input1, input2, weight=weight, bias=bias)


@rule("tensordot")
def tensordot(trace: Any, a: Any, b: Any, dims: Any = 2, **_: Any) -> Any:
    """A sum over pairs of axes."""
    left, right = len(a.shape), len(b.shape)
    if isinstance(dims, int):
        dims = (range(left - dims, left), range(dims))
    letters = "abcdefghijklmnopqrstuvwxyz"
    first = list(letters[:left])
    second = list(letters[left : left + right])
    for one, other in zip(*dims, strict=True):
        second[other] = first[one]
    shared = {first[one % left] for one in dims[0]}
    out = [letter for letter in (*first, *second) if letter not in shared]
    return trace.add(load("einsum")(f"{''.join(first)},{''.join(second)}->{''.join(out)}"), a, b)
