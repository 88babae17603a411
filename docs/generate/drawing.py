"""What figures are drawn of: texts, boxes, dots and lines as SVG, and a plot to put them in."""

from __future__ import annotations

from html import escape
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

WIDTH = 720
"""Of every figure, in its own units."""


def text(x: float, y: float, said: str, kind: str = "", anchor: str = "start") -> str:
    named = f' class="{kind}"' if kind else ""
    return f'<text x="{x:.1f}" y="{y:.1f}"{named} text-anchor="{anchor}">{escape(said)}</text>'


def rect(x: float, y: float, width: float, height: float, kind: str, title: str = "") -> str:
    inner = f"<title>{escape(title)}</title>" if title else ""
    place = f'x="{x:.1f}" y="{y:.1f}" width="{max(width, 0.4):.1f}" height="{height:.1f}"'
    return f'<rect class="{kind}" {place} rx="2">{inner}</rect>'


def dot(x: float, y: float, kind: str, title: str = "") -> str:
    return f'<circle class="{kind}" cx="{x:.1f}" cy="{y:.1f}" r="5.5"><title>{escape(title)}</title></circle>'


def path(points: Iterable[tuple[float, float]], kind: str) -> str:
    return f'<path class="{kind}" d="M{" L".join(f"{x:.1f},{y:.1f}" for x, y in points)}"/>'


class Plot:
    """A plot of numbers from 0 to 1 upwards over a range, in a frame."""

    left, top, width, height = 60, 20, 600, 260

    def __init__(self, low: float, high: float) -> None:
        self.low, self.high = low, high

    def at(self, x: float, y: float) -> tuple[float, float]:
        return (
            self.left + (x - self.low) / (self.high - self.low) * self.width,
            self.top + (1 - y) * self.height,
        )

    def frame(self, across: Sequence[float], below: str, beside: str) -> list[str]:
        made = []
        for tenth in range(0, 11, 2):
            x, y = self.at(self.low, tenth / 10)
            made.append(path([(x, y), (x + self.width, y)], "grid"))
            made.append(text(x - 8, y + 4, f"{tenth / 10:g}", "small", "end"))
        for each in across:
            x, y = self.at(each, 0)
            made.append(path([(x, y), (x, y + 5)], "axis"))
            made.append(text(x, y + 18, f"{each:g}", "small", "middle"))
        x, y = self.at(self.low, 0)
        made.append(path([(x, y), (x + self.width, y)], "axis"))
        made.append(text(self.left + self.width / 2, y + 38, below, "small", "middle"))
        made.append(text(self.left - 8, self.top - 8, beside, "small"))
        return made
