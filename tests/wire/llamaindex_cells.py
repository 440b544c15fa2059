"""One cell of LlamaIndex's coverage: an engine, asked in one way, by one client.

Each ``run`` fails where a value was sent, where a placeholder is left in the answer or
its sources, or where a lookup did not get the real value.
"""

import asyncio
import json
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from llama_index.core import PromptTemplate, Settings, SQLDatabase, VectorStoreIndex
from llama_index.core.indices.query.query_transform import HyDEQueryTransform
from llama_index.core.llms import LLM
from llama_index.core.query_engine import (
    NLSQLTableQueryEngine,
    RetrieverQueryEngine,
    RouterQueryEngine,
    SubQuestionQueryEngine,
    TransformQueryEngine,
)
from llama_index.core.question_gen import LLMQuestionGenerator
from llama_index.core.response_synthesizers import (
    ResponseMode,
    get_response_synthesizer,
)
from llama_index.core.schema import MetadataMode, TextNode
from llama_index.core.tools import QueryEngineTool
from llama_index.llms.anthropic import Anthropic
from llama_index.llms.anthropic import utils as anthropic_utils
from llama_index.llms.openai import OpenAI
from sqlalchemy import create_engine, text
from sqlalchemy.pool import StaticPool

from llamaindex_piimask import (
    Masker,
    MemoryVault,
    PIIMaskedLLM,
    PIIMaskQueryEngine,
)
from llamaindex_piimask.testing import FakeEmbedding
from wire.replies import PLACEHOLDER, Json, Reply, messages, strings
from wire.server import ToolCall, WireServer, assert_never_sent, echo

JANE, BOSS, SSN = "jane@example.com", "boss@corp.example", "123-45-6789"
PHONE = "555-123-4567"
VALUES = [JANE, BOSS, SSN, PHONE]
QUERY = f"What does {JANE} owe?"

# Clients

if not isinstance(vars(anthropic_utils)["MessageParam"], type):
    # LlamaIndex's client (0.12.3) calls it to make a dict, which worked before
    # anthropic 1; since then it is a union, and no request would come about at all.
    vars(anthropic_utils)["MessageParam"] = dict


def openai(server: WireServer) -> LLM:
    """OpenAI's, chat completions."""
    return OpenAI(
        model="gpt-4o-mini",
        api_base=server.base_url_openai,
        api_key="test",
        max_retries=0,
    )


def anthropic(server: WireServer) -> LLM:
    """Anthropic's, messages; a model that takes no temperature, as none does now."""
    return Anthropic(
        model="claude-opus-4-7",
        base_url=server.base_url_anthropic,
        api_key="test",
        max_retries=0,
        timeout=10,
    )


CLIENTS: dict[str, Callable[[WireServer], LLM]] = {
    "OpenAI": openai,
    "Anthropic": anthropic,
}

# Ways to ask


@dataclass(frozen=True)
class Way:
    """How an engine is called: in a script, in a notebook (a running loop), awaited."""

    is_async: bool = False
    in_loop: bool = False
    streams: bool = False

    async def run(self, plain: Callable[[], Any], awaited: Callable[[], Any]) -> Any:
        """The answer of one of them, which reads it to its end."""
        if self.is_async:
            return await awaited()
        return plain() if self.in_loop else await asyncio.to_thread(plain)


WAYS = {
    "script": Way(),
    "notebook": Way(in_loop=True),
    "async": Way(is_async=True),
    "script, streamed": Way(streams=True),
    "notebook, streamed": Way(in_loop=True, streams=True),
    "async, streamed": Way(is_async=True, streams=True),
}

# What the model says


