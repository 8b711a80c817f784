"""BENCHMARKS.md, written from bench/peers.json alone."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from bench.frameworks import page as frameworks
from bench.peers import tools
from bench.peers.judge import ABOVE, BELOW, LIMIT, OURS, Network, Verdict, geometric_mean, judged, over
from bench.peers.networks import NETWORKS
from bench.text import ms, number, one_line, signed, table

__all__ = ["PAGE", "page", "whole"]

PAGE = Path(__file__).parent.parent.parent / "BENCHMARKS.md"

HEAD = """# netledger beside other counters

Written by `python -m bench.peers` from `bench/peers.json`, which the same program measures; nothing here is typed by
hand, and a test compares the two. How long netledger takes to start is in [bench/README.md](bench/README.md), what it
counts in every network of torchvision and timm in [docs/zoo.md](docs/zoo.md). The last section, the frameworks' own
reports of models of Paddle, Keras, JAX and ONNX, is written by `python -m bench.frameworks`.
"""

METHOD = """## How it is measured

- One process per tool and network, one after the other: the same model in eval mode, random weights, the same input of
  batch 1. One call that is not timed, then at least 3 and at most {runs}, until they have taken half a second; the
  median. (If the first call takes 3 times as long as another way of calling the tool, only one.)
- Every tool on meta tensors and on the CPU, under `torch.no_grad()` and, where its figure is then wrong or it fails,
  with gradients on; in every way listed in its file of `bench/peers/tools`, with printing and tables switched off.
  Its fastest way that works counts, right or wrong. netledger too.
- netledger records everything (every operation, its shapes, parameters, module and line) and is asked for FLOPs,
  MACs and parameters, and whether that is all, in every timed call. *Everything* also asks for every entry and for the
  whole ledger as JSON.
- *First* and *second*: the first and the second count of a model that was just built; medians over five models.
- *Limit*: the model's own `forward` alone, every operation and attribute read handed back ready-made by a mode at
  torch's function level. No counter that runs the model's Python code can be faster.
