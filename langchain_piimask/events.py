"""The events of a run (``astream_events``, v1 and v2), with their values back."""

from collections.abc import AsyncIterator, Callable, Iterator, Mapping
from typing import Any

from piimask_core.restorer import Restorer

from .restoring import OutputStream, restored

_TOLD = ("name", "tags", "metadata")


async def restored_events(
    events: AsyncIterator[Any], restorers: Callable[[], Restorer]
) -> AsyncIterator[Any]:
    """Every event restored; what a run still held back comes before its end."""
    stream = _Events(restorers)
    async for event in events:
        for shown in stream.feed(event):
            yield shown


class _Events:
    """A stream of pieces for each run."""

    def __init__(self, restorers: Callable[[], Restorer]) -> None:
        self._restorers = restorers
        self._runs: dict[str, tuple[OutputStream, Mapping[str, Any]]] = {}

    def feed(self, event: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
        """The event, and before an end what is left of the run's pieces."""
        told = {key: event[key] for key in _TOLD if key in event}
        event = {**event, **restored(told, self._restorers())}
        run, data = event["run_id"], event["data"]
        if "chunk" in data and event["event"].endswith("_stream"):
            if run not in self._runs:
                self._runs[run] = OutputStream(self._restorers), event
            piece = self._runs[run][0].feed(data["chunk"])
            if not isinstance(piece, str) or piece:
                yield _with(event, {**data, "chunk": piece})
            return
        if event["event"].endswith(("_end", "_error")) and run in self._runs:
            stream, like = self._runs.pop(run)
            for rest in stream.flush():
                yield _with(like, {**like["data"], "chunk": rest})
        yield _with(event, restored(data, self._restorers()))


def _with(event: Mapping[str, Any], data: Any) -> dict[str, Any]:
    return {**event, "data": data}
