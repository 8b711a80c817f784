"""Products of tensors over axes: a layer where one side is stored, else a product of matrices, else by names."""

from __future__ import annotations

from math import prod
from string import ascii_lowercase
from typing import Any

from netledger.frontends.graph import Stored
from netledger.frontends.jax.rules._registry import rule, unique


@rule("dot_general")
def dot_general(reader: Any, equation: Any) -> Any:
    """Sums of products over some axes of both."""
    left, right = equation.values
    ((over_left, over_right), (batch_left, batch_right)) = equation.params["dimension_numbers"]
    if not batch_left and isinstance(right, Stored) and _is_layer(reader, left, over_left):
        return _layer(reader, equation, left, right, tuple(over_right))
    if not batch_left and isinstance(left, Stored) and _is_layer(reader, right, over_right):
        return _swapped(reader, equation, left, right, tuple(over_left))
    axes = (tuple(over_left), tuple(over_right), tuple(batch_left), tuple(batch_right))
    if _are_matrices(len(reader.tensor(left).shape), len(reader.tensor(right).shape), axes):
        return reader.add(equation, unique("matmul"), left, right)
    return reader.add(equation, unique("einsum", _equation(reader, left, right, axes)), left, right)


def _is_layer(reader: Any, left: Any, over: Any) -> bool:
    """Whether the last axes of a tensor are summed over, in order."""
    rank = len(reader.tensor(left).shape)
    return not isinstance(left, Stored) and tuple(over) == tuple(range(rank - len(over), rank)) and len(over) > 0


def _layer(reader: Any, equation: Any, left: Any, weight: Stored, over: tuple[int, ...]) -> Any:
    """A linear layer; several axes of features are seen as one."""
    features = prod(weight.shape[axis] for axis in over)
    out = prod(weight.shape) // features
    shape = reader.tensor(left).shape
    count = len(over)
    if count > 1:
        merged = (*shape[: len(shape) - count], features)
        (left,) = reader.add(equation, unique("reshape", merged, whole=True), left, made=...)
    first = over == tuple(range(count))
    stored = {"weight": weight.seen((features, out) if first else (out, features))}
    operator = unique("linear", out, False, "in_out" if first else "out_in")
    made = reader.add(equation, operator, left, stored=stored, made=...)
    if len(weight.shape) - count == 1:
        return made
    return _apart(reader, equation, made[0])


def _swapped(reader: Any, equation: Any, weight: Stored, right: Any, over: tuple[int, ...]) -> Any:
    """The same with the weight on the left: its features come first."""
    ahead = len(reader.tensor(right).shape) - len(over)
    shape = equation.made[0].shape
    first = len(shape) - ahead
    order = (*range(first, len(shape)), *range(first))
    turned = equation._replace(made=(equation.made[0].like(tuple(shape[axis] for axis in order)),))
    (made,) = _layer(reader, turned, right, weight, over)
    if not ahead:
        return [made]
    back = tuple(order.index(axis) for axis in range(len(shape)))
    return reader.add(equation, unique("permute", back), made)


def _apart(reader: Any, equation: Any, made: int) -> Any:
    """The features of a layer as several axes: a bias that is added there is the layer's all the same."""
    return reader.add(equation, unique("reshape", equation.made[0].shape, whole=True), made)


def _are_matrices(left: int, right: int, axes: Any) -> bool:
    """Whether it is a product of matrices, batches first, as written."""
    over_left, over_right, batch_left, batch_right = axes
    ahead = tuple(range(left - 2))
    same = left == right and left >= 2 and batch_left == ahead == batch_right
    return same and over_left == (left - 1,) and over_right == (right - 2,)


def _equation(reader: Any, left: Any, right: Any, axes: Any) -> str:
    """The product by the names of axes: batches, then what is left of the first, then of the second."""
    over_left, over_right, batch_left, batch_right = axes
    letters = iter(ascii_lowercase)
    first = [next(letters) for _ in reader.tensor(left).shape]
    second = [""] * len(reader.tensor(right).shape)
    for mine, theirs in (*zip(batch_left, batch_right, strict=True), *zip(over_left, over_right, strict=True)):
        second[theirs] = first[mine]
    second = [letter or next(letters) for letter in second]
    batch = [first[axis] for axis in batch_left]
    rest = [letter for axis, letter in enumerate(first) if axis not in (*batch_left, *over_left)]
    others = [letter for axis, letter in enumerate(second) if axis not in (*batch_right, *over_right)]
    return f"{''.join(first)},{''.join(second)}->{''.join((*batch, *rest, *others))}"
