"""What counters of kernels have in common: the kernels that a call ends in."""

from __future__ import annotations

from collections.abc import Iterator

from netledger.conventions._functions import Amounts
from netledger.conventions._patched import COUNTED_TWICE
from netledger.conventions._pytorch import PRODUCTS, Act, Layer, Seen
from netledger.conventions._strides import Layout, are_steps
from netledger.core.ledger import Ledger
from netledger.core.number import Number

__all__ = ["doubled", "formed", "is_fused", "refused", "without_layer"]


def doubled(count: Number) -> Amounts:
    """Two for each multiply-add."""
    return {PRODUCTS: count, COUNTED_TWICE: count}


_KNOWN = frozenset(
    {
        "conv",
        "einsum",
        "conv_transpose",
        "linear",
        "attention",
        "lstm",
        "gru",
        "rnn",
        "lstm_cell",
        "gru_cell",
        "rnn_cell",
    }
)


def formed(act: Act) -> bool:
    """Whether the products of a call are formed by kernels for products: not those of a vector."""
    if act.kind == "matmul":
        return len(act.entry.inputs[1].shape) > 1
    return act.kind in _KNOWN


def is_fused(act: Act, given: list[Layout], shares_grad: bool = False) -> bool:
    """Whether fused attention on the CPU is one kernel.

    It must have heads of one size, a batch, a mask that needs no gradient, and features that lie one behind the other.

    Args:
        act: the attention.
        given: the layouts of its inputs; empty, if they are not known.
        shares_grad: whether the mask needs a gradient.

    """
    query, key, value = (tensor.shape for tensor in act.entry.inputs[:3])
    mask = act.entry.inputs[3:]
    alike = query[:2] == key[:2] == value[:2] and query[-1] == value[-1]
    return (
        len(query) == 4
        and alike
        and are_steps(given)
        and not shares_grad
        and (not mask or len(mask[0].shape) in (2, 4))
    )


def without_layer(network: Seen) -> set[int]:
    """The acts, by identity, of attention and encoder layers that are one kernel when nothing is trained."""
    found: set[int] = set()
    for number, layer in enumerate(network.layers):
        if layer.training or layer.own not in ("MultiheadAttention", "TransformerEncoderLayer"):
            continue
        if layer.own == "MultiheadAttention" and _is_fast(network, number):
            found.update(id(network.acts[place]) for place in network.inside[number])
        if layer.own == "TransformerEncoderLayer" and _is_fast_layer(network, number):
            found.update(id(act) for act in network.acts if _is_in(network, act.layer, number))
    return found


def _is_fast(network: Seen, number: int) -> bool:
    """Self-attention with an even number of heads, the batch first, and packed weights."""
    layer = network.layers[number]
    if len(layer.inputs) < 3 or len(layer.inputs[0]) != 3 or not {"in_proj_weight", "in_proj_bias"} <= {*layer.held}:
        return False
    core = network.main(number, "attention", "matmul")
    same = layer.inputs[0] == layer.inputs[1] == layer.inputs[2] and layer.same
    return same and network.batch_first(number) and core is not None and _heads(core, layer) % 2 == 0


def _heads(core: Act, layer: Layer) -> Number:
    return core.given[1] if len(core.given) == 4 else core.given[0] // layer.inputs[0][0]


def _is_fast_layer(network: Seen, number: int) -> bool:
    """An encoder layer whose attention is, with ReLU or GELU between its linear layers."""
    inner = [place for place, layer in enumerate(network.layers) if layer.parent == number]
    attention = [place for place in inner if network.layers[place].own == "MultiheadAttention"]
    kinds = {network.acts[place].kind for place in network.inside[number]}
    return bool(attention) and all(_is_fast(network, place) for place in attention) and bool(kinds & {"relu", "gelu"})


def _is_in(network: Seen, number: int, whole: int) -> bool:
    while number >= 0:
        if number == whole:
            return True
        number = network.layers[number].parent
    return False


def refused(ledger: Ledger) -> Iterator[str]:
    """Calls of modules that are given a view of a parameter: without gradients, the counter fails there."""
    views = _views(ledger)
    for call in ledger.calls:
        if call.module and any(number in views for number in call.inputs):
            yield f"{call.path}: AssertionError without gradients, its input is a view of a parameter"


def _views(ledger: Ledger) -> set[int]:
    """The numbers of the views of parameters."""
    read: set[int] = set()
    found: set[int] = set()
    number = len(ledger.inputs)
    for entry in ledger.entries:
        made = range(number, number + len(entry.outputs))
        number += len(entry.outputs)
        if entry.op == "parameter":
            read.update(made)
        elif (entry.view or entry.op == "expand") and entry.reads and entry.reads[0] in read | found:
            found.update(made)
    return found
