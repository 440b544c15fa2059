"""What masking found in a text before: history is sent again with every turn."""

import threading
from collections import OrderedDict
from typing import Generic, TypeVar

K = TypeVar("K")
V = TypeVar("V")


class Memo(Generic[K, V]):
    """The newest results of one owner, up to so many characters of text.

    Lies with the session's values and is forgotten with them.
    """

    def __init__(self, most: int = 1_000_000) -> None:
        self._most = most
        self._size = 0
        self._owner: object = None
        self._lock = threading.Lock()
        self._kept: OrderedDict[K, tuple[V, int]] = OrderedDict()

    def get(self, owner: object, key: K) -> V | None:
        """What the owner put there; None for anybody else."""
        with self._lock:
            kept = self._kept.get(key) if owner is self._owner else None
        return None if kept is None else kept[0]

    def put(self, owner: object, key: K, value: V, size: int) -> None:
        """Keep it; the oldest goes where there is no room."""
        with self._lock:
            if owner is not self._owner:
                self._owner, self._kept, self._size = owner, OrderedDict(), 0
            before = self._kept.pop(key, None)
            self._size += size - (before[1] if before else 0)
            self._kept[key] = value, size
            while self._size > self._most:
                _, (_, freed) = self._kept.popitem(last=False)
                self._size -= freed

    def __repr__(self) -> str:
        return f"Memo({len(self._kept)} texts)"
