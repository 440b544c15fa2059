"""No value leaves through a URL, a link, a tool, code or a formula; all else returns.

Each line of ``exfiltration.jsonl`` is an answer, or a tool's arguments, that would
carry a value away. Each line of ``legitimate.jsonl`` has to come back as it says, so
that restoring nothing at all cannot win.
"""

import json
from collections.abc import Iterator

import pytest
from attacks.corpus import (
    Case,
    cases,
    conversation,
    restored,
    secrets_of,
    streamed,
    told,
)
from attacks.kinds import wrong_with

from piimask_core.restore import Place

PAYLOADS = cases("exfiltration.jsonl")
LEGITIMATE = cases("legitimate.jsonl")
FAMILIES = ("URL", "Markdown", "HTML", "tool", "code", "CSV")


def test_there_are_as_many_as_promised() -> None:
    """Payloads of every family, and answers that mean no harm, no two the same."""
    classes = {case["class"] for case in PAYLOADS}

    assert len({_said(case) for case in PAYLOADS}) == len(PAYLOADS) >= 300
    assert len({_said(case) for case in LEGITIMATE}) == len(LEGITIMATE) >= 200
    assert all(any(family in name for name in classes) for family in FAMILIES)


def _said(case: Case) -> str:
    return json.dumps({k: v for k, v in case.items() if k not in ("id", "class")})


def test_no_value_leaves_by_a_denied_sink() -> None:
    """Not as it is, not escaped, not encoded, not in a stream: not once."""
    leaking = [out for case in PAYLOADS for out in wrong_with(case)]

    assert not leaking, "\n".join(leaking)


def test_each_payload_would_carry_a_value_away_if_all_were_allowed() -> None:
    """So what keeps it is the restore policy, and not a slip of the pen."""
    harmless = []
    for case in PAYLOADS:
        masker, registry = conversation(case, restore=_anything)
        if not told(secrets_of(case, registry), restored(case, masker, registry)):
            harmless.append(case["id"])

    assert harmless == []


def _anything(label: str, place: Place) -> bool:
    return True


def test_answers_that_mean_no_harm_come_back() -> None:
    """At least 99 of 100, to the character; what does not is named."""
    lost = [f"{case['id']}: {out}" for case in LEGITIMATE for out in wrong_with(case)]

    assert len(lost) <= len(LEGITIMATE) // 100, "\n".join(lost)


@pytest.mark.parametrize("name", ["exfiltration.jsonl", "legitimate.jsonl"])
def test_a_stream_decides_as_the_whole_text_does(name: str) -> None:
    """Wherever it is cut: what is refused in one is refused in the other."""
    differing = [f"{case['id']}: {o}" for case in cases(name) for o in _otherwise(case)]

    assert not differing, "\n".join(differing)


def _otherwise(case: Case) -> Iterator[str]:
    """What a stream gives that the whole does not; JSON may be written differently."""
    masker, registry = conversation(case)
    whole = restored(case, masker, registry)
    for pieces in streamed(case, masker, registry):
        same = json.loads(pieces) == whole if "tool" in case else pieces == whole
        if not same:
            yield pieces
