"""The vendors' chat models of LangChain, talking to the loopback server."""

from collections.abc import Callable

from langchain_anthropic import ChatAnthropic
from langchain_core.language_models import BaseChatModel
from langchain_openai import ChatOpenAI
from pydantic import SecretStr

from wire.server import WireServer


def openai(server: WireServer) -> BaseChatModel:
    return ChatOpenAI(
        model="gpt-5-mini",
        base_url=server.base_url_openai,
        api_key=SecretStr("test"),
        max_retries=0,
    )


def openai_responses(server: WireServer) -> BaseChatModel:
    return ChatOpenAI(
        model="gpt-5-mini",
        base_url=server.base_url_openai,
        api_key=SecretStr("test"),
        max_retries=0,
        use_responses_api=True,
    )


def anthropic(server: WireServer) -> BaseChatModel:
    return ChatAnthropic(
        model_name="claude-test",
        base_url=server.base_url_anthropic,
        api_key=SecretStr("test"),
        max_retries=0,
        timeout=10,
        stop=None,
    )


Client = Callable[[WireServer], BaseChatModel]
CLIENTS = [openai, openai_responses, anthropic]
