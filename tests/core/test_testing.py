"""The test doubles do what they say, and the contract catches who breaks it."""

from collections.abc import Callable, Iterator

import pytest
from core.helpers import BOB, JANE, SSN, own_registry

from piimask_core import Entity, Masker, MaskingError, Registry
from piimask_core.testing import (
    AdapterContract,
    Ask,
    FakeModel,
    attentive,
    echo,
    failing,
    recognizing,
    scripted,
)

# The doubles


FOUND = [
    ({}, "jane", []),
    ({"A": ["x"]}, "", []),
    ({"A": ["x"]}, "xyx", [("A", 0, 1), ("A", 2, 3)]),
    ({"A": ["x."]}, "xy x.", [("A", 3, 5)]),
    ({"A": ["x"]}, "X", []),
    ({"A": ["xy", "x"], "B": ["y"]}, "xy", [("A", 0, 2), ("A", 0, 1), ("B", 1, 2)]),
]


@pytest.mark.parametrize(("values", "text", "expected"), FOUND)
def test_recognizing_finds_exactly_what_was_named(
    values: dict[str, list[str]], text: str, expected: list[tuple[str, int, int]]
) -> None:
    """Every occurrence, letter by letter, overlaps and all."""
    assert recognizing(values)(text) == [Entity(*each) for each in expected]


def test_failing_tells_what_it_was_given() -> None:
    """As the errors of real recognizers do, which nobody may pass on."""
    with pytest.raises(ValueError, match=JANE):
        failing(JANE)
    with pytest.raises(MaskingError) as caught:
        Masker(recognizer=failing).mask(JANE, own_registry())
    assert JANE not in repr(caught.value)


def test_echo_answers_with_the_last_message() -> None:
    """And with nothing else."""
    assert echo(["one", "two"]) == "two"


def test_scripted_answers_one_after_the_other() -> None:
    """Whatever is said; and each script for itself."""
    reply, other = scripted("a", "b"), scripted("a")

    assert [reply(["x"]), other(["x"]), reply([])] == ["a", "a", "b"]


def test_a_script_that_ran_out_says_so() -> None:
    """A test that asks once more than it planned must not get an answer."""
    with pytest.raises(StopIteration):
        scripted()([])


TOLD = [
    (["hello"], "Could you tell me a little more?"),
    (
        ["I am <EMAIL_1>"],
        "Thank you, I have noted <EMAIL_1> and will take care of it.",
    ),
    (
        ["<SSN_1> <EMAIL_1> <SSN_1> <EMAIL_2>"],
        "Thank you, I have noted <SSN_1>, <EMAIL_1> and <EMAIL_2> and will take care "
        "of it.",
    ),
    (
        ["I am <EMAIL_1>, <SSN_1>", "What is my ssn?"],
        "You told me: <SSN_1>. Shall I use it?",
    ),
    (["I am <EMAIL_1>", "What is my ssn?"], "Could you tell me a little more?"),
    (["I am <EMAIL_1>", "Mind my email!"], "Could you tell me a little more?"),
    (
        ["Context information: It rains. Mail <EMAIL_1> for refunds. Query: refunds?"],
        "Mail <EMAIL_1> for refunds.",
    ),
]


@pytest.mark.parametrize(("texts", "expected"), TOLD)
def test_attentive_answers_from_what_it_was_told(
    texts: list[str], expected: str
) -> None:
    """It can repeat no value that it was not given."""
    assert attentive(texts) == expected


def test_a_fake_model_remembers_every_word() -> None:
    """Of every request, in order, whichever way it was asked."""
    model = FakeModel(echo)

    assert model.answer(["a", "b"]) == "b"
    assert list(model.pieces(["c"])) == ["c"]
    assert model.seen == ["a", "b", "c"]


@pytest.mark.parametrize(
    ("size", "pieces"),
    [(1, ["<", "E", "_", "1", ">"]), (3, ["<E_", "1>"]), (9, ["<E_1>"])],
)
def test_a_fake_model_streams_in_pieces_of_a_size(size: int, pieces: list[str]) -> None:
    """It cuts placeholders, as real ones do."""
    assert list(FakeModel(echo, size=size).pieces(["<E_1>"])) == pieces


