"""Products of tensors, attention, learned tensors."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from hypothesis import strategies as st

from netledger.core.network import Tensor
from netledger.ops import load
from tests.laws.draws import BATCH, SIZE, SMALL, Case, Draw, Maker, case, several

LETTERS = "ijkmn"


def _spread(draw: Draw, batch: tuple[int, ...]) -> tuple[int, ...]:
    """Axes that can be broadcast to these."""
    return tuple(draw(st.sampled_from((1, size))) for size in batch)


def _matmul(draw: Draw) -> Callable[[], Case]:
    ranks = (draw(st.integers(1, 4)), draw(st.integers(1, 4)))

    def fill() -> Case:
        n, m, p = several(draw, SIZE, 3)
        batch = several(draw, SMALL, 2)
        first = (*_spread(draw, batch), n, m)[4 - ranks[0] :]
        second = (m,) if ranks[1] == 1 else (*_spread(draw, batch), m, p)[4 - ranks[1] :]
        return load("matmul")(), (Tensor(first), Tensor(second))

    return fill


def _operand(draw: Draw, letters: str) -> str:
    chosen = draw(st.lists(st.sampled_from(letters), min_size=1, max_size=3))
    dots = draw(st.sampled_from(("", "", "...")))
    return dots + "".join(chosen) if draw(st.booleans()) else "".join(chosen) + dots


def _einsum(draw: Draw) -> Callable[[], Case]:
    operands = [_operand(draw, LETTERS) for _ in range(draw(st.integers(1, 3)))]
    used = sorted({index for operand in operands for index in operand if index != "."})
    output = draw(st.permutations(used))[: draw(st.integers(0, len(used)))]
    dots = draw(st.booleans()) if any("." in operand for operand in operands) else False
    arrow = draw(st.booleans())
    right = f"->{'...' if dots else ''}{''.join(output)}" if arrow else ""
    ranks = [draw(st.integers(0, 2)) for _ in operands]

    def fill() -> Case:
        sizes = dict(zip(LETTERS, several(draw, SMALL, len(LETTERS)), strict=True))
        around = several(draw, SMALL, 2)
        shapes = [_einsum_shape(draw, part, sizes, around[2 - n :]) for part, n in zip(operands, ranks, strict=True)]
        return load("einsum")(equation=", ".join(operands) + right), tuple(map(Tensor, shapes))

    return fill


def _einsum_shape(draw: Draw, part: str, sizes: dict[str, int], around: tuple[int, ...]) -> tuple[int, ...]:
    """Letters that stand once may be broadcast, and so may the axes of an ellipsis."""
    before, dots, after = part.partition("...")

    def size(index: str) -> int:
        return draw(st.sampled_from((1, sizes[index], sizes[index]))) if part.count(index) == 1 else sizes[index]

    inner = _spread(draw, around) if dots else ()
    return (*map(size, before), *inner, *map(size, after))


def _bilinear(draw: Draw) -> Callable[[], Case]:
    rank, bias = draw(st.integers(0, 2)), draw(st.booleans())

    def fill() -> Case:
        rows = several(draw, SMALL, rank)
        inputs = Tensor((*rows, draw(SIZE))), Tensor((*rows, draw(SIZE)))
        return load("bilinear")(out=draw(SIZE), bias=bias), inputs

    return fill


def _embedding(draw: Draw) -> Callable[[], Case]:
    rank = draw(st.integers(1, 3))
    return lambda: case(several(draw, SMALL, rank), "embedding", count=draw(SIZE), features=draw(SIZE))


def _class_token(draw: Draw) -> Callable[[], Case]:
    return lambda: case(several(draw, SIZE, 3), "class_token", count=draw(SMALL))


def _position_embedding(draw: Draw) -> Callable[[], Case]:
    longer = draw(st.booleans())

    def fill() -> Case:
        shape = several(draw, SIZE, 3)
        return case(shape, "position_embedding", **({"most": shape[1] + draw(SIZE)} if longer else {}))

    return fill


def _parameter(draw: Draw) -> Callable[[], Case]:
    rank = draw(st.integers(1, 4))
    return lambda: (load("parameter")(shape=several(draw, SIZE, rank)), ())


def _attention(draw: Draw) -> Callable[[], Case]:
    flags = {"causal": draw(st.booleans()), "scale": draw(st.booleans()), "grouped": draw(st.booleans())}
    rank, masked, equal = (
        draw(st.integers(1 if flags["grouped"] else 0, 2)),
        draw(st.integers(0, 4)),
        draw(st.booleans()),
    )

    def fill() -> Case:
        batch, (queries, keys, width, made) = several(draw, SMALL, rank), several(draw, SIZE, 4)
        if flags["grouped"]:
            groups = draw(SMALL)
            ahead = (*batch[:-1], groups * batch[-1])
            others = [batch, batch]
        else:
            ahead, others = batch, [batch if equal else _spread(draw, batch) for _ in range(2)]
        shapes: list[tuple[int, ...]] = [(*ahead, queries, width), (*others[0], keys, width), (*others[1], keys, made)]
        if masked >= 2:
            shapes.append(_spread(draw, (*ahead, queries, keys))[-masked:])
        return load("attention")(**flags), tuple(map(Tensor, shapes))

    return fill


def _multihead_attention(draw: Draw) -> Callable[[], Case]:
    names = ("bias", "causal", "mask", "bias_kv", "zero_attn", "apart")
    flags: dict[str, Any] = {name: draw(st.booleans()) for name in names}
    grouped, wide, out = draw(st.booleans()), draw(st.integers(0, 2)), draw(st.booleans())
    count, rank, same = draw(st.integers(1, 3)), draw(st.integers(1, 4)), draw(st.booleans())

    def fill() -> Case:
        batch, queries, keys = draw(BATCH), draw(SIZE), draw(SIZE)
        served = draw(SMALL)
        heads = served * draw(SMALL) if grouped else served
        numbers = {"heads": heads, **({"kv_heads": served} if grouped else {})}
        numbers |= {name: draw(SMALL) for name in ("head", "value_head")[:wide]} | ({"out": draw(SIZE)} if out else {})
        features = heads * draw(SMALL)
        kinds = [features, *(features if same else draw(SIZE) for _ in range(2))]
        shapes = [(batch, queries, features), *((batch, keys, kinds[place]) for place in range(1, count))]
        keys = shapes[-1][1]
        if flags["mask"]:
            shapes.append(_spread(draw, (batch, heads, queries, keys))[4 - rank :])  # type: ignore[arg-type]
        return load("multihead_attention")(**numbers, **flags), tuple(map(Tensor, shapes))

    return fill


MAKERS: dict[str, Maker] = {
    "matmul": _matmul,
    "einsum": _einsum,
    "bilinear": _bilinear,
    "embedding": _embedding,
    "class_token": _class_token,
    "position_embedding": _position_embedding,
    "parameter": _parameter,
    "attention": _attention,
    "multihead_attention": _multihead_attention,
}
