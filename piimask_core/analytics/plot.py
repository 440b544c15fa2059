"""What do released figures look like? Bars with their accuracy, as SVG.

No library and no script in it: it can stand in a page or a report as it is.
"""

from collections.abc import Sequence
from html import escape

from .release import Figure, Released

_BAR, _GAP, _LEFT, _WIDTH, _RIGHT = 18, 8, 150, 420, 110


def plot(released: Released) -> str:
    """An SVG picture: a bar for each count, and a line to where the true one may be."""
    shown = released.figures
    top = max([f.count + f.accuracy for f in shown if f.count is not None], default=1)
    height = len(shown) * (_BAR + _GAP) + 2 * _GAP + 34
    first, last = released.question.days
    title = f"Entities by {released.question.by}, {first} to {last}"
    below = f"Noise for epsilon {released.question.epsilon:g}; lines: 95 %"
    rows = [
        row
        for at, figure in enumerate(shown)
        for row in _row(figure, 24 + _GAP + at * (_BAR + _GAP), _WIDTH / max(top, 1))
    ]
    return "\n".join(
        [
            f'<svg xmlns="http://www.w3.org/2000/svg" width="{_LEFT + _WIDTH + _RIGHT}"'
            f' height="{height}" font-family="sans-serif" font-size="12">',
            f"<title>{escape(title)}</title>",
            f'<text x="4" y="16" font-weight="bold">{escape(title)}</text>',
            *rows,
            f'<text x="4" y="{height - 6}" fill="#555">{escape(below)}</text>',
            "</svg>",
        ]
    )


def _row(figure: Figure, y: int, unit: float) -> Sequence[str]:
    middle = y + _BAR / 2
    name = (
        f'<text x="{_LEFT - 6}" y="{middle + 4:g}" text-anchor="end">'
        f"{escape(figure.name or '(none)')}</text>"
    )
    if figure.count is None:
        few = f'<text x="{_LEFT}" y="{middle + 4:g}" fill="#888">too few to show</text>'
        return name, few
    low = _LEFT + max(figure.count - figure.accuracy, 0) * unit
    high = _LEFT + (figure.count + figure.accuracy) * unit
    bar, end = figure.count * unit, high + 6
    return (
        name,
        f'<rect x="{_LEFT}" y="{y}" width="{bar:.1f}" height="{_BAR}" fill="#7aa6c2"/>',
        f'<line x1="{low:.1f}" y1="{middle:g}" x2="{high:.1f}" y2="{middle:g}"'
        ' stroke="#222"/>',
        f'<text x="{end:.1f}" y="{middle + 4:g}">{figure.count} '
        f"&#177; {figure.accuracy}</text>",
    )
