"""What a registry knows, to be read: placeholder -> value, and who has said it."""

from collections.abc import Collection, Iterator, Mapping


class View(Mapping[str, str]):
    """Placeholder -> value, live: it fills as the session goes on.

    ``labels`` holds those that were ever issued, ``sources`` for each placeholder who
    has said its value.
    """

    __slots__ = ("_values", "labels", "sources")

    def __init__(
        self,
        values: Mapping[str, str],
        labels: Collection[str],
        sources: Mapping[str, Collection[str]],
    ) -> None:
        self._values = values
        self.labels = labels
        self.sources = sources

    @property
    def plain(self) -> Mapping[str, str]:
        """The same as a dict, for those who look often; never to be changed."""
        return self._values

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
    labels = {placeholder[1:].rpartition("_")[0] for placeholder in values}
    return View(values, labels, {})
