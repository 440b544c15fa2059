"""For those who come from ``langchain_experimental.data_anonymizer``: same calls."""

import json
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from piimask_core import InputError, Masker, Registry, default_masker
from piimask_core.entities import LABELS, LITERAL, Entity
from piimask_core.policy import Context, Policy

_TYPES = {label: type for type, label in LABELS.items()}


class PresidioReversibleAnonymizer:
    """Anonymize and deanonymize, as with the class of this name that is being sunset.

    What is new: placeholders in place of made-up people, so that nobody else's name is
    restored by accident; a text is restored exactly, whatever the values hold; a file
    of values is sealed with ``key`` (32 bytes). ``add_default_faker_operators`` and
    ``faker_seed`` have nothing to do. ``masker`` finds and restores.

    >>> from langchain_piimask.compat import PresidioReversibleAnonymizer
    >>> anonymizer = PresidioReversibleAnonymizer()
    >>> anonymizer.anonymize("Write to jane@example.com")
    'Write to <EMAIL_1>'
    >>> anonymizer.deanonymize("I wrote to <EMAIL_1>.")
    'I wrote to jane@example.com.'
    """

    def __init__(
        self,
        analyzed_fields: Sequence[str] | None = None,
        operators: Mapping[str, Any] | None = None,
        languages_config: Mapping[str, Any] | None = None,
        add_default_faker_operators: bool = True,
        faker_seed: int | None = None,
        *,
        masker: Masker | None = None,
        registry: Registry | None = None,
        key: bytes | None = None,
    ) -> None:
        if operators is not None:
            raise InputError("In place of operators= give a masker with a policy=.")
        if languages_config is not None:
            raise InputError(
                "In place of languages_config= give a masker with a recognizer=."
            )
        masker = masker or default_masker()
        if analyzed_fields is not None:
            masker = replace(masker, policy=_only(analyzed_fields, masker.decides))
        self._masker = masker
        self._registry = registry or _fresh(masker)
        self._key = key

    def anonymize(
        self,
        text: str,
        language: str | None = None,
        allow_list: Sequence[str] | None = None,
    ) -> str:
        """The text with placeholders; the same value keeps its own. Raises InputError
        for a language of which the masker does not say that it reads it."""
        if language not in (None, "en"):
            raise InputError("language= is None or 'en': give a masker that reads it.")
        masker = self._masker
        if allow_list:
            masker = replace(masker, allow=(*masker.allow, *allow_list))
        return masker.mask(text, self._registry)

    def deanonymize(
        self,
        text_to_deanonymize: str,
        deanonymizer_matching_strategy: Callable[..., str] | None = None,
    ) -> str:
        """The text with its values. Placeholders that a model has respelled are put
        right; a strategy that guesses is not taken (InputError)."""
        if deanonymizer_matching_strategy is not None:
            raise InputError(
                "No matching strategy is needed: placeholders are read tolerantly, and "
                "never guessed."
            )
        return self._masker.unmask(text_to_deanonymize, self._registry)

    @property
    def deanonymizer_mapping(self) -> dict[str, dict[str, str]]:
        """Type -> placeholder -> value: in clear, so mind where you put it."""
        mapping: dict[str, dict[str, str]] = {}
        view = self._registry.view()
        for placeholder, value in view.items():
            label = view.label(placeholder)
            if label != LITERAL:
                of_type = mapping.setdefault(_TYPES.get(label, label), {})
                of_type[placeholder] = value
        return mapping

    @property
    def anonymizer_mapping(self) -> dict[str, dict[str, str]]:
        """Type -> value -> placeholder."""
        return {
            type: {value: placeholder for placeholder, value in found.items()}
            for type, found in self.deanonymizer_mapping.items()
        }

    def reset_deanonymizer_mapping(self) -> None:
        """Forget all values, and go on with a registry of its own."""
        self._registry.erase()
        self._registry = _fresh(self._masker)

    def save_deanonymizer_mapping(self, file_path: Path | str) -> None:
        """Write the values to a file, sealed. Raises InputError without a ``key``."""
        if self._key is None:
            raise InputError("Values in clear are written to no file: give key=.")
        path = Path(file_path)
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(json.dumps(self._registry.dumps(key=self._key)))

    def load_deanonymizer_mapping(self, file_path: Path | str) -> None:
        """Go on with what was saved. Raises InputError for a file of another kind
        (one with values in clear belongs to made-up people, which stand in no text of
        ours), SealError if the key does not fit."""
        saved = None
        try:
            saved = json.loads(Path(file_path).read_text())
        except ValueError:
            saved = None
        if self._key is None or not isinstance(saved, dict):
            raise InputError("Expected a key= and a file that was saved with it.")
        vault = self._masker.vault
        self._registry = Registry.loads(saved, key=self._key, vault=vault)

    def __repr__(self) -> str:
        return f"PresidioReversibleAnonymizer({len(self._registry)} values)"


def _fresh(masker: Masker) -> Registry:
    return Registry(tenant=masker.tenant)


def _only(types: Collection[str], policy: Policy) -> Policy:
    wanted = frozenset(types)

    def only(entity: Entity, context: Context) -> str:
        return policy(entity, context) if entity.type in wanted else "keep"

    return only
