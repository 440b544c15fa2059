"""A query engine with its line around it, and a model with its own."""

from llama_index.core import Document, VectorStoreIndex
from llama_index.core.llms import LLM

from llamaindex_piimask import PIIMaskedLLM, PIIMaskQueryEngine
from llamaindex_piimask.testing import FakeEmbedding, FakeLLM
from piimask_core.testing import FakeModel, attentive


def main() -> list[str]:
    llm: LLM = FakeLLM(FakeModel(attentive))
    documents = [Document(text="Refunds for jane@example.com are handled by us.")]
    index = VectorStoreIndex.from_documents(documents, embed_model=FakeEmbedding())
    engine = PIIMaskQueryEngine(index.as_query_engine(llm=llm))
    answer = engine.query("Who handles the refunds for jane@example.com?")
    said = PIIMaskedLLM(llm).complete("I am jane@example.com")
    return [str(answer), said.text]
