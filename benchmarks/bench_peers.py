"""How long does it take, beside what people use today? All from one run.

    pip install -r benchmarks/requirements.txt
    python benchmarks/bench_peers.py

Every time is a median; in each repetition every candidate has its turn, so that a busy
moment of the machine meets all of them. Speed means little where values pass, so what
each candidate lets pass is counted too.
"""

import logging
import math
import os
import platform
import tempfile
import warnings
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import partial
from importlib import import_module
from importlib.metadata import version
from pathlib import Path
from statistics import median
from time import perf_counter
from typing import Any

from piimask_core import Masker, MemoryVault, Registry
from piimask_core.vault import Wanted

Job = Callable[[], object]
Change = Callable[[str], str]

REPETITIONS = 15
BUDGET = 6.0
"""Seconds for one task, all candidates together."""
SAMPLE = 0.002
"""Seconds that a sample takes at least: a short job is run many times for it."""

# --- Texts --------------------------------------------------------------------------

PLAIN = "Could you tell me how long a delivery usually takes, and what it costs?"
EXAMPLE = "My email is jane@example.com and my SSN is 123-45-6789"
EXAMPLE_VALUES = ("jane@example.com", "123-45-6789")
STORY = (
    "the order was late again and nobody at the desk could say why it had not "
    "left the warehouse so we asked for a refund and they told us to wait for "
    "another week"
)
WORDS = STORY.split()
VALUES = (
    "jane.roe@example.com",
    "(212) 555-0187",
    "536-90-4399",
    "4111 1111 1111 1111",
    "GB29NWBK60161331926819",
    "203.0.113.77",
    "+44 20 7946 0958",
    "j.roe+shop@mail.example.org",
    "5500-0055-5555-5559",
    "212-736-5000",
    "accounts@company.com",
    "https://shop.example.com/u/jane.roe",
)
SIZES = (10, 1_000, 100_000)


def plain_words(count: int) -> list[str]:
    """So many words without any value."""
    return [WORDS[at * 7 % len(WORDS)] for at in range(count)]


def long_text() -> str:
    """500 words, with a value after every forty."""
    words = plain_words(500)
    for at, value in enumerate(VALUES, 1):
        words.insert(at * 41 - 1, value)
    return " ".join(words)


def address(number: int) -> str:
    """The e-mail address of one customer of many."""
    return f"customer{number}@example.com"


def answer(placeholders: Iterable[str]) -> str:
    """What a model might say with 8 placeholders in it, about 4 KB."""
    return " ".join(f"{' '.join(plain_words(105))} {each}." for each in placeholders)


def pieces(text: str) -> list[str]:
    """A text as a model streams it, four characters at a time."""
    return [text[at : at + 4] for at in range(0, len(text), 4)]


