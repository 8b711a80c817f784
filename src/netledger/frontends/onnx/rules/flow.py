"""Branches and loops: what runs is laid out, as often as it runs."""

from __future__ import annotations

from typing import Any

from netledger.core.language import say
from netledger.core.network import Tensor
from netledger.frontends.onnx.node import At, UnansweredError
from netledger.frontends.onnx.order import called
from netledger.frontends.onnx.rules._registry import load, rule
from netledger.frontends.onnx.values import Value, constant

MOST_TURNS = 10_000
"""So many turns of a loop are laid out."""

MOST_WORK = 20_000
"""So many nodes in all turns of one loop."""


def _inner(at: At, graph: Any, given: Any = (), word: str = "body") -> list[Value]:
    from netledger.frontends.onnx.walk import Frame

    inside = at.frame
    scope = f"{inside.scope}{at.name or at.node.output[0]}.{word}/"
    frame = Frame(inside.opsets, inside, inside.attributes, inside.modules, inside.depth + 1, scope)
    return at.walk.graph_of(graph, frame, list(given))


def _truth(value: Value | None) -> bool | None:
    data = None if value is None else value.known()
    return None if data is None or data.size != 1 else bool(data.reshape(-1)[0])


@rule("If")
def branch(at: At) -> list[Value]:
    """The branch that is taken; where values decide, the one with more nodes, and that is said."""
    taken = _truth(at[0])
    graphs = {True: at.get("then_branch"), False: at.get("else_branch")}
    if taken is None:
        taken = _nodes(graphs[True]) >= _nodes(graphs[False])
        word = "then" if taken else "else"
        at.walk.graph.note(
            say(
                "{name}: values decide which branch is taken; {branch} is counted, which has more nodes",
                name=called(at.node),
                branch=word,
            )
        )
    return _inner(at, graphs[taken], (), "then_branch" if taken else "else_branch")


def _nodes(graph: Any) -> int:
    """How many nodes there are, those of graphs inside included."""
    inner = (a for node in graph.node for a in node.attribute if a.type in (5, 10))
    return len(graph.node) + sum(_nodes(one) for a in inner for one in (*([a.g] if a.type == 5 else ()), *a.graphs))


@rule("Loop")
def loop(at: At) -> list[Value]:
    """The body, as often as it runs: that must be known."""
    body = at.get("body")
    turns = at.maybe(0)
    most = None if turns is None else turns.scalar()
    carried = [at[place] for place in range(2, len(at.inputs))]
    going = True if at.maybe(1) is None else _truth(at[1])
    if going is False:
        return _ended(at, body, carried, [])
    if most is None and (turns is not None or at.maybe(1) is None):
        raise UnansweredError(say("how often it runs depends on values that are not known before"), values=True)
    if most is not None:
        _check_turns(at, int(most), body)
    return _turned(at, body, carried, None if most is None else int(most))


def _check_turns(at: At, turns: int, body: Any) -> None:
    if turns > MOST_TURNS or turns * _nodes(body) > MOST_WORK:
        raise UnansweredError(say("it runs {turns} times: too often to be laid out", turns=turns))


def _turned(at: At, body: Any, carried: list[Value], most: int | None) -> list[Value]:
    collected: list[list[Value]] = [[] for _ in range(len(body.output) - 1 - len(carried))]
    turn = 0
    while most is None or turn < most:
        _check_turns(at, turn + 1, body)
        count, going = constant(_whole(turn)), constant(_true())
        ends = _inner(at, body, (count, going, *carried))
        after, carried, made = _truth(ends[0]), ends[1 : len(carried) + 1], ends[len(carried) + 1 :]
        for kept, value in zip(collected, made, strict=True):
            kept.append(value)
        turn += 1
        if after is False:
            break
        if after is None and most is None:
            raise UnansweredError(say("how often it runs depends on values that are not known before"), values=True)
        if after is None:
            at.walk.graph.note(
                say(
                    "{name}: values decide when it ends; all {turns} turns are counted",
                    name=called(at.node),
                    turns=most,
                )
            )
    return _ended(at, body, carried, collected)


def _whole(number: int) -> Any:
    import numpy as np

    return np.array(number, dtype=np.int64)


def _true() -> Any:
    import numpy as np

    return np.array(True)


def _ended(at: At, body: Any, carried: list[Value], collected: list[list[Value]]) -> list[Value]:
    """What is carried, then what each turn gave, side by side."""
    made = [_stacked(at, values, 0) for values in collected if values]
    missing = len(body.output) - 1 - len(carried) - len(made)
    if missing and any(at.asked(place) for place in range(len(carried), len(carried) + missing)):
        made += [_nothing(at, one) for one in body.output[len(body.output) - missing :]]
    return [*carried, *made]


def _nothing(at: At, info: Any) -> Value:
    """What no turn gave."""
    from netledger.frontends.onnx.inputs import declared, resolved

    told = resolved(declared(info), at.walk.symbols)
    shape = (0, *(told.shape if told else ()))
    return at.one(load("empty")(shape), dtype=told.dtype if told else "float32")


