"""Mask and unmask without a masker or a framework."""

from threading import Thread

import pytest
from core.helpers import own_registry

from piimask_core import Masker, Registry, RegistryLost, default_masker, mask, unmask

TEXT = "My email is jane@example.com and my SSN is 123-45-6789"


def test_mask_makes_a_registry_that_turns_it_back() -> None:
    """The example of the README."""
    masked, registry = mask(TEXT)

    assert masked == "My email is <EMAIL_1> and my SSN is <SSN_1>"
    assert unmask(masked, registry) == TEXT
    assert unmask("I've noted <EMAIL_1>.", registry) == "I've noted jane@example.com."


def test_two_values_of_one_type_both_survive() -> None:
    """The obvious dictionary from type to value loses one."""
    masked, registry = mask("to jane@example.com and bob@company.com")

    assert masked == "to <EMAIL_1> and <EMAIL_2>"
    assert unmask(masked, registry) == "to jane@example.com and bob@company.com"


def test_a_registry_goes_on_over_turns() -> None:
    """Given, it is used, even an empty one; and it is given back."""
    registry = own_registry()

    _, first = mask("jane@example.com", registry)
    masked, second = mask("bob@company.com, jane@example.com", registry)

    assert first is registry and second is registry
    assert masked == "<EMAIL_2>, <EMAIL_1>"


def test_without_a_registry_two_calls_share_nothing() -> None:
    """Each has one of its own."""
    one, hers = mask("jane@example.com")
    two, his = mask("bob@company.com")

    assert one == two == "<EMAIL_1>"
    assert unmask(one, his) == "bob@company.com"
    assert unmask(one, hers) == "jane@example.com"


def test_nests_keep_their_shape() -> None:
    """Lists and dicts as well as texts."""
    masked, registry = mask({"to": ["jane@example.com"], "n": 1})

    assert masked == {"to": ["<EMAIL_1>"], "n": 1}
    assert unmask(masked, registry) == {"to": ["jane@example.com"], "n": 1}


def test_the_default_masker_is_one_and_the_same() -> None:
    """Configuration is shared, in all threads; a session never."""
    found: list[Masker] = []
    threads = [Thread(target=lambda: found.append(default_masker())) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert {id(masker) for masker in found} == {id(default_masker())}


def test_a_registry_of_one_call_is_gone_with_it() -> None:
    """Nobody has its name, so nothing is kept for anybody."""
    _, registry = mask("jane@example.com")

    with pytest.raises(RegistryLost):
        Registry.loads(registry.dumps())
