"""python -m tests.outside.peers.serve: answers questions, a line of JSON each, until nobody asks any more.

The tools are imported here, and forked from here: the tests' own process may hold other frameworks, and threads.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

__all__ = ["Server"]

ROOT = Path(__file__).parents[3]


class Server:
    """The other process. `missing`: the tools that are not there."""

    def __init__(self) -> None:
        command = [sys.executable, "-m", "tests.outside.peers.serve"]
        self.process = subprocess.Popen(
            command, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True
        )
        self.missing: list[str] = json.loads(self._line())

    def ask(self, network: str, batch: int, tool: str) -> dict[str, Any]:
        """What a tool answers on a network."""
        assert self.process.stdin is not None
        self.process.stdin.write(json.dumps([network, batch, [tool]]) + "\n")
        self.process.stdin.flush()
        answer: dict[str, Any] = json.loads(self._line())[tool]
        return answer

    def _line(self) -> str:
        assert self.process.stdout is not None
        line = self.process.stdout.readline()
        if not line:
            raise RuntimeError("the process of the tools has ended: python -m tests.outside.peers.serve says why")
        return line

    def close(self) -> None:
        """Lets it end."""
        self.process.communicate()


def main() -> None:
    from tests.outside.peers import run

    answers = os.fdopen(os.dup(1), "w")
    os.dup2(2, 1)  # what tools print is no answer
    print(json.dumps(run.prepare()), file=answers, flush=True)
    for line in sys.stdin:
        print(json.dumps(run.figures(*json.loads(line))), file=answers, flush=True)


if __name__ == "__main__":
    main()
