"""A network as PyTorch's tools see it: calls of modules (what hooks see), and calls of functions (what patches see).

What has no calls (a spec) is taken as made of PyTorch's own layers, each called once; sums and products of feature
maps as `+` and `*`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from functools import lru_cache
from graphlib import TopologicalSorter
from typing import NamedTuple

from netledger.conventions._words import several
from netledger.core.ledger import Charge, Entry, Ledger
from netledger.core.network import Call, Module, Parameter
from netledger.core.number import Number, Shape

__all__ = [
    "PRODUCTS",
    "Act",
    "Layer",
    "Seen",
    "alone",
    "called",
    "inside",
    "missing",
    "own_class",
    "paths",
    "products",
    "summed",
]

PRODUCTS = "products"
"""The term of the plain products of an operation."""


class Act(NamedTuple):
    """A call of a function, as far as it is one operation.

    Args:
        place: the place of the operation in the ledger.
        entry: the operation; a part of it, where a layer of a spec is several.
        space: what the function belongs to: F (torch.nn.functional), torch, Tensor, aten; empty: not known.
        name: the function's name.
        layer: the place of the innermost call of a module that hooks see, in `Seen.layers`; -1: none.
        within: the functions of PyTorch's own around it, such as multi_head_attention_forward.

    """

    place: int
    entry: Entry
    space: str
    name: str
    layer: int = -1
    within: tuple[str, ...] = ()

    @property
    def kind(self) -> str:
        """The kind of operator."""
        return self.entry.op

    @property
    def products(self) -> int:
        """Its plain products."""
        return products(self.entry)

    @property
    def aside(self) -> bool:
        """Whether it is not what the function does, but what is needed for it: an axis put in front, a copy."""
        return self.kind in _ASIDE

    @property
    def given(self) -> Shape:
        """The shape of its first input."""
        return self.entry.inputs[0].shape

    @property
    def made(self) -> Shape:
        """The shape of its first output."""
        return self.entry.outputs[0].shape

    @property
    def size(self) -> Number:
        """The elements of its first input."""
        return self.entry.inputs[0].elements

    @property
    def size_made(self) -> Number:
        """The elements of its first output."""
        return self.entry.outputs[0].elements


class Layer(NamedTuple):
    """A call of a module.

    Args:
        call: its number; -1, if the ledger has no calls.
        place: the place of the operation it is, if the ledger has no calls.
        path: the module's name.
        kind: its class, in full.
        inputs: the shapes of the tensors it was given.
        outputs: the shapes of those it gave.
        held: the module's own stored tensors, by local name.
        module: the number of the module in `Seen.modules`.
        visits: in how many places of the tree of modules it stands; at least 1.
        named: how many of the inputs, the last ones, were given by name.
        same: whether the first three inputs, if there are so many, are one tensor.
        parent: the place of the call around it in `Seen.layers`; -1: none.
        turn: which call of this module it is, from 0.
        training: whether the module was in training mode.

    """

    call: int
    place: int
    path: str
    kind: str
    inputs: tuple[Shape, ...]
    outputs: tuple[Shape, ...]
    held: Mapping[str, Parameter]
    module: int
    visits: int = 1
    parent: int = -1
    turn: int = 0
    training: bool = False
    named: int = 0
    same: bool = True

    @property
    def own(self) -> str:
        """The class, if it is exactly one of PyTorch's own; else nothing."""
        return own_class(self.kind)


class Seen(NamedTuple):
    """All calls of a network.

    Args:
        acts: the calls of functions, in order.
        layers: the calls of modules, in order.
        inside: for each call of a module, the places of its acts in `acts`, those of modules in it left out.
        modules: all modules, called or not, the whole first.
        held: the stored tensors of each module's own, by local name.
        used: the places in the ledger of the operations that what the user gets depends on.

    """

    acts: tuple[Act, ...]
    layers: tuple[Layer, ...]
    inside: tuple[tuple[int, ...], ...]
    modules: tuple[Module, ...]
    held: tuple[Mapping[str, Parameter], ...]
    used: frozenset[int]

    def batch_first(self, number: int) -> bool:
        """Whether a call of multi-head attention takes the batch first: it turns its inputs itself then."""
        acts = (self.acts[place] for place in self.inside[number])
        return self.layers[number].call < 0 or any(act.kind == "transpose" and not act.within for act in acts)

    def main(self, number: int, *kinds: str) -> Act | None:
        """The first act of a call of a module that is of one of these kinds."""
        found = (self.acts[place] for place in self.inside[number])
        return next((act for act in found if act.kind in kinds), None)


def products(entry: Entry) -> int:
    """The plain products of an operation."""
    return entry.where("multiply", "product")


def own_class(kind: str) -> str:
    """The name of a class of PyTorch's own, without its package."""
    return kind.rpartition(".")[2] if kind.startswith("torch.nn.modules.") else ""


def alone(entry: Entry) -> Ledger:
    """A ledger of nothing but this entry."""
    return Ledger("", "", entry.inputs, (entry._replace(provenance=entry.provenance._replace(call=-1)),))


def summed(made: Iterable[Charge]) -> Mapping[str, int]:
    """Amounts by term."""
    found: dict[str, int] = {}
    for charge in made:
        found[charge.term] = found.get(charge.term, 0) + charge.amount
    return found


def missing(acts: Iterable[Act], why: str = "") -> Iterator[Charge]:
    """Charges of nothing, for the products that are left out."""
    for act in acts:
        if act.products:
            yield Charge(why or f"{several(act.kind)} not counted", 0, act.place, missing=act.products)