def reply(request: Json) -> Reply:
    """Whatever this kind of request asks for, with the placeholders that it holds."""
    told = "\n".join(strings(messages(request)))
    if tools := request.get("tools"):
        tool = tools[0].get("function", tools[0])
        schema = tool.get("parameters") or tool.get("input_schema")
        if "index" in str(schema):  # a selector
            return ToolCall(tool["name"], _selection(schema))
    if "sub_question" in told:
        asked = mail_in(told.rpartition("User Question")[2])
        made = {"sub_question": f"the debt of {asked}", "tool_name": "debts"}
        return json.dumps({"items": [made]})
    if "SQLQuery" in told and "SQL Response" not in told:
        return SQL.format(mail_in(told.rpartition("Question")[2]))
    return echo(request)


def mail_in(text: str) -> str:
    """The first e-mail address, masked; names may be masked as well."""
    found: list[str] = PLACEHOLDER.findall(text)
    return next(each for each in found if each.startswith("<EMAIL"))


def _selection(schema: Json) -> Json:
    one = {"index": 1, "reason": "it is"}
    return {"selections": [one]} if "selections" in schema["properties"] else one


SQL = "SELECT mail, note FROM debts WHERE mail = '{}'"

# Query engines

ASKED = "{context_str}\nQuery: {query_str}"
TEMPLATES: dict[str, Any] = {
    "text_qa_template": PromptTemplate(f"As {BOSS} says.\n{ASKED}"),
    "summary_template": PromptTemplate(f"As {BOSS} says.\n{ASKED}"),
    "simple_template": PromptTemplate(f"As {BOSS} says.\n{{query_str}}"),
    "refine_template": PromptTemplate(
        f"As {BOSS} says.\n{{existing_answer}}\n{{context_msg}}\nQuery: {{query_str}}"
    ),
}
ABOUT = f"Debts; for others ask {BOSS}"


def nodes() -> list[TextNode]:
    """Two about Jane, and a decoy that is nearer to a masked query."""
    return [
        TextNode(text=f"{JANE}: 5, SSN {SSN}.", metadata={"by": BOSS}),
        TextNode(text=f"{JANE}: phone {PHONE}.", metadata={"owner": {"mail": BOSS}}),
        TextNode(text="EMAIL_1, <EMAIL_1>."),
    ]


def documents() -> VectorStoreIndex:
    """An index of them."""
    return VectorStoreIndex(nodes(), embed_model=FakeEmbedding())


def retriever(llm: LLM, mode: ResponseMode, streams: bool) -> Any:
    """What ``index.as_query_engine`` gives."""
    return RetrieverQueryEngine(
        documents().as_retriever(similarity_top_k=2), synthesizer(llm, mode, streams)
    )


def synthesizer(llm: LLM, mode: ResponseMode, streams: bool) -> Any:
    """With templates that hold a value, as an app's own may."""
    before = Settings._llm
    Settings.llm = llm  # where a mode needs no model, the framework takes this one
    try:
        return get_response_synthesizer(
            llm=llm, response_mode=mode, streaming=streams, **TEMPLATES
        )
    finally:
        Settings._llm = before


def router(llm: LLM, mode: ResponseMode, streams: bool) -> Any:
    """Chooses by the descriptions of its tools."""
    tool = QueryEngineTool.from_defaults(
        retriever(llm, mode, streams), name="debts", description=ABOUT
    )
    return RouterQueryEngine.from_defaults([tool, tool], llm=llm)


def sub_question(llm: LLM, mode: ResponseMode, streams: bool) -> Any:
    """Asks what its model makes of the question; the mode is that of the answer."""
    tool = QueryEngineTool.from_defaults(
        retriever(llm, ResponseMode.COMPACT, False), name="debts", description=ABOUT
    )
    return SubQuestionQueryEngine.from_defaults(
        [tool],
        llm=llm,
        question_gen=LLMQuestionGenerator.from_defaults(llm=llm),
        response_synthesizer=synthesizer(llm, mode, streams),
        verbose=False,
        use_async=False,
    )


def transform(llm: LLM, mode: ResponseMode, streams: bool) -> Any:
    """Looks up what its model makes up."""
    return TransformQueryEngine(
        retriever(llm, mode, streams), HyDEQueryTransform(llm=llm)
    )


