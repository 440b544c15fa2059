"""The explicit pair: both halves meet in one registry, or say that they cannot."""

from typing import Any

import pytest
from langchain_core.output_parsers import StrOutputParser
from langchain_core.runnables import RunnableLambda

from langchain_piimask import PIIMask, PIIUnmask, SessionRequired
from langchain_piimask.testing import FakeChatModel
from piimask_core import Masker, Registry
from piimask_core.testing import FakeModel, echo

JANE = "jane@example.com"


def test_in_one_chain_they_meet_without_a_session(masker: Masker) -> None:
    """The chain's own run is the conversation; two runs are two."""
    fake = FakeModel(echo)
    chain = (
        PIIMask(masker=masker)
        | FakeChatModel(fake=fake)
        | StrOutputParser()
        | PIIUnmask(masker=masker)
    )

    assert chain.invoke(JANE) == JANE
    assert "".join(chain.stream("bob@company.com")) == "bob@company.com"
    assert chain.batch([JANE, "bob@company.com"]) == [JANE, "bob@company.com"]
    assert set(fake.seen) == {"<EMAIL_1>"}


def test_alone_without_a_session_they_refuse() -> None:
    """Nothing is masked into a registry that nobody could find again."""
    with pytest.raises(SessionRequired, match="session_id"):
        PIIMask().invoke(JANE)
    with pytest.raises(SessionRequired):
        PIIUnmask().invoke(JANE)


def test_a_registry_of_their_own_is_shared(masker: Masker) -> None:
    """Given the same registry, they need no chain."""
    registry = Registry()
    masked = PIIMask(masker=masker, registry=registry).invoke(JANE)

    assert masked == "<EMAIL_1>"
    assert PIIUnmask(masker=masker, registry=registry).invoke(masked) == JANE


def test_a_registry_in_the_config_is_used(masker: Masker) -> None:
    """``configurable["pii_registry"]`` names it for the whole chain."""
    registry = Registry()
    config: Any = {"configurable": {"pii_registry": registry}}
    chain = PIIMask(masker=masker) | RunnableLambda(lambda text: text)

    assert chain.invoke(JANE, config) == "<EMAIL_1>"
    assert len(registry) == 1


def test_what_is_no_text_passes_on_its_way_back(masker: Masker) -> None:
    """A failed restore never blocks an answer."""
    marker = object()
    registry = Registry()

    assert PIIUnmask(masker=masker, registry=registry).invoke(marker) is marker
