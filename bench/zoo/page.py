"""docs/zoo.md, written from bench/zoo.json alone."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable
from typing import Any

from bench.zoo.row import Row
from bench.zoo.store import ROOT

__all__ = ["PAGE", "difference", "explained", "page", "verdict"]

PAGE = ROOT / "docs" / "zoo.md"

HEAD = """<!-- Written by `python -m bench.zoo` from bench/zoo.json; do not edit. -->

# The zoo

Every network of torchvision {torchvision} and timm {timm}, built without weights (on meta tensors where that works),
counted by netledger and by the `torch.utils.flop_counter.FlopCounterMode` of torch {torch} (Python {python}): batch 1,
the network's own input size, eval mode. FlopCounterMode runs on meta tensors; where it fails there, with gradients off
and on, on the CPU. Parameters are held against the sum of `p.numel()` over `model.parameters()`.

- **with values**: the network decides by the values of its input; both tools are given the same random weights and
  input on the CPU.
- **complete**: every operation is counted. Where something is not, the figures are lower bounds, and `at most` says how
  many operations are missing, bounded by the sizes of the tensors.
- **explained**: the FLOPs that FlopCounterMode leaves out because it has no formula for them are summed up from our
  ledger ([bench/explain.py](../bench/explain.py)), and they are the difference to the last digit.