def _stacked(at: At, values: list[Value], axis: int) -> Value:
    if any(value.parts is not None for value in values):
        raise UnansweredError(say("it reads a sequence"))
    if 0 in values[0].shape or len({tuple(value.shape) for value in values}) > 1:
        raise UnansweredError(say("its turns give tensors of several shapes"))
    return at.one("stack", *values, axis=axis)


@rule("Scan")
def scan(at: At) -> list[Value]:
    """The body for each place along an axis of what is scanned."""
    body, count = at.get("body"), int(at.get("num_scan_inputs", 0))
    if at.version < 9 or count < 1:
        raise UnansweredError(say("there is no rule for {op} of this version", op=at.op))
    values = [at[place] for place in range(len(at.inputs))]
    states, scanned = values[: len(values) - count], values[len(values) - count :]
    axes = [
        axis % len(value.shape) for axis, value in zip(at.get("scan_input_axes") or (0,) * count, scanned, strict=True)
    ]
    lengths = {value.shape[axis] for value, axis in zip(scanned, axes, strict=True)}
    if len(lengths) != 1:
        raise ValueError("scanned tensors must be equally long")
    turns = lengths.pop()
    _check_turns(at, turns, body)
    collected: list[list[Value]] = [[] for _ in range(len(body.output) - len(states))]
    for turn in range(turns):
        parts = [at.one(load("select")(axis, turn), value) for value, axis in zip(scanned, axes, strict=True)]
        ends = _inner(at, body, (*states, *parts))
        states, made = ends[: len(states)], ends[len(states) :]
        for kept, value in zip(collected, made, strict=True):
            kept.append(value)
    out = at.get("scan_output_axes") or (0,) * len(collected)
    stacked = [
        _stacked(at, kept, axis % (len(kept[0].shape) + 1)) for kept, axis in zip(collected, out, strict=True) if kept
    ]
    return [*states, *stacked]


# Sequences: known, as long as how many tensors they hold is.


@rule("SequenceConstruct")
def sequence(at: At) -> Value:
    """Tensors one after the other."""
    return _sequence([at[place] for place in range(len(at.inputs))])


def _sequence(values: Any) -> Value:
    return Value(Tensor(()), parts=tuple(values))


@rule("SequenceEmpty")
def empty_sequence(at: At) -> Value:
    """None yet."""
    return _sequence(())


@rule("SequenceLength")
def length(at: At) -> Value:
    """How many there are."""
    return constant(_whole(len(_parts(at[0]))))


def _parts(value: Value) -> tuple[Value, ...]:
    if value.parts is None:
        raise UnansweredError(say("the tensors of the sequence are not known"))
    return value.parts


def _place(at: At, place: int, parts: Any, default: int) -> int:
    index = at.maybe(place)
    if index is None:
        return default
    number = index.scalar()
    if number is None:
        raise UnansweredError(say("it depends on values that are not known before it runs"), values=True)
    return int(number) % max(1, len(parts)) if int(number) < 0 else int(number)


@rule("SequenceAt")
def at_place(at: At) -> Value:
    """One of them."""
    parts = _parts(at[0])
    return parts[_place(at, 1, parts, 0)]


@rule("SequenceInsert")
def insert(at: At) -> Value:
    """One more."""
    parts = list(_parts(at[0]))
    parts.insert(_place(at, 2, parts, len(parts)), at[1])
    return _sequence(parts)


@rule("SequenceErase")
def erase(at: At) -> Value:
    """One less."""
    parts = list(_parts(at[0]))
    del parts[_place(at, 1, parts, len(parts) - 1)]
    return _sequence(parts)


@rule("ConcatFromSequence")
def concat_from_sequence(at: At) -> Value:
    """Side by side along an axis, which may be new."""
    parts = _parts(at[0])
    return at.one("stack" if at.get("new_axis", 0) else "concat", *parts, axis=at.get("axis"))


@rule("SplitToSequence")
def split_to_sequence(at: At) -> Value:
    """Cut into pieces."""
    value, axis = at[0], at.get("axis", 0) % len(at[0].shape)
    total = value.shape[axis]
    given = at.whole(1)
    each = given is None or at[1].shape == ()
    size = 1 if given is None else given[0]
    if each and (size < 1 or total > MOST_TURNS * size):
        raise UnansweredError(say("it is cut into too many pieces"))
    sizes = [min(size, total - start) for start in range(0, total, size)] if each else list(given or ())
    pieces = at.add(load("split")(None, tuple(sizes), axis), value)
    if given is None and not at.get("keepdims", 1):
        pieces = tuple(at.one(load("squeeze")((axis,)), piece) for piece in pieces)
    return _sequence(pieces)


@rule("SequenceMap")
def mapped(at: At) -> list[Value]:
    """The body for each of them."""
    body, parts = at.get("body"), _parts(at[0])
    _check_turns(at, len(parts), body)
    rest = [at[place] for place in range(1, len(at.inputs))]
    made = []
    for turn, part in enumerate(parts):
        others = [one.parts[turn] if one.parts is not None else one for one in rest]
        made.append(_inner(at, body, (part, *others)))
    return [_sequence(values) for values in zip(*made, strict=True)] if made else [_sequence(())]


@rule("OptionalHasElement")
def has_element(at: At) -> Value:
    """Whether there is one: yes, if it is given."""
    import numpy as np

    return constant(np.array(at.maybe(0) is not None))
