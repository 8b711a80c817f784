"""What is no test is not looked through for one: it would import every framework."""

from __future__ import annotations

collect_ignore_glob = ["*_models.py"]
