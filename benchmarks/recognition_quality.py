"""How much is found: leaked values and false alarms on the sets that are there."""

from collections.abc import Sequence

from recognition_goals import Goals
from recognition_peers import engine
from recognition_texts import SOFT, Corpora

from piimask_core import Entity, Recognizer
from piimask_core.entities import label_of
from piimask_core.evaluate import Example, Share, evaluate
from piimask_core.recognizers import default_recognizer, patterns, presidio

PATTERN_TYPES = (
    "EMAIL",
    "PHONE",
    "SSN",
    "CARD",
    "IBAN",
    "BANK_ACCOUNT",
    "IP",
    "MAC",
    "CRYPTO",
)
SETS = (
    ("support_synth", 0.01),
    ("multidogo", 0.03),
    ("sgd", 0.02),
    ("synth_v2", 0.05),
    ("nanni_pii", 0.05),
)
ADDRESS_SETS = (("synth_v2", 0.25), ("sgd", 0.25), ("multidogo", 0.40))


def quality(corpora: Corpora, goals: Goals) -> None:
    """Leaked values and false alarms, on the sets that are there."""
    mine, theirs = default_recognizer(), presidio(engine(whole=True))
    goals.head("Quality: leaked values [95 %]", "Presidio")
    adversarial = corpora.read("adversarial")
    if adversarial:
        _leaks(goals, "adversarial", adversarial, PATTERN_TYPES, 0.10, mine, theirs)
        decoys = [row for row in adversarial if row.category == "decoys"]
        figures = [_decoyed(each, decoys) for each in (mine, theirs)]
        shown = [f"{figure.count} of {figure.of}" for figure in figures]
        goal = figures[0].count <= figures[0].of / 10
        what = "decoy rows with a false alarm"
        goals.say(what, shown[0], "<= 1 of 10", goal, peer=shown[1])
    else:
        goals.skip("adversarial", "not there: give --corpora or EVALPII_DATA")
    for name, most in SETS:
        if rows := corpora.read(name):
            _leaks(goals, name, rows, PATTERN_TYPES, most, mine, theirs)
        else:
            goals.skip(name, "not there: give --corpora or EVALPII_DATA")
    for name, most in ADDRESS_SETS:
        if rows := corpora.read(name):
            what = f"{name}: street addresses"
            _leaks(goals, what, rows, ("ADDRESS",), most, mine, theirs)
        else:
            goals.skip(f"{name}: street addresses", "not there")
    for name in ("multidogo", "sgd"):
        if rows := corpora.read(name):
            alarms, peer = (
                evaluate(each, rows, ignore=("IGNORE", "SHORT_ID")).total.false_alarms
                for each in (patterns(), theirs)
            )
            what = f"{name}: false alarms, clean messages, patterns"
            goals.say(
                what, str(alarms), "<= 0.010", _at_most(alarms, 0.01), peer=str(peer)
            )
        else:
            goals.skip(f"{name}: false alarms", "not there")


def _leaks(
    goals: Goals,
    what: str,
    rows: Sequence[Example],
    types: Sequence[str],
    most: float,
    mine: Recognizer,
    theirs: Recognizer,
) -> None:
    leaked, peer = (
        evaluate(each, rows, only_types=types).total.leaked for each in (mine, theirs)
    )
    named = f"{what} ({leaked.of} values)"
    met = _at_most(leaked, most)
    goals.say(named, str(leaked), f"<= {most:.3f}", met, peer=str(peer))
    least = evaluate(_perfect(rows, types), rows, only_types=types).total.leaked
    if least.count:
        print(f"  {least} if all of these types were found: words of the values")
        print("  stand elsewhere too, in a name for instance")


def _perfect(rows: Sequence[Example], types: Sequence[str]) -> Recognizer:
    """Finds what is labelled as one of these types, and nothing else."""
    wanted = {label_of(type) for type in types}
    labels = {row.text: row.labels for row in rows}

    def recognize(text: str) -> Sequence[Entity]:
        return [each for each in labels[text] if label_of(each.type) in wanted]

    return recognize


def _decoyed(recognizer: Recognizer, rows: Sequence[Example]) -> Share:
    """Where anything is found; any type but the soft ones is wrong in a decoy."""
    found = {e.type for row in rows for e in recognizer(row.text)}
    wrong = {type for type in found if label_of(type) not in SOFT} | {"PERSON"}
    return evaluate(recognizer, rows, only_types=wrong).total.false_alarms


def _at_most(share: Share, most: float) -> bool:
    return share.value is not None and share.value <= most
