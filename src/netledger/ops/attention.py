"""Scaled dot-product attention."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from netledger.core.language import say
from netledger.core.network import Tensor
from netledger.core.number import Number, Shape, equal, product, require
from netledger.core.operator import Operator, Readings, flag, operator
from netledger.core.reach import Follow, Reads, pointwise, whole
from netledger.core.work import Term, accumulate
from netledger.ops._attention import Scores, kept
from netledger.ops._broadcast import broadcast, fits

if TYPE_CHECKING:
    from netledger.core.performed import Stage, Values

__all__ = ["Attention"]


@operator
class Attention(Operator):
    """Scaled dot-product attention: queries, keys, values, perhaps a mask.

    Equation: y = softmax(q·kᵀ / √d + mask)·v
    Shapes: (…, L_q, d), (…, L_k, d), (…, L_k, d_v), mask → (…, L_q, d_v); axes before are broadcast; grouped: each
        head of keys and values (the last axis before L) serves as many heads of queries; the mask is broadcast to
        the scores (…, L_q, L_k)
    Parameters: none
    Counted: d products per score, and L_k per output; adding them up; one multiplication by 1/√d per score (scale);
        one addition per score for a mask; the softmax. Causal: counted whole, as it is computed; that a score is
        left out is no arithmetic, and the valid products are those of keys j ≤ i.
    Source: Vaswani et al., Attention Is All You Need (2017); torch.nn.functional.scaled_dot_product_attention
    """

    KIND = "attention"
    LAYOUT = "features"
    INPUTS = (3, 4)
    WORKED = (("query", "q"), ("key", "k"), ("value", "v"), ("mask", "mask"))

    causal: bool = flag(False, "query i meets the keys up to i only")
    scale: bool = flag(True, "multiply the scores by a constant, 1/√d")
    grouped: bool = flag(False, "fewer heads of keys and values than of queries")

    def infer(self, inputs: tuple[Tensor, ...]) -> tuple[Tensor, ...]:
        """(…, L_q, d_v)."""
        query, key, value = (tensor.shape for tensor in inputs[:3])
        _check_matrices(query, key, value)
        scores, made = self._batches(inputs)
        if len(inputs) == 4:
            fits(inputs[3].shape, (*scores, query[-2], key[-2]), "mask")
        return (inputs[0].like((*made, query[-2], value[-1])),)

    def reads(self, inputs: tuple[Tensor, ...], outputs: tuple[Tensor, ...], which: int = 0) -> Readings:
        """A query of each head; all keys; all values, feature by feature."""
        output, rank = outputs[0], len(outputs[0].shape)
        heads = rank - 3 if self.grouped else None
        query = (*_ahead(inputs[0], output, None), Follow(rank - 2), whole(inputs[0].shape[-1]))
        key = (*_ahead(inputs[1], output, heads), *map(whole, inputs[1].shape[-2:]))
        value = (*_ahead(inputs[2], output, heads), whole(inputs[2].shape[-2]), Follow(rank - 1))
        return query, key, value, *(pointwise(mask, output, -1) for mask in inputs[3:])

    def work(self, inputs: tuple[Tensor, ...], outputs: tuple[Tensor, ...]) -> tuple[Term, ...]:
        """Scores, their softmax, the sums of values."""
        width, keys = inputs[0].shape[-1], inputs[1].shape[-2]
        rows, made = product(self._batches(inputs)[0]) * inputs[0].shape[-2], outputs[0].elements
        products = accumulate(rows * keys * width + made * keys, rows * keys + made, biased=False)
        return (*products, *Scores(rows, keys, self.scale, len(inputs) == 4).terms())

    def valid_products(self, inputs: tuple[Tensor, ...], outputs: tuple[Tensor, ...]) -> Number | None:
        """Those of the keys that are not left out."""
        if not self.causal:
            return None
        scores, made = self._batches(inputs)
        pairs = kept(inputs[0].shape[-2], inputs[1].shape[-2])
        return pairs * (product(scores) * inputs[0].shape[-1] + product(made) * inputs[2].shape[-1])

    def perform(self, inputs: tuple[Values, ...], stored: Mapping[str, Values]) -> tuple[Stage, ...]:
        """Scores, perhaps scaled and masked, their softmax, the sums of values."""
        from netledger.ops._performed_attention import scores, weighted
        from netledger.ops._performed_softmax import softmax

        tensors = tuple(values.tensor for values in inputs)
        batch, made = self._batches(tensors)
        mask = inputs[3] if len(inputs) == 4 else None
        before = scores(inputs[0], inputs[1], batch, self.scale, mask, self.causal)
        after = softmax(before[-1].made.known(), len(batch) + 1, "p")
        return (*before, *after, weighted(after[-1].made.known(), inputs[2], made))

    def _batches(self, inputs: tuple[Tensor, ...]) -> tuple[Shape, Shape]:
        """The axes before the matrices: of the scores, and of the output."""
        query, key, value = (tensor.shape[:-2] for tensor in inputs[:3])
        if self.grouped:
            key, value = _served(query, key, "keys"), _served(query, value, "values")
        scores = broadcast(query, key)
        return scores, broadcast(scores, value)


def _check_matrices(query: Shape, key: Shape, value: Shape) -> None:
    enough = min(len(query), len(key), len(value)) >= 2
    require(enough, "query, key and value have a length and features", query=query, key=key, value=value)
    require(equal(query[-1], key[-1]), "query and key must have as many features", query=query, key=key)
    require(equal(key[-2], value[-2]), "there must be as many values as keys", key=key, value=value)


def _served(query: Shape, other: Shape, what: str) -> Shape:
    """The batch and heads of keys or values, as often as the queries need them."""
    require(len(query) >= 1 and len(other) >= 1, "grouped heads need an axis of heads", query=query, other=other)
    require(
        equal(query[-1] % other[-1], 0),
        say("the heads of the {what} must divide those of the queries", what=say(what)),
        queries=query[-1],
        heads=other[-1],
    )
    return (*other[:-1], query[-1])


def _ahead(tensor: Tensor, output: Tensor, heads: int | None) -> Reads:
    """The axes before a matrix, aligned with the output; grouped heads do not keep step."""
    shift = len(output.shape) - len(tensor.shape)
    return tuple(
        Follow(axis + shift, None)
        if axis + shift == heads and size != output.shape[axis + shift]
        else Follow(axis + shift)
        if size == output.shape[axis + shift]
        else whole(size)
        for axis, size in enumerate(tensor.shape[:-2])
    )
