"""Test doubles for your own tests, and the contract that every adapter keeps.

``recognizing`` finds exactly what you name, ``FakeModel`` answers by a function and
remembers every word it was given. Neither needs a framework; each adapter package
wraps ``FakeModel`` in its framework's own model class (``langchain_piimask.testing``,
``llamaindex_piimask.testing``).
"""

import re
import secrets
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import ClassVar

from .entities import Entity, Recognizer
from .errors import MaskingError
from .grammar import PLACEHOLDER
from .masker import Masker
from .registry import Registry
from .vault import MemoryVault

Reply = Callable[[Sequence[str]], str]
"""The texts of all messages, oldest first -> the answer."""


def recognizing(values: Mapping[str, Sequence[str]]) -> Recognizer:
    """A recognizer that finds exactly these values: ``{"PERSON": ["Jane Doe"]}``."""
    pairs = [(type, value) for type, listed in values.items() for value in listed]

    def recognize(text: str) -> list[Entity]:
        return [
            Entity(type, match.start(), match.end())
            for type, value in pairs
            for match in re.finditer(re.escape(value), text)
        ]

    return recognize


def failing(text: str) -> list[Entity]:
    """A recognizer that raises an error which holds the text, as real ones do."""
    raise ValueError(f"cannot read {text}")


class FakeModel:
    """A model that answers by ``reply``, in pieces of ``size`` characters.

    ``seen`` holds every text it was ever given.
    """

    def __init__(self, reply: Reply, *, size: int = 3) -> None:
        self.seen: list[str] = []
        self._reply = reply
        self._size = size

    def answer(self, texts: Sequence[str]) -> str:
        """The whole answer."""
        self.seen += texts
        return self._reply(texts)

    def pieces(self, texts: Sequence[str]) -> Iterator[str]:
        """The answer as a stream gives it: cut without regard to placeholders."""
        answer = self.answer(texts)
        for at in range(0, len(answer), self._size):
            yield answer[at : at + self._size]


def echo(texts: Sequence[str]) -> str:
    """Answers with the last message."""
    return texts[-1]


def scripted(*answers: str) -> Reply:
    """Answers with these, one after the other."""
    rest = iter(answers)
    return lambda texts: next(rest)


def attentive(texts: Sequence[str]) -> str:
    """Answers new sentences from the text it is given: enough for a demonstration.

    Asked for something of a type it has seen, it tells it; given new placeholders, it
    notes them; else it gives the sentence that shares most words with the question.
    """
    question = texts[-1]
    asked = [
        match[0]
        for match in PLACEHOLDER.finditer(" ".join(texts[:-1]))
        if match[1].lower() in question.lower()
    ]
    if asked and question.rstrip().endswith("?"):
        return f"You told me: {_listed(asked[:1])}. Shall I use it?"
    here = [match[0] for match in PLACEHOLDER.finditer(question)]
    if "Context information" in question:
        return _closest(question)
    if here:
        return f"Thank you, I have noted {_listed(here)} and will take care of it."
    return "Could you tell me a little more?"


def _closest(question: str) -> str:
    """The sentence of the context that shares most words with the query."""
    context, _, query = question.partition("Query:")
    asked = set(re.findall(r"\w{3,}", query.lower()))
    sentences = re.split(r"(?<=[.!?])\s+|\n+", context)
    return max(
        sentences, key=lambda s: len(asked & set(re.findall(r"\w{3,}", s.lower())))
    ).strip()


def _listed(placeholders: Sequence[str]) -> str:
    unique = list(dict.fromkeys(placeholders))
    return " and ".join(filter(None, [", ".join(unique[:-1]), unique[-1]]))


Ask = Callable[[str, str], list[str]]
"""(text, mode) -> the pieces of the answer; one piece where the mode is no stream."""


