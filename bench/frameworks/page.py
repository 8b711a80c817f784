"""The last section of BENCHMARKS.md, written from bench/frameworks.json alone."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from bench.frameworks import libraries
from bench.frameworks.judge import Difference, Line, differences, failures, lines, ratios
from bench.frameworks.run import ROUNDS, TIMEOUT
from bench.frameworks.worker import LEAST, LONG, LONG_ENOUGH, MOST
from bench.peers.judge import geometric_mean
from bench.text import ms, number, one_line, signed, table

__all__ = ["BEGIN", "END", "section"]

BEGIN, END = "<!-- frameworks: begin -->", "<!-- frameworks: end -->"

TITLES = {"paddle": "Paddle", "keras": "Keras on TensorFlow", "jax": "JAX and Flax", "onnx": "ONNX"}

HEAD = """## Beside the frameworks' own reports

Written by `python -m bench.frameworks` from `bench/frameworks.json`, which the same program measures; a test compares
the two.

- {rounds} processes per network and report, one after the other, of at most {timeout} s, on one thread: ours, then each
  report, and again; the faster is told. The model is built already, or its file written, before anything is timed, and
  what the report prints goes nowhere.
- *ms*: two calls that are not timed (frameworks compile and remember in them), then {least} to {most} until they have
  taken {enough} s; the median. (If the first call takes {long} s or more: one that is not timed, then two.)
  *First*: the ratio of the very first calls in their processes, what each imports in them included.
- *Ours*: `count`, `total("macs")` and `total("flops")`. *Ratio*: the report's time over ours; below 1 we are slower.
- *Graph*: what the framework takes to build its own graph by itself, in our process. *Own*: our count, less what the
  framework spends in it on that graph (and takes to let go of it). *Own / graph*: the one over the other; {least} of
  the one, {least} of the other, and again, up to {most} of each, until they have taken {long} s; medians.
- {cpu}, {cores} cores; {system}, Python {python}.
"""

SHARES = """Our own part of a count, beside what building the framework's own graph takes by itself. A model of Keras
has its graph already, and of a file of ONNX a count reads no weights: there all of the count is our own.
"""

NAMES = {
    "paddle": "our `paddle`",
    "stored": "our parameters and buffers",
    "parameters": "our parameters",
    "macs": "our `macs`",
    "flops": "our `flops`",
    "arithmetic": "our `arithmetic`",
    "real": "our `arithmetic`, products on padding left out",
}


def section(results: dict[str, Any]) -> str:
    """The whole section, its marks included."""
    known = results["libraries"]
    measures = {"rounds": ROUNDS, "timeout": TIMEOUT, "least": LEAST, "most": MOST, "enough": LONG_ENOUGH, "long": LONG}
    parts = [HEAD.format(**results["machine"], **measures), _summary(known)]
    parts += [_library(name, lines(networks)) for name, networks in known.items()]
    return "\n".join([BEGIN, *parts, END, ""])


def _summary(known: dict[str, Any]) -> str:
    rows = []
    for name, networks in known.items():
        found = lines(networks)
        rows += [_summed(name, report, found) for report in libraries.load(name).PEERS]
    head = ["framework", "report", "networks", "mean ratio", "least", "slower on", "mean first", "equal", "failed"]
    return "### In short\n\nMeans are geometric.\n\n" + table(head, rows) + "\n" + _shares(known)


def _summed(library: str, report: str, found: list[Line]) -> list[str]:
    known = ratios(found, report)
    least = min(known, key=lambda name: known[name], default="")
    slower = [name for name, ratio in known.items() if ratio < 1]
    figures = _nearest(one for one in differences(found) if one.report == report)
    return [
        TITLES[library],
        report,
        str(len(known)),
        f"**{number(geometric_mean(known.values()))}**",
        f"{number(known.get(least))} ({least})",
        f"{len(slower)}" + (f" ({', '.join(slower)})" if slower else ""),
        number(geometric_mean(ratios(found, report, "first").values())),
        f"{sum(not one.by for one in figures)} of {len(figures)}" if figures else "as above",
        str(sum(name == report for _, name, _ in failures(found))),
    ]


def _nearest(found: Iterable[Difference]) -> list[Difference]:
    """One for each figure of a peer: against that one of ours which it is nearest to."""
    best: dict[tuple[str, str, int], Difference] = {}
    for one in found:
        key = (one.network, one.report, one.theirs)
        if key not in best or abs(one.by) < abs(best[key].by):
            best[key] = one
    return list(best.values())


def _shares(known: dict[str, Any]) -> str:
    rows = []
    for name, networks in known.items():
        shares = {line.network: line.share for line in lines(networks) if line.share}
        most = max(shares, key=lambda one: shares[one], default="")
        over = [one for one, share in shares.items() if share >= 0.1]
        listed = f"{len(over)} of {len(shares)}" + (f" ({', '.join(over)})" if over else "")
        rows.append(
            [
                TITLES[name],
                _percent(geometric_mean(shares.values())),
                f"{_percent(shares.get(most))} ({most})",
                listed,
            ]
        )
    return f"{SHARES}\n{table(['framework', 'mean own / graph', 'greatest', 'a tenth or more on'], rows)}"


def _library(name: str, found: list[Line]) -> str:
    module = libraries.load(name)
    versions = next((line.ours["versions"] for line in found if "versions" in line.ours), {})
    told = ", ".join(f"{package} {version}" for package, version in versions.items())
    about = "".join(f"- **{report}**: {text}\n" for report, text in module.ABOUT.items())
    parts = [f"### {TITLES[name]}\n", f"{told}.\n", about, _speed(found, list(module.PEERS)), _agreement(found)]
    return "\n".join([*parts, _failed(found)])


def _speed(found: list[Line], reports: list[str]) -> str:
    head = ["network", "operations", "ours ms", "graph ms", "own ms", "own / graph"]
    for report in reports:
        head += [f"{report} ms", "ratio", "first"]
    return table(head, [_speed_row(line, reports) for line in found])


def _speed_row(line: Line, reports: list[str]) -> list[str]:
    row = [line.network, str(line.ours.get("facts", {}).get("operations", "✗")), ms(line.ours.get("seconds"))]
    row += [ms(line.graph), ms(line.own), _percent(line.share)]
    for report in reports:
        seconds = line.peers.get(report, {}).get("seconds")
        row += [ms(seconds) or "✗", f"**{number(line.ratio(report))}**" if seconds else ""]
        row.append(number(line.ratio(report, "first")))
    return row


def _agreement(found: list[Line]) -> str:
    every = list(differences(found))
    equal = [one for one in every if not one.by]
    head = ["network", "report", "it says", "against", "ours", "it says more by", ""]
    rows = [
        [one.network, one.report, f"{one.theirs:,}", NAMES[one.against], f"{one.ours:,}", _more(one.by), _part(one)]
        for one in every
        if one.by
    ]
    told = f"Figures that agree to the last digit: {len(equal)} of {len(every)}.\n"
    return told + (f" Those that do not:\n\n{table(head, rows)}" if rows else "")


def _more(count: int) -> str:
    return f"{count:+,}".replace("-", "−")


def _part(one: Difference) -> str:
    return signed(one.share) if abs(one.share) >= 0.0005 else "under 0.1 %"


def _failed(found: list[Line]) -> str:
    rows = [[network, report, one_line(error)] for network, report, error in failures(found)]
    return "Failures: none.\n" if not rows else "Failures:\n\n" + table(["network", "report", "what it says"], rows)


def _percent(share: float | None) -> str:
    return "" if share is None else f"{100 * share:.1f} %"
