"""The ledger: one entry per operation, with the facts that every convention prices. Plain data, and sums."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, NamedTuple, Protocol

from netledger.core.network import Network, Node, Parameter, Provenance, Tensor
from netledger.core.operator import attributes_of
from netledger.core.work import Term

__all__ = ["Convention", "Entry", "Gap", "Ledger", "ParameterCounts", "build", "is_bias", "price"]


def is_bias(role: str) -> bool:
    """Whether a parameter of this role is reported as a bias: bias, shift, in_bias, bias_ih; else it is a weight."""
    return role == "shift" or "bias" in role.split("_")


class Gap(NamedTuple):
    """Something that is not counted, and at most how many operations that can be."""

    layer: str
    op: str
    reason: str
    bound: int


class ParameterCounts(NamedTuple):
    """Stored values: total = trainable + frozen = weights + biases; buffers are apart."""

    total: int
    trainable: int
    weights: int
    biases: int
    buffers: int


class Entry(NamedTuple):
    """One operation: shapes, parameters, work, provenance."""

    name: str
    scope: str
    op: str
    call: str
    attributes: Mapping[str, Any]
    inputs: tuple[Tensor, ...]
    outputs: tuple[Tensor, ...]
    parameters: tuple[Parameter, ...]
    work: tuple[Term, ...]
    counted: bool = True
    view: bool = False
    provenance: Provenance = Provenance()
    inside: int | None = None

    @property
    def valid_products(self) -> int:
        """The products that fall on real input: all of them, unless windows read padding."""
        return self.where("multiply", "product") if self.inside is None else self.inside

    @property
    def parameter_counts(self) -> ParameterCounts:
        """The parameters, summed by kind."""
        return count_parameters(self.parameters)

    @property
    def gap(self) -> Gap | None:
        """What is not counted here, if anything.

        The bound: every element of every output computed from every element of every input and parameter, by
        one multiplication and one addition each.
        """
        if self.counted:
            return None
        read = sum(tensor.elements for tensor in self.inputs) + sum(part.elements for part in self.parameters)
        made = sum(tensor.elements for tensor in self.outputs)
        return Gap(self.name, self.op, "there is no rule for this operation", 2 * read * made)

    def where(self, action: str = "", role: str = "") -> int:
        """How many operations have this action and this role (any, where left out)."""
        return sum(
            term.count
            for term in self.work
            if (not action or term.action == action) and (not role or term.role == role)
        )


@dataclass(frozen=True, slots=True)
class Ledger:
    """Every entry of a network, in order of execution."""

    name: str
    source: str
    inputs: tuple[Tensor, ...]
    entries: tuple[Entry, ...]

    def __iter__(self) -> Iterator[Entry]:
        return iter(self.entries)

    @property
    def gaps(self) -> tuple[Gap, ...]:
        """Everything that is not counted."""
        return tuple(entry.gap for entry in self.entries if entry.gap)

    @property
    def complete(self) -> bool:
        """Whether everything is counted."""
        return all(entry.counted for entry in self.entries)

    @property
    def parameters(self) -> tuple[Parameter, ...]:
        """Every stored tensor once, shared ones once."""
        found = {part.key or (entry.name, part.role): part for entry in self.entries for part in entry.parameters}
        return tuple(found.values())

    @property
    def parameter_counts(self) -> ParameterCounts:
        """All parameters, summed by kind, shared ones once."""
        return count_parameters(self.parameters)

    @property
    def bytes(self) -> dict[str, int]:
        """Memory of the inputs, of every feature map that a layer writes (views write none), and of what is stored."""
        maps = (tensor for entry in self.entries if not entry.view for tensor in entry.outputs)
        stored = (Tensor(part.shape, part.dtype) for part in self.parameters)
        groups: dict[str, Iterable[Tensor]] = {"input": self.inputs, "feature_maps": maps, "parameters": stored}
        return {name: sum(tensor.bytes for tensor in tensors) for name, tensors in groups.items()}


class Convention(Protocol):
    """One way of pricing the facts of an entry; a module of `conventions/`, or any object like it."""

    NAME: str
    UNIT: str

    def amounts(self, entry: Entry) -> Mapping[str, int]:
        """Amounts by the name of what they are for; they add up to what the entry costs."""
        ...


def price(convention: Convention, entries: Iterable[Entry]) -> int:
    """What the entries cost under a convention."""
    return sum(sum(convention.amounts(entry).values()) for entry in entries)


def count_parameters(parameters: Iterable[Parameter]) -> ParameterCounts:
    """Sums by kind."""
    total = trainable = biases = buffers = 0
    for part in parameters:
        if part.buffer:
            buffers += part.elements
            continue
        total += part.elements
        trainable += part.elements * part.trainable
        biases += part.elements * is_bias(part.role)
    return ParameterCounts(total, trainable, total - biases, biases, buffers)


def build(network: Network) -> Ledger:
    """Run every operator's rules on its inputs."""
    entries = tuple(_entry(network, node) for node in network.nodes)
    return Ledger(network.name, network.source, network.at(network.inputs), entries)


def _entry(network: Network, node: Node) -> Entry:
    inputs, outputs = network.at(node.inputs), network.at(node.outputs)
    work = node.op.work(inputs, outputs)
    return Entry(
        node.name,
        node.scope,
        node.op.KIND,
        str(node.op),
        attributes_of(node.op),
        inputs,
        outputs,
        node.parameters,
        work,
        node.op.COUNTED,
        node.op.VIEW,
        node.provenance,
        _inside(node, inputs, outputs, work),
    )


def _inside(node: Node, inputs: tuple[Tensor, ...], outputs: tuple[Tensor, ...], work: tuple[Term, ...]) -> int | None:
    """The products on real input; None if all are. Not asked of symbols: it is a fact of plain sizes."""
    if not all(isinstance(size, int) for tensor in (*inputs, *outputs) for size in tensor.shape):
        return None
    valid = node.op.valid_products(inputs, outputs)
    return None if Term("multiply", "product", valid or 0) in work else valid
