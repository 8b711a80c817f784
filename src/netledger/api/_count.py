"""Counting: from a source to a ledger."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from contextlib import suppress
from functools import partial
from typing import Any, TypeAlias

from netledger.api._ledger import Entry, Ledger
from netledger.api._shapes import Input, bare, options, resized
from netledger.core.errors import NetledgerError
from netledger.core.ledger import Recorded, build
from netledger.core.network import Network, Tensor
from netledger.frontends import network as lay_out
from netledger.frontends import record
from netledger.frontends.uncollected import uncollected

__all__ = ["Let", "Source", "count", "lay_out", "layer", "presets"]

Source: TypeAlias = Any
"""The name of a preset, the path of a spec, the text of one, what nl.spec.network makes; a model, anything that can be
called with its framework's tensors, or the name of one: torchvision:resnet50, net.py:Net."""

Let: TypeAlias = "Mapping[str, int | float | str] | None"
"""Numbers or expressions by name."""


def count(
    source: Source,
    *inputs: Input,
    batch: int | None = None,
    let: Let = None,
    kwargs: Mapping[str, Any] | None = None,
) -> Ledger:
    """Count a network.

    A model is run once without computing, and is as it was afterwards.

    Args:
        source: the name of a preset, the path of a spec, the text of one, or what `spec.network` makes; a model, or
            anything else that can be called; the name of a model: torchvision:resnet50, timm:NAME, net.py:Net.
        inputs: shapes: (1, 3, 224, 224), "3x224x224", Shape(1, 128, dtype="int64"), or a dictionary by the names of
            the inputs. For a spec they replace its own, with or without the batch in front (without, if the spec
            declares none). For a model they are what it is called with, in order, nested as it takes them; real
            tensors where it decides by their values; other values as they are.
        batch: the batch, if the shapes leave it out (1 otherwise).
        let: numbers or expressions that replace those under `let` in the spec; arguments of a model given by name.
        kwargs: what a model is called with by name, likewise.

    Returns:
        The ledger: shapes, parameters, counted work of every layer.

    Raises:
        SourceError: if there is no such network.
        SpecError: if the spec breaks a rule of its language.
        ShapeError: if a layer cannot take its input; `.ledger` has what was counted before.
        ForwardError: if a model fails; `.ledger` has what was counted before.
        ValuesNeededError: if a model decides by values that it was not given.

    >>> count("lenet").parameters
    61610
    >>> count("mobilenet_v1", (3, 160, 160), let={"width": 0.5}).total("macs")
    76524800

    """
    given = options(source, inputs, batch, let, kwargs)
    return _ledger(lambda: record(source, given), lambda inputs: lay_out(source, resized(source, given, inputs)))


def layer(call: str, *inputs: Input, batch: int | None = None) -> Entry:
    """Count one layer, written as a call.

    >>> layer("conv(96, 11, stride=4)", "3x227x227").parameters
    34944
    """
    from netledger.frontends import spec

    given = options(call, inputs, batch, None)
    made = _ledger(
        lambda: spec.layer(call, given), lambda inputs: spec.layer(call, given._replace(inputs=bare(inputs)))
    )
    return next(iter(made))


def presets() -> tuple[str, ...]:
    """The names of the networks that come with netledger."""
    from netledger.frontends.spec.source import presets as names

    return names()


@uncollected()
def _ledger(make: Callable[[], Network | Recorded], again: Callable[[tuple[Tensor, ...]], Network]) -> Ledger:
    """The ledger of what is made; on a mistake, that of what was made before it, and what would be right."""
    try:
        made = make()
    except NetledgerError as error:
        if error.network is not None:
            error.ledger = Ledger(build(error.network))
            if error.refused is not None:
                error.advise = partial(_advice, error, again)
        raise
    return Ledger(build(made), made) if isinstance(made, Network) else Ledger.of(made)


def _advice(error: NetledgerError, again: Callable[[tuple[Tensor, ...]], Network]) -> str:
    """What would be right; derived when somebody reads the error."""
    from netledger.analyses.repair import advice

    name = error.layer.partition(",")[0]
    with suppress(Exception):  # a mistake is being told: whatever a model raises now must not hide it
        return advice(error.network, error.refused, again, error.spelled, name)
    return ""