def eight_of(size: int) -> list[int]:
    """Eight numbers from 1 to size, far apart."""
    return [1 + at * (size - 1) // 7 for at in range(8)]


LONG = long_text()
PROSE = pieces(" ".join(plain_words(1_000)))
MASKED = pieces(answer(f"<EMAIL_{n}>" for n in eight_of(1_000)))

# --- Tasks --------------------------------------------------------------------------

STREAM_PROSE = "stream: a chunk of prose"
STREAM_MASKED = "stream: a chunk, 8 placeholders in 4 KB"
CHUNKS = {STREAM_PROSE: len(PROSE), STREAM_MASKED: len(MASKED)}
"""How many units of work a job does, where it is more than one."""


def masking(session: Callable[[int], Change]) -> dict[str, Job]:
    """``session(n)`` masks in a session that knows n addresses."""
    new = session(0)
    return {
        "mask a message, no value in it": partial(new, PLAIN),
        "mask a message, 2 values": partial(new, EXAMPLE),
        "mask 500 words, 12 values": partial(new, LONG),
        **{f"mask a message, {n:,} known": partial(session(n), EXAMPLE) for n in SIZES},
    }


def restoring(session: Callable[[int], Change], form: str) -> dict[str, Job]:
    """``session(n)`` restores where n addresses are known, placeholders of a form."""
    return {
        f"restore 4 KB, {n:,} known": partial(
            session(n), answer(form.format(k) for k in eight_of(n))
        )
        for n in SIZES
    }


def streaming(feed: Callable[[list[str]], object]) -> dict[str, Job]:
    """``feed(chunks)`` restores a stream."""
    return {STREAM_PROSE: partial(feed, PROSE), STREAM_MASKED: partial(feed, MASKED)}


# --- Candidates ---------------------------------------------------------------------


@dataclass(frozen=True)
class Candidate:
    """What is measured. A task without a job is one that it cannot do."""

    name: str
    config: str
    mask: Change = str
    jobs: Mapping[str, Job] = field(default_factory=dict)


def ours() -> Candidate:
    """The default masker, as it is."""
    masker = Masker(vault=MemoryVault())

    def registry(size: int) -> Registry:
        made = masker.registry(f"knows {size}")
        made.mint([_wanted(number) for number in range(1, size + 1)])
        return made

    def masks(size: int) -> Change:
        return partial(masker.mask, registry=registry(size))

    def restores(size: int) -> Change:
        return partial(masker.unmask, registry=registry(size))

    def feed(chunks: list[str]) -> None:
        stream = masker.stream_unmasker(thousand)
        for chunk in chunks:
            stream.feed(chunk)
        stream.flush()

    thousand = registry(1_000)
    return Candidate(
        "llm-piimask",
        f"{version_of('llm-piimask')}: Masker() as it is, with no name model",
        masks(0),
        masking(masks) | restoring(restores, "<EMAIL_{}>") | streaming(feed),
    )


def reversible_anonymizer(model: str) -> Candidate:
    """LangChain's, with placeholders for fakes."""
    theirs = load("langchain_experimental.data_anonymizer")

    def anonymizer(size: int) -> Any:
        made = theirs.PresidioReversibleAnonymizer(
            add_default_faker_operators=False, languages_config=spacy_config(model)
        )
        known = {f"<EMAIL_ADDRESS_{n}>": address(n) for n in range(1, size + 1)}
        # Its own update() and load() take a time that grows with the square.
        made._deanonymizer_mapping.mapping["EMAIL_ADDRESS"] = known
        return made

    def masks(size: int) -> Change:
        return anonymizer(size).anonymize  # type: ignore[no-any-return]

    def restores(size: int) -> Change:
        return anonymizer(size).deanonymize  # type: ignore[no-any-return]

    return Candidate(
        "LangChain anonymizer",
        f"PresidioReversibleAnonymizer of langchain-experimental "
        f"{version_of('langchain-experimental')}:\n"
        "  add_default_faker_operators=False, languages_config=a blank spaCy model",
        masks(0),
        masking(masks) | restoring(restores, "<EMAIL_ADDRESS_{}>"),
    )


def node_postprocessor(model: str) -> Candidate:
    """LlamaIndex's; it makes an analyzer for each node, and so it does here."""
    theirs = load("llama_index.postprocessor.presidio.base")
    schema = load("llama_index.core.schema")
    engines = load("presidio_analyzer.nlp_engine")
    blank = engines.NlpEngineProvider(nlp_configuration=spacy_config(model))
    theirs.AnalyzerEngine = partial(
        load("presidio_analyzer").AnalyzerEngine, nlp_engine=blank.create_engine()
    )

    def masks(size: int) -> Change:
        made = theirs.PresidioPIINodePostprocessor()
        forms = {f"<EMAIL_ADDRESS_{n}>": address(n) for n in range(1, size + 1)}
        made.mapping.update(forms)
        made.entity_mapping["EMAIL_ADDRESS"] = {v: p for p, v in forms.items()}

        def mask(text: str) -> str:
            node = schema.NodeWithScore(node=schema.TextNode(text=text))
            return str(made.postprocess_nodes([node])[0].node.get_content())

        return mask

    return Candidate(
        "LlamaIndex postprocessor",
        "PresidioPIINodePostprocessor of llama-index-postprocessor-presidio "
        f"{version_of('llama-index-postprocessor-presidio')}:\n"
        "  its AnalyzerEngine(), one for each node, on one blank spaCy model",
        masks(0),
        masking(masks),
    )


PEERS = {
    "LangChain anonymizer": (
        reversible_anonymizer,
        "pip install langchain-experimental==0.4.2 Faker",
    ),
    "LlamaIndex postprocessor": (
        node_postprocessor,
        "pip install llama-index-postprocessor-presidio==0.7.0",
    ),
}


def candidates() -> Iterator[Candidate]:
    """Ours, then the peers that are installed; the others by name."""
    yield ours()
    with tempfile.TemporaryDirectory() as folder:
        load("spacy").blank("en").to_disk(Path(folder, "blank_en"))
        for name, (build, install) in PEERS.items():
            try:
                yield build(str(Path(folder, "blank_en")))
            except ImportError:
                yield Candidate(name, f"not installed: {install}")


def spacy_config(model: str) -> dict[str, Any]:
    """Presidio's configuration for one English spaCy model."""
    models = [{"lang_code": "en", "model_name": model}]
    return {"nlp_engine_name": "spacy", "models": models}


def load(module: str) -> Any:
    """A module that may not be here; one of the peers warns that it is being sunset."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)
        return import_module(module)


def version_of(package: str) -> str:
    """The version of a package, or that it runs from its sources."""
    try:
        return version(package)
    except ImportError:
        return "(from source)"


def _wanted(number: int) -> Wanted:
    return Wanted("EMAIL_ADDRESS", address(number), address(number))


# --- Measuring ----------------------------------------------------------------------


def measure(jobs: Mapping[str, Job]) -> dict[str, float]:
    """Seconds for each candidate's job; infinity for one that is over the budget."""
    loops = {name: loops_for(job) for name, job in jobs.items()}
    samples: dict[str, list[float]] = {name: [] for name in jobs}
    end = perf_counter() + BUDGET
    for repetition in range(REPETITIONS):
        if repetition > 2 and perf_counter() > end:
            break
        for name, job in jobs.items():
            if loops[name]:
                samples[name].append(timed(job, loops[name]))
    return {name: median(taken or [math.inf]) for name, taken in samples.items()}


def loops_for(job: Job) -> int:
    """How often to run it for one sample; 0 where one run takes too long."""
    if timed(job, 1) > BUDGET:
        return 0
    return math.ceil(SAMPLE / timed(job, 1))


def timed(job: Job, loops: int) -> float:
    """Seconds for one run, the mean of so many."""
    start = perf_counter()
    for _ in range(loops):
        job()
    return (perf_counter() - start) / loops


# --- Printing -----------------------------------------------------------------------


def main() -> None:
    """Everything, in half a minute or so."""
    logging.getLogger("tldextract").setLevel(logging.CRITICAL)  # no net: no matter
    logging.getLogger("presidio-analyzer").setLevel(logging.ERROR)
    python = f"{platform.python_implementation()} {platform.python_version()}"
    print(f"{python}, {platform.platform()}, {os.cpu_count()} CPUs, {cpu()}")
    print(f"Presidio {version_of('presidio-analyzer')}; medians of {REPETITIONS}\n")
    everyone = list(candidates())
    for candidate in everyone:
        print(f"{candidate.name}: {candidate.config}")
    print_times(everyone)
    print_leaks(everyone)


def print_times(everyone: list[Candidate]) -> None:
    """A row for each task, and where we are the slower one."""
    ours, *peers = everyone
    print(f"\n{'task':<41}{ours.name:>11}", end="")
    print("".join(f"{peer.name:>26}" for peer in peers))
    slower = []
    for task in ours.jobs:
        jobs = {each.name: each.jobs[task] for each in everyone if task in each.jobs}
        taken = {k: v / CHUNKS.get(task, 1) for k, v in measure(jobs).items()}
        cells = [versus(taken.get(peer.name), taken[ours.name]) for peer in peers]
        print(f"{task:<41}{shown(taken[ours.name]):>11}", end="")
        print("".join(f"{cell:>26}" for cell in cells), flush=True)
        slower += [task] if min(taken, key=taken.__getitem__) != ours.name else []
    print(f"\nA peer is faster at: {'; '.join(slower) or 'none of these'}")


def print_leaks(everyone: list[Candidate]) -> None:
    """What stays in the masked texts, and what goes from them beside values."""
    values = {*EXAMPLE_VALUES, *VALUES}
    words = Counter(plain_words(500))
    print(f"\nValues left in the masked texts, of {len(values)}:")
    for candidate in everyone:
        if not candidate.jobs:
            continue
        masked = candidate.mask(LONG)
        text = f"{candidate.mask(EXAMPLE)} {masked}"
        left = [value for value in VALUES + EXAMPLE_VALUES if value in text]
        lost = (words - Counter(masked.split())).total()
        print(f"  {candidate.name:<26}{len(left)}  {', '.join(left)}")
        print(f"  {'':<26}and {lost} of 500 words masked that are no value")


def versus(theirs: float | None, mine: float) -> str:
    """Their time, and how many of ours it is."""
    if theirs is None:
        return "none"
    if math.isinf(theirs):
        return f"> {shown(BUDGET)} {f'> {BUDGET / mine:,.0f}x':>9}"
    ratio = theirs / mine
    return f"{shown(theirs)} {f'{ratio:,.0f}x' if ratio >= 10 else f'{ratio:.1f}x':>9}"


def shown(seconds: float) -> str:
    """Three digits and a unit."""
    for unit, size in (("s", 1.0), ("ms", 1e-3)):
        if seconds >= size:
            return f"{seconds / size:#.3g} {unit}"
    return f"{seconds / 1e-6:#.3g} us"


def cpu() -> str:
    """What the machine says it is."""
    info = Path("/proc/cpuinfo")
    lines = info.read_text().splitlines() if info.exists() else []
    names = [line.split(":")[1].strip() for line in lines if line[:10] == "model name"]
    return names[0] if names else platform.processor() or platform.machine()


if __name__ == "__main__":
    main()
