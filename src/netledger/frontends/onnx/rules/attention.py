"""Attention, and what stands around it in language models."""

from __future__ import annotations

from typing import Any

from netledger.core.language import say
from netledger.frontends.onnx.node import At, UnansweredError
from netledger.frontends.onnx.rules._registry import MICROSOFT, load, rule
from netledger.frontends.onnx.values import Value


def split_heads(at: At, value: Value, heads: int) -> Value:
    """(N, L, h·d) → (N, h, L, d)."""
    batch, length, width = value.shape
    if width % heads:
        raise ValueError("the heads must divide the features")
    apart = at.one(load("reshape")((batch, length, heads, width // heads), whole=True), value)
    return at.one("transpose", apart, first=1, second=2)


def join_heads(at: At, value: Value) -> Value:
    """(N, h, L, d) → (N, L, h·d)."""
    batch, heads, length, width = value.shape
    together = at.one("transpose", value, first=1, second=2)
    return at.one(load("reshape")((batch, length, heads * width), whole=True), together)


def attended(at: At, query: Value, key: Value, value: Value, mask: Value | None, causal: bool) -> Value:
    """Scores, their softmax, the sums of values."""
    grouped = query.shape[1] != key.shape[1]
    inputs = (query, key, value) if mask is None else (query, key, value, mask)
    return at.one(load("attention")(causal, True, grouped), *inputs)


@rule("Attention")
def attention(at: At) -> list[Value | None]:
    """Queries, keys, values, perhaps a mask and what came before."""
    flat = len(at[0].shape) == 3
    query, key, value = at[0], at[1], at[2]
    if flat:
        heads, served = int(at.get("q_num_heads")), int(at.get("kv_num_heads"))
        query, key, value = (split_heads(at, one, n) for one, n in ((query, heads), (key, served), (value, served)))
    past = at.maybe(4), at.maybe(5)
    if past[0] is not None and past[1] is not None:
        key, value = at.one("concat", past[0], key, axis=2), at.one("concat", past[1], value, axis=2)
    scores = None
    mask = _whole_mask(at, at.maybe(3), key)
    if at.get("softcap", 0.0) or at.asked(3):
        made, scores = _written_out(at, query, key, value, mask)
    else:
        made = attended(at, query, key, value, mask, bool(at.get("is_causal", 0)))
    given = [join_heads(at, made) if flat else made, key, value, scores]
    return [one if at.asked(place) else None for place, one in enumerate(given)]


def _whole_mask(at: At, mask: Value | None, key: Value) -> Value | None:
    """A mask that ends before the keys do leaves the rest out."""
    if mask is None or not mask.shape or mask.shape[-1] in (1, key.shape[2]):
        return mask
    return at.one("rearrange", mask, what="mask", shape=(*mask.shape[:-1], key.shape[2]))


def _written_out(at: At, query: Value, key: Value, value: Value, mask: Value | None) -> tuple[Value, Value]:
    """Attention in single steps: the scores may be bounded softly, and given at one of four places."""
    times = query.shape[1] // key.shape[1]
    if times > 1:
        key, value = (at.one("repeat_interleave", one, times=times, axis=1) for one in (key, value))
    found = [at.one("matmul", query, at.one("transpose", key, first=2, second=3))]
    made = at.one("multiply", found[0], constant=1.0)
    softcap = float(at.get("softcap", 0.0))
    if softcap:
        bounded = at.one("tanh", at.one("divide", made, constant=softcap))
        made = at.one("multiply", bounded, constant=softcap)
    found.append(made)
    found.append(made if mask is None else at.one("add", made, mask, dtype=made.dtype))
    found.append(at.one("softmax", found[2], axis=3))
    return at.one("matmul", found[3], value), found[int(at.get("qk_matmul_output_mode", 0))]


@rule("RotaryEmbedding")
def rotary(at: At) -> Value:
    """Pairs of features turned by an angle that depends on the place."""
    value = at[0]
    width = value.shape[-1] // int(at.get("num_heads") or 1) if len(value.shape) == 3 else value.shape[-1]
    turned = int(at.get("rotary_embedding_dim", 0)) or width
    pairs = value.tensor.elements // width * (turned // 2)
    return _turned(at, value, pairs)


def _turned(at: At, value: Value, pairs: Any) -> Value:
    """Four products, a difference and a sum for each pair."""
    half = at.one("rearrange", value, what="one of each pair", shape=(pairs,))
    other = at.one("rearrange", value, what="the other of each pair", shape=(pairs,))
    cosines, sines = (
        at.one("rearrange", at[place], what=what, shape=(pairs,)) for place, what in ((1, "cosines"), (2, "sines"))
    )
    real = at.one("subtract", at.one("multiply", half, cosines), at.one("multiply", other, sines))
    imaginary = at.one("add", at.one("multiply", half, sines), at.one("multiply", other, cosines))
    return at.one("rearrange", real, imaginary, what="RotaryEmbedding", shape=tuple(value.shape), dtype=value.dtype)


@rule("RotaryEmbedding", domain=MICROSOFT)
def rotary_of_microsoft(at: At) -> Value:
    """The same; places come before the tables."""
    value = at[0]
    at.inputs = [at[0], at[2], at[3]]
    width = 2 * at[1].shape[-1]
    return _turned(
        at,
        value,
        value.tensor.elements // max(1, width) * (width // 2)
        if at.get("num_heads") or len(value.shape) == 4
        else value.tensor.elements // 2,
    )


@rule("Attention", domain=MICROSOFT)
def attention_of_microsoft(at: At) -> list[Value | None]:
    """One linear layer makes queries, keys and values; then attention. A mask of lengths is a gap."""
    value, weight, bias = at[0], at[1], at.maybe(2)
    heads = int(at.get("num_heads"))
    batch, length, _ = value.shape
    widths = tuple(at.get("qkv_hidden_sizes") or (weight.shape[1] // 3,) * 3)
    shape = (batch, length, widths[2])
    if at.maybe(4) is not None or at.get("past_present_share_buffer", 0) or at.asked(1):
        raise at.gap(say("there is no rule for {op} with what came before", op=at.function), shape)
    made = at.one(
        load("linear")(weight.shape[1], bias=bias is not None, layout="in_out"),
        value,
        stored=_projection(at, weight, bias),
    )
    parts = at.add(load("split")(None, widths, -1), made)
    query, key, values = (split_heads(at, part, heads) for part in parts)
    mask = _mask(at, at.maybe(3), at.maybe(5), (batch, heads, length, length))
    return [join_heads(at, attended(at, query, key, values, mask, bool(at.get("unidirectional", 0))))]


def _projection(at: At, weight: Value, bias: Value | None) -> dict[str, Any]:
    stored = {"weight": at.stored(weight)}
    return stored if bias is None else {**stored, "bias": at.stored(bias)}


def _mask(at: At, index: Value | None, added: Value | None, scores: Any) -> Value | None:
    """What is added to the scores; lengths, or a mask of truth values, become one."""
    if added is not None:
        return added
    if index is None:
        return None
    return at.one("rearrange", index, what="mask", shape=(scores[0], 1, 1, scores[3]), dtype="float32")


@rule("MultiHeadAttention", domain=MICROSOFT)
def multi_head(at: At) -> list[Value | None]:
    """Queries, keys and values that were projected before, perhaps with their biases still to add."""
    query, key, value, bias = at[0], at.maybe(1), at.maybe(2), at.maybe(3)
    heads = int(at.get("num_heads"))
    if key is None or value is None or len(key.shape) != 3 or at.maybe(6) is not None or at.asked(1):
        raise at.gap(say("there is no rule for {op} with packed or past inputs", op=at.function), query.shape[:3])
    parts = [query, key, value]
    if bias is not None:
        widths = tuple(part.shape[-1] for part in parts)
        pieces = at.add(load("split")(None, widths, 0), bias)
        parts = [at.one("add", part, piece) for part, piece in zip(parts, pieces, strict=True)]
    query, key, value = (split_heads(at, part, heads) for part in parts)
    scores = (*query.shape[:3], key.shape[2])
    mask = _mask(at, at.maybe(4), at.maybe(5), scores)
    return [join_heads(at, attended(at, query, key, value, mask, bool(at.get("unidirectional", 0))))]


@rule("GroupQueryAttention", domain=MICROSOFT)
def group_query(at: At) -> None:
    """Attention over a cache whose length the values say: not counted."""
    heads, served = int(at.get("num_heads")), int(at.get("kv_num_heads"))
    query = at[0]
    width = query.shape[-1] if at.maybe(1) is not None else query.shape[-1] // (heads + 2 * served) * heads
    past = [at[place].tensor for place in (3, 4) if at.maybe(place) is not None]
    raise UnansweredError(
        say("its size depends on values that are not known before it runs"),
        [query.tensor.like((*query.shape[:2], width)), *past],
    )


@rule("LinearAttention", "CausalConvWithState")
def of_state(at: At) -> None:
    """Layers with a state: not counted."""
    raise UnansweredError(say("there is no rule for {op}", op=at.function))
