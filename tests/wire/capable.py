"""A model that does as it is asked, for suites that were written for real ones."""

import json
from typing import Any

from wire.replies import Json, Reply, ToolCall, last_user_text, messages


def capable(request: Json) -> Reply:
    """Calls a tool if it has any and has no result yet; fills a schema; or talks."""
    sent = messages(request)
    wanted = request.get("response_format") or {}
    if wanted.get("type") == "json_schema":
        return json.dumps(
            filled(wanted["json_schema"]["schema"], last_user_text(request))
        )
    if wanted.get("type") == "json_object":
        return json.dumps({"setup": "Why?", "punchline": "Because."})
    tools = request.get("tools") or []
    if tools and request.get("tool_choice") != "none" and sent[-1]["role"] != "tool":
        called = tools[0]["function"]
        return ToolCall(
            called["name"],
            filled(called.get("parameters") or {}, last_user_text(request)),
        )
    return "Hello there, this is a somewhat longer answer than needed."


def filled(schema: Json, text: str, root: Json | None = None) -> Any:
    """Something that fits the schema; where it wants a text, this one."""
    root = root or schema
    if "$ref" in schema:
        name = schema["$ref"].rsplit("/", 1)[-1]
        return filled(root["$defs"][name], text, root)
    if choices := schema.get("enum"):
        return choices[0]
    if options := schema.get("anyOf"):
        return filled(options[0], text, root)
    kind = schema.get("type", "object" if "properties" in schema else "string")
    if kind == "object":
        needed = schema.get("required", ())
        parts = schema.get("properties", {}).items()
        return {key: filled(part, text, root) for key, part in parts if key in needed}
    if kind == "array":
        return [filled(schema.get("items", {}), text, root)]
    return {"integer": 3, "number": 3.0, "boolean": True}.get(kind, text)
