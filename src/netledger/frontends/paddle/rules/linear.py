"""Matrix products: layers where one side is stored, else products of two tensors."""

from __future__ import annotations

from typing import Any

from netledger.frontends.graph import Stored
from netledger.frontends.paddle.rules._registry import load, rule, unique


@rule("matmul")
def matmul(reader: Any, op: Any) -> Any:
    """x·y; with a stored matrix on the right, a linear layer."""
    right = reader.value(op, 1)
    flipped = bool(op.attributes.get("transpose_y"))
    if isinstance(right, Stored) and len(right.shape) == 2 and not op.attributes.get("transpose_x"):
        out = right.shape[0] if flipped else right.shape[1]
        operator = unique("linear", out, False, "out_in" if flipped else "in_out")
        return reader.add(op, operator, 0, stored={"weight": right})
    sides = [_turned(reader, op, place, name) for place, name in enumerate(("transpose_x", "transpose_y"))]
    return reader.apply(op, unique("matmul"), *sides, made=reader.made(op.outputs))


def _turned(reader: Any, op: Any, place: int, name: str) -> int:
    number = int(reader.number(op.inputs[place]))
    if not op.attributes.get(name) or len(reader.tensor(op, place).shape) < 2:
        return number
    return int(reader.apply(op, unique("transpose"), number)[0])


@rule("bmm", "mv", "dot")
def product(reader: Any, op: Any) -> Any:
    """A product of two tensors."""
    return reader.add(op, unique("matmul"), 0, 1)


@rule("addmm", "baddbmm")
def addmm(reader: Any, op: Any) -> Any:
    """β·input + α·x·y."""
    (made,) = reader.apply(op, unique("matmul"), reader.number(op.inputs[1]), reader.number(op.inputs[2]))
    first = reader.number(op.inputs[0])
    if op.attributes["alpha"] != 1:
        (made,) = reader.apply(op, load("multiply")(constant=op.attributes["alpha"]), made)
    if op.attributes["beta"] != 1:
        (first,) = reader.apply(op, load("multiply")(constant=op.attributes["beta"]), first)
    return reader.apply(op, unique("add"), first, made, made=reader.made(op.outputs))


@rule("einsum")
def einsum(reader: Any, op: Any) -> Any:
    """A sum of products by the names of axes."""
    parts = reader.value(op, 0)
    numbers = [reader.placed(part) for part in parts]
    operator = unique("einsum", op.attributes["equation"])
    return [*reader.apply(op, operator, *numbers, made=reader.made(op.outputs[:1])), None, None]


@rule("bilinear")
def bilinear(reader: Any, op: Any) -> Any:
    """x₁·W·x₂ for each output feature."""
    held = {"weight": reader.value(op, 2), "bias": reader.value(op, 3)}
    stored = {role: part for role, part in held.items() if isinstance(part, Stored)}
    if "weight" not in stored:
        return None
    operator = unique("bilinear", stored["weight"].shape[0], "bias" in stored)
    return reader.add(op, operator, 0, 1, stored=stored)


@rule("flash_attn", "memory_efficient_attention")
def attention(reader: Any, op: Any) -> Any:
    """Scaled dot-product attention; Paddle has the heads after the sequence."""
    turned = [
        reader.apply(op, unique("permute", (0, 2, 1, 3)), reader.number(op.inputs[place]))[0] for place in range(3)
    ]
    causal = bool(op.attributes.get("causal"))
    made = reader.apply(op, unique("attention", causal=causal), *turned)
    return reader.apply(op, unique("permute", (0, 2, 1, 3)), *made)
