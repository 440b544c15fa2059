"""A conversation in LangChain, then a question in LlamaIndex, under one registry.

    python demo/conversation.py

Shows what the user wrote, what left this machine, what the model answered and what
the user sees. What left is written down at the model itself, inside the mask. With
OPENAI_API_KEY or ANTHROPIC_API_KEY the model is the vendor's, else a small local one.
"""

import os
import sys
import textwrap
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from langchain_core.callbacks import CallbackManagerForLLMRun
from langchain_core.language_models import BaseChatModel
from langchain_core.messages import AIMessage, BaseMessage, HumanMessage
from langchain_core.output_parsers import StrOutputParser
from langchain_core.outputs import ChatResult
from langchain_core.prompts import ChatPromptTemplate, MessagesPlaceholder
from langsmith import tracing_context
from llama_index.core import Document, Settings, VectorStoreIndex
from llama_index.core.callbacks import CallbackManager, LlamaDebugHandler
from llama_index.core.callbacks.schema import EventPayload
from llama_index.core.llms import LLM
from pydantic import InstanceOf

from langchain_piimask import PIIMaskedChatModel, Registry
from langchain_piimask.testing import FakeChatModel
from llamaindex_piimask import PIIMaskQueryEngine
from llamaindex_piimask.testing import FakeEmbedding, FakeLLM
from piimask_core.testing import FakeModel, attentive

EMAIL, SSN, PHONE = "jane@example.com", "123-45-6789", "555-123-4567"
OTHER_EMAIL, DESK = "bob@company.com", "desk@helpdesk.example"
VALUES = (EMAIL, SSN, PHONE, OTHER_EMAIL, DESK)
"""What must not leave: all that the user types and the documents hold."""

SYSTEM = "You work at the support desk of a web shop. Answer in one or two sentences."
TURNS = (
    f"My email is {EMAIL} and my SSN is {SSN}",
    f"My email {EMAIL} isn't receiving notifications, and my phone is now {PHONE}",
    f"Please copy {OTHER_EMAIL} on everything. And what is my email?",
)
QUESTION = f"Why are there no notifications for {EMAIL}, and who can help?"
DOCUMENTS = (
    "Parcels leave our warehouse on the day of the order.",
    "A refund reaches your bank within five working days.",
    f"There are no notifications for {EMAIL} because that mailbox is full; {DESK} can "
    "help. Other mailboxes are fine.",
)

GPT, CLAUDE = "gpt-5-mini", "claude-haiku-4-5"
LOCAL = "a small local model in a vendor's place"
WIDTH, INDENT = 84, 14


@dataclass
class Record:
    """What models were given and what they answered, written down at the models."""

    given: list[str] = field(default_factory=list)
    shown: str = ""
    answer: str = ""

    def add(self, messages: Sequence[Any], options: Any, shown: str | None) -> None:
        """A request: every field of every message, and what was set beside them."""
        self.given += [message.model_dump_json() for message in messages]
        self.given += [str(options)]
        earlier = len(messages) - 2  # the system prompt, these, and the question
        before = f" and {earlier} earlier messages, masked too" if earlier else ""
        self.shown = f"{shown}\n(after the system prompt{before})"


class RecordedChatModel(BaseChatModel):
    """A chat model that writes down what it is given; stands inside the mask."""

    bound: BaseChatModel
    record: InstanceOf[Record]

    def _generate(
        self,
        messages: list[BaseMessage],
        stop: list[str] | None = None,
        run_manager: CallbackManagerForLLMRun | None = None,
        **kwargs: Any,
    ) -> ChatResult:
        self.record.add(messages, kwargs, messages[-1].text)
        result = self.bound._generate(messages, stop=stop, **kwargs)
        self.record.answer = result.generations[0].message.text
        return result

    @property
    def _llm_type(self) -> str:
        return self.bound._llm_type


def main() -> int:
    """Both halves, and the proof: 1 if a value was in what left."""
    record, registry = Record(), Registry()
    with tracing_context(enabled=False):  # traces at the app's side show real values
        converse(record, registry)
        look_up(record, registry)
    return proof(record, registry)