# The contract


class Good(AdapterContract):
    """An adapter made of nothing but the core."""

    modes = ("invoke", "stream")

    def open(self, model: FakeModel, masker: Masker, session: str) -> Ask:
        """A conversation."""
        registry = self.registry(masker, session)

        def ask(text: str, mode: str) -> list[str]:
            masked = [self.masked(masker, text, registry, mode)]
            if mode == "invoke":
                return [self.restored(masker, model.answer(masked), registry)]
            return list(self.stream(masker, model.pieces(masked), registry))

        return ask

    def registry(self, masker: Masker, session: str) -> Registry:
        """Whose placeholders."""
        return masker.registry(session)

    def masked(self, masker: Masker, text: str, registry: Registry, mode: str) -> str:
        """On the way in."""
        return masker.mask(text, registry)

    def restored(self, masker: Masker, text: str, registry: Registry) -> str:
        """On the way out."""
        return masker.unmask(text, registry)

    def stream(
        self, masker: Masker, pieces: Iterator[str], registry: Registry
    ) -> Iterator[str]:
        """On the way out, in pieces."""
        stream = masker.stream_unmasker(registry)
        for piece in pieces:
            yield stream.feed(piece)
        yield stream.flush()


class MasksNothing(Good):
    """The model sees what was typed."""

    def masked(self, masker: Masker, text: str, registry: Registry, mode: str) -> str:
        """As it is."""
        return text


class LeaksInAStream(Good):
    """Somebody forgot one of the ways in."""

    def masked(self, masker: Masker, text: str, registry: Registry, mode: str) -> str:
        """In one mode only."""
        return masker.mask(text, registry) if mode == "invoke" else text


class RestoresNothing(Good):
    """The user sees placeholders."""

    def restored(self, masker: Masker, text: str, registry: Registry) -> str:
        """As it is."""
        return text


class RestoresNoStream(Good):
    """The user sees placeholders piece by piece."""

    def stream(
        self, masker: Masker, pieces: Iterator[str], registry: Registry
    ) -> Iterator[str]:
        """As they are."""
        return pieces


class RestoresPieceByPiece(Good):
    """As if no placeholder was ever cut."""

    def stream(
        self, masker: Masker, pieces: Iterator[str], registry: Registry
    ) -> Iterator[str]:
        """Each for itself."""
        return (masker.unmask(piece, registry) for piece in pieces)


class LosesTheTail(Good):
    """What the stream held back is gone."""

    def stream(
        self, masker: Masker, pieces: Iterator[str], registry: Registry
    ) -> Iterator[str]:
        """Never flushed."""
        stream = masker.stream_unmasker(registry)
        return (stream.feed(piece) for piece in pieces)


class SharesOneRegistry(Good):
    """Everybody's conversation is one."""

    def registry(self, masker: Masker, session: str) -> Registry:
        """Of nobody in particular."""
        return masker.registry("shared")


class StartsAnewEachTurn(Good):
    """Nothing is remembered from one turn to the next."""

    def open(self, model: FakeModel, masker: Masker, session: str) -> Ask:
        """A conversation for each call."""
        return lambda text, mode: super(StartsAnewEachTurn, self).open(
            model, masker, str(object())
        )(text, mode)

    def registry(self, masker: Masker, session: str) -> Registry:
        """A new one."""
        return own_registry()


class RestoresWhatWasTyped(Good):
    """A placeholder that somebody typed leads to a value."""

    def masked(self, masker: Masker, text: str, registry: Registry, mode: str) -> str:
        """As if an enclosing layer had put it in."""
        return masker.mask(text, registry, layered=True)


class RestoresByGuessing(Good):
    """An invented placeholder leads to some value."""

    def restored(self, masker: Masker, text: str, registry: Registry) -> str:
        """Whatever the number."""
        return masker.unmask(text.replace("_9>", "_1>"), registry)


