"""Plain dictionaries as JSON that people can read too."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

__all__ = ["lines"]


def lines(made: Mapping[str, Any], rows: str) -> str:
    """A dictionary as JSON, a fact a line; its list of this name last, an item a line.

    >>> print(lines({"schema": 1, "cells": [[1, 2], [3]]}, "cells"))
    {
      "schema": 1,
      "cells": [
        [1, 2],
        [3]
      ]
    }
    """
    head = "".join(f"  {json.dumps(name)}: {json.dumps(value)},\n" for name, value in made.items() if name != rows)
    body = ",\n".join(f"    {json.dumps(row)}" for row in made[rows])
    return f'{{\n{head}  "{rows}": [\n{body}\n  ]\n}}'
