"""What was to be reached, what was, and how it is printed."""

import math
import sys
from dataclasses import dataclass, field

WIDE = 58


@dataclass
class Goals:
    """What was to be reached, and what was not."""

    met: int = 0
    missed: list[str] = field(default_factory=list)
    unknown: list[str] = field(default_factory=list)

    def head(self, title: str, peer: str = "") -> None:
        print(f"\n{title:<{WIDE}} {'ours':>22} {peer:>22}  goal")

    def say(
        self, what: str, figure: str, goal: str, is_met: bool, *, peer: str = "-"
    ) -> None:
        verdict = "met" if is_met else "MISSED"
        print(f"{what:<{WIDE}} {figure:>22} {peer:>22}  {goal:<10} {verdict}")
        sys.stdout.flush()
        if is_met:
            self.met += 1
        else:
            self.missed.append(what)

    def skip(self, what: str, why: str) -> None:
        print(f"{what:<{WIDE}} {why}", flush=True)
        self.unknown.append(what)


def shown(seconds: float) -> str:
    """Three digits and a unit."""
    if math.isnan(seconds):
        return "-"
    for unit, size in (("s", 1.0), ("ms", 1e-3)):
        if seconds >= size:
            return f"{seconds / size:#.3g} {unit}"
    return f"{seconds / 1e-6:#.3g} us"