"""

EQUAL, EXPLAINED, DIFFERENT, ALONE, FAILED = "equal", "explained", "different", "no other figure", "failed"


def page(about: dict[str, Any], rows: list[Row]) -> str:
    """The whole page."""
    return "\n".join([HEAD.format(**about), _summary(about, rows), _exceptions(rows), _all(rows)])


def difference(row: Row) -> int | None:
    """Our FLOPs less theirs."""
    return None if None in (row["flops"], row["their_flops"]) else row["flops"] - row["their_flops"]


def explained(row: Row) -> int:
    """What FlopCounterMode has no formula for."""
    return sum((row["left_out"] or {}).values())


def verdict(row: Row) -> str:
    """How the two counts compare."""
    if row["error"]:
        return FAILED
    if row["their_flops"] is None:
        return ALONE
    if difference(row) == explained(row):
        return EXPLAINED if explained(row) else EQUAL
    return DIFFERENT


def _summary(about: dict[str, Any], rows: list[Row]) -> str:
    counted = [row for row in rows if not row["error"]]
    lines = [
        ("networks", len(rows)),
        ("counted by netledger", len(counted)),
        ("of these complete", sum(row["gaps"] == 0 for row in counted)),
        ("parameters agree", sum(_parameters_agree(row) for row in counted)),
        ("FLOPs equal FlopCounterMode's to the last digit", _count(rows, EQUAL)),
        ("FLOPs differ by exactly what FlopCounterMode has no formula for", _count(rows, EXPLAINED)),
        ("FLOPs differ otherwise", _count(rows, DIFFERENT)),
        ("counted by netledger alone: FlopCounterMode fails", _count(rows, ALONE)),
        ("netledger fails", _count(rows, FAILED)),
        *_times(about, rows),
    ]
    return "## Summary\n\n" + _table(["", ""], [[what, f"{figure}"] for what, figure in lines])


def _count(rows: list[Row], wanted: str) -> int:
    return sum(verdict(row) == wanted for row in rows)


def _parameters_agree(row: Row) -> bool:
    return bool(row["parameters"] == row["true_parameters"])


def _times(about: dict[str, Any], rows: list[Row]) -> list[tuple[str, Any]]:
    both = [row for row in rows if row["seconds"] and (row["their_mode"] or "").startswith("meta")]
    if not both:
        return []
    ours, theirs = sum(row["seconds"] for row in both), sum(row["their_seconds"] for row in both)
    mean = math.exp(sum(math.log(row["their_seconds"] / row["seconds"]) for row in both) / len(both))
    found = [
        (f"seconds for one count of each of the {len(both)} that both count on meta tensors: netledger", f"{ours:.1f}"),
        ("the same: FlopCounterMode", f"{theirs:.1f}"),
        ("FlopCounterMode's time over netledger's, geometric mean", f"{mean:.1f}"),
        ("seconds to build all networks", f"{sum(row['build_seconds'] or 0 for row in rows):.0f}"),
    ]
    if about.get("minutes"):
        found.append((f"minutes for everything, {about['jobs']} processes", about["minutes"]))
    return found


def _exceptions(rows: list[Row]) -> str:
    return "\n".join(_section(rows, *section) for section in _SECTIONS)


def _section(
    rows: list[Row], title: str, head: str, chosen: Callable[[Row], Any], told: Callable[[Row], list[str]]
) -> str:
    found = [[row["network"], *told(row)] for row in rows if chosen(row)]
    return f"## {title}\n\n" + (_table(["network", *head.split(" | ")], found) if found else "None.\n")


def _incomplete(row: Row) -> bool:
    return not row["error"] and row["gaps"] > 0


def _parameters_differ(row: Row) -> bool:
    return not row["error"] and not _parameters_agree(row)


def _gaps_row(row: Row) -> list[str]:
    reasons = "; ".join(f"{reason} (× {times})" for reason, times in row["gap_reasons"].items())
    return [_number(row["bound"]), _clean(reasons)]


def _parameters_row(row: Row) -> list[str]:
    return [_number(row["parameters"]), _number(row["true_parameters"])]


_SECTIONS = (
    ("Incomplete", "at most | not counted", _incomplete, _gaps_row),
    (
        "Different",
        "ours less theirs | of it explained",
        lambda row: verdict(row) == DIFFERENT,
        lambda row: [_number(difference(row)), _number(explained(row))],
    ),
    (
        "Explained",
        "ours less theirs | no formula for",
        lambda row: verdict(row) == EXPLAINED,
        lambda row: [_number(explained(row)), ", ".join(row["left_out"])],
    ),
    ("Parameters that do not agree", "ours | true", _parameters_differ, _parameters_row),
    (
        "Counted by netledger alone",
        "FlopCounterMode says",
        lambda row: verdict(row) == ALONE,
        lambda row: [_clean(row["their_error"])],
    ),
    ("Failures of netledger", "error", lambda row: row["error"], lambda row: [_clean(row["error"])]),
)


def _all(rows: list[Row]) -> str:
    head = [
        "network",
        "input",
        "parameters",
        "operations",
        "gaps",
        "FLOPs",
        "FlopCounterMode",
        "comparison",
        "ms",
        "ms",
    ]
    text = "The last two columns: milliseconds of the first count, netledger's and FlopCounterMode's.\n"
    return f"## All\n\n{text}\n{_table(head, map(_row, rows))}"


def _row(row: Row) -> list[str]:
    parameters = _number(row["parameters"]) + ("" if row["error"] or _parameters_agree(row) else " ✗")
    return [
        row["network"] + _marks(row),
        _shapes(row["input"]),
        parameters,
        _number(row["operations"]),
        _number(row["gaps"]),
        _number(row["flops"]) if not row["gaps"] else f"≥ {_number(row['flops'])}",
        _number(row["their_flops"]) + ("" if not (row["their_mode"] or "").startswith("cpu") else " (on the CPU)"),
        verdict(row),
        _ms(row["seconds"]),
        _ms(row["their_seconds"]),
    ]


def _marks(row: Row) -> str:
    return " (built on the CPU)" * (row["built_on"] == "cpu") + " (with values)" * bool(row["with_values"])


def _shapes(shapes: Any) -> str:
    """1×3×224×224, or several."""
    if not shapes:
        return ""
    if isinstance(shapes[0], int):
        return "×".join(map(str, shapes))
    return ", ".join(map(_shapes, shapes))


def _clean(text: str) -> str:
    """A text from elsewhere, in a cell of a table."""
    return text.replace("|", "\\|").replace("<", "&lt;").replace("`", "'")


def _number(number: int | None) -> str:
    return "" if number is None else f"{number:,}".replace("-", "−")


def _ms(seconds: float | None) -> str:
    return "" if seconds is None else f"{1000 * seconds:,.1f}"


def _table(head: list[str], rows: Iterable[list[str]]) -> str:
    lines = [head, ["---"] * len(head), *rows]
    return "".join(f"| {' | '.join(line)} |\n" for line in lines)
