"""A network at other sizes: laid out again, or its rules run again where that is known to give the same."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import TypeAlias

from netledger.core.errors import NetledgerError, ShapeError
from netledger.core.network import Builder, Network, Node, Tensor

__all__ = ["LayOut", "Progress", "Refused", "Trials", "silent"]

LayOut: TypeAlias = "Callable[[tuple[Tensor, ...]], Network]"
"""Makes the network for these inputs, batch included."""

Progress: TypeAlias = "Callable[[int, int], None]"
"""Is told how many candidates were tried, of how many."""

KEPT = 4


def silent(done: int, of: int) -> None:
    """Tell nobody."""


class Refused(Exception):  # noqa: N818  (it is an answer, not a mistake)
    """A network does not take an input: which layer, and why."""

    def __init__(self, error: NetledgerError) -> None:
        super().__init__(str(error))
        self.error = error


class OtherwiseError(Exception):
    """The network may be another one at this size."""


class Trials:
    """What a network is at other sizes.

    A spec makes its layers of the channels that come in, and of nothing else of a shape. So where all channels are as
    they were in a layout that is known, the layers are the same, and their rules are all that is run again.

    Args:
        lay_out: makes the network for given inputs.
        by_rules: whether it is such a spec: the code of a model may look at any size.

    """

    def __init__(self, lay_out: LayOut, by_rules: bool) -> None:
        self._lay_out = lay_out
        self._by_rules = by_rules
        self._known: list[tuple[Network, Node | None]] = []

    def network(self, inputs: tuple[Tensor, ...]) -> Network:
        """The network for these inputs.

        Raises:
            Refused: if a layer does not take them.

        """
        for known, last in self._known if self._by_rules else ():
            try:
                return again(known, inputs, same_channels, last)
            except OtherwiseError:
                continue
            except ShapeError as error:
                raise Refused(error) from error
        return self._anew(inputs)

    def _anew(self, inputs: tuple[Tensor, ...]) -> Network:
        try:
            made = self._lay_out(inputs)
        except NetledgerError as error:
            if error.network is not None and error.refused is not None:
                self._remember(error.network, error.refused)
            raise Refused(error) from error
        self._remember(made, None)
        return made

    def _remember(self, network: Network, refused: Node | None) -> None:
        self._known = [(network, refused), *self._known[: KEPT - 1]]


def same_channels(made: Iterable[Tensor], before: Iterable[Tensor]) -> bool:
    """Whether tensors are as many as before, of the same ranks and channels."""
    return [(len(one.shape), one.shape[1:2]) for one in made] == [(len(one.shape), one.shape[1:2]) for one in before]


def again(
    network: Network,
    inputs: tuple[Tensor, ...],
    same: Callable[[Iterable[Tensor], Iterable[Tensor]], bool],
    last: Node | None = None,
) -> Network:
    """The same layers on other inputs; `last`: one more, that refused what it was given.

    Raises:
        OtherwiseError: if a tensor is not the same in what matters.
        ShapeError: if a layer does not take what it is given.

    """
    builder = Builder()
    if not same(inputs, network.at(network.inputs)):
        raise OtherwiseError
    numbers = dict(zip(network.inputs, map(builder.input, inputs), strict=True))
    for node in network.nodes:
        trainable = all(part.trainable for part in node.parameters if not part.buffer)
        given = tuple(numbers[number] for number in node.inputs)
        made = builder.add(node.op, given, node.name, node.scope, trainable=trainable, provenance=node.provenance)
        if not same([builder.tensors[number] for number in made], network.at(node.outputs)):
            raise OtherwiseError
        numbers.update(zip(node.outputs, made, strict=True))
    if last is not None:
        builder.add(last.op, tuple(numbers[number] for number in last.inputs), last.name, provenance=last.provenance)
        raise OtherwiseError  # here it is taken: what comes behind is not known
    outputs = tuple(numbers[number] for number in network.outputs)
    return builder.network(network.name, network.source, outputs)
