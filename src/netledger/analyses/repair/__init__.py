"""What would be right where a layer refuses what it is given: derived from the rules, in one or two sentences.

case     the layer that refused, and the layers before it, put to other inputs and other attributes
search   which inputs, and which attributes, the layer takes
told     the sentences
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from netledger.analyses.repair.case import Case
from netledger.analyses.repair.told import sentences
from netledger.analyses.solve.trials import LayOut
from netledger.core.network import Network, Node

__all__ = ["advice"]


def advice(
    network: Network,
    refused: Node,
    lay_out: LayOut,
    spelled: Callable[[str, str, Any], str] | None = None,
    layer: str = "",
) -> str:
    """What would be right; empty, where nothing can be derived.

    Args:
        network: what was laid out before the layer that refused.
        refused: that layer: its inputs are tensors of the network.
        lay_out: makes the whole network for other inputs: what is said of inputs is tried with it.
        spelled: how an attribute with a value is written in a layer of some class, by a front end whose layers hold
            their weights already; if left out, as in a spec, whose weights are what inputs make them.
        layer: what the layer is called; its name, if left out.

    """
    if any(number >= len(network.tensors) for number in (*refused.inputs, *network.inputs)):
        return ""
    case = Case(network, refused, lay_out, held=spelled is not None)
    return sentences(case, spelled or _as_in_a_spec, layer or refused.name)


def _as_in_a_spec(kind: str, name: str, value: Any) -> str:
    return f"{name}: {list(value) if isinstance(value, tuple) else value}"
