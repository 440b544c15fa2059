"""Agents, guards and indexes of LlamaIndex: what the real clients send of them."""

import json
from typing import Any

import openai
import pytest
from llama_index.core import VectorStoreIndex
from llama_index.core.agent.workflow import FunctionAgent, ReActAgent
from llama_index.core.base.embeddings.base import BaseEmbedding
from llama_index.core.callbacks import CallbackManager
from llama_index.core.ingestion import IngestionPipeline
from llama_index.core.llms import ChatMessage
from llama_index.core.memory import ChatMemoryBuffer
from llama_index.core.node_parser import TokenTextSplitter
from llama_index.core.schema import Document
from llama_index.core.tools import FunctionTool
from llama_index.core.workflow import (
    Context,
    JsonPickleSerializer,
    JsonSerializer,
)
from llama_index.llms.openai import OpenAI, OpenAIResponses
from pydantic import PrivateAttr

from llamaindex_piimask import (
    Masker,
    MemoryVault,
    PIIMaskCallbackHandler,
    PIIMaskedEmbedding,
    PIIMaskedLLM,
    PIIMaskQueryEngine,
    PIIMaskTransform,
    PIIUnmaskNodePostprocessor,
    UnmaskedText,
    mask_tool,
)
from piimask_core.testing import recognizing
from wire.leakage import leaks
from wire.llamaindex_cells import CLIENTS as CLIENTS_OF
from wire.llamaindex_talks import AGENTS, agent, reply
from wire.server import (
    ToolCall,
    WireServer,
    assert_never_sent,
    echo,
    in_turn,
    placeholders,
)

pytestmark = pytest.mark.filterwarnings(  # an agent looks at each of its attributes
    "ignore:is_running called:DeprecationWarning",
    "ignore::pydantic.warnings.PydanticDeprecatedSince20",
    "ignore::pydantic.warnings.PydanticDeprecatedSince211",
)

JANE, BOSS, SSN = "jane@example.com", "boss@corp.example", "123-45-6789"
VALUES = [JANE, BOSS, SSN]
CLIENTS = [OpenAI, OpenAIResponses]
MODES = [
    method + what
    for what in ("chat", "complete")
    for method in ("", "a", "stream_", "astream_")
]


@pytest.fixture
def masker() -> Masker:
    """The default recognizers, a vault of its own."""
    return Masker(vault=MemoryVault())


def client(server: WireServer, kind: Any = OpenAI, **fields: Any) -> Any:
    return kind(
        model="gpt-4o-mini",
        api_base=server.base_url_openai,
        api_key="test",
        max_retries=0,
        **fields,
    )


# Agents


def call(request: Any) -> ToolCall:
    return ToolCall("find", {"mail": placeholders(request)[0], "what": "order"})


def react(request: Any) -> str:
    mail = placeholders(request)[0]
    asked = f'{{"mail": "{mail}", "what": "order"}}'
    return f"Thought: I look.\nAction: find\nAction Input: {asked}"


@pytest.mark.parametrize("streaming", [False, True])
@pytest.mark.parametrize("real_state", [False, True])
@pytest.mark.parametrize("agent_of", ["function", "function of responses", "react"])
async def test_an_agent_sends_no_value_and_its_tool_gets_it(
    server: WireServer,
    masker: Masker,
    agent_of: str,
    real_state: bool,
    streaming: bool,
) -> None:
    """With a bare client around placeholders, and a masked one around values."""
    got: list[str] = []

    def find(mail: str, what: str) -> str:
        """Look an order up."""
        got.append(mail)
        return f"{mail} asked {BOSS}, SSN {SSN}"

    registry = masker.registry("s")
    tool = mask_tool(
        FunctionTool.from_defaults(find),
        masker=masker,
        registry=registry,
        real_state=real_state,
    )
    llm = client(server, OpenAIResponses if "responses" in agent_of else OpenAI)
    if real_state:
        llm = PIIMaskedLLM(llm, masker=masker, registry=registry)
    if agent_of == "react":
        last = "Thought: I know.\nAnswer: Found <EMAIL_2> with <SSN_1>."
        agent: Any = ReActAgent(llm=llm, tools=[tool], streaming=streaming)
        server.reply = in_turn(react, last)
    else:
        agent = FunctionAgent(llm=llm, tools=[tool], streaming=streaming)
        server.reply = in_turn(call, "Found <EMAIL_2> with <SSN_1>.")
    asked = f"Where is the order of {JANE}?"
    memory = ChatMemoryBuffer.from_defaults(token_limit=100_000)

    handler = agent.run(
        asked if real_state else masker.mask(asked, registry), memory=memory
    )
    events = [repr(event) async for event in handler.stream_events()]
    answer = str(await handler)

    assert got == [JANE]
    assert_never_sent(server, VALUES)
    assert len(server.requests) == 2
    if not real_state:
        kept = "\n".join([answer, *events, repr(memory.get_all())])
        assert leaks(kept.encode(), VALUES) == []
        answer = masker.unmask(answer, registry)
    assert answer == f"Found {BOSS} with {SSN}."


