"""The command `netledger`, and `python -m netledger`."""

from __future__ import annotations

import gc
from typing import NoReturn

__all__ = ["main"]


def main() -> NoReturn:
    """Load the command line and run it.

    Loading makes many lasting objects and no garbage: the collector would only walk them, again and again.
    """
    gc.disable()
    from netledger.commands import main as run

    gc.freeze()
    gc.enable()
    run()


if __name__ == "__main__":
    main()
