"""Multi-head attention, with its projections."""

from __future__ import annotations

from typing import NamedTuple

from netledger.core.network import Tensor
from netledger.core.number import Number, Shape, agree, equal, over, require, total
from netledger.core.operator import Operator, Readings, Shapes, flag, number, operator
from netledger.core.reach import Follow, Reads, whole
from netledger.core.work import Term
from netledger.ops._attention import Scores, kept
from netledger.ops._broadcast import fits

__all__ = ["MultiheadAttention"]


class _Sizes(NamedTuple):
    """Every number that the rules need."""

    batch: Number
    queries: Number
    keys: Number
    features: tuple[Number, Number, Number]  # of query, key, value
    widths: tuple[Number, Number, Number]  # of all heads, after the projections
    heads: Number
    met: Number  # the keys that each query meets: those added, too
    out: Number
    head: Number
    value_head: Number

    @property
    def lengths(self) -> tuple[Number, Number, Number]:
        """Of query, key, value."""
        return self.queries, self.keys, self.keys

    @property
    def joined(self) -> Number:
        """The features that the heads make together."""
        return self.heads * self.value_head


@operator
class MultiheadAttention(Operator):
    """Multi-head attention: projections of queries, keys and values, attention in each head, a projection.

    Equation: y = concat_h softmax(q_h·k_hᵀ / √d + mask)·v_h·W_outᵀ + b_out; q = x_q·W_qᵀ + b_q, k and v likewise
    Shapes: (N, L_q, F), (N, L_k, F_k), (N, L_k, F_v) → (N, L_q, F_out); one input: all three; two: query, and key =
        value; mask: one more input, broadcast to (N, h, L_q, L_k)
    Parameters: in_weight (3·h·d, F), in_bias (3·h·d), or, where features or heads differ, q_weight (h·d, F), k_weight
        (g·d, F_k), v_weight (g·d_v, F_v), in_bias; apart: these weights, and q_bias, k_bias, v_bias; out_weight
        (F_out, h·d_v), out_bias (F_out); bias_k, bias_v with bias_kv
    Counted: the products of the four projections and of the attention; adding them up; the biases; per score, one
        multiplication by 1/√d (scale), one addition of a mask, the softmax. Causal: counted whole; the valid products
        are those of keys j ≤ i.
    Source: Vaswani et al., Attention Is All You Need (2017); Ainslie et al., GQA (2023); torch.nn.MultiheadAttention
    """

    KIND = "multihead_attention"
    LAYOUT = "features"
    LABEL = "attn"
    INPUTS = (1, 4)

    heads: Number = number("h", "heads")
    kv_heads: Number | None = number("g", "heads of keys and values; as many as of queries, if left out", None)
    head: Number | None = number("d", "features of each head; F / h, if left out", None)
    value_head: Number | None = number("d_v", "features of a value in each head; d, if left out", None)
    out: Number | None = number("F_o", "output features; F, if left out", None)
    bias: bool = flag(True, "add a bias in all projections")
    causal: bool = flag(False, "query i meets the keys up to i only")
    mask: bool = flag(False, "the last input is a mask, added to the scores")
    bias_kv: bool = flag(False, "add a learned key and a learned value to the sequence")
    zero_attn: bool = flag(False, "add a key and a value of zeros to the sequence")
    apart: bool = flag(False, "each projection has a weight and a bias of its own")

    def infer(self, inputs: tuple[Tensor, ...]) -> tuple[Tensor, ...]:
        """(N, L_q, F_out)."""
        self._check(inputs)
        sizes = self._sizes(inputs)
        if self.mask:
            fits(inputs[-1].shape, (sizes.batch, sizes.heads, sizes.queries, sizes.keys), "mask")
        return (inputs[0].like((sizes.batch, sizes.queries, sizes.out)),)

    def parameters(self, inputs: tuple[Tensor, ...]) -> Shapes:
        """Projections in and out; a key and a value, if they are learned."""
        sizes = self._sizes(inputs)
        found: dict[str, Shape] = {**self._weights(sizes)}
        if self.bias and self.apart:
            found |= {f"{name}_bias": (width,) for name, width in zip("qkv", sizes.widths, strict=True)}
        elif self.bias:
            found["in_bias"] = (total(sizes.widths),)
        if self.bias_kv:
            found |= {"bias_k": (1, 1, sizes.widths[1]), "bias_v": (1, 1, sizes.widths[2])}
        found["out_weight"] = (sizes.out, sizes.joined)
        return {**found, "out_bias": (sizes.out,)} if self.bias else found

    def reads(self, inputs: tuple[Tensor, ...], outputs: tuple[Tensor, ...], which: int = 0) -> Readings:
        """One query, all keys and values; whatever serves as both, whole."""
        given = inputs[:-1] if self.mask else inputs
        first = whole(given[0].shape[1]) if len(given) == 1 else Follow(1)
        query = (Follow(0), first, whole(given[0].shape[2]))
        rest = ((Follow(0), *map(whole, tensor.shape[1:])) for tensor in given[1:])
        return query, *rest, *(_mask(tensor.shape, outputs[0].shape) for tensor in inputs[len(given) :])

    def work(self, inputs: tuple[Tensor, ...], outputs: tuple[Tensor, ...]) -> tuple[Term, ...]:
        """Projections, scores, softmax, sums of values, a projection."""
        sizes = self._sizes(inputs)
        rows = sizes.batch * sizes.heads * sizes.queries
        projected, made = _projected(sizes), outputs[0].elements
        products = _products(sizes) + rows * sizes.met * (sizes.head + sizes.value_head)
        sums = projected + rows * sizes.met + rows * sizes.value_head + made
        bias = (Term("add", "bias", projected + made),) if self.bias else ()
        scores = Scores(rows, sizes.met, scaled=True, masked=self.mask)
        formed = (Term("multiply", "product", products), Term("add", "accumulate", products - sums))
        return (*formed, *bias, *scores.terms())

    def valid_products(self, inputs: tuple[Tensor, ...], outputs: tuple[Tensor, ...]) -> Number | None:
        """Those of the keys that are not left out, and of the projections."""
        if not self.causal:
            return None
        sizes = self._sizes(inputs)
        pairs = kept(sizes.queries, sizes.keys) + sizes.queries * (sizes.met - sizes.keys)
        width = sizes.head + sizes.value_head
        return _products(sizes) + sizes.batch * sizes.heads * pairs * width

    def _check(self, inputs: tuple[Tensor, ...]) -> None:
        given = inputs[:-1] if self.mask else inputs
        require(
            1 <= len(given) <= 3,
            "attention takes 1 to 3 inputs and a mask" if self.mask else "attention takes 1 to 3 inputs",
            "Write mask: true if the last input is a mask.",
        )
        for tensor in given:
            require(len(tensor.shape) == 3, "the input must have a batch, a length and features", input=tensor.shape)
            require(equal(tensor.shape[0], given[0].shape[0]), "all inputs must have the same batch")
        if len(given) == 3:
            keys, values = given[1].shape[1], given[2].shape[1]
            require(equal(keys, values), "there must be as many values as keys", keys=keys, values=values)

    def _sizes(self, inputs: tuple[Tensor, ...]) -> _Sizes:
        given = inputs[:-1] if self.mask else inputs
        query, key, value = (given[0], given[min(1, len(given) - 1)], given[-1])
        features = query.shape[2]
        if self.head is None:
            require(
                equal(features % self.heads, 0),
                "the heads must divide the features",
                heads=self.heads,
                features=features,
            )
        head = over(features, self.heads) if self.head is None else self.head
        value_head = head if self.value_head is None else self.value_head
        served = self.heads if self.kv_heads is None else self.kv_heads
        require(equal(self.heads % served, 0), "kv_heads must divide heads", heads=self.heads, kv_heads=served)
        wide = features if self.head is None else self.heads * head
        key_wide = wide if self.kv_heads is None else served * head
        return _Sizes(
            query.shape[0],
            query.shape[1],
            key.shape[1],
            (features, key.shape[2], value.shape[2]),
            (wide, key_wide, key_wide if self.value_head is None else served * value_head),
            self.heads,
            key.shape[1] + self.bias_kv + self.zero_attn,
            features if self.out is None else self.out,
            head,
            value_head,
        )

    def _weights(self, sizes: _Sizes) -> Shapes:
        """One weight, or three where features or heads differ, or they are kept apart."""
        if not self.apart and agree(*sizes.features) and agree(*sizes.widths):
            return {"in_weight": (total(sizes.widths), sizes.features[0])}
        pairs = zip("qkv", sizes.widths, sizes.features, strict=True)
        return {f"{name}_weight": (width, features) for name, width, features in pairs}


def _projected(sizes: _Sizes) -> Number:
    """The elements that the projections of query, key and value make."""
    return sizes.batch * total(length * width for length, width in zip(sizes.lengths, sizes.widths, strict=True))


def _products(sizes: _Sizes) -> Number:
    """The products of the four projections."""
    parts = zip(sizes.lengths, sizes.widths, sizes.features, strict=True)
    inner = total(length * width * features for length, width, features in parts)
    return sizes.batch * (inner + sizes.queries * sizes.joined * sizes.out)


def _mask(shape: Shape, made: Shape) -> Reads:
    """A mask is aligned at the end of (N, h, L_q, L_k)."""
    axes = (0, None, 1, None)[4 - len(shape) :]
    return tuple(
        Follow(axis) if axis is not None and made[axis] == size else whole(size)
        for axis, size in zip(axes, shape, strict=True)
    )