SERIALIZERS = [JsonSerializer, JsonPickleSerializer]


@pytest.mark.filterwarnings(
    "ignore::workflows.context.state_store.UnserializableKeyWarning"
)
@pytest.mark.parametrize("serializer", SERIALIZERS)
@pytest.mark.parametrize("placement", ["mask_tool", "PIIMaskedLLM"])
@pytest.mark.parametrize("kind", AGENTS)
async def test_a_saved_run_goes_on_and_holds_what_its_placement_says(
    server: WireServer, masker: Masker, kind: str, placement: str, serializer: Any
) -> None:
    """``ctx.to_dict()`` has no value, in no disguise, where the agent has none."""
    server.reply = reply

    def find(mail: str, what: str) -> str:
        """Look an order up."""
        return f"The order of the day: {mail} asked {BOSS}, SSN {SSN}"

    registry, real_state = masker.registry("s"), placement == "PIIMaskedLLM"
    tool = mask_tool(
        FunctionTool.from_defaults(find),
        masker=masker,
        registry=registry,
        real_state=real_state,
    )
    llm = client(server)
    if real_state:
        llm = PIIMaskedLLM(llm, masker=masker, registry=registry)
    runs: Any = agent(kind, llm, tool, False)
    asked = f"Where is the order of {JANE}?"
    asked = asked if real_state else masker.mask(asked, registry)
    context = Context(runs)

    await runs.run(asked, ctx=context, memory=ChatMemoryBuffer(token_limit=30_000))
    saved = json.dumps(context.to_dict(serializer=serializer()))
    again = Context.from_dict(runs, json.loads(saved), serializer=serializer())
    answer = str(await runs.run(asked, ctx=again))

    # What the app itself writes about an agent is masked at the model only
    assert_never_sent(server, VALUES if real_state else [JANE, SSN])
    assert (leaks(saved.encode(), [JANE]) == []) == (not real_state)
    assert leaks(saved.encode(), [BOSS, SSN]) == [] or real_state
    answer = answer if real_state else masker.unmask(answer, registry)
    assert [value for value in VALUES if value not in answer] == []


QUOTED = 'Jo "JJ" O\\Neil'


@pytest.mark.parametrize("streaming", [False, True])
@pytest.mark.parametrize("real_state", [False, True])
@pytest.mark.parametrize("vendor", CLIENTS_OF)
async def test_the_input_of_a_react_step_has_quotes_and_backslashes(
    server: WireServer, vendor: str, real_state: bool, streaming: bool
) -> None:
    """ReAct's calls are JSON in a text: the tool gets the whole value, not ``Jo``."""
    masker = Masker(recognizer=recognizing({"PERSON": [QUOTED]}), vault=MemoryVault())
    registry, got = masker.registry("s"), list[str]()

    def find(mail: str, what: str) -> str:
        """Look an order up."""
        got.append(mail)
        return f"{mail} asked"

    tool = mask_tool(
        FunctionTool.from_defaults(find),
        masker=masker,
        registry=registry,
        real_state=real_state,
    )
    llm = CLIENTS_OF[vendor](server)
    if real_state:
        llm = PIIMaskedLLM(llm, masker=masker, registry=registry)
    server.reply = in_turn(react, "Thought: I know.\nAnswer: It was <PERSON_1>.")
    asked = f"Where is the order of {QUOTED}?"

    answer = str(
        await ReActAgent(llm=llm, tools=[tool], streaming=streaming).run(
            asked if real_state else masker.mask(asked, registry),
            memory=ChatMemoryBuffer(token_limit=30_000),
        )
    )

    assert got == [QUOTED]
    assert_never_sent(server, [QUOTED])
    answer = answer if real_state else masker.unmask(answer, registry)
    assert answer == f"It was {QUOTED}."