_ASIDE = frozenset({"unsqueeze", "squeeze", "assign", "rearrange", "empty", "buffer", "constant", "parameter", "cast"})


# A network with calls.


def called(ledger: Ledger) -> Seen:
    """The calls of what PyTorch ran."""
    stored = {part.key: part for entry in ledger.entries for part in entry.parameters}
    held = tuple({name: stored[key] for name, key in one.parameters if key in stored} for one in ledger.modules)
    layers, numbers = _layers(ledger, held)
    acts = tuple(_act(ledger, numbers, place, entry) for place, entry in enumerate(ledger.entries))
    places = inside(acts, len(layers))
    given = tuple(_with_inputs(layer, acts, places[number]) for number, layer in enumerate(layers))
    return Seen(acts, given, places, ledger.modules, held, _used(ledger))


def _with_inputs(layer: Layer, acts: tuple[Act, ...], places: tuple[int, ...]) -> Layer:
    """A call on what the model itself holds: its input is what its first operation reads, and so with its output."""
    own = [acts[place] for place in places if acts[place].entry.inputs and acts[place].entry.outputs]
    if not own or (layer.inputs and layer.outputs):
        return layer
    return layer._replace(inputs=layer.inputs or (own[0].given,), outputs=layer.outputs or (own[-1].made,))


def inside(acts: tuple[Act, ...], count: int) -> tuple[tuple[int, ...], ...]:
    """For each of so many calls of modules, the places of its acts."""
    found: list[list[int]] = [[] for _ in range(count)]
    for number, act in enumerate(acts):
        if act.layer >= 0:
            found[act.layer].append(number)
    return tuple(map(tuple, found))


def _layers(ledger: Ledger, held: tuple[Mapping[str, Parameter], ...]) -> tuple[tuple[Layer, ...], list[int]]:
    """The calls of modules that are part of the model; and for each call, the innermost of these that it is in."""
    shapes = [tensor.shape for tensor in ledger.tensors]
    modules = {module.path: number for number, module in reversed(list(enumerate(ledger.modules)))}
    visits = paths(ledger.modules)
    layers: list[Layer] = []
    numbers: list[int] = []
    for number, call in enumerate(ledger.calls):
        above = numbers[call.parent] if 0 <= call.parent < number else -1
        place = modules.get(call.path, -1) if call.module else -1
        if place < 0 or not visits[place]:
            numbers.append(above)
            continue
        numbers.append(len(layers))
        layers.append(
            Layer(
                call=number,
                place=-1,
                path=call.path,
                kind=call.kind,
                inputs=tuple(shapes[tensor] for tensor in call.inputs),
                outputs=tuple(shapes[tensor] for tensor in call.outputs),
                held=held[place],
                module=place,
                visits=visits[place],
                parent=above,
                turn=call.turn,
                training=call.training,
                named=call.named,
                same=len(set(call.inputs[:3])) == 1,
            )
        )
    return tuple(layers), numbers


def paths(modules: tuple[Module, ...], stop: Callable[[str], bool] = lambda kind: False) -> list[int]:
    """In how many places of the tree each module stands; a child that a module holds twice stands there once.

    Args:
        modules: all of them, the whole first.
        stop: whether modules of a class are taken for leaves, so that nothing stands in them.

    Raises:
        ValueError: if a module is part of itself.

    """
    above: list[set[int]] = [set() for _ in modules]
    for number, module in enumerate(modules):
        for _, child in module.children if not stop(module.kind) else ():
            above[child].add(number)
    order = TopologicalSorter(dict(enumerate(above)))
    found = [0] * len(modules)
    for number in order.static_order():
        found[number] = sum(found[parent] for parent in above[number]) if number else 1
    return found


def _act(ledger: Ledger, numbers: list[int], place: int, entry: Entry) -> Act:
    call = entry.provenance.call
    layer = numbers[call] if 0 <= call < len(numbers) else -1
    return Act(place, entry, *_spelled(entry.provenance.function), layer, _functions(ledger.calls, call))


def _functions(calls: tuple[Call, ...], number: int) -> tuple[str, ...]:
    """The functions around an operation, up to the innermost module."""
    found: list[str] = []
    while 0 <= number < len(calls) and not calls[number].module:
        found.append(calls[number].kind.rpartition(".")[2])
        number = min(calls[number].parent, number - 1)
    return tuple(found)


def _used(ledger: Ledger) -> frozenset[int]:
    """The operations whose results are used, up to what the user gets."""
    needed, found = set(ledger.outputs), set()
    made = len(ledger.tensors)
    for place in reversed(range(len(ledger.entries))):
        entry = ledger.entries[place]
        made -= len(entry.outputs)
        if not ledger.outputs or any(made + number in needed for number in range(len(entry.outputs))):
            needed.update(entry.reads)
            found.add(place)
    return frozenset(found)


@lru_cache(maxsize=4096)
def _spelled(function: str) -> tuple[str, str]:
    """What a function belongs to, and its name.

    >>> _spelled("torch.nn.functional.relu"), _spelled("torch.Tensor.__add__"), _spelled("aten.mm.default")
    (('F', 'relu'), ('Tensor', '__add__'), ('aten', 'mm'))
    """
    if function.startswith("aten."):
        return "aten", function.split(".")[1]
    space, _, name = function.rpartition(".")
    return {"torch.nn.functional": "F", "torch.Tensor": "Tensor", "torch": "torch", "torch.functional": "torch"}.get(
        space, ""
    ), name
