"""Every figure of a tool's convention is what the tool itself answers, to the last digit.

`pytest -m peers`: probes, a sample of networks, networks put together at random. `pytest -m peers --all-networks`: all
networks besides, with a batch of 1 and of 3.
"""

from __future__ import annotations

import warnings
from functools import lru_cache
from types import ModuleType
from typing import Any, cast

import pytest
from hypothesis import HealthCheck, Phase, given, settings

import netledger as nl
from netledger.conventions import load
from netledger.conventions._pytorch import paths
from tests.outside.peers import networks, tools
from tests.outside.peers.serve import Server
from tests.outside.peers.strategies import rolls

FIGURES = {"calflops": ("calflops", "calflops-macs"), "deepspeed": ("deepspeed", "deepspeed-macs")}
"""The conventions of a tool that has several."""

TOOLS = tuple(name for name in tools.TOOLS if name != "mmengine")
"""mmengine answers what fvcore answers: see test_tools.py."""

BY_NAME = ("ptflops", "ptflops-aten")
"""Tools that are given several inputs by keyword."""

ENVIRONMENT = {
    ("torch", "timm:efficientvit_b0"): "unsupported scalarType",  # a kernel that the meta device does not have
}
"""Where a tool fails for reasons that are not the network's."""

NUMBERS = range(60)
"""Networks put together at random that are tried each time."""


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    if "network" not in metafunc.fixturenames:
        return
    if metafunc.function is test_a_network:
        every = metafunc.config.getoption("--all-networks")
        names = networks.NETWORKS if every else networks.SAMPLE
        pairs = [(name, batch) for name in dict.fromkeys((*networks.SAMPLE, *names)) for batch in (1, 3)]
    elif metafunc.function is test_a_probe:
        pairs = [(name, 1) for name in networks.probes()]
    else:
        pairs = [(f"random:{number}", 1) for number in NUMBERS]
    cases = [(name, batch, tool) for name, batch in pairs for tool in TOOLS]
    ids = [f"{name} x{batch} {tool}" for name, batch, tool in cases]
    metafunc.parametrize(("network", "batch", "tool"), cases, ids=ids)


def test_a_probe(server: Server, network: str, batch: int, tool: str) -> None:
    check(server, network, batch, tool)


def test_a_network(server: Server, network: str, batch: int, tool: str) -> None:
    check(server, network, batch, tool)


def test_a_random_network_by_number(server: Server, network: str, batch: int, tool: str) -> None:
    check(server, network, batch, tool)


@settings(
    max_examples=40,
    deadline=None,
    derandomize=True,
    suppress_health_check=list(HealthCheck),
    phases=[Phase.explicit, Phase.generate, Phase.shrink],
)
@given(thrown=rolls())
def test_any_network(server: Server, thrown: str) -> None:
    for tool in TOOLS:
        check(server, f"rolls:{thrown}", 1, tool)


def check(server: Server, network: str, batch: int, tool: str) -> None:
    """One tool on one network; what is permitted to differ differs by what it must."""
    answer = server.ask(network, batch, tool)
    ledger = counted(network, batch, tool in BY_NAME)
    for name in FIGURES.get(tool, (tool,)):
        convention = cast(ModuleType, load(name))
        failures = list(convention.fails(ledger.data)) if hasattr(convention, "fails") else []
        ours = ledger.total(name) + answer.get("scalars", 0)
        if "error" in answer:
            check_failure(tool, network, answer["error"], failures)
        else:
            assert (ours, failures) == (answer[name], []), f"{name} of {network} with a batch of {batch}"
            check_parameters(convention, ledger, answer)


def check_failure(tool: str, network: str, error: str, failures: list[str]) -> None:
    """The convention says that the tool fails; or it is not the network that made it fail."""
    environment = ENVIRONMENT.get((tool, network))
    assert failures if environment is None else environment in error, f"{tool} fails on {network}: {error}"


def check_parameters(convention: ModuleType, ledger: nl.Ledger, answer: dict[str, Any]) -> None:
    """What the tool counts of the parameters; torchinfo's total is another where modules stand in several places."""
    if not hasattr(convention, "held"):
        assert "parameters" not in answer
        return
    ours = sum(held.amount for held in convention.held(ledger.data))
    if convention.NAME == "torchinfo" and ours != answer["parameters"]:
        assert max(paths(ledger.data.modules)) > 1
    else:
        assert ours == answer["parameters"]


@lru_cache(maxsize=2)
def counted(network: str, batch: int, by_name: bool) -> nl.Ledger:
    """The ledger of a network, its inputs given as the tool is given them."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        model, args, kwargs = networks.build(network, batch)
    if by_name and (kwargs or len(args) > 1):
        return nl.count(model, kwargs=tools.named(model, args, kwargs))
    return nl.count(model, *args, kwargs=kwargs)
