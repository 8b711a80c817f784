"""What was measured, judged: which figures are wrong, which tool is the fastest, how much faster we are."""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

__all__ = ["ABOVE", "BELOW", "LIMIT", "OURS", "WITNESS", "Network", "Verdict"]
__all__ += ["geometric_mean", "judged", "off", "over", "products", "right"]

OURS, LIMIT, WITNESS = "netledger", "limit", "flop_counter"

BELOW, ABOVE = 0.001, 0.10
"""How far a figure may lie below the products (rounding) and above them (biases, norms, activations)."""

UNITS = {"flops": 2, "macs": 1}
"""What each unit counts per product."""


Answer = dict[str, Any]


def off(answer: Answer, products: int) -> float:
    """How far the figure that fits worst lies from the products, as a share of them; 0 if all fit."""
    known = {unit: weight for unit, weight in UNITS.items() if answer.get(unit) is not None}
    shares = [(answer[unit] - weight * products) / (weight * products) for unit, weight in known.items()]
    return max((share for share in shares if not -BELOW <= share <= ABOVE), key=abs, default=0.0)


def right(answer: Answer, products: int | None) -> bool:
    """Whether it is an answer, and nothing is known to be wrong with it."""
    return "error" not in answer and not (products and off(answer, products))


@dataclass(frozen=True, slots=True)
class Verdict:
    """One tool on one network.

    Args:
        tool: its name.
        status: "right" (in some way of calling it), "wrong", "partial" (too little in every way, and the tool says
            so), "unjudged" or "failed".
        fastest: what it answers in its fastest way.
        fitting: what it answers in the fastest way in which it is right.
        off: how far the figure of its fastest way lies from the products; 0 if it fits.
        nearest: the same of the way in which it lies nearest.
        error: why it failed.

    """

    tool: str
    status: str
    fastest: Answer | None = None
    fitting: Answer | None = None
    off: float = 0.0
    nearest: float = 0.0
    error: str = ""

    @property
    def seconds(self) -> float | None:
        return self.fastest["seconds"] if self.fastest else None

    @property
    def right_seconds(self) -> float | None:
        return self.fitting["seconds"] if self.fitting else None


@dataclass(frozen=True, slots=True)
class Network:
    """Everything about one network.

    Args:
        name: the network.
        products: the products of one forward, if two counters that share no code agree on them.
        tools: a verdict per tool, ourselves and the limit included.
        one_run: whether all was measured in the same run of the program.

    """

    name: str
    products: int | None
    tools: dict[str, Verdict]
    one_run: bool

    @property
    def ours(self) -> Verdict:
        return self.tools[OURS]

    @property
    def facts(self) -> dict[str, Any]:
        """What only we are asked."""
        return self.ours.fastest["facts"] if self.ours.fastest else {}

    @property
    def limit(self) -> float | None:
        """The seconds of the limit."""
        verdict = self.tools.get(LIMIT)
        return verdict.seconds if verdict else None

    @property
    def peers(self) -> list[Verdict]:
        """The other tools."""
        return [verdict for name, verdict in self.tools.items() if name not in (OURS, LIMIT)]

    @property
    def fastest(self) -> Verdict | None:
        """The peer that is the fastest, right or wrong."""
        return min((peer for peer in self.peers if peer.seconds), key=lambda peer: peer.seconds or 0, default=None)

    @property
    def fastest_right(self) -> Verdict | None:
        """The peer that is the fastest with a right figure."""
        found = [peer for peer in self.peers if peer.right_seconds and peer.status == "right"]
        return min(found, key=lambda peer: peer.right_seconds or 0, default=None)


def over(seconds: float | None, ours: float | None) -> float | None:
    """How many times as long one takes as the other."""
    return seconds / ours if seconds and ours else None


def judged(results: dict[str, Any]) -> list[Network]:
    """Every network with its verdicts, by name."""
    return [_network(name, measured) for name, measured in sorted(results["networks"].items()) if OURS in measured]


def _network(name: str, measured: dict[str, Any]) -> Network:
    true = products(measured)
    verdicts = {tool: _verdict(tool, found["answers"], true) for tool, found in sorted(measured.items())}
    return Network(name, true, verdicts, len({found["run"] for found in measured.values()}) == 1)


def products(measured: dict[str, Any]) -> int | None:
    """Ours, if FlopCounterMode answers the same in some mode, but for what it has no formula for."""
    ours = _quickest(measured.get(OURS, {"answers": []})["answers"])
    if not ours or ours["partial"] or ours["flops"] != 2 * ours["macs"]:
        return None
    expected = ours["flops"] - sum(ours["facts"]["uncounted_by_flop_counter"].values())
    theirs = {answer.get("flops") for answer in measured.get(WITNESS, {"answers": []})["answers"]}
    return ours["macs"] if expected in theirs else None


def _quickest(answers: Iterable[Answer]) -> Answer | None:
    return min((answer for answer in answers if "error" not in answer), key=lambda a: a["seconds"], default=None)


def _verdict(tool: str, answers: list[Answer], products: int | None) -> Verdict:
    fastest = _quickest(answers)
    if fastest is None:
        return Verdict(tool, "failed", error=answers[-1]["error"] if answers else "it never answered")
    if tool == LIMIT or not products:
        return Verdict(tool, "unjudged", fastest)
    fitting = _quickest(answer for answer in answers if right(answer, products))
    nearest = min((off(answer, products) for answer in answers if "error" not in answer), key=abs)
    status = "right" if fitting else "partial" if fastest["partial"] and nearest < 0 else "wrong"
    return Verdict(tool, status, fastest, fitting, off(fastest, products), nearest)


def geometric_mean(ratios: Iterable[float | None]) -> float | None:
    """Of those that there are."""
    known = [ratio for ratio in ratios if ratio]
    return math.exp(sum(map(math.log, known)) / len(known)) if known else None
