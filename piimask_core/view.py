"""What a registry knows, to be read: placeholder -> value, and who has said it."""

from collections.abc import Collection, Iterator, Mapping

from .references import PREFIX, REF


class View(Mapping[str, str]):
    """Placeholder -> value, live: it fills as the session goes on.

    ``labels`` holds those that were ever issued, ``sources`` for each placeholder who
    has said its value, ``kinds`` for each reference the label that it does not say.
    """

    __slots__ = ("_values", "kinds", "labels", "sources")

    def __init__(
        self,
        values: Mapping[str, str],
        labels: Collection[str],
        sources: Mapping[str, Collection[str]],
        kinds: Mapping[str, str] | None = None,
    ) -> None:
        self._values = values
        self.labels = labels
        self.sources = sources
        self.kinds = {} if kinds is None else kinds

    @property
    def plain(self) -> Mapping[str, str]:
        """The same as a dict, for those who look often; never to be changed."""
        return self._values

    def label(self, placeholder: str) -> str:
        """The label of a placeholder; of a reference, that of its value's type."""
        return self.kinds.get(placeholder) or _label(placeholder)

    def __getitem__(self, placeholder: str) -> str:
        return self._values[placeholder]

    def __contains__(self, placeholder: object) -> bool:
        return placeholder in self._values

    def __iter__(self) -> Iterator[str]:
        return iter(self._values)

    def __len__(self) -> int:
        return len(self._values)

    def __repr__(self) -> str:
        return f"View({len(self)} placeholders)"


def view_of(values: Mapping[str, str]) -> View:
    """A plain dict of placeholders as a view, its labels read from it."""
    if isinstance(values, View):
        return values
    return View(values, set(map(_label, values)), {})


def _label(placeholder: str) -> str:
    if placeholder.startswith(PREFIX):
        return REF
    return placeholder[1:].rpartition("_")[0]