class FailsOpen(Good):
    """Where masking fails, it sends the text."""

    def masked(self, masker: Masker, text: str, registry: Registry, mode: str) -> str:
        """Anyhow."""
        try:
            return super().masked(masker, text, registry, mode)
        except MaskingError:
            return text


class TellsTheValue(Good):
    """Its errors quote the text."""

    def masked(self, masker: Masker, text: str, registry: Registry, mode: str) -> str:
        """Or say so."""
        try:
            return super().masked(masker, text, registry, mode)
        except MaskingError:
            pass
        raise MaskingError(f"cannot mask {text}")


class KeepsTheContext(Good):
    """Its errors hang on others that quote the text."""

    def masked(self, masker: Masker, text: str, registry: Registry, mode: str) -> str:
        """Or raise from it."""
        try:
            return super().masked(masker, text, registry, mode)
        except MaskingError as error:
            raise MaskingError("cannot mask") from error


Test = Callable[[AdapterContract], None]

ALL = [name for name in dir(AdapterContract) if name.startswith("test_")]

CAUGHT: list[tuple[type[Good], Test]] = [
    (each, test)
    for test, adapters in {
        AdapterContract.test_no_value_reaches_the_model_and_no_placeholder_the_user: (
            MasksNothing,
            LeaksInAStream,
            RestoresNothing,
            RestoresNoStream,
            RestoresPieceByPiece,
        ),
        AdapterContract.test_the_same_value_keeps_its_placeholder_over_turns: (
            StartsAnewEachTurn,
            MasksNothing,
        ),
        AdapterContract.test_two_sessions_never_mix: (SharesOneRegistry,),
        AdapterContract.test_a_typed_placeholder_stays_what_was_typed: (
            RestoresWhatWasTyped,
        ),
        AdapterContract.test_an_invented_placeholder_stays_as_it_is: (
            RestoresByGuessing,
            RestoresNothing,
            LosesTheTail,
        ),
        AdapterContract.test_a_stream_shows_no_half_placeholder: (
            RestoresNoStream,
            RestoresPieceByPiece,
        ),
        AdapterContract.test_a_failing_recognizer_sends_nothing: (
            MasksNothing,
            FailsOpen,
            TellsTheValue,
            KeepsTheContext,
        ),
        AdapterContract.test_a_saved_registry_goes_on_in_another_process: (
            StartsAnewEachTurn,
            SharesOneRegistry,
        ),
    }.items()
    for each in adapters
]


@pytest.mark.parametrize("name", ALL)
def test_a_good_adapter_keeps_the_contract(name: str) -> None:
    """All of it, with no more than the core's own verbs."""
    assert getattr(Good(), name)() is None  # it raises where the contract is broken


@pytest.mark.parametrize(
    ("adapter", "test"),
    CAUGHT,
    ids=[f"{adapter.__name__}-{test.__name__}" for adapter, test in CAUGHT],
)
def test_a_bad_adapter_is_caught(adapter: type[Good], test: Test) -> None:
    """By the test that is about what it breaks."""
    with pytest.raises(AssertionError):
        test(adapter())


def test_every_part_of_the_contract_catches_someone() -> None:
    """A test that nobody can fail protects nobody."""
    assert sorted({test.__name__ for _, test in CAUGHT}) == ALL


def test_the_contract_asks_for_an_adapter() -> None:
    """Without ``open`` it says so, and never passes by itself."""
    for name in ALL:
        with pytest.raises(NotImplementedError):
            getattr(AdapterContract(), name)()


def test_the_contract_masks_values_that_are_hard_to_carry() -> None:
    """Quotes and a backslash, which JSON writes in another way."""
    entities = (
        AdapterContract().masker().entities(f'{JANE} {BOB} {SSN} Jo "JJ" O\\Neil')
    )

    assert [entity.type for entity in entities] == [
        *("EMAIL_ADDRESS", "EMAIL_ADDRESS", "US_SSN", "PERSON")
    ]
