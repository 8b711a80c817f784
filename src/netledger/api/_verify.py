"""A published table against the ledger."""

from __future__ import annotations

import os
import re

from netledger.analyses import verify as _verify
from netledger.analyses.verify import told
from netledger.api._answer import Answer
from netledger.api._count import Let, Source, count
from netledger.api._ledger import Ledger
from netledger.api._shapes import Input

__all__ = ["Verification", "verify"]


class Verification(Answer):
    """What is found of a table: `.verdicts`, a Verdict for each cell; `.agrees`: whether nothing differs."""

    __slots__ = ("findings",)

    def __init__(self, findings: _verify.Findings, all: bool = False) -> None:
        super().__init__(told.document(findings, all))
        self.findings = findings

    @property
    def verdicts(self) -> tuple[_verify.Verdict, ...]:
        """For each cell: line, row, column, layer, match, theirs, ours, difference, agrees, how, reason."""
        return self.findings.verdicts

    @property
    def differing(self) -> tuple[_verify.Verdict, ...]:
        """The cells that differ."""
        return self.findings.differing

    @property
    def unmatched(self) -> tuple[_verify.Unmatched, ...]:
        """The rows that are about no layer: line, row, hint."""
        return self.findings.unmatched

    @property
    def agrees(self) -> bool:
        """Whether no cell differs, and every row is about a layer."""
        return self.findings.agrees

    def to(self, format: str) -> str:
        """The answer as text, markdown, latex, html or json.

        Raises:
            UnknownNameError: if there is no such format.

        """
        return told.written(self.findings) if format == "json" else super().to(format)


def verify(
    table: str | os.PathLike[str],
    source: Source | Ledger,
    *inputs: Input,
    row: str | None = None,
    all: bool = False,
    batch: int | None = None,
    let: Let = None,
) -> Verification:
    r"""Compare a published table with the ledger, cell by cell, to the precision that it is printed in.

    Args:
        table: the path of a table with a row of names on top, or its text: CSV, tabs, semicolons, Markdown.
        source: what `count` takes, or a ledger.
        inputs: as for `count`.
        row: the row of the network, where it has another name in the table; or the only row to compare.
        all: show the cells that agree, too.
        batch: as for `count`.
        let: as for `count`.

    Raises:
        SourceError: if the table cannot be read, has nothing to compare, or no row about the network.

    >>> found = verify("layer,output\nConv-5,27x27x256\n", "alexnet")
    >>> found.agrees, found.verdicts[0].ours, found.verdicts[0].reason
    (False, (13, 13, 256), 'the output of conv2, further up')

    """
    ledger = source if isinstance(source, Ledger) else count(source, *inputs, batch=batch, let=let)
    names = () if isinstance(source, Ledger) else _names(source)
    return Verification(_verify.verify(table, ledger.data, ledger.network, names, row), all)


def _names(source: Source) -> tuple[str, ...]:
    """What a network may be called besides its name: torchvision:resnet50, nets/small.yaml."""
    if not isinstance(source, (str, os.PathLike)) or "\n" in (text := os.fspath(source)):
        return ()
    return (re.split(r"[:/\\]", text.partition("(")[0])[-1].removesuffix(".yaml").removesuffix(".yml"),)
