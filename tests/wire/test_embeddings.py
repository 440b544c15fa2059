"""A real embedding client: documents and queries leave with placeholders only."""

import pytest
from langchain_core.documents import Document
from langchain_core.vectorstores import InMemoryVectorStore
from langchain_openai import OpenAIEmbeddings
from pydantic import SecretStr

from langchain_piimask import Masker, PIIMaskDocumentTransformer, PIIMaskedEmbeddings
from piimask_core import MemoryVault
from wire.server import WireServer, assert_never_sent

JANE = "jane@example.com"
SSN = "123-45-6789"


@pytest.mark.parametrize("is_masked", [False, True])
async def test_an_index_is_built_and_searched_without_a_value(
    server: WireServer, is_masked: bool
) -> None:
    """Whether the store holds real documents or masked ones."""
    masker = Masker(vault=MemoryVault())
    client = OpenAIEmbeddings(
        model="text-embedding-3-small",
        base_url=server.base_url_openai,
        api_key=SecretStr("test"),
        max_retries=0,
        check_embedding_ctx_length=False,
    )
    docs = [Document(f"{JANE} has SSN {SSN}.", metadata={"author": JANE})]
    if is_masked:
        masking = PIIMaskDocumentTransformer(masker=masker)
        docs = list(masking.transform_documents(docs))
    store = InMemoryVectorStore(PIIMaskedEmbeddings(client, masker=masker))
    store.add_documents(docs)
    await store.asimilarity_search(f"Who is {JANE}?")

    sent = [request.json["input"] for request in server.requests]
    assert sent == [["<EMAIL_1> has SSN <SSN_1>."], ["Who is <EMAIL_1>?"]]
    assert_never_sent(server, [JANE, SSN])
