"""Counting: from a source to a ledger."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from os import PathLike, fspath
from typing import TYPE_CHECKING, TypeAlias

from netledger.api._ledger import Entry, Ledger
from netledger.api._shapes import Input, options
from netledger.core.errors import NetledgerError, SourceError
from netledger.core.ledger import build
from netledger.core.network import Network
from netledger.frontends import spec

if TYPE_CHECKING:
    from netledger.frontends.spec.builder import Spec

__all__ = ["Let", "Source", "count", "lay_out", "layer", "presets"]

Source: TypeAlias = "str | PathLike[str] | Spec"
"""The name of a preset, the path of a spec, the text of one, or what nl.spec.network makes."""

Let: TypeAlias = "Mapping[str, int | float | str] | None"
"""Numbers or expressions by name."""


def count(
    source: Source,
    *inputs: Input,
    batch: int | None = None,
    let: Let = None,
) -> Ledger:
    """Count a network.

    Args:
        source: the name of a preset, the path of a spec, the text of one, or what `spec.network` makes.
        inputs: shapes that replace those of the spec, with or without the batch in front (without, if the spec
            declares none): (1, 3, 224, 224), "3x224x224", Shape(1, 128, dtype="int64"), or a dictionary by the names
            of the inputs.
        batch: the batch, if the shapes leave it out (1 otherwise).
        let: numbers or expressions that replace those under `let` in the spec.

    Returns:
        The ledger: shapes, parameters, counted work of every layer.

    Raises:
        SourceError: if there is no such network.
        SpecError: if the spec breaks a rule of its language.
        ShapeError: if a layer cannot take its input; `.ledger` has what was counted before.

    >>> count("lenet").parameters
    61610
    >>> count("mobilenet_v1", (3, 160, 160), let={"width": 0.5}).total("macs")
    76524800

    """
    given = options(inputs, batch, let)
    return _ledger(lambda: lay_out(source, given))


def lay_out(source: Source, given: spec.Options) -> Network:
    """The network of a source.

    Raises:
        SourceError, SpecError, ShapeError: see `count`.

    """
    if isinstance(source, (str, PathLike)):
        return spec.network(fspath(source), given)
    from netledger.frontends.spec.builder import Spec

    if isinstance(source, Spec):
        return spec.lay_out(source.root(), given)
    hint = "Give the name of a preset (netledger.presets()), the path of a spec, or its text."
    raise SourceError(f"there is no front end for a {type(source).__name__}", hint=hint)


def layer(call: str, *inputs: Input, batch: int | None = None) -> Entry:
    """Count one layer, written as a call.

    >>> layer("conv(96, 11, stride=4)", "3x227x227").parameters
    34944
    """
    given = options(inputs, batch, None)
    return next(iter(_ledger(lambda: spec.layer(call, given))))


def presets() -> tuple[str, ...]:
    """The names of the networks that come with netledger."""
    from netledger.frontends.spec.source import presets as names

    return names()


def _ledger(make: Callable[[], Network]) -> Ledger:
    """The ledger of the network that is made; on a mistake, that of what was made before it."""
    try:
        network = make()
    except NetledgerError as error:
        if error.network is not None:
            error.ledger = Ledger(build(error.network))
        raise
    return Ledger(build(network), network)
