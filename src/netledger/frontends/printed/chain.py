"""The layers as a chain, each after the one that is printed before it."""

from __future__ import annotations

from collections.abc import Iterator
from math import prod

from netledger.core.errors import NetledgerError, ShapeError, SourceError
from netledger.core.language import later, say
from netledger.core.network import Builder, Network, Tensor, shapes
from netledger.frontends.options import Options
from netledger.frontends.printed.layers import CONTAINERS, LAYERS, Layer
from netledger.frontends.printed.text import Printed
from netledger.ops.custom import Custom
from netledger.ops.reshaping import Flatten

__all__ = ["lay_out"]

_CHAIN = later("How the layers are connected is not printed: they are taken to run one after another, as printed.")


def lay_out(root: Printed, options: Options, source: str) -> Network:
    """The network of a printed model.

    Raises:
        SourceError: if it needs an input.
        ShapeError: if its layers do not follow each other.

    """
    chain = _Chain(root, options)
    name = root.kind
    try:
        chain.all()
    except NetledgerError as error:
        error.network = error.network or chain.builder.network(name, source, ())
        raise
    made = chain.builder.network(name, source, (chain.last,))
    return made._replace(notes=tuple(chain.notes))


class _Chain:
    """Lays out one layer after another; `last` is what the one before made."""

    def __init__(self, root: Printed, options: Options) -> None:
        self.root = root
        self.builder = Builder()
        self.notes = [say(_CHAIN)]
        self.steps = list(_steps(root, ""))
        self.last = self.builder.input(self._input(options))

    def all(self) -> None:
        """Every layer."""
        if not self.steps:
            raise SourceError("no layer is printed", where=self.root.place)
        for path, printed in self.steps:
            self._step(path, printed)

    def _input(self, options: Options) -> Tensor:
        if options.kwargs or len(options.inputs) != 1 or not isinstance(options.inputs[0][1], Tensor):
            hint = "Give the shape of its input: --input 1x28x28, or netledger.count(text, (1, 28, 28))."
            raise SourceError("a printed model needs one input", hint=hint)
        tensor: Tensor = options.inputs[0][1]
        axes = next(filter(None, (_layer(printed).axes for _, printed in self.steps if printed.kind in LAYERS)), 2)
        first = next((printed.kind for _, printed in self.steps if printed.kind in LAYERS), "")
        if first == "Embedding":
            tensor, axes = Tensor(tensor.shape, "int64"), 2
        if len(tensor.shape) == axes - 1 or options.batch is not None:
            return tensor.like((options.batch or 1, *tensor.shape))
        return tensor

    def _step(self, path: str, printed: Printed) -> None:
        if printed.kind not in LAYERS:
            self._unknown(path, printed)
            return
        layer = _layer(printed)
        if layer.silent:
            self._note(say(layer.silent))
        self._fit(path, printed, layer)
        made = self.builder.add(layer.op, (self.last,), path or printed.kind.lower(), path.rpartition(".")[0])
        self.last = made[0]

    def _fit(self, path: str, printed: Printed, layer: Layer) -> None:
        """A flatten that is not printed is put in where it fits, and only there."""
        shape = self.builder.tensors[self.last].shape
        if not layer.channels:
            return
        axis = -1 if printed.kind in ("Linear", "LSTM", "GRU") or getattr(layer.op, "channels", "") == "last" else 1
        if len(shape) > 1 and shape[axis] == layer.channels:
            return
        if printed.kind == "Linear" and len(shape) > 2 and prod(shape[1:]) == layer.channels:
            made = self.builder.add(Flatten(), (self.last,), f"{path}.flatten", path.rpartition(".")[0])
            self._note(say("A flatten before {layer} is not printed; it fits, and was put in.", layer=path))
            self.last = made[0]
            return
        raise self._misfit(path, printed, layer)

    def _misfit(self, path: str, printed: Printed, layer: Layer) -> ShapeError:
        given = self.builder.tensors[self.last]
        told = {"held": layer.channels, "given": shapes((given,))}
        error = ShapeError(
            say("the layer is made for {held:,} channels, and the printed order gives it {given}", **told),
            hint="Give the input that the model is made for; or count the model itself, if it runs otherwise.",
            layer=f"{path}, {printed.kind}",
            where=printed.place,
        )
        if printed.kind == "Linear" and len(given.shape) > 2:
            flat = prod(given.shape[1:])
            error.rule = say("the layer is made for {held:,} features, and the printed order gives it {given}", **told)
            error.values = {"C·H·W": flat, "in_features": layer.channels}
        error.network = self.builder.network(self.root.kind, "printed", ())
        return error

    def _unknown(self, path: str, printed: Printed) -> None:
        """A class that is not known: a gap that leaves the shape as it is, and says so."""
        given = self.builder.tensors[self.last]
        made = self.builder.add(Custom(printed.kind, given.shape, whole=True), (self.last,), path or printed.kind)
        self._note(say("{kind} is not known; it is taken to leave the shape as it is.", kind=printed.kind))
        self.last = made[0]

    def _note(self, sentence: str) -> None:
        if sentence not in self.notes:
            self.notes.append(sentence)


def _steps(printed: Printed, path: str) -> Iterator[tuple[str, Printed]]:
    """Every layer in order; classes that hold layers are entered, and are a gap themselves unless they are known."""
    if not printed.children:
        yield path, printed
        return
    for child in printed.children:
        yield from _steps(child, f"{path}.{child.name}" if path else child.name)
    if path and printed.kind not in CONTAINERS:
        yield path, printed._replace(children=())


def _layer(printed: Printed) -> Layer:
    """The operator of a layer.

    Raises:
        SourceError: if what is printed of it cannot be read.

    """
    try:
        return LAYERS[printed.kind](printed)
    except NetledgerError as error:
        error.where = error.where or printed.place
        raise
    except (TypeError, ValueError, IndexError, KeyError, OverflowError, ZeroDivisionError) as error:
        rule = say("cannot read what is printed of {kind}", kind=printed.kind)
        raise SourceError(rule, where=printed.place, hint="Give all of what is printed.") from error
