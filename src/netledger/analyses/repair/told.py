"""The sentences: what the layer takes, where the number comes from that it does not, and what would be right."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from math import prod
from typing import Any, TypeAlias

from netledger.analyses.repair.case import BROKEN, Case
from netledger.analyses.repair.search import Fix, Need, Taken, attributes, before, inputs, needs
from netledger.analyses.solve.accepts import Axis
from netledger.analyses.solve.runs import Run
from netledger.core.formula import TEXT
from netledger.core.language import say
from netledger.core.network import Node, Tensor
from netledger.core.number import Traced
from netledger.core.trace import size_names, trace

__all__ = ["sentences"]

Spelled: TypeAlias = "Callable[[str, str, Any], str]"
"""How an attribute with a value is written, in a layer of a class."""

FEW = 8
"""So many single values are all told."""

FEWER = 4
"""So many changes of layers further up are told."""


def sentences(case: Case, spelled: Spelled, layer: str) -> str:
    """All that can be said; empty, if nothing would be right."""
    need = _clearest(list(needs(case)))
    sizes = next(inputs(case), None)
    fixes = [_fix(fix, _kind(case, fix.node), spelled) for fix in attributes(case)]
    if not fixes and sizes is None and len(case.given) > 1:
        fixes = [_elsewhere(case, fix, spelled) for fix in before(case)][:FEWER]
    remedies = [_inputs(sizes, _wanted(case, need))] if sizes else []
    if fixes:
        remedies.append(say("write {fixes}", fixes=say(", or ").join(dict.fromkeys(fixes))))
    if not remedies:
        return ""
    return " ".join((*_clash(case, need, layer), _capital(say("; or ").join(remedies)) + say(".")))


def _wanted(case: Case, need: Need | None) -> str:
    """The number that the layer expects, if layers before it make it."""
    one = len(case.given) == 1 and case.refused.inputs[0] in case.makers
    return _exactly(need) if one else ""


def _kind(case: Case, node: Node) -> str:
    """The class of the module that a node is, if it is one."""
    place = node.provenance.call
    call = case.network.calls[place] if 0 <= place < len(case.network.calls) else None
    own = call is not None and call.module and (node.name == call.path or node is case.refused)
    return call.kind.rpartition(".")[2] if call is not None and own else ""


def _elsewhere(case: Case, fix: Fix, spelled: Spelled) -> str:
    """An attribute of a layer further up."""
    maker, kind = _named(case, fix.node), _kind(case, fix.node)
    near = _next_to(fix.taken)
    chosen = [value for value in near if value != 1] or near  # 1 fits wherever maps are broadcast: it is not meant
    values = (spelled(kind, fix.name, fix.value(value)) for value in chosen)
    return say("{layer} with {attribute}", layer=maker, attribute=say(" or ").join(values))


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]


def _clearest(found: list[Need]) -> Need | None:
    """The axis along which one size alone is taken, or all from one on."""
    single = [need for need in found if len(need.taken.every) == 1]
    return next(iter([*single, *(need for need in found if _least(need.taken) is not None)]), None)


def _exactly(need: Need | None) -> str:
    return _size(need.axis, need.taken.every[0]) if need and len(need.taken.every) == 1 else ""


def _least(taken: Taken) -> int | None:
    """The least that is taken, if all from there on are, and nothing below."""
    above = taken.above
    return above.first if above and not taken.below and above.first <= taken.bound <= above.last else None


def _most(taken: Taken) -> int | None:
    """The greatest that is taken, if all down to the least are, and nothing above."""
    below = taken.below
    return below.last if below and not taken.above and below.first == taken.least else None


# The clash.


def _clash(case: Case, need: Need | None, layer: str) -> Iterator[str]:
    if len(case.given) > 1:
        tensors = case.network.tensors
        parts = (
            say("{maker} gives {shape}", maker=_maker(case, number), shape=_shape(tensors[number]))
            for number in dict.fromkeys(case.refused.inputs)
        )
        yield say(", ").join(parts) + say(".")
        return
    if need is None:
        if any(attribute.kind == "numbers" for attribute in case.refused.op.ATTRIBUTES.values()):
            yield _elements(case)
        return
    wanted = _exactly(need) or say("at least {size}", size=_size(need.axis, _least(need.taken) or 0))
    what = _what(case, need.axis)
    made = _made(case, need.axis)
    if what:
        yield say("{layer} expects {wanted} {what}; {made}.", layer=layer, wanted=wanted, what=what, made=made)
    else:
        yield say("{layer} expects {wanted}; {made}.", layer=layer, wanted=wanted, made=made)


def _elements(case: Case) -> str:
    """How many elements the layer is given, where it says itself how many it needs."""
    tensor, number = case.given[0], case.refused.inputs[0]
    shape = "×".join(f"{size:,}" for size in tensor.shape[1:])
    return say(
        "{maker} gives {shape} = {count:,}.", maker=_maker(case, number), shape=shape, count=prod(tensor.shape[1:])
    )


def _shape(tensor: Tensor) -> str:
    return "×".join(f"{size:,}" for size in tensor.shape[1:])


def _what(case: Case, axis: Axis) -> str:
    """Features, channels: what the sizes along one axis are called; nothing for height and width together."""
    if len(axis.axes) > 1:
        return ""
    rank = len(case.given[0].shape)
    head = size_names(case.refused.op.layout, rank, "in", "N")[axis.axes[0]].partition("_")[0]
    names = {"C": say("channels"), "F": say("features"), "H": say("rows"), "W": say("columns")}
    return names.get(head, say("places"))


def _made(case: Case, axis: Axis) -> str:
    """What makes the number that clashes, and of what."""
    found = [_origin(case, case.refused.inputs[axis.place], one) for one in axis.axes]
    maker, sums = found[0][0], [text for _, text in found]
    plain = all("=" not in text for text in sums) or len(sums) > 1
    value = "×".join(text.rpartition("= ")[2] for text in sums) if plain else sums[0]
    return say("{maker} gives {value}", maker=maker, value=value)


def _maker(case: Case, number: int) -> str:
    node = case.makers.get(number)
    if number in case.stored:
        return say("the model's own tensor")
    return say("the input") if node is None else _named(case, node)


def _named(case: Case, node: Node) -> str:
    kind = _kind(case, node)
    return f"{node.name} ({kind})" if kind else node.name


def _origin(case: Case, number: int, axis: int) -> tuple[str, str]:
    """Which layer computes a size, and how: layers that pass it on are gone through."""
    value = f"{case.network.tensors[number].shape[axis]:,}"
    for _ in range(len(case.network.nodes)):
        node = case.makers.get(number)
        if node is None or not node.inputs:
            break
        size, passed = _traced(case, node, number, axis)
        if passed is None:
            return _named(case, node), _sum(size, value)
        number, axis = node.inputs[passed[0]], passed[1]
    return _maker(case, number), value


def _traced(case: Case, node: Node, number: int, axis: int) -> tuple[Any, tuple[int, int] | None]:
    """A size as its layer's rule computes it; and which size of which input it is, if it is only passed on."""
    try:
        op, given = trace(node.op, case.network.at(node.inputs))
        size: Any = op.infer(given)[node.outputs.index(number)].shape[axis]
    except BROKEN:
        return None, None
    for place, tensor in enumerate(given):
        for other, one in enumerate(tensor.shape):
            if size is one:
                return size, (place, other)
    return size, None


