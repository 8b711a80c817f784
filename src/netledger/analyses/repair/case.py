"""A layer that refused its inputs, and the layers before it: put to the rules again with other numbers."""

from __future__ import annotations

from typing import Any

from netledger.analyses.solve.trials import LayOut
from netledger.core.errors import NetledgerError
from netledger.core.network import Network, Node, Tensor
from netledger.core.operator import Operator

__all__ = ["BROKEN", "WORK", "Case", "with_attributes"]

WORK = 60_000
"""So many rules are run for one search at most."""

BROKEN = (NetledgerError, TypeError, ValueError, LookupError, ArithmeticError, AttributeError)
"""What rules raise that do not take what they are given."""


class Case:
    """What refused what.

    Args:
        network: what was laid out before.
        refused: the layer.
        lay_out: makes the whole network for other inputs.
        held: whether layers hold weights of some shape already.

    """

    def __init__(self, network: Network, refused: Node, lay_out: LayOut, held: bool = False) -> None:
        self.network, self.refused, self.held, self._lay_out = network, refused, held, lay_out
        self.inputs = network.at(network.inputs)
        self.given = network.at(refused.inputs)
        self.makers = {number: node for node in network.nodes for number in node.outputs}
        made = {*self.makers, *network.inputs}
        self.stored = {number: network.tensors[number] for number in refused.inputs if number not in made}

    def takes(self, inputs: tuple[Tensor, ...], other: Node | None = None) -> bool:
        """Whether the layer takes what the rules of the layers before it make of these inputs; one may be another."""
        made: dict[int, Tensor] = {**self.stored, **dict(zip(self.network.inputs, inputs, strict=True))}
        try:
            for node in self.network.nodes:
                given = tuple([made[number] for number in node.inputs])
                if other is not None and other.name == node.name:
                    node = other
                elif self.held and node.parameters and not _fit(node, given):
                    return False
                made.update(zip(node.outputs, node.op.infer(given), strict=True))
            self.refused.op.infer(tuple([made[number] for number in self.refused.inputs]))
        except BROKEN:
            return False
        return True

    def whole(self, inputs: tuple[Tensor, ...]) -> bool:
        """Whether the whole network takes these inputs: it is laid out."""
        try:
            self._lay_out(inputs)
        except NetledgerError:
            return False
        return True

    def would_take(self, given: tuple[Tensor, ...], **attributes: Any) -> bool:
        """Whether the layer itself, perhaps with other attributes, takes these tensors."""
        op = self.refused.op
        try:
            changed = with_attributes(op, attributes) if attributes else op
            changed.infer(given)
            changed.parameters(given)
        except BROKEN:
            return False
        return True


def _fit(node: Node, given: tuple[Tensor, ...]) -> bool:
    """Whether the weights that a layer holds are those that it needs for these inputs."""
    needed = {**node.op.parameters(given), **node.op.buffers(given)}
    return all(needed.get(part.role, part.shape) == part.shape for part in node.parameters)


def with_attributes(op: Operator, attributes: dict[str, Any]) -> Operator:
    """The same operator with other values of some attributes."""
    return type(op)(**{**{name: getattr(op, name) for name in op.ATTRIBUTES}, **attributes})
