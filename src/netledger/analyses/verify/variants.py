"""The same layers, counted otherwise: what a table may have done instead. Each is counted by the operator's own rules.

A change is a function from the attributes of a layer to those to replace, or None where it does not apply. A new
reason for a difference is a line in `CHANGES`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any, NamedTuple, TypeAlias

from netledger.analyses.verify.subject import Subject
from netledger.core.errors import NetledgerError
from netledger.core.language import later
from netledger.core.ledger import Entry
from netledger.core.network import Parameter, Tensor
from netledger.ops import restore

__all__ = ["CHANGES", "RARE", "Variant", "changed", "instead", "rerun"]

Attributes: TypeAlias = Mapping[str, Any]
Change: TypeAlias = Callable[[Attributes], "Attributes | None"]


class Variant(NamedTuple):
    """Layers as they are not, and in what; `rare`: there are likelier mistakes that give the same."""

    words: str
    subject: Subject
    rare: bool = False


def instead(name: str, value: Any, **others: Any) -> Change:
    """Another value of an attribute, where the layer has it and it is not this one."""

    def change(given: Attributes) -> Attributes | None:
        return {name: value, **others} if name in given and given[name] != value else None

    return change


def _rounded_up(given: Attributes) -> Attributes | None:
    return {"rounding": "ceil"} if given.get("rounding") == "floor" and given.get("padding") != "same" else None


def _rounded_up_anywhere(given: Attributes) -> Attributes | None:
    return {"rounding": "ceil", "clip": False} if given.get("rounding") == "floor" and "clip" in given else None


def _padded_by_half(given: Attributes) -> Attributes | None:
    kernel = given.get("kernel")
    if not isinstance(kernel, int) or "padding" not in given or given["padding"] == kernel // 2:
        return None
    return {"padding": kernel // 2} if kernel > 1 else None


CHANGES: tuple[tuple[str, Change], ...] = (
    (later("without the bias"), instead("bias", False)),
    (later("with a bias"), instead("bias", True)),
    (later("with groups ignored: one group"), instead("groups", 1)),
    (later("rounded up (ceil)"), _rounded_up),
    (later("rounded up (ceil), the last window beginning anywhere"), _rounded_up_anywhere),
    (later("rounded down (floor)"), instead("rounding", "floor")),
    (later("with padding 0"), instead("padding", 0)),
    (later("with padding of half the kernel"), _padded_by_half),
    (later("with padding same"), instead("padding", "same")),
    (later("with stride 1"), instead("stride", 1)),
    (later("without dilation"), instead("dilation", 1)),
)
"""What is tried: in words, and the change; the likeliest first."""

RARE: tuple[tuple[str, Change], ...] = (
    (later("in 2 groups"), instead("groups", 2)),
    (later("with stride 2"), instead("stride", 2)),
)
"""What is tried after everything else that is usual."""


def changed(subject: Subject) -> Iterator[Variant]:
    """Every variant that can be made of a layer; of a block, those that leave all shapes as they are."""
    for words, change in (*CHANGES, *RARE):
        found = _made(subject, change)
        if found is not None:
            yield Variant(words, found, (words, change) in RARE)
    others = tuple(entry for entry in subject.entries if not entry.op.endswith("norm"))
    if len(others) < len(subject.entries) > 1:
        yield Variant(later("without its normalisations"), subject._replace(entries=others))


def _made(subject: Subject, change: Change) -> Subject | None:
    entries = tuple(_applied(entry, change) for entry in subject.entries)
    if all(one is other for one, other in zip(entries, subject.entries, strict=True)):
        return None
    if len(entries) == 1:
        return subject._replace(entries=entries, outputs=entries[0].outputs)
    kept = (one.outputs == other.outputs for one, other in zip(entries, subject.entries, strict=True))
    return subject._replace(entries=entries) if all(kept) else None


def _applied(entry: Entry, change: Change) -> Entry:
    """The entry changed; the entry itself where the change does not apply, or makes no layer of it."""
    replaced = change(entry.attributes)
    return entry if replaced is None else rerun(entry, entry.inputs, replaced) or entry


def rerun(entry: Entry, inputs: tuple[Tensor, ...], replaced: Attributes | None = None) -> Entry | None:
    """The layer on other inputs, or with other attributes; None if it cannot be."""
    try:
        op = restore(entry.op, {**entry.attributes, **(replaced or {})})
        outputs = op.infer(inputs)
        learned, kept = op.parameters(inputs), op.buffers(inputs)
        work = op.work(inputs, outputs)
    except (NetledgerError, TypeError, KeyError, ValueError, AttributeError, ArithmeticError, IndexError):
        return None
    stored = tuple(
        Parameter(role, shape, role in learned, role in kept, f"{entry.name}.{role}")
        for role, shape in {**learned, **kept}.items()
    )
    return entry._replace(operator=op, inputs=inputs, outputs=outputs, parameters=stored, work=work)
