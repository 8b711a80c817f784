"""A spec as PyTorch's tools would see it: each layer a module of PyTorch's own, called once; all else functions."""

from __future__ import annotations

from collections.abc import Mapping

from netledger.conventions._layers import FUNCTIONS, LAYERS, local_name, parts_of
from netledger.conventions._pytorch import Act, Layer, Seen, inside
from netledger.core.ledger import Entry, Ledger
from netledger.core.network import Module, Parameter
from netledger.core.number import Shape

__all__ = ["layered"]

_PROJECTION = "torch.nn.modules.linear.NonDynamicallyQuantizableLinear"


def layered(ledger: Ledger) -> Seen:
    """The calls of a network that has none written down."""
    acts: list[Act] = []
    layers = [Layer(-1, -1, "", ledger.name, tuple(tensor.shape for tensor in ledger.inputs), (), {}, 0)]
    modules, stored = [Module("", "")], [dict[str, Parameter]()]
    for place, entry in enumerate(ledger.entries):
        axes = max(1, len(entry.inputs[0].shape) - 2) if entry.inputs else 1
        kind = LAYERS.get(entry.op, "").format(axes)
        held = {local_name(part.role): part for part in entry.parameters}
        number = len(layers) if kind else 0
        if kind:
            layers.append(_layer(entry, place, kind, held, len(modules)))
            _add_modules(modules, stored, layers[-1], held)
        else:
            stored[0] |= {f"{entry.name}.{name}": part for name, part in held.items()}
        acts.extend(Act(place, part, *_function(part, axes), number) for part in parts_of(entry))
    modules[0] = Module("", "", tuple((layer.path, layer.module) for layer in layers[1:]))
    places = inside(tuple(acts), len(layers))
    used = frozenset(range(len(ledger.entries)))
    return Seen(tuple(acts), tuple(layers), places, tuple(modules), tuple(stored), used)


def _layer(entry: Entry, place: int, kind: str, held: Mapping[str, Parameter], module: int) -> Layer:
    given, same = [tensor.shape for tensor in entry.inputs], True
    own = {name: part for name, part in held.items() if name not in _inner(entry.op, held)}
    if entry.op == "multihead_attention":
        given, same = _attends(entry)
    made = tuple(tensor.shape for tensor in entry.outputs)
    return Layer(-1, place, entry.name, kind, tuple(given), made, own, module, parent=0, same=same)


def _attends(entry: Entry) -> tuple[list[Shape], bool]:
    """Query, key and value, and a mask if there is one; whether the first three are one."""
    count = len(entry.inputs) - bool(entry.attributes["mask"])
    order = [0, min(1, count - 1), count - 1]
    given = [entry.inputs[place].shape for place in (*order, *range(count, len(entry.inputs)))]
    return given, len({entry.reads[place] for place in order}) == 1


def _inner(kind: str, held: Mapping[str, Parameter]) -> list[str]:
    """What attention stores in a module of its own, the last projection."""
    return [name for name in held if kind == "multihead_attention" and name.startswith("out_")]


def _add_modules(
    modules: list[Module], stored: list[dict[str, Parameter]], layer: Layer, held: Mapping[str, Parameter]
) -> None:
    below = {name.removeprefix("out_"): part for name, part in held.items() if name not in layer.held}
    modules.append(Module(layer.path, layer.kind, (("out_proj", len(modules) + 1),) if below else ()))
    stored.append(dict(layer.held))
    if below:
        modules.append(Module(f"{layer.path}.out_proj", _PROJECTION))
        stored.append(below)


def _function(part: Entry, axes: int) -> tuple[str, str]:
    """What it is called as a function."""
    space, name = FUNCTIONS.get(part.op, ("", part.op))
    return space, name.format(axes)