def _sum(size: Any, value: str) -> str:
    """A product or another rule, written out: 512×2×2 = 2,048."""
    if not isinstance(size, Traced) or size.op == "symbol":
        return value
    return f"{TEXT.substitution(size).replace('·', '×')} = {value}"


# What would be right.


def _inputs(need: Need, wanted: str) -> str:
    """Inputs of 3×3, inputs from 3×3 to 5×5, inputs of at least 3×3; along one axis, inputs with height = 3."""
    give = say("give {wanted}", wanted=wanted) if wanted else say("fit")
    axis, taken, least = need.axis, need.taken, _least(need.taken)
    if least is not None:
        least_size, bound = _size(axis, least), _size(axis, taken.bound)
        if len(axis.axes) > 1:
            return say(
                "inputs of at least {least} (tried up to {bound}) {give}", least=least_size, bound=bound, give=give
            )
        values = {"axis": axis.name, "least": least_size, "bound": bound, "give": give}
        return say("inputs with {axis} ≥ {least} (tried up to {bound}) {give}", **values)
    sizes = say(" or ").join(_run(run, axis) for run in taken.nearest)
    if len(axis.axes) == 1:
        return say("inputs with {axis} = {sizes} {give}", axis=axis.name, sizes=sizes, give=give)
    if taken.nearest[0].first == taken.nearest[0].last:
        return say("inputs of {sizes} {give}", sizes=sizes, give=give)
    return say("inputs {sizes} {give}", sizes=sizes, give=give)


def _run(run: Run, axis: Axis) -> str:
    first, last = _size(axis, run.first), _size(axis, run.last)
    if run.first == run.last:
        return first
    if len(axis.axes) == 1:
        return say("{first} to {last}", first=first, last=last)
    return say("from {first} to {last}", first=first, last=last)


def _size(axis: Axis, number: int) -> str:
    return "×".join([f"{number:,}"] * len(axis.axes))


def _fix(fix: Fix, kind: str, spelled: Spelled) -> str:
    """An attribute with the values that would be right."""
    taken = fix.taken
    least, most = _least(taken), _most(taken)
    if len(taken.every) > 1 and most is not None:
        return say("{attribute} or less", attribute=spelled(kind, fix.name, fix.value(most)))
    if len(taken.every) > 1 and least is not None:
        return say("{attribute} or more", attribute=spelled(kind, fix.name, fix.value(least)))
    values = taken.every if len(taken.every) <= FEW else _next_to(taken)
    written = [spelled(kind, fix.name, fix.value(value)) for value in values]
    plain = all(isinstance(fix.value(value), int) for value in values) and kind == ""
    return say(" or ").join([written[0], *map(str, values[1:])] if plain else written)


def _next_to(taken: Taken) -> tuple[int, ...]:
    """The nearest value on each side."""
    below = (taken.below.last,) if taken.below else ()
    return (*below, *((taken.above.first,) if taken.above else ()))
