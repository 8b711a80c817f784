"""Attention."""

from __future__ import annotations

from typing import Any

import torch

from netledger.frontends.torch.rules._registry import load, rule


@rule("scaled_dot_product_attention")
def attention(
    trace: Any,
    query: Any,
    key: Any,
    value: Any,
    attn_mask: Any = None,
    dropout_p: float = 0.0,
    is_causal: bool = False,
    scale: Any = None,
    enable_gqa: bool = False,
) -> Any:
    """Queries, keys, values, perhaps a mask."""
    op = load("attention")(bool(is_causal), True, bool(enable_gqa))
    inputs = (query, key, value) if attn_mask is None else (query, key, value, attn_mask)
    return trace.add(op, *inputs)


@rule(
    "_scaled_dot_product_flash_attention",
    "_scaled_dot_product_flash_attention_for_cpu",
    "_scaled_dot_product_efficient_attention",
    "_scaled_dot_product_cudnn_attention",
    "_scaled_dot_product_attention_math",
    "_scaled_dot_product_fused_attention_overrideable",
)
def attention_kernel(trace: Any, query: Any, key: Any, value: Any, *args: Any, **kwargs: Any) -> Any:
    """The kernels of the same; what else they give is only for training."""
    masks = [
        part for part in (*args, kwargs.get("attn_bias"), kwargs.get("attn_mask")) if isinstance(part, torch.Tensor)
    ]
    causal = any(part is True for part in (*args, kwargs.get("is_causal")))
    made = trace.add(load("attention")(causal), query, key, value, *masks[:1])
    count = len(trace.last[0]._schema.returns) - 1
    return (made, *(trace.add(load("empty")((0,)), query) for _ in range(count)))


def _softmax(kind: str) -> Any:
    def apply(trace: Any, input: Any, dim: Any = None, *args: Any, dtype: Any = None, **_: Any) -> Any:
        rank = len(trace.kind_of(input).shape)
        if dim is None:
            dim = 0 if rank in (0, 1, 3) else 1
        typed = [part for part in args if isinstance(part, torch.dtype)]
        kept = dtype or (typed[0] if typed else trace.kind_of(input).dtype)
        if not rank:
            return trace.add(load("reshape")((), whole=True), softened(trace, input, kind, 0, kept))
        return trace.add(load(kind)(dim), input, dtype=kept)

    return apply


def softened(trace: Any, input: Any, kind: str, dim: int, dtype: torch.dtype) -> Any:
    """The softmax of a single number."""
    return trace.add(load(kind)(dim), trace.add(load("reshape")((1,), whole=True), input), dtype=dtype)


rule("softmax", "_softmax", "special_softmax")(_softmax("softmax"))
rule("log_softmax", "_log_softmax", "special_log_softmax")(_softmax("log_softmax"))
rule("softmin")(_softmax("softmin"))


@rule("gumbel_softmax")
def gumbel_softmax(
    trace: Any, logits: Any, tau: float = 1, hard: bool = False, eps: float = 1e-10, dim: int = -1
) -> Any:
    """A softmax of what is randomly shifted."""
    return trace.add(load("softmax")(dim), logits)


@rule("flex_attention", pure=False)
def flex_attention(
    trace: Any,
    query: Any,
    key: Any,
    value: Any,
    score_mod: Any = None,
    block_mask: Any = None,
    scale: Any = None,
    *_: Any,
    **__: Any,
) -> Any:
    """Attention counted whole; what a function does to the scores is a gap."""
    grouped = query.shape[1] != key.shape[1]
    made = trace.add(load("attention")(False, True, grouped), query, key, value)
    name = getattr(score_mod, "__name__", "")
    if score_mod is not None and name not in ("_identity", "noop_mask"):
        made = trace.add(load("custom")(f"score_mod {name}", tuple(made.shape), whole=True), made)
    if hasattr(trace.last[0], "__code__"):
        return made
    return (made, *(trace.add(load("empty")((0,)), query) for _ in range(2)))
