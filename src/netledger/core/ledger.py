"""The ledger: one entry per operation, with the facts that every convention prices. Plain data, and sums."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, NamedTuple, Protocol

from netledger.core.language import say
from netledger.core.network import Call, Module, Network, Node, Parameter, Provenance, Tensor
from netledger.core.operator import Operator, attributes_of
from netledger.core.work import Term

__all__ = [
    "Charge",
    "Convention",
    "Entry",
    "Gap",
    "Held",
    "Ledger",
    "ParameterCounts",
    "Recorded",
    "Told",
    "build",
    "charges",
    "is_bias",
    "price",
]


def is_bias(role: str) -> bool:
    """Whether a parameter of this role is reported as a bias: bias, shift, in_bias, bias_ih; else it is a weight."""
    return role == "shift" or "bias" in role.split("_")


class Gap(NamedTuple):
    """Something that is not counted, and at most how many operations that can be; None: there is no bound."""

    layer: str
    op: str
    reason: str
    bound: int | None


class ParameterCounts(NamedTuple):
    """Stored values: total = trainable + frozen = weights + biases; buffers are apart."""

    total: int
    trainable: int
    weights: int
    biases: int
    buffers: int


class Told(NamedTuple):
    """An operator of which only the facts are known: that of a ledger that was written down and read back."""

    KIND: str
    text: str
    attributes: Mapping[str, Any]
    COUNTED: bool = True
    VIEW: bool = False
    inside: int | None = None

    def __str__(self) -> str:
        return self.text


class Entry(NamedTuple):
    """One operation: shapes, parameters, work, provenance. What follows from its operator is derived when asked for.

    `reads`: the numbers of its inputs (see `Ledger.tensors`), then of those that stand for what a layer stores.
    """

    name: str
    scope: str
    operator: Operator | Told
    inputs: tuple[Tensor, ...]
    outputs: tuple[Tensor, ...]
    parameters: tuple[Parameter, ...]
    work: tuple[Term, ...]
    provenance: Provenance = Provenance()
    reads: tuple[int, ...] = ()

    @property
    def op(self) -> str:
        """The kind of operator."""
        return self.operator.KIND

    @property
    def call(self) -> str:
        """The operator with its attributes."""
        return str(self.operator)

    @property
    def attributes(self) -> Mapping[str, Any]:
        """The attributes of the operator by name."""
        return self.operator.attributes if isinstance(self.operator, Told) else attributes_of(self.operator)

    @property
    def counted(self) -> bool:
        """Whether there is a rule for its work."""
        return self.operator.COUNTED

    @property
    def view(self) -> bool:
        """Whether its output is the input's memory."""
        return self.operator.VIEW

    @property
    def inside(self) -> int | None:
        """The products on real input; None if all are. A fact of plain sizes: not to be asked of symbols."""
        if isinstance(self.operator, Told):
            return self.operator.inside
        valid = self.operator.valid_products(self.inputs, self.outputs)
        return None if Term("multiply", "product", valid or 0) in self.work else valid

    def facts(self) -> tuple[Any, ...]:
        """Everything that is told of it."""
        return (*self[:2], self.op, self.call, dict(self.attributes), self.counted, self.view, self.inside, *self[3:])

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Entry) and self.facts() == other.facts()

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

        The bound, but of a loop: every element of every output computed from every element of every input and
        parameter, by one multiplication and one addition each.
        """
        if self.counted:
            return None
        read = sum(tensor.elements for tensor in self.inputs) + sum(part.elements for part in self.parameters)
        made = sum(tensor.elements for tensor in self.outputs)
        what = self.provenance.function or "this operation"
        if self.attributes.get("loop"):
            return Gap(self.name, self.op, say("how often {what} runs is not known", what=what), None)
        return Gap(self.name, self.op, say("there is no rule for {what}", what=what), 2 * read * made)

    def where(self, action: str = "", role: str = "") -> int:
        """How many operations have this action and this role (any, where left out)."""
        return sum(
            term.count
            for term in self.work
            if (not action or term.action == action) and (not role or term.role == role)
        )


@dataclass(frozen=True, slots=True, weakref_slot=True)
class Ledger:
    """Every entry of a network, in order of execution; the calls of modules it happened in; what was assumed.

    `outputs`: the numbers of what the user gets.
    """

    name: str
    source: str
    inputs: tuple[Tensor, ...]
    entries: tuple[Entry, ...]
    calls: tuple[Call, ...] = ()
    modules: tuple[Module, ...] = ()
    notes: tuple[str, ...] = ()
    outputs: tuple[int, ...] = ()

    def __iter__(self) -> Iterator[Entry]:
        return iter(self.entries)

    @property
    def tensors(self) -> tuple[Tensor, ...]:
        """Every tensor by its number: the inputs, then the outputs of each entry in order."""
        return (*self.inputs, *(tensor for entry in self.entries for tensor in entry.outputs))

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


class Charge(NamedTuple):
    """An amount that a convention charges.

    Args:
        term: what it is for; `products`: exactly the plain products of the entry.
        amount: how much; 0, where the term only says why an entry is free.
        entry: the place of the operation in the ledger; -1: it is for no single one.
        call: the number of the call of a module that it is for; -1: it is for none.
        missing: the plain products of the entry that are left out; `term` says why.

    """

    term: str
    amount: int
    entry: int = -1
    call: int = -1
    missing: int = 0


class Held(NamedTuple):
    """What a tool counts of a parameter.

    Args:
        term: what it is counted as; `parameters`: once, in full.
        amount: how many values.
        key: the identity of the parameter.
        missing: how many of its values are left out; `term` says why.

    """

    term: str
    amount: int
    key: str
    missing: int = 0


class Convention(Protocol):
    """One way of pricing; a module of `conventions/`, or any object like it.

    What depends on what is done alone says what an entry costs, by `amounts`. What depends on where it happens too
    (the modules around it, their calls) has `charges(ledger)` besides, which prices a whole ledger; its `amounts`
    are those of an entry that stands alone. A tool's convention may have `held(ledger)`, what it counts of each
    parameter, and `fails(ledger)`, sentences on why the tool itself would fail.
    """

    NAME: str
    UNIT: str

    def amounts(self, entry: Entry) -> Mapping[str, int]:
        """Amounts by the name of what they are for; they add up to what the entry costs."""
        ...


class Recorded(Protocol):
    """What a front end wrote down of a run: it can be counted before its network, with all names, is made."""

    name: str
    source: str

    @property
    def parameters(self) -> int:
        """How many parameters there are, shared ones once."""
        ...

    @property
    def complete(self) -> bool:
        """Whether everything is counted."""
        ...

    def price(self, convention: Convention) -> int:
        """What all of it costs under a convention that does not depend on where it happens."""
        ...

    def network(self) -> Network:
        """The network."""
        ...


def charges(convention: Convention, ledger: Ledger) -> tuple[Charge, ...]:
    """Everything that a convention charges a ledger, term by term."""
    whole = getattr(convention, "charges", None)
    if whole is not None:
        return tuple(whole(ledger))
    return tuple(
        Charge(term, amount, place)
        for place, entry in enumerate(ledger.entries)
        for term, amount in convention.amounts(entry).items()
    )


def price(convention: Convention, entries: Ledger | Iterable[Entry]) -> int:
    """What a ledger costs under a convention, or what entries do."""
    if isinstance(entries, Ledger) and hasattr(convention, "charges"):
        return sum(charge.amount for charge in charges(convention, entries))
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
    done: dict[tuple[int, ...], tuple[Term, ...]] = {}
    entries = tuple([_entry(network.tensors, node, done) for node in network.nodes])
    inputs = network.at(network.inputs)
    rest = (network.calls, network.modules, network.notes, network.outputs)
    return Ledger(network.name, network.source, inputs, entries, *rest)


def _entry(tensors: tuple[Tensor, ...], node: Node, done: dict[tuple[int, ...], tuple[Term, ...]]) -> Entry:
    """The entry of a node; operators and tensors that are one object are asked once."""
    name, scope, op, read, made, parameters, provenance, operands = node
    inputs = (tensors[read[0]],) if len(read) == 1 else tuple([tensors[number] for number in read])
    outputs = (tensors[made[0]],) if len(made) == 1 else tuple([tensors[number] for number in made])
    key = (id(op), *map(id, inputs), -1, *map(id, outputs))
    work = done.get(key)
    if work is None:
        work = done[key] = op.work(inputs, outputs)
    read = (*read, *[number for _, number in operands]) if operands else read
    return _new(Entry, (name, scope, op, inputs, outputs, parameters, work, provenance, read))  # type: ignore[no-any-return]


_new: Any = tuple.__new__
"""Makes a NamedTuple of its parts, faster than calling its class."""