def converse(record: Record, registry: Registry) -> None:
    """Three turns through an LCEL chain; the history kept here holds real values."""
    name, model = chat_model()
    print(f"A conversation: LangChain, {name}")
    prompt = ChatPromptTemplate.from_messages(
        [("system", SYSTEM), MessagesPlaceholder("history"), ("human", "{question}")]
    )
    recorded = RecordedChatModel(bound=model, record=record)
    masked = PIIMaskedChatModel(recorded, registry=registry)
    chain = prompt | masked | StrOutputParser()
    history: list[BaseMessage] = []
    for number, question in enumerate(TURNS, 1):
        answer = chain.invoke({"history": history, "question": question})
        history += [HumanMessage(question), AIMessage(answer)]
        show(f"Turn {number}", question, record, answer)


def look_up(record: Record, registry: Registry) -> None:
    """A question to an index of documents, which stay as they are."""
    name, model = llm()
    print(f"\nThe shop's documents: LlamaIndex, {name}")
    events = LlamaDebugHandler(print_trace_on_end=False)
    Settings.callback_manager = CallbackManager([events])
    documents = [Document(text=text, metadata={"contact": DESK}) for text in DOCUMENTS]
    index = VectorStoreIndex.from_documents(documents, embed_model=FakeEmbedding())
    engine = PIIMaskQueryEngine(index.as_query_engine(llm=model), registry=registry)
    answer = str(engine.query(QUESTION))
    [(start, end)] = events.get_llm_inputs_outputs()  # the model's own, inside the mask
    given, given_back = start.payload or {}, end.payload or {}
    sent, options = given[EventPayload.MESSAGES], given[EventPayload.ADDITIONAL_KWARGS]
    record.add(sent, options, sent[-1].content)
    record.answer = given_back[EventPayload.RESPONSE].message.content
    show("Turn 4", QUESTION, record, answer)


def proof(record: Record, registry: Registry) -> int:
    """The registry, and whether a value was in what left: 1 if there is any."""
    print("\nOne registry for both, which stays here")
    for placeholder, value in registry.view().items():
        print(aligned(placeholder, value))
    sent = "\n".join(record.given)
    found = sum(value.lower() in sent.lower() for value in VALUES)
    print(
        f"\n{found} of {len(VALUES)} values are in the {len(sent):,} characters sent."
    )
    return 1 if found else 0


def chat_model() -> tuple[str, BaseChatModel]:
    """The vendor's whose key is there, or a local one."""
    if os.environ.get("OPENAI_API_KEY"):
        from langchain_openai import ChatOpenAI

        return GPT, ChatOpenAI(model=GPT)
    if os.environ.get("ANTHROPIC_API_KEY"):
        from langchain_anthropic import ChatAnthropic

        return CLAUDE, ChatAnthropic(model_name=CLAUDE, timeout=60, stop=None)
    return LOCAL, FakeChatModel(fake=FakeModel(attentive))


def llm() -> tuple[str, LLM]:
    """The same for LlamaIndex; of the vendors' clients only OpenAI's is installed."""
    if os.environ.get("OPENAI_API_KEY"):
        from llama_index.llms.openai import OpenAI

        return GPT, OpenAI(model=GPT)
    return LOCAL, FakeLLM(FakeModel(attentive))


def show(title: str, wrote: str, record: Record, sees: str) -> None:
    """One exchange, from the user to the model and back."""
    print(f"\n{title}")
    print(aligned("user wrote", wrote))
    print(aligned("what left", record.shown))
    print(aligned("model said", record.answer))
    print(aligned("user sees", sees))


def aligned(label: str, text: str) -> str:
    """A label, and beside it the text in as many lines as it needs."""
    lines = [
        part
        for line in text.splitlines()
        for part in textwrap.wrap(line, WIDTH - INDENT, break_on_hyphens=False)
    ]
    return f"  {label}".ljust(INDENT) + f"\n{' ' * INDENT}".join(lines)


if __name__ == "__main__":
    sys.exit(main())
