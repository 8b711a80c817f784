"""The interpreter of products of tensors and of attention: matmul, einsum, bilinear, multi-head attention."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from math import inf, sqrt

from tests.laws.reference import Machine, Place, Values, joined, linear, places, softmax


def broadcast(values: Values, place: Place) -> Place:
    """Where a place of a greater tensor lies in this one; axes are aligned at the end."""
    mine = place[len(place) - len(values.shape) :]
    return tuple(0 if size == 1 else index for index, size in zip(mine, values.shape, strict=True))


def common(first: Place, second: Place) -> Place:
    """The greater of both sizes, axes aligned at the end."""
    rank = max(len(first), len(second))
    return tuple(map(max, (1,) * (rank - len(first)) + first, (1,) * (rank - len(second)) + second))


def reshaped(values: Values, shape: Place) -> Values:
    """The same elements in another shape."""
    return Values(shape, dict(zip(places(shape), (values.at[place] for place in places(values.shape)), strict=True)))


def matmul(m: Machine, a: Values, b: Values) -> Values:
    """Σ_k a[…, i, k]·b[…, k, j]; a vector is a row on the left, a column on the right."""
    if len(a.shape) == 1:
        made = matmul(m, reshaped(a, (1, *a.shape)), b)
        return reshaped(made, made.shape[:-2] + made.shape[-1:] if len(b.shape) > 1 else made.shape[:-1])
    if len(b.shape) == 1:
        made = matmul(m, a, reshaped(b, (*b.shape, 1)))
        return reshaped(made, made.shape[:-1])
    batch = common(a.shape[:-2], b.shape[:-2])

    def element(place: Place) -> float:
        *ahead, i, j = place
        return m.sum(
            m.multiply(a.at[broadcast(a, (*ahead, i, k))], b.at[broadcast(b, (*ahead, k, j))])
            for k in range(a.shape[-1])
        )

    return Values.make((*batch, a.shape[-2], b.shape[-1]), element)


def transposed(values: Values) -> Values:
    """The last two axes change places."""
    shape = (*values.shape[:-2], values.shape[-1], values.shape[-2])
    return Values.make(shape, lambda place: values.at[(*place[:-2], place[-1], place[-2])])


def bilinear(m: Machine, first: Values, second: Values, weight: Values, bias: Values | None) -> Values:
    """Σ_j (Σ_i x₁[i]·W[o, i, j])·x₂[j] + b[o]."""
    out, left, right = weight.shape

    def element(place: Place) -> float:
        *row, o = place
        between = [
            m.sum(m.multiply(first.at[(*row, i)], weight.at[(o, i, j)]) for i in range(left)) for j in range(right)
        ]
        made = m.sum(m.multiply(value, second.at[(*row, j)]) for j, value in enumerate(between))
        return m.add(made, bias.at[(o,)]) if bias else made

    return Values.make((*first.shape[:-1], out), element)


def einsum(m: Machine, equation: str, inputs: Sequence[Values]) -> Values:
    """Pair by pair from left to right, in loops over the joint index space."""
    operands, output = _written_out(equation, [len(values.shape) for values in inputs])
    named = [_diagonal(indices, values) for indices, values in zip(operands, inputs, strict=True)]
    now, indices = named[0]
    for place, (other, theirs) in enumerate(named[1:], 1):
        later = {index for _, part in named[place + 1 :] for index in part}
        space = [*indices, *(index for index in theirs if index not in indices)]
        kept = [index for index in space if index in later or index in output]
        now, indices = _summed(m, kept, space, [(now, indices), (other, theirs)]), kept
    if len(named) == 1:
        now, indices = _summed(m, output, indices, [(now, indices)]), output
    order = [indices.index(index) for index in output]
    shape = tuple(now.shape[axis] for axis in order)
    back = [output.index(index) for index in indices]
    return Values.make(shape, lambda place: now.at[tuple(place[axis] for axis in back)])


Named = tuple[Values, list[str]]


def _summed(m: Machine, kept: list[str], space: list[str], parts: Sequence[Named]) -> Values:
    """The products of all parts, added up over the indices that are not kept."""
    sizes = dict.fromkeys(space, 1)
    for values, indices in parts:
        for index, size in zip(indices, values.shape, strict=True):
            sizes[index] = max(sizes[index], size)
    gone = [index for index in space if index not in kept]

    def at(part: Named, found: Mapping[str, int]) -> float:
        return part[0].at[tuple(found[i] if s > 1 else 0 for i, s in zip(part[1], part[0].shape, strict=True))]

    def element(place: Place) -> float:
        known = dict(zip(kept, place, strict=True))
        terms = []
        for others in places(sizes[index] for index in gone):
            found = {**known, **dict(zip(gone, others, strict=True))}
            first, *rest = (at(part, found) for part in parts)
            terms.append(m.multiply(first, rest[0]) if rest else first)
        return m.sum(terms)

    return Values.make((sizes[index] for index in kept), element)


def _diagonal(indices: list[str], values: Values) -> Named:
    """Every index once; where it stood twice, the diagonal."""
    once = list(dict.fromkeys(indices))
    sizes = [values.shape[indices.index(index)] for index in once]
    return Values.make(sizes, lambda place: values.at[tuple(place[once.index(index)] for index in indices)]), once


def _written_out(equation: str, ranks: list[int]) -> tuple[list[list[str]], list[str]]:
    """Digits, counted from the end, for the axes of an ellipsis."""
    left, arrow, right = equation.replace(" ", "").partition("->")
    dots = [rank - len(part.replace(".", "")) for part, rank in zip(left.split(","), ranks, strict=True)]

    def written(part: str, count: int) -> list[str]:
        return list(part.replace("...", "".join(str(digit) for digit in reversed(range(count)))))

    operands = [written(part, count) for part, count in zip(left.split(","), dots, strict=True)]
    every = [index for operand in operands for index in operand]
    most = max(n if "." in part else 0 for part, n in zip(left.split(","), dots, strict=True))
    once = "".join(sorted(index for index in every if every.count(index) == 1 and index.isalpha()))
    return operands, written(right if arrow else "..." + once, most)


def attention(
    m: Machine,
    query: Values,
    key: Values,
    value: Values,
    mask: Values | None = None,
    *,
    causal: bool = False,
    scale: bool = True,
    grouped: bool = False,
    extra: int = 0,
) -> Values:
    """softmax(q·kᵀ·(1/√d) + mask)·v; `extra` keys at the end are met by every query."""
    if grouped:
        key, value = (_repeated(values, query.shape[-3]) for values in (key, value))
    scores = matmul(m, query, transposed(key))
    factor = 1 / sqrt(query.shape[-1])
    if scale:
        scores = Values.make(scores.shape, lambda place, old=scores: m.multiply(old.at[place], factor))  # type: ignore[misc]
    if mask is not None:
        scores = joined([scores, mask], m.add)
    if causal:
        last = key.shape[-2] - extra
        scores = Values(scores.shape, {p: -inf if p[-2] < p[-1] < last else x for p, x in scores.at.items()})
    return matmul(m, softmax(m, scores, len(scores.shape) - 1), value)


def _repeated(values: Values, heads: int) -> Values:
    group = heads // values.shape[-3]
    shape = (*values.shape[:-3], heads, *values.shape[-2:])
    return Values.make(shape, lambda place: values.at[(*place[:-3], place[-3] // group, *place[-2:])])


def _heads(values: Values, count: int) -> Values:
    """(N, L, h·d) → (N, h, L, d)."""
    batch, length, width = values.shape
    head = width // count
    return Values.make((batch, count, length, head), lambda p: values.at[(p[0], p[2], p[1] * head + p[3])])


def _appended(values: Values, rows: Sequence[Callable[[int], float]]) -> Values:
    """More rows at the end of a sequence."""
    batch, length, width = values.shape
    shape = (batch, length + len(rows), width)
    return Values.make(shape, lambda p: values.at[p] if p[1] < length else rows[p[1] - length](p[2]))


def multihead_attention(
    m: Machine, given: Sequence[Values], stored: Mapping[str, Values], heads: Sequence[int], causal: bool, zero: bool
) -> Values:
    """Projections of query, key, value; attention in each head; a projection; the fourth input is a mask."""
    made = []
    for place, name in enumerate("qkv"):
        projected = linear(m, given[place], stored[f"{name}_weight"], stored.get(f"{name}_bias"))
        more: list[Callable[[int], float]] = []
        if place and "bias_k" in stored:
            row = stored["bias_k" if place == 1 else "bias_v"]
            more.append(lambda column, row=row: row.at[(0, 0, column)])  # type: ignore[misc]
        if place and zero:
            more.append(lambda column: 0.0)
        made.append(_heads(_appended(projected, more), heads[place]))
    extra, mask = made[1].shape[2] - given[1].shape[1], given[3] if len(given) > 3 else None
    if mask is not None:
        mask = _padded(mask, given[1].shape[1], extra)
    joined_heads = attention(m, *made, mask, causal=causal, grouped=True, extra=extra)
    batch, count, length, width = joined_heads.shape
    flat = Values.make(
        (batch, length, count * width), lambda p: joined_heads.at[(p[0], p[2] // width, p[1], p[2] % width)]
    )
    return linear(m, flat, stored["out_weight"], stored.get("out_bias"))


def _padded(mask: Values, keys: int, extra: int) -> Values:
    """Zeros for the keys that are added at the end."""
    shape = (*mask.shape[:-1], keys + extra)
    return Values.make(shape, lambda p: mask.at[(*p[:-1], min(p[-1], mask.shape[-1] - 1))] if p[-1] < keys else 0.0)
