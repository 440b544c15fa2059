"""What is found, what leaks, what does it cost? Beside Presidio, all from one run.

    pip install -r benchmarks/requirements.txt
    python benchmarks/bench_recognition.py --corpora DIR        some minutes
    python benchmarks/bench_recognition.py --only speed         or another part

DIR (or the variable EVALPII_DATA) holds labelled text as ``NAME.PART.jsonl``, in the
form that ``piimask_core.examples`` describes. These sets are no part of the project;
without them the quality is not measured, and the rest is, on made-up messages.

Every line has a figure, the peer's figure where there is one, the goal and a verdict.
Times are medians unless a line says otherwise, and every text is new to its session,
because a masker remembers what it has read; ours and the peer take turns. Presidio is
its ``AnalyzerEngine`` with its pattern recognizers and no model, for the time without
the two that ours replace (they take quadratic time), for the quality with them.
"""

import argparse
import logging
import os
import platform

from recognition_goals import Goals
from recognition_linear import linear
from recognition_quality import quality
from recognition_same import same
from recognition_speed import gate, speed
from recognition_texts import Corpora

PARTS = ("quality", "speed", "gate", "same", "linear")


def main() -> None:
    """The parts that were asked for, and what was missed."""
    parser = argparse.ArgumentParser(description=str(__doc__).splitlines()[0])
    parser.add_argument("--only", choices=PARTS, action="append")
    parser.add_argument("--corpora", default=os.environ.get("EVALPII_DATA"))
    parser.add_argument("--part", default="dev", help="the sets' part: dev, heldout")
    options = parser.parse_args()
    for name in ("tldextract", "presidio-analyzer"):
        logging.getLogger(name).setLevel(logging.CRITICAL)
    print(f"Python {platform.python_version()}, {platform.platform()}")
    corpora = Corpora(options.corpora, options.part)
    if not corpora.names():
        print("No labelled sets (they are no part of the project): give --corpora DIR")
    goals = Goals()
    parts = dict(zip(PARTS, (quality, speed, gate, same, linear), strict=True))
    for name in options.only or PARTS:
        parts[name](corpora, goals)
    print(f"\n{goals.met} goals met, {len(goals.missed)} missed", end="")
    print(f", {len(goals.unknown)} not measured")
    for what in goals.missed:
        print(f"  missed: {what}")


if __name__ == "__main__":
    main()
