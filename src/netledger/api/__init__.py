"""The facade that users import: it alone joins front ends, rules, conventions, analyses and reports.

_shapes   what users give besides the source
_count    from a source to a ledger
_ledger   the ledger
_answer   what an analysis answers
_answers  the analyses
_claim    where a claimed figure comes from
_convert  one unit from another
_exercise  exercises, and what answers are worth
_reconcile  every convention side by side
_solve    the unknown from the rest
_verify   a published table against the ledger
_work     an operator worked out on small matrices
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from netledger.api._count import count, layer, presets
from netledger.api._ledger import Entry, Ledger
from netledger.api._shapes import Shape

if TYPE_CHECKING:
    from netledger.api._answers import explain, formula, receptive_field, to_spec
    from netledger.api._claim import claim
    from netledger.api._convert import convert
    from netledger.api._exercise import exercise, grade
    from netledger.api._reconcile import reconcile
    from netledger.api._solve import accepts, largest, solve
    from netledger.api._verify import verify
    from netledger.api._work import work
    from netledger.frontends.spec.builder import spec
    from netledger.frontends.torch.custom import rule

__all__ = [
    "Entry",
    "Ledger",
    "Shape",
    "accepts",
    "claim",
    "convert",
    "count",
    "exercise",
    "explain",
    "formula",
    "grade",
    "largest",
    "layer",
    "presets",
    "receptive_field",
    "reconcile",
    "rule",
    "solve",
    "spec",
    "to_spec",
    "verify",
    "work",
]


_SELDOM = {
    **dict.fromkeys(("explain", "formula", "receptive_field", "to_spec"), "api._answers"),
    **dict.fromkeys(("exercise", "grade"), "api._exercise"),
    **dict.fromkeys(("accepts", "largest", "solve"), "api._solve"),
    **{name: f"api._{name}" for name in ("claim", "convert", "reconcile", "verify", "work")},
    "rule": "frontends.torch.custom",
    "spec": "frontends.spec.builder",
}
"""Where the names are that are asked for seldom: loaded when they are."""


def __getattr__(name: str) -> Any:
    if name not in _SELDOM:
        raise AttributeError(f"module 'netledger.api' has no attribute {name!r}")
    from importlib import import_module

    return getattr(import_module(f"netledger.{_SELDOM[name]}"), name)
