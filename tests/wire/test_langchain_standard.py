"""LangChain's own suites for chat models and embeddings hold for the wrappers."""

from collections.abc import Iterator
from typing import Any

import pytest
from langchain_core.embeddings import DeterministicFakeEmbedding
from langchain_tests.integration_tests import (
    ChatModelIntegrationTests,
    EmbeddingsIntegrationTests,
)
from langchain_tests.unit_tests import ChatModelUnitTests, EmbeddingsUnitTests

from langchain_piimask import Masker, MemoryVault, PIIMaskedChatModel
from langchain_piimask import PIIMaskedEmbeddings as Masked
from piimask_core.recognizers import default_recognizer
from wire.capable import capable
from wire.clients import openai
from wire.server import WireServer


@pytest.fixture(scope="module", autouse=True)
def capable_server() -> Iterator[None]:
    """One for all of these tests, which make their model before any fixture."""
    with WireServer() as running:
        running.reply = capable
        _Model.server = running
        yield


class _Model:
    """The wrapper around OpenAI's client, which talks to the loopback server."""

    server: WireServer

    @property
    def chat_model_class(self) -> type[PIIMaskedChatModel]:
        return PIIMaskedChatModel

    @property
    def chat_model_params(self) -> dict[str, Any]:
        bound = openai(self.server).model_copy(update={"stream_usage": True})
        # their schemas say "Joke", which the model of names takes for a name
        recognizer = default_recognizer(names=False)
        masker = Masker(recognizer=recognizer, vault=MemoryVault())
        return {"bound": bound, "masker": masker}

    @property
    def model_override_value(self) -> str:
        return "gpt-other"

    @property
    def supports_json_mode(self) -> bool:
        return True


class TestChatModelUnits(_Model, ChatModelUnitTests):
    """How it is made, bound and written down."""


class TestChatModel(_Model, ChatModelIntegrationTests):
    """How it is called."""


class _Embedding:
    @property
    def embeddings_class(self) -> Any:
        return lambda: Masked(DeterministicFakeEmbedding(size=8))


class TestEmbeddingUnits(_Embedding, EmbeddingsUnitTests):
    """How it is made."""


class TestEmbedding(_Embedding, EmbeddingsIntegrationTests):
    """How it is called."""
