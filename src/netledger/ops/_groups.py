"""What operators with groups of channels share."""

from __future__ import annotations

from netledger.core.number import Number, equal, require

__all__ = ["check_groups"]


def check_groups(groups: Number, which: str, channels: Number) -> None:
    """Raise a ShapeError unless the groups divide the channels."""
    require(
        equal(channels % groups, 0),
        f"groups must divide the {which} channels",
        f"Take groups that divide the {which} channels, such as 1 (plain) or in_channels (depthwise).",
        channels=channels,
        groups=groups,
    )
