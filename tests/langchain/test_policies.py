"""What a masker decides holds around a chat model as it does without one."""

import re
from typing import Any

import pytest
from langchain_core.output_parsers import StrOutputParser
from langchain_core.prompts import ChatPromptTemplate

from langchain_piimask import Masker, PIIMaskedChatModel, by_type, with_pii_masking
from langchain_piimask.testing import FakeChatModel
from piimask_core import MemoryVault
from piimask_core.testing import FakeModel, recognizing

JANE = "jane@example.com"
TEXT = f"Hi Anna, I am {JANE}"
SESSION: Any = {"configurable": {"session_id": "s"}}
DECIDED = [
    ({"policy": by_type({}, default="reference")}, r"Hi R, I am R", TEXT),
    ({"profile": "general"}, r"Hi Anna, I am <EMAIL_1>", TEXT),
    ({"policy": by_type({}, default="strip")}, r"Hi, I am", "Hi, I am"),
    ({"mode": "observe"}, re.escape(TEXT), TEXT),
]


@pytest.mark.parametrize(("options", "seen", "answer"), DECIDED)
@pytest.mark.parametrize("streams", [False, True])
@pytest.mark.parametrize("wraps", [False, True])
def test_the_model_sees_what_was_decided_and_the_user_what_can_come_back(
    options: dict[str, Any], seen: str, answer: str, streams: bool, wraps: bool
) -> None:
    """References in streams too; observed, everything is as it was."""
    found = recognizing({"EMAIL_ADDRESS": [JANE], "PERSON": ["Anna"]})
    masker = Masker(vault=MemoryVault(), recognizer=found, **options)
    fake = FakeModel(lambda texts: texts[-1])
    model = FakeChatModel(fake=fake)
    prompt = ChatPromptTemplate.from_template("{q}")
    chain: Any = (
        with_pii_masking(prompt | model | StrOutputParser(), masker=masker)
        if wraps
        else prompt | PIIMaskedChatModel(model, masker=masker) | StrOutputParser()
    )

    pieces = (
        chain.stream({"q": TEXT}, SESSION)
        if streams
        else [chain.invoke({"q": TEXT}, SESSION)]
    )

    assert "".join(pieces) == answer
    said = re.sub(r"ref:[0-9a-f]{8}", "R", fake.seen[-1])
    assert re.fullmatch(seen, said)
    assert options.get("mode") != "observe" or fake.seen == [TEXT]
