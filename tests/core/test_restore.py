"""Where values may come back: two presets, and any callable."""

import pytest

from piimask_core import InputError
from piimask_core.restore import NEVER, STANDARD, Place, RestorePolicy, allowed

SHOP = RestorePolicy.standard(hosts={"Shop.Example"})
TOOLS = RestorePolicy.standard(
    tools={
        "send_email": {"to": {"EMAIL_ADDRESS"}, "body": {"PERSON"}},
        "lookup": "real",
        "web": "masked",
        "wipe": "block",
    }
)
STRICT = RestorePolicy.strict(tools={"send_email": {"to": {"EMAIL"}}, "lookup": "real"})


def tool(name: str, argument: str, **more: object) -> Place:
    return Place("structured", name, argument, **more)  # type: ignore[arg-type]


DECISIONS = [
    # standard
    (STANDARD, "EMAIL", Place("text"), True),
    (STANDARD, "EMAIL", Place("structured"), True),
    (STANDARD, "EMAIL", Place("html"), True),
    (STANDARD, "EMAIL", Place("url", host="evil.test"), False),
    (STANDARD, "EMAIL", Place("url", whole=True), True),
    (STANDARD, "URL", Place("attribute", whole=True), True),
    (STANDARD, "SSN", Place("url", whole=True), False),
    (STANDARD, "URL", Place("url", whole=True, safe=False), False),
    (STANDARD, "URL", Place("url", whole=True, safe=False, sources={"user"}), True),
    (STANDARD, "PERSON", Place("code"), True),
    (STANDARD, "PERSON", Place("code", safe=False), False),
    (STANDARD, "PERSON", Place("code", safe=False, sources={"document"}), False),
    (STANDARD, "PERSON", Place("code", safe=False, sources={"tool", "user"}), True),
    (STANDARD, "EMAIL", tool("any", "to"), True),
    (STANDARD, "EMAIL", Place("code", "any", "sql"), False),
    (STANDARD, "EMAIL", Place("url", "any", "url", host="evil.test"), False),
    *((STANDARD, "EMAIL", Place(sink), False) for sink in sorted(NEVER)),
    # hosts
    (SHOP, "EMAIL", Place("url", host="shop.example"), True),
    (SHOP, "EMAIL", Place("url", host="www.shop.example"), False),
    (SHOP, "EMAIL", Place("url", host=""), False),
    # declared tools
    (TOOLS, "EMAIL", tool("send_email", "to"), True),
    (TOOLS, "PERSON", tool("send_email", "to"), False),
    (TOOLS, "PERSON", tool("send_email", "body"), True),
    (TOOLS, "EMAIL", tool("send_email", "cc"), False),
    (TOOLS, "EMAIL", tool("send_email", ""), False),
    (TOOLS, "EMAIL", tool("lookup", "q"), True),
    (TOOLS, "EMAIL", tool("web", "q"), False),
    (TOOLS, "EMAIL", tool("wipe", "q"), False),
    (TOOLS, "EMAIL", tool("undeclared", "q"), False),
    (TOOLS, "EMAIL", Place("text"), True),
    # strict
    (STRICT, "EMAIL", Place("text"), True),
    (STRICT, "EMAIL", Place("text", shown=False), False),
    (STRICT, "EMAIL", Place("code", sources={"user"}), False),
    (STRICT, "EMAIL", tool("send_email", "to"), True),
    (STRICT, "EMAIL", tool("send_email", "to", shown=False), False),
    (STRICT, "SSN", tool("send_email", "to"), False),
    (STRICT, "EMAIL", tool("lookup", "q"), False),
    (STRICT, "EMAIL", tool("other", "q"), False),
]


@pytest.mark.parametrize(("policy", "label", "place", "expected"), DECISIONS)
def test_a_preset_says_where_a_value_may_come_back(
    policy: RestorePolicy, label: str, place: Place, expected: bool
) -> None:
    """By label, sink, tool, argument, source; and always yes for what was typed."""
    assert allowed(policy, label, place) is expected
    assert allowed(policy, "LITERAL", place)


def test_a_policy_that_fails_has_not_allowed() -> None:
    """Nor has one that says something other than yes."""

    def broken(label: str, place: Place) -> bool:
        raise RuntimeError

    def vague(label: str, place: Place) -> bool:
        return "yes"  # type: ignore[return-value]

    assert not allowed(broken, "EMAIL", Place())
    assert not allowed(vague, "EMAIL", Place())


def test_a_tool_is_declared_in_known_words() -> None:
    """A typing error must not read as a permission."""
    with pytest.raises(InputError):
        RestorePolicy.standard(tools={"lookup": "reel"})
