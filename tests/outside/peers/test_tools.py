"""The tools still say what was written down."""

from __future__ import annotations

import pytest

from tests.outside.peers import appendix, tools
from tests.outside.peers.probes import PROBES
from tests.outside.peers.serve import Server

TABLE = appendix.read()
SOME = (
    *appendix.SINCE,
    "linear 16->8 bias b2",
    "MHA d8 h2 cross q(2,5,8) kv(2,7,8) batch_first",
    "BatchNorm2d(4) noaffine",
)
WITH_FIGURES = {"calflops": ("calflops", "calflops-macs"), "deepspeed": ("deepspeed", "deepspeed-macs")}


def test_the_table_is_of_the_probes() -> None:
    assert sorted(TABLE) == sorted(PROBES)


@pytest.mark.parametrize("probe", SOME)
def test_they_say_what_they_said(server: Server, probe: str) -> None:
    found = {name: server.ask(f"probe:{probe}", 1, name) for name in tools.TOOLS if name != "mmengine"}
    said = {figure: answer.get(figure) for tool, answer in found.items() for figure in WITH_FIGURES.get(tool, (tool,))}
    assert said == TABLE[probe]


@pytest.mark.parametrize("probe", SOME)
def test_mmengine_says_what_fvcore_says(server: Server, probe: str) -> None:
    assert server.ask(f"probe:{probe}", 1, "mmengine")["mmengine"] == TABLE[probe]["fvcore"]