class AdapterContract:
    """What every adapter keeps. Subclass it as a test class and write ``open``."""

    modes: ClassVar[Sequence[str]] = ("invoke", "ainvoke", "stream", "astream")
    values: ClassVar[Mapping[str, Sequence[str]]] = {
        "EMAIL_ADDRESS": ["jane@example.com", "bob@company.com"],
        "US_SSN": ["123-45-6789"],
        "PERSON": ['Jo "JJ" O\\Neil'],
    }

    def open(self, model: FakeModel, masker: Masker, session: str) -> Ask:
        """A chain of this framework around the model, for one conversation."""
        raise NotImplementedError

    def masker(self) -> Masker:
        """A masker with a vault of its own, that finds ``values``."""
        return Masker(recognizer=recognizing(self.values), vault=MemoryVault())

    def test_no_value_reaches_the_model_and_no_placeholder_the_user(self) -> None:
        """The model sees placeholders only, the user real values only."""
        for mode in self.modes:
            model = FakeModel(echo)
            ask = self.open(model, self.masker(), "s")
            text = f"I am {', '.join(v for vs in self.values.values() for v in vs)}."

            assert "".join(ask(text, mode)) == text, mode

            seen = "\n".join(model.seen)
            for listed in self.values.values():
                assert not any(value in seen for value in listed), mode
            assert "<EMAIL_1>" in seen and "<EMAIL_2>" in seen, mode

    def test_the_same_value_keeps_its_placeholder_over_turns(self) -> None:
        """Turn 1 and turn 3 share a placeholder, turn 5 gets the next."""
        for mode in self.modes:
            model = FakeModel(echo)
            ask = self.open(model, self.masker(), "s")
            for text in (
                "jane@example.com",
                "again jane@example.com",
                "bob@company.com",
            ):
                assert "".join(ask(text, mode)) == text, mode

            seen = "\n".join(model.seen)
            assert "again <EMAIL_1>" in seen and "<EMAIL_2>" in seen, mode
            assert "<EMAIL_3>" not in seen, mode

    def test_two_sessions_never_mix(self) -> None:
        """A placeholder of one conversation means nothing in another."""
        for mode in self.modes:
            masker = self.masker()
            hers = self.open(FakeModel(echo), masker, "hers")
            his = self.open(
                FakeModel(scripted("<EMAIL_1>", "<EMAIL_1>")), masker, "his"
            )
            hers("jane@example.com", mode)

            assert "".join(his("who is it?", mode)) == "<EMAIL_1>", mode
            assert "".join(his("bob@company.com", mode)) == "bob@company.com", mode

    def test_a_typed_placeholder_stays_what_was_typed(self) -> None:
        """Nobody can type their way to a value."""
        for mode in self.modes:
            ask = self.open(FakeModel(echo), self.masker(), "s")
            ask("jane@example.com", mode)

            assert "".join(ask("what is <EMAIL_1>?", mode)) == "what is <EMAIL_1>?", (
                mode
            )

    def test_an_invented_placeholder_stays_as_it_is(self) -> None:
        """What was never issued is not restored, and never a half shown as a whole."""
        for mode in self.modes:
            model = FakeModel(scripted("see <EMAIL_9>, <EMAIL_1> and a <B"))
            ask = self.open(model, self.masker(), "s")

            answer = "".join(ask("jane@example.com", mode))
            assert answer == "see <EMAIL_9>, jane@example.com and a <B", mode

    def test_a_stream_shows_no_half_placeholder(self) -> None:
        """However small the pieces, each holds real text only."""
        for mode in self.modes:
            ask = self.open(FakeModel(echo, size=1), self.masker(), "s")
            pieces = ask("to jane@example.com ok", mode)

            assert "".join(pieces) == "to jane@example.com ok", mode
            assert not any("<" in piece for piece in pieces), mode

    def test_a_failing_recognizer_sends_nothing(self) -> None:
        """The call fails, the model is not asked, the error holds no value."""
        for mode in self.modes:
            model = FakeModel(echo)
            masker = Masker(recognizer=failing, vault=MemoryVault())
            ask = self.open(model, masker, "s")
            try:
                ask("jane@example.com", mode)
            except MaskingError as error:
                assert "jane" not in repr(error), mode
                assert error.__context__ is None, mode
            else:
                raise AssertionError(f"{mode}: nothing was raised")
            assert model.seen == [], mode

    def test_a_saved_registry_goes_on_in_another_process(self) -> None:
        """Loaded into an empty vault, it the same placeholders come again."""
        key = secrets.token_bytes(32)
        for mode in self.modes:
            masker, model = self.masker(), FakeModel(echo)
            self.open(model, masker, "s")("jane@example.com", mode)
            saved = masker.registry("s").dumps(key=key)
            assert "jane" not in str(saved), mode

            later = self.masker()
            Registry.loads(saved, key=key, vault=later.vault)
            ask = self.open(model, later, "s")
            text = "bob@company.com, jane@example.com"
            assert "".join(ask(text, mode)) == text, mode
            assert "<EMAIL_2>, <EMAIL_1>" in "\n".join(model.seen), mode
