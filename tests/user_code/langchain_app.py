"""A chain with its model wrapped, and one wrapped as a whole."""

from langchain_core.language_models import BaseChatModel
from langchain_core.output_parsers import StrOutputParser
from langchain_core.prompts import ChatPromptTemplate

from langchain_piimask import PIIMaskedChatModel, with_pii_masking
from langchain_piimask.testing import FakeChatModel
from piimask_core.testing import FakeModel, echo


def main() -> list[str]:
    model: BaseChatModel = FakeChatModel(fake=FakeModel(echo))
    prompt = ChatPromptTemplate.from_messages([("human", "{q}")])
    asked = {"q": "I am jane@example.com"}
    at_model = prompt | PIIMaskedChatModel(model) | StrOutputParser()
    around = with_pii_masking(prompt | model | StrOutputParser())
    return [at_model.invoke(asked), around.invoke(asked), "".join(around.stream(asked))]