# The guard


@pytest.mark.parametrize("kind", CLIENTS)
@pytest.mark.parametrize("mode", MODES)
async def test_a_guarded_client_opens_no_connection(
    server: WireServer, masker: Masker, kind: Any, mode: str
) -> None:
    """For a value; for a placeholder it sends."""
    guard = PIIMaskCallbackHandler(masker=masker)
    llm = client(server, kind, callback_manager=CallbackManager([guard]))

    async def ask(text: str) -> None:
        said: Any = [ChatMessage(text)] if "chat" in mode else text
        answer = getattr(llm, mode)(said)
        if mode.startswith("a"):
            answer = await answer
        if mode.startswith("astream"):
            _ = [part async for part in answer]
        elif mode.startswith("stream"):
            list(answer)

    with pytest.raises(UnmaskedText):
        await ask(f"My email is {JANE}")
    assert server.received == []

    await ask("My email is <EMAIL_1>")
    assert len(server.requests) == 1


# Indexes


class Embedding(BaseEmbedding):
    """OpenAI's embeddings, by its own client."""

    _sync: Any = PrivateAttr()
    _async: Any = PrivateAttr()

    def __init__(self, server: WireServer) -> None:
        super().__init__(model_name="text-embedding-3-small", embed_batch_size=2)
        options: dict[str, Any] = {"base_url": server.base_url_openai, "api_key": "x"}
        self._sync = openai.OpenAI(**options, max_retries=0)
        self._async = openai.AsyncOpenAI(**options, max_retries=0)

    def _get_text_embeddings(self, texts: list[str]) -> list[Any]:
        got = self._sync.embeddings.create(model=self.model_name, input=texts)
        return [each.embedding for each in got.data]

    async def _aget_text_embeddings(self, texts: list[str]) -> list[Any]:
        got = await self._async.embeddings.create(model=self.model_name, input=texts)
        return [each.embedding for each in got.data]

    def _get_text_embedding(self, text: str) -> list[float]:
        embedding: list[float] = self._get_text_embeddings([text])[0]
        return embedding

    async def _aget_text_embedding(self, text: str) -> list[float]:
        embedding: list[float] = (await self._aget_text_embeddings([text]))[0]
        return embedding

    def _get_query_embedding(self, query: str) -> list[float]:
        return self._get_text_embedding(query)

    async def _aget_query_embedding(self, query: str) -> list[float]:
        return await self._aget_text_embedding(query)


@pytest.mark.parametrize("is_async", [False, True])
@pytest.mark.parametrize("around", [False, True])
async def test_a_masked_index_sends_no_value_when_it_is_made_or_asked(
    server: WireServer, masker: Masker, is_async: bool, around: bool
) -> None:
    """To neither model; answers and sources are real."""
    server.reply = echo
    corpus = masker.registry("corpus")
    mine: dict[str, Any] = {"masker": masker, "registry": corpus}
    embed_model = PIIMaskedEmbedding(Embedding(server), **mine)
    pipeline = IngestionPipeline(
        transformations=[
            PIIMaskTransform(**mine),
            TokenTextSplitter(chunk_size=80, chunk_overlap=0, tokenizer=list),
            embed_model,
        ]
    )
    documents = [
        Document(text=f"The email is {JANE} and the SSN is {SSN}.", id_="jane"),
        Document(text="Nothing else.", metadata={"email": BOSS}, id_="boss"),
    ]

    if is_async:
        nodes = await pipeline.arun(documents=documents)
    else:
        nodes = pipeline.run(documents=documents)
    index = VectorStoreIndex(list(nodes), embed_model=embed_model)
    llm = client(server)
    engine: Any = index.as_query_engine(
        llm=llm if around else PIIMaskedLLM(llm, masker=masker),
        node_postprocessors=[PIIUnmaskNodePostprocessor(**mine)],
    )
    if around:
        engine = PIIMaskQueryEngine(engine, masker=masker)
    asked = f"What do you know of {JANE}?"
    answer = await engine.aquery(asked) if is_async else engine.query(asked)

    assert_never_sent(server, VALUES)
    assert JANE in str(answer) and "<" not in str(answer)
    found = {hit.node.ref_doc_id: hit.node.get_content() for hit in answer.source_nodes}
    assert found == {each.id_: each.text for each in documents}
    stored = "\n".join(node.to_json() for node in index.docstore.docs.values())
    assert leaks(stored.encode(), VALUES) == []