def sql(llm: LLM, mode: ResponseMode, streams: bool) -> Any:
    """Looks up in a table; it has no other response mode."""
    engine = create_engine(
        "sqlite://", poolclass=StaticPool, connect_args={"check_same_thread": False}
    )
    with engine.begin() as connection:
        connection.execute(text("CREATE TABLE debts (mail TEXT, note TEXT)"))
        connection.execute(
            text("INSERT INTO debts VALUES (:m, :n)"),
            [{"m": JANE, "n": f"SSN {SSN}"}, {"m": BOSS, "n": PHONE}],
        )
    return NLSQLTableQueryEngine(
        SQLDatabase(engine),
        tables=["debts"],
        llm=llm,
        embed_model=FakeEmbedding(),
        streaming=streams,
    )


QUERY_ENGINES: dict[str, Callable[..., Any]] = {
    "retriever": retriever,
    "router": router,
    "sub-question": sub_question,
    "transform (HyDE)": transform,
    "SQL": sql,
}
SILENT = {ResponseMode.NO_TEXT, ResponseMode.CONTEXT_ONLY}
"""Modes in which the answer is made without a model."""


def around(build: Callable[[LLM], Any], llm: LLM, masker: Masker) -> Any:
    """PIIMaskQueryEngine around it."""
    return PIIMaskQueryEngine(build(llm), masker=masker)


def at_the_model(build: Callable[[LLM], Any], llm: LLM, masker: Masker) -> Any:
    """PIIMaskedLLM in it; all its calls are one conversation."""
    registry = masker.registry("s")
    return build(PIIMaskedLLM(llm, masker=masker, registry=registry))


PLACEMENTS = {"PIIMaskQueryEngine": around, "PIIMaskedLLM": at_the_model}


async def query(
    server: WireServer,
    kind: str,
    mode: ResponseMode,
    placement: str,
    way: Way,
    client: str,
) -> None:
    """Ask once, and look at the bytes, the answer and the sources."""
    server.reply = reply
    masker = Masker(vault=MemoryVault())

    def build(llm: LLM) -> Any:
        return QUERY_ENGINES[kind](llm, mode, way.streams)

    engine = PLACEMENTS[placement](build, CLIENTS[client](server), masker)

    def plain() -> tuple[Any, str]:
        got = engine.query(QUERY)
        is_streamed = hasattr(got, "response_gen")
        return got, "".join(got.response_gen) if is_streamed else str(got)

    async def awaited() -> tuple[Any, str]:
        got = await engine.aquery(QUERY)
        if not hasattr(got, "response_gen"):
            return got, str(got)
        return got, "".join([piece async for piece in got.async_response_gen()])

    got, answer = await way.run(plain, awaited)

    if server.requests:
        assert_never_sent(server, VALUES)
    else:
        assert mode in SILENT and kind == "retriever" and server.received == []
    _check_answer(mode, kind, answer)
    _check_sources(kind, got)
    is_streamed = hasattr(got, "response_gen")
    assert is_streamed == (way.streams and mode not in SILENT)


def _check_answer(mode: ResponseMode, kind: str, answer: str) -> None:
    if mode == ResponseMode.NO_TEXT:
        assert answer in ("", "None")
        return
    assert PLACEHOLDER.search(answer.replace("<EMAIL_1>.", "")) is None
    assert JANE in answer
    if kind == "SQL":
        assert SSN in answer


def _check_sources(kind: str, got: Any) -> None:
    found = [hit.node.get_content(MetadataMode.ALL) for hit in got.source_nodes]
    wanted = [node.get_content(MetadataMode.ALL) for node in nodes()[:2]]
    if kind == "SQL":
        assert got.metadata["sql_query"] == SQL.format(JANE)
        assert got.metadata["result"] == [(JANE, f"SSN {SSN}")]
    elif kind == "sub-question":  # what its model was told are sources too
        assert set(wanted) < set(found) and nodes()[2].text not in found
        assert not any(PLACEHOLDER.search(each) for each in found)
    else:
        assert sorted(found) == sorted(wanted)
