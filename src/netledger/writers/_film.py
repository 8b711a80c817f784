"""Steps as an SVG that plays by itself: no script, no network, no fonts but the reader's own."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from html import escape

from netledger.core.document import Frame, Grid
from netledger.core.errors import printable
from netledger.core.formula import TEXT
from netledger.core.language import say
from netledger.writers._chain import worked
from netledger.writers._grids import folded

__all__ = ["SECONDS", "film"]

SECONDS = 2.5
"""How long a step is shown."""

CELL, GAP, MARGIN = 32, 28, 20
WIDE = 860
LETTER = 8.4
"""How wide a letter of the sum is, about."""

MOST_FRAMES = 120
"""Steps that are played: a longer film is too large for a page."""

MOST_LINES = 4
"""Of one side of a sign of equality."""

_STYLE = """
.nl-film{--back:#fff;--ink:#1b1f24;--dim:#6a737d;--line:#c9d1d9;--edge:#eef1f4;--mark:#ffd580;--made:#a8e6b0;
font-family:system-ui,-apple-system,"Segoe UI",sans-serif;font-size:14px}
@media (prefers-color-scheme:dark){.nl-film{--back:#14181d;--ink:#e8edf2;--dim:#9aa4af;--line:#414a54;--edge:#232a31;
--mark:#8a5a00;--made:#1f6b35}}
.nl-film text{fill:var(--ink);dominant-baseline:central;text-anchor:middle;font-variant-numeric:tabular-nums}
.nl-film .l{text-anchor:start}.nl-film .d{fill:var(--dim)}.nl-film .t{font-weight:600;font-size:16px}
.nl-film .s{white-space:pre;font-family:ui-monospace,Menlo,Consolas,monospace}
.nl-film .b{fill:var(--back)}.nl-film .c{fill:none;stroke:var(--line)}.nl-film .e{fill:var(--edge);stroke:var(--line)}
.nl-film .m{fill:var(--mark);stroke:var(--ink);stroke-width:1.5}
.nl-film .o{fill:var(--made);stroke:var(--ink);stroke-width:1.5}"""


def film(frames: Sequence[Frame], title: str) -> str:
    """The steps, one after another, again and again; a class `still` on the image stops it."""
    every, frames = len(frames), frames[:MOST_FRAMES]
    drawn = [_frame(frame, _counter(place, len(frames), every)) for place, frame in enumerate(frames, 1)]
    tall = max(height for _, height in drawn)
    scenes = (_scene(inner, place, len(frames)) for place, (inner, _) in enumerate(drawn))
    attributes = (
        f'class="nl-film nl-{len(frames)}" xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDE} {tall:.0f}" '
        f'width="100%" style="max-width:{WIDE}px" role="img" aria-label="{_text(title)}"'
    )
    return "\n".join(
        [
            f"<svg {attributes}>",
            f"<title>{_text(title)}</title>",
            f"<style>{_STYLE}{_turns(len(frames))}</style>",
            f'<rect class="b" width="{WIDE}" height="{tall:.0f}" rx="8"/>',
            *scenes,
            "</svg>",
        ]
    )


def _turns(count: int) -> str:
    """Each scene is visible for its share of the time; where motion is not wanted, the last one stays."""
    if count == 1:
        return ""
    share = 100 / count
    return (
        f"\n@keyframes nl-turn-{count}{{0%{{visibility:visible}}"
        f"{share:.4f}%{{visibility:hidden}}100%{{visibility:hidden}}}}"
        f"\n.nl-{count} .f{{visibility:hidden;animation:nl-turn-{count} {count * SECONDS:g}s step-end infinite}}"
        f"\n.nl-{count}.still .f{{animation:none}}.nl-{count}.still .f.on{{visibility:visible}}"
        f"\n@media (prefers-reduced-motion:reduce){{.nl-{count} .f{{animation:none}}"
        f".nl-{count}:not(.still) .f:last-child{{visibility:visible}}}}"
    )


def _scene(inner: str, place: int, count: int) -> str:
    delay = f' style="animation-delay:{place * SECONDS:g}s"' if count > 1 else ""
    return f'<g class="f"{delay}>{inner}</g>'


def _counter(place: int, count: int, every: int) -> str:
    if count < every:
        return say("step {place} of the first {count} of {every}", place=place, count=count, every=every)
    return say("step {place} of {count}", place=place, count=count)


def _frame(frame: Frame, of: str) -> tuple[str, float]:
    """What is drawn, and how tall it is."""
    parts = [
        f'<text class="l t" x="{MARGIN}" y="24">{_text(frame.title)}</text>',
        f'<text class="d" x="{WIDE - MARGIN}" y="24" style="text-anchor:end">{_text(of)}</text>',
        f'<text class="l d" x="{MARGIN}" y="48">{_text(frame.caption)}</text>',
    ]
    drawn, bottom = _grids(frame.grids, 70)
    lines = _lines(frame)
    parts.append(_line(frame.formula.name, MARGIN, bottom + 14))
    indent = MARGIN + (len(frame.formula.name) + 1) * LETTER
    parts += [_line(line, indent, bottom + 14 + number * 22) for number, line in enumerate(lines)]
    return "".join([*parts, *drawn]), bottom + 22 * len(lines) + 18


def _line(text: str, x: float, y: float) -> str:
    return f'<text class="l s" x="{x:.0f}" y="{y:.0f}">{_text(text)}</text>'


def _lines(frame: Frame) -> list[str]:
    """The sum, a line for each sign of equality, folded where it is too long; an ellipsis where that is too much."""
    parts, sign, value = worked(frame, TEXT)
    most = int((WIDE - 2 * MARGIN) / LETTER) - len(frame.formula.name) - 1
    texts = [*(f"= {part}" for part in parts), f"{sign} {value}"]
    sides = [folded(text, most) for text in texts]
    return [line for lines in sides for line in (lines if len(lines) <= MOST_LINES else [*lines[:MOST_LINES], "  …"])]


def _grids(grids: Sequence[Grid], top: float) -> tuple[list[str], float]:
    """Side by side, in as many rows as they need; and where they end."""
    parts: list[str] = []
    left, row, lowest = float(MARGIN), top, top
    for place, grid in enumerate(grids):
        cell = max(CELL, 12 + 8 * max(grid.wide, *(len(text) for line in grid.cells for text in line)))
        wide = max(cell * len(grid.cells[0]), 8 * len(grid.name))
        if left > MARGIN and left + wide > WIDE - MARGIN:
            left, row = MARGIN, lowest + GAP
        parts += _grid(grid, left, row, cell, "o" if place == len(grids) - 1 else "m")
        left += wide + GAP
        lowest = max(lowest, row + 22 + CELL * len(grid.cells))
    return parts, lowest + 14


def _grid(grid: Grid, left: float, top: float, cell: int, mark: str) -> Iterator[str]:
    yield f'<text class="l d" x="{left:.0f}" y="{top + 8:.0f}">{_text(grid.name)}</text>'
    spots = [(r, c) for r, line in enumerate(grid.cells) for c in range(len(line))]
    for spot in sorted(spots, key=lambda spot: spot in grid.marks):  # what is marked lies above its neighbours
        x, y = left + spot[1] * cell, top + 22 + spot[0] * CELL
        kind = mark if spot in grid.marks else "e" if spot in grid.edge else "c"
        yield f'<rect class="{kind}" x="{x:.0f}" y="{y:.0f}" width="{cell}" height="{CELL}"/>'
        dim = ' class="d"' if spot in grid.edge else ""
        text = _text(grid.cells[spot[0]][spot[1]])
        yield f'<text{dim} x="{x + cell / 2:.0f}" y="{y + CELL / 2:.0f}">{text}</text>'


def _text(text: str) -> str:
    return escape(printable(text))
