"""What was measured, judged: how much faster we are, which share is our own, by how much figures differ."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, NamedTuple

from bench.frameworks.worker import OURS
from bench.peers.judge import over

__all__ = ["AGAINST", "Difference", "Line", "differences", "failures", "lines", "ratios"]

AGAINST = {"flops": ("flops", "arithmetic"), "real": ("real", "arithmetic", "flops")}
"""Figures of a peer that are held against more than one of ours."""

Answer = dict[str, Any]
Networks = dict[str, dict[str, Answer]]


class Line(NamedTuple):
    """A network: our count, and each peer's report.

    Args:
        network: its name.
        ours: what we answer.
        peers: what the others answer, by report.

    """

    network: str
    ours: Answer
    peers: dict[str, Answer]

    @property
    def graph(self) -> float | None:
        """The seconds of the framework's own graph by itself."""
        return self.ours["facts"]["graph"] if "facts" in self.ours else None

    @property
    def own(self) -> float | None:
        """The seconds of a count but for the framework's own graph in it."""
        return self.ours["facts"]["own"] if "facts" in self.ours else None

    @property
    def share(self) -> float | None:
        """Our own part over the framework's own graph."""
        return over(self.own, self.graph)

    def ratio(self, report: str, which: str = "seconds") -> float | None:
        """A peer's time over ours; `which`: of repeated calls, or of the first."""
        return over(self.peers.get(report, {}).get(which), self.ours.get(which))


class Difference(NamedTuple):
    """A figure of a peer held against one of ours."""

    network: str
    report: str
    theirs: int
    against: str
    ours: int

    @property
    def by(self) -> int:
        """How much theirs is more."""
        return self.theirs - self.ours

    @property
    def share(self) -> float:
        """The same as a share of ours."""
        return self.by / self.ours if self.ours else 0.0


def lines(networks: Networks) -> list[Line]:
    """Every network with its answers."""
    return [
        Line(name, answers.get(OURS, {}), {report: answer for report, answer in answers.items() if report != OURS})
        for name, answers in networks.items()
    ]


def ratios(found: list[Line], report: str, which: str = "seconds") -> dict[str, float]:
    """A peer's times over ours, by network."""
    every = {line.network: line.ratio(report, which) for line in found}
    return {name: ratio for name, ratio in every.items() if ratio}


def differences(found: list[Line]) -> Iterator[Difference]:
    """Every figure of every peer, held against ours."""
    for line in found:
        for report, name, theirs in _figures(line):
            if "figures" in line.ours:
                for against in AGAINST.get(name, (name,)):
                    yield Difference(line.network, report, theirs, against, line.ours["figures"][against])


def _figures(line: Line) -> Iterator[tuple[str, str, int]]:
    """Report, name and figure; not what an earlier report of the same network says already."""
    seen = set()
    for report, answer in line.peers.items():
        for name, theirs in answer.get("figures", {}).items():
            if (name, theirs) not in seen:
                seen.add((name, theirs))
                yield report, name, theirs


def failures(found: list[Line]) -> Iterator[tuple[str, str, str]]:
    """Network, report and error of every failure; gaps of ours are failures too."""
    for line in found:
        for report, answer in {OURS: line.ours, **line.peers}.items():
            if "error" in answer:
                yield line.network, report, answer["error"]
            elif answer.get("facts", {}).get("gaps"):
                yield line.network, report, f"{answer['facts']['gaps']} operations are not counted"
