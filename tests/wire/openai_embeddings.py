"""OpenAI's embeddings: small vectors of word counts, so that like texts are near."""

import base64
import math
import re
import struct
import zlib

from wire.replies import Json

DIMENSIONS = 32


def plain(request: Json) -> Json:
    """One vector for each input."""
    as_base64 = request.get("encoding_format") == "base64"
    vectors = [_vector(text) for text in _texts(request["input"])]
    data = [
        {
            "object": "embedding",
            "index": index,
            "embedding": _packed(vector) if as_base64 else vector,
        }
        for index, vector in enumerate(vectors)
    ]
    usage = {"prompt_tokens": 7, "total_tokens": 7}
    model = request.get("model", "wire")
    return {"object": "list", "data": data, "model": model, "usage": usage}


def _texts(sent: object) -> list[str]:
    """The inputs as texts; a list of tokens is read as a text of numbers."""
    if not isinstance(sent, list) or all(isinstance(item, int) for item in sent):
        return [str(sent)]
    return [str(item) for item in sent]


def _vector(text: str) -> list[float]:
    counts = [0.0] * DIMENSIONS
    for word in re.findall(r"\w+", text.lower()) or [""]:
        counts[zlib.crc32(word.encode()) % DIMENSIONS] += 1
    length = math.hypot(*counts)
    return [value / length for value in counts]


def _packed(vector: list[float]) -> str:
    return base64.b64encode(struct.pack(f"<{len(vector)}f", *vector)).decode()
