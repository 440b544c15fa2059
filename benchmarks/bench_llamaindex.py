"""What masking costs a LlamaIndex app, beside the postprocessor that ships for it.

    pip install -r benchmarks/requirements.txt
    python benchmarks/bench_llamaindex.py

Every time is processor time, the median over turns that all take one after the other.
No text is masked twice, but for the row that says so: a session remembers what it has
seen. The peer makes an ``AnalyzerEngine`` for each node, which loads its spaCy model
each time. Its model is not here; a blank one, which takes a moment to load, stands in
for it. The row "one engine" shares even that, which the peer as it ships does not.
"""

import platform
import random
from collections.abc import Callable
from functools import partial
from importlib import import_module as load
from importlib.metadata import version
from statistics import median
from tempfile import TemporaryDirectory
from time import process_time
from typing import Any

from llama_index.core.schema import Document, NodeWithScore, TextNode

from llamaindex_piimask import (
    Masker,
    MemoryVault,
    PIIMaskNodePostprocessor,
    PIIMaskTransform,
)

TURNS = 15
NODES = 1_000
WORDS = [
    "the",
    "parcel",
    "was",
    "due",
    "on",
    "Monday",
    "but",
    "the",
    "driver",
    "could",
    "not",
    "find",
    "the",
    "house",
    "so",
    "it",
    "went",
    "back",
    "to",
    "the",
    "depot",
    "where",
    "they",
    "keep",
    "it",
    "for",
    "a",
    "week",
    "and",
    "ask",
    "for",
    "a",
    "form",
]
DICE = random.Random(11)


def text_of(count: int, *, is_plain: bool = False) -> str:
    """So many words, never the same; an address, a number and a card unless plain."""
    words = DICE.choices(WORDS, k=count)
    if is_plain:
        return " ".join(words)
    number = DICE.randrange(10_000)
    for value in (
        f"jane.roe{DICE.randrange(10**9)}@example.com",
        f"212-555-{number:04}",
        "4111 1111 1111 1111",
    ):
        words.insert(DICE.randrange(count), value)
    return " ".join(words)


def scored(text: str) -> list[NodeWithScore]:
    """A node as a retriever gives it."""
    return [NodeWithScore(node=TextNode(text=text), score=1)]


def seconds(job: Callable[[], object]) -> float:
    start = process_time()
    job()
    return process_time() - start


def row(name: str, figure: str, goal: str = "", is_met: bool = True) -> None:
    verdict = f"goal {goal} {'ok' if is_met else 'BELOW'}" if goal else ""
    print(f"{name:58} {figure:>14} {verdict}")


# One node, beside the peer


def peer(folder: str) -> tuple[Any, Callable[..., Any], Callable[..., Any]]:
    """The postprocessor of llama-index-postprocessor-presidio, how it makes its engine,
    and how it would with a model that is loaded once. Raises ImportError."""
    theirs = load("llama_index.postprocessor.presidio.base")
    load("spacy").blank("en").to_disk(f"{folder}/blank_en")
    models = [{"lang_code": "en", "model_name": f"{folder}/blank_en"}]
    made = load("presidio_analyzer.nlp_engine").NlpEngineProvider(
        nlp_configuration={"nlp_engine_name": "spacy", "models": models}
    )
    engine = load("presidio_analyzer").AnalyzerEngine
    shared = made.create_engine()
    return (
        theirs,
        lambda: engine(nlp_engine=made.create_engine()),
        lambda: engine(nlp_engine=shared),
    )