- *Wrong*: a figure more than {below} below the products (2 FLOP or 1 MAC each, in the tool's own unit), or more than
  {above} above them; the room above is for biases, normalisations and activations, which some tools count.
  A tool that says itself that its figure is only a lower bound is not wrong, but *partial*. The products are those on
  which netledger and FlopCounterMode agree, on meta tensors or on the CPU, but for operations for which the latter has
  no formula.
- {cpu}, {cores} cores, PyTorch on {threads} threads; {system}, Python {python}.
"""


NOISE = 0.05

LEGEND = """Milliseconds in the fastest way. ✗: fails in every way. **A percentage**: wrong in every way; so far off in
the way in which it is nearest. ≥: too little in every way, and the tool says so. *Right*: in its fastest way so far
off, but right in another, which takes so long.
"""


def whole(results: dict[str, Any], others: dict[str, Any]) -> str:
    """The whole page; `others`: what `bench.frameworks` measured."""
    return f"{page(results)}\n{frameworks.section(others)}" if others["libraries"] else page(results)


def page(results: dict[str, Any]) -> str:
    """The page but for its last section."""
    networks = judged(results)
    parts = [
        HEAD,
        _summary(networks),
        _tools(networks),
        METHOD.format(**results["machine"], threads=_threads(networks), below=_percent(BELOW), above=_percent(ABOVE)),
        _speed(networks),
        _matrix(networks),
        _failures(networks),
    ]
    return "\n".join(parts)


def _threads(networks: list[Network]) -> str:
    answers = [network.ours.fastest for network in networks if network.ours.fastest]
    return " or ".join(sorted({str(answer["threads"]) for answer in answers}))


def _summary(networks: list[Network]) -> str:
    lines = [*_against_peers(networks), *_against_limit(networks), *_again(networks), *_figures(networks)]
    return "## Summary\n\n" + "".join(f"- {line}\n" for line in lines)


def _against_peers(networks: list[Network]) -> list[str]:
    ratios = {network.name: _ratio(network) for network in networks}
    known = {name: ratio for name, ratio in ratios.items() if ratio}
    if not known:
        return ["Nothing is measured."]
    least = min(known, key=lambda name: known[name])
    slower = [name for name, ratio in known.items() if ratio < 1]
    right = map(_ratio_right, networks)
    everything = [over(_fastest_seconds(network), network.facts.get("everything")) for network in networks]
    return [
        (
            f"Networks: {len(known)}. Geometric mean of the time of the fastest other tool over netledger's:"
            f" **{number(geometric_mean(known.values()))}**; the least ratio: {number(known[least])} ({least});"
            f" slower than the fastest other tool on {len(slower)}{_listed(slower)}."
        ),
        (
            f"The same beside the fastest whose figure is right: {_mean(right)};"
            f" beside the fastest, with every entry and the JSON asked for as well: {_mean(everything)}."
        ),
    ]


def _fastest_seconds(network: Network) -> float | None:
    return network.fastest.seconds if network.fastest else None


def _ratio(network: Network) -> float | None:
    return over(_fastest_seconds(network), network.ours.seconds)


def _ratio_right(network: Network) -> float | None:
    return over(network.fastest_right.right_seconds, network.ours.seconds) if network.fastest_right else None


def _against_limit(networks: list[Network]) -> list[str]:
    shares = {network.name: _share(network) for network in networks}
    known = {name: share for name, share in shares.items() if share}
    if not known:
        return []
    most = max(known, key=lambda name: known[name])
    twice = sum(share >= 2 for share in known.values())
    return [
        (
            f"Geometric mean of netledger's time over the limit: {_mean(known.values())}; the greatest:"
            f" {number(known[most])} ({most}); 2 or more on {twice} of {len(known)}."
        )
    ]


def _share(network: Network) -> float | None:
    return over(network.ours.seconds, network.limit)


def _again(networks: list[Network]) -> list[str]:
    facts = {network.name: network.facts for network in networks if network.facts}
    if not facts:
        return []
    slower = [name for name, fact in facts.items() if fact["second"] > (1 + NOISE) * fact["first"]]
    most = max(facts, key=lambda name: facts[name]["kept_bytes"])
    kept, watched = max(facts[most]["kept_bytes"], 0), facts[most]["watched"]
    return [
        (
            "A second count of a model is slower than its first, by more than the"
            f" {_percent(NOISE)} that times differ by anyway, on {len(slower)} of {len(facts)}{_listed(slower)};"
            f" {watched} more keep at most {kept:,} bytes of Python's memory ({most})."
        )
    ]


def _figures(networks: list[Network]) -> list[str]:
    unjudged = [network.name for network in networks if network.products is None]
    partial = [network.name for network in networks if not _complete(network.ours)]
    whole = [network for network in networks if network.one_run]
    mixed = [network.name for network in networks if not network.one_run]
    missing = sorted(set(NETWORKS) - {network.name for network in networks})
    return [
        f"netledger fails or is incomplete on {len(partial)}{_listed(partial)}.",
        f"Products not confirmed, so that no figure is called wrong: {len(unjudged)}{_listed(unjudged)}.",
        (
            f"Measured in more than one run of the program, so that a ratio may compare a busy machine with an idle one"
            f": {len(mixed)}{_listed(mixed)}; the geometric mean of the ratios of the {len(whole)} others:"
            f" {_mean(map(_ratio, whole))}."
        ),
        f"In the list, but not measured yet: {len(missing)} of {len(NETWORKS)}{_listed(missing)}.",
    ]


def _complete(verdict: Verdict) -> bool:
    return verdict.fastest is not None and not verdict.fastest["partial"]


def _tools(networks: list[Network]) -> str:
    head = "tool | version | counted | failed | wrong | partial | right only in a slower way | furthest off"
    rows = [_tool(name, networks) for name in tools.names() if name != LIMIT]
    notes = "".join(f"- **{name}**: {tools.about(name)}\n" for name in tools.names())
    return f"## Tools\n\n{table([*head.split(' | '), 'time / ours', 'fastest on'], rows)}\n{notes}"


def _tool(name: str, networks: list[Network]) -> list[str]:
    verdicts = [network.tools[name] for network in networks if name in network.tools]
    answers = [verdict.fastest for verdict in verdicts if verdict.fastest]
    ratios = [over(network.tools[name].seconds, network.ours.seconds) for network in networks if name in network.tools]
    slower = sum(verdict.status == "right" and verdict.off != 0 for verdict in verdicts)
    wrong = (verdict.nearest for verdict in verdicts if verdict.status == "wrong")
    return [
        name,
        answers[0]["version"] if answers else "",
        str(len(answers)),
        *(str(sum(verdict.status == status for verdict in verdicts)) for status in ("failed", "wrong", "partial")),
        str(slower),
        signed(max(wrong, key=abs, default=0.0)),
        number(geometric_mean(ratios)),
        "" if name == OURS else str(sum(network.fastest is network.tools.get(name) for network in networks)),
    ]


def _speed(networks: list[Network]) -> str:
    head = [
        "network",
        "operations",
        "ours ms",
        "everything ms",
        "fastest peer",
        "ms",
        "ratio",
        "fastest right",
        "ratio",
    ]
    rows = [_speed_row(network) for network in networks]
    return "## Speed\n\n" + table([*head, "limit ms", "ours / limit", "first ms", "second ms"], rows)


def _speed_row(network: Network) -> list[str]:
    fastest, right, facts = network.fastest, network.fastest_right, network.facts
    return [
        network.name,
        str(facts.get("operations", "")),
        ms(network.ours.seconds),
        ms(facts.get("everything")),
        fastest.tool if fastest else "none",
        ms(_fastest_seconds(network)),
        f"**{number(_ratio(network))}**",
        right.tool if right else "none",
        number(_ratio_right(network)),
        ms(network.limit),
        number(_share(network)),
        ms(facts.get("first")),
        ms(facts.get("second")),
    ]


def _matrix(networks: list[Network]) -> str:
    names = [name for name in tools.names() if name != LIMIT]
    names.sort(key=lambda name: (name != OURS, name))
    rows = [[network.name, *(_cell(network.tools.get(name)) for name in names)] for network in networks]
    return f"## Every tool on every network\n\n{LEGEND}\n{table(['network', *names], rows)}"


def _cell(verdict: Verdict | None) -> str:
    if verdict is None:
        return ""
    if verdict.status == "failed":
        return "✗"
    marks = {"wrong": f" **{signed(verdict.nearest)}**", "partial": f" ≥ {signed(verdict.nearest)}"}
    slower = f" {signed(verdict.off)}; *right*: {ms(verdict.right_seconds)}" if verdict.off else ""
    return ms(verdict.seconds) + marks.get(verdict.status, slower)


def _failures(networks: list[Network]) -> str:
    found: defaultdict[tuple[str, str], list[str]] = defaultdict(list)
    for network in networks:
        for verdict in network.tools.values():
            if verdict.status == "failed":
                found[verdict.tool, one_line(verdict.error)].append(network.name)
    rows = [[tool, error, str(len(names)), ", ".join(names)] for (tool, error), names in sorted(found.items())]
    return "## Failures\n\n" + table(["tool", "what it says", "networks", ""], rows)


def _listed(names: list[str]) -> str:
    return f" ({', '.join(names)})" if names else ""


def _mean(ratios: Iterable[float | None]) -> str:
    return number(geometric_mean(ratios)) or "none"


def _percent(share: float) -> str:
    return f"{100 * share:g} %"
