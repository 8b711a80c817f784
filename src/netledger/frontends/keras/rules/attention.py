"""Attention."""

from __future__ import annotations

from typing import Any

from netledger.frontends.keras.rules._registry import layer, named, operation

__all__: list[str] = []


@layer("MultiHeadAttention")
def multi_head(
    trace: Any,
    layer: Any,
    query: Any,
    value: Any,
    key: Any = None,
    attention_mask: Any = None,
    return_attention_scores: bool = False,
    use_causal_mask: bool = False,
    **masks: Any,
) -> Any:
    """With its projections, where Keras leaves the scores to the backend's kernel; else as Keras computes them."""
    masked = attention_mask is not None or any(part is not None for name, part in masks.items() if "mask" in name)
    plain = not (layer._dropout > 0 or return_attention_scores or masked or _changed(layer))
    if not plain or len(query.shape) != 3 or len(value.shape) != 3:
        return NotImplemented
    key = value if key is None else key
    out = layer._output_dense.kernel.shape[2:]
    if len(out) != 1:
        return NotImplemented
    given = [query] if query is key is value else [query, key] if key is value else [query, key, value]
    op = named("multihead_attention")(
        layer.num_heads,
        head=layer.key_dim,
        value_head=layer.value_dim,
        out=out[0],
        bias=bool(layer._use_bias),
        causal=bool(use_causal_mask),
        apart=True,
    )
    return trace.add(op, *given, stored=_roles(layer))


def _changed(layer: Any) -> bool:
    """Whether its projections are no longer what they were built as."""
    parts = (layer._query_dense, layer._key_dense, layer._value_dense, layer._output_dense)
    return any(part.lora_enabled or part.quantization_mode for part in parts)


def _roles(layer: Any) -> dict[str, Any]:
    parts = {"q": layer._query_dense, "k": layer._key_dense, "v": layer._value_dense, "out": layer._output_dense}
    weights = {f"{name}_weight": part._kernel for name, part in parts.items()}
    return {**weights, **{f"{name}_bias": part.bias for name, part in parts.items()}}


@operation("DotProductAttention")
def dot_product(
    trace: Any, operation: Any, query: Any, key: Any, value: Any, bias: Any = None, mask: Any = None, **_: Any
) -> Any:
    """Heads stand after the length; perhaps fewer of keys and values."""
    if operation.attn_logits_soft_cap is not None or (bias is not None and mask is not None):
        return NotImplemented
    grouped = key.shape[-2] != query.shape[-2]
    apart = [trace.add(named("transpose")(1, 2), part) for part in (query, key, value)]
    extra = [part for part in (bias, mask) if part is not None]
    made = trace.add(named("attention")(bool(operation.is_causal), True, grouped), *apart, *extra)
    return trace.add(named("transpose")(1, 2), made)