def one_node(theirs: Any, ships: Any, shares: Any) -> None:
    """A node that nobody has seen, and one that this session has."""
    masker = Masker(vault=MemoryVault())
    ours = PIIMaskNodePostprocessor(masker=masker, registry=masker.registry("s"))

    def their_time(engine: Any, nodes: list[NodeWithScore]) -> float:
        theirs.AnalyzerEngine = engine
        made = theirs.PresidioPIINodePostprocessor()
        return seconds(partial(made.postprocess_nodes, nodes))

    turns = []
    for _ in range(TURNS + 1):
        nodes = scored(text_of(200))
        plain = text_of(200, is_plain=True)
        masks = partial(ours.postprocess_nodes, nodes)
        turns.append(
            (
                seconds(masks),
                seconds(masks),
                seconds(partial(ours.postprocess_nodes, scored(plain))),
                their_time(ships, nodes),
                their_time(shares, nodes),
            )
        )
    del turns[0]  # loads what is loaded late
    medians = (median(times) * 1e3 for times in zip(*turns, strict=True))
    new, again, plainly, shipped, shared = medians
    row("200 words, three values, PIIMaskNodePostprocessor", f"{new:.2f} ms")
    row("the same node again in this session", f"{again:.2f} ms")
    row("200 words without a value", f"{plainly:.2f} ms")
    row("200 words, PresidioPIINodePostprocessor as it ships", f"{shipped:.1f} ms")
    row("the same with one engine for all nodes", f"{shared:.1f} ms")
    for name, own, their in (
        ("beside it as it ships", new, shipped),
        ("beside it with one engine", new, shared),
        ("beside it as it ships, without a value", plainly, shipped),
        ("beside it as it ships, the same node again", again, shipped),
    ):
        ratio = their / own
        row(name, f"{ratio:.0f}x", ">= 100x", ratio >= 100)


# What is in a node


def mapping_bytes(theirs: Any) -> None:
    """Bytes of a node's JSON that are neither its own nor the masked text's."""
    masker = Masker(vault=MemoryVault())
    ours = PIIMaskNodePostprocessor(masker=masker, registry=masker.registry("s"))
    more = [(ours, "PIIMaskNodePostprocessor", True)]
    if theirs:
        more.append(
            (
                theirs.PresidioPIINodePostprocessor(),
                "PresidioPIINodePostprocessor",
                False,
            )
        )
    for postprocessor, name, has_goal in more:
        nodes = scored(text_of(200))
        (masked,) = postprocessor.postprocess_nodes(nodes)
        bare = nodes[0].node.model_copy(update={"text": masked.text})
        extra = len(masked.node.to_json()) - len(bare.to_json())
        told = ("0 B", extra == 0) if has_goal else ()
        row(f"mapping in the JSON of one node, {name}", f"{extra} B", *told)


# Ingestion


def documents() -> list[Document]:
    return [
        Document(text=text_of(200), metadata={"by": text_of(3), "page": str(n)})
        for n in range(NODES)
    ]


def recognized(masker: Masker, given: list[Document]) -> None:
    for each in given:
        for text in (each.text, *each.metadata, *each.metadata.values()):
            masker.recognizer(text)


def ingestion() -> None:
    masker = Masker(vault=MemoryVault())
    masker.entities(text_of(200))
    over, found = [], []
    for turn in range(5):
        given, others = documents(), documents()
        transform = PIIMaskTransform(
            masker=masker, registry=masker.registry(f"corpus {turn}")
        )
        whole = seconds(partial(transform, given))
        found.append(seconds(partial(recognized, masker, others)))
        over.append(whole - found[-1])
    row(f"{NODES} nodes of 200 words, recognition itself", f"{median(found):.2f} s")
    row(
        f"{NODES} nodes of 200 words, PIIMaskTransform over that",
        f"{median(over):.2f} s",
        "<= 1 s",
        median(over) <= 1,
    )


def main() -> None:
    print(
        f"llama-index-core {version('llama-index-core')}, presidio-analyzer"
        f" {version('presidio-analyzer')}, Python {platform.python_version()}"
    )
    with TemporaryDirectory() as folder:
        try:
            found = peer(folder)
            one_node(*found)
            mapping_bytes(found[0])
        except ImportError:
            print("The peer is not here: pip install -r benchmarks/requirements.txt")
            mapping_bytes(None)
    ingestion()


if __name__ == "__main__":
    main()
