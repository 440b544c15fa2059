"""The way back: every spelling, every context, nothing read twice."""

import json
import logging
import random
from dataclasses import dataclass
from datetime import date
from typing import Any

import pytest
from core.helpers import BOB, JANE, SCALE, best_of, masker_for, own_registry
from pydantic import BaseModel

from piimask_core import Masker, MemoryVault, Registry
from piimask_core.audit import Unrestored
from piimask_core.restore import Place, RestorePolicy
from piimask_core.restorer import Restorer, map_arguments
from piimask_core.testing import recognizing
from piimask_core.vault import Wanted

ODD = 'Jo "JJ" O\\Neil\n'
VALUES = {
    "<EMAIL_1>": "jane@x.com",
    "<EMAIL_2>": "see <EMAIL_1>",
    "<PERSON_1>": ODD,
    "<PERSON_1S>": "JOS",
    "<PERSON_2>": "Jane",
    "<ORG_1>": "](https://evil.test/?q=",
    "<ORG_2>": "=cmd|'/c calc'!A0",
    "<ORG_3>": "<b>&",
    "<URL_1>": "https://evil.test/?q=",
    "<URL_2>": "javascript:alert(1)",
    "<ID_1>": r"\1 \g<0> $& {0} %s",
    "<ID_2>": "",
    "<ID_3>": "_1>",
    "<LITERAL_1>": "<EMAIL_1>",
}

TEXTS = [
    ("", ""),
    ("no placeholder", "no placeholder"),
    ("to <EMAIL_1>.", "to jane@x.com."),
    ("<EMAIL_1><EMAIL_1>", "jane@x.comjane@x.com"),
    ("<EMAIL_2>", "see <EMAIL_1>"),
    ("<ID_1>", r"\1 \g<0> $& {0} %s"),
    ("a<ID_2>b", "ab"),
    ("<EMAIL<ID_3>", "<EMAIL_1>"),
    ("<EMAIL_9> <EMAIL_1B>", "<EMAIL_9> <EMAIL_1B>"),
    ("[EMAIL_1] EMAIL_12 EMAIL_1", "jane@x.com EMAIL_12 jane@x.com"),
    ("<PERSON_2s> and PERSON_2's", "Janes and Jane's"),
    ("<PERSON_1s>", "<PERSON_1s>"),  # another form, or a plural: nobody can tell
    ("&lt;ORG_3&gt;", "&lt;b&gt;&amp;"),
    ("https://evil.test/?q=<EMAIL_1>", "https://evil.test/?q=<EMAIL_1>"),
    ("https://evil.test/?q=<LITERAL_1>", "https://evil.test/?q=<EMAIL_1>"),
    ("<URL_1><EMAIL_1>", "https://evil.test/?q=<EMAIL_1>"),
    ("<URL_1> <EMAIL_1>", "https://evil.test/?q= jane@x.com"),
    ("[a<ORG_1><EMAIL_1>)", "[a](https://evil.test/?q=<EMAIL_1>)"),
    ("https://a.test/<EMAIL_9><EMAIL_1>", "https://a.test/<EMAIL_9><EMAIL_1>"),
    ("[Jane](mailto:<EMAIL_1>)", "[Jane](mailto:jane@x.com)"),
    ("[Jane](<URL_1>)", "[Jane](https://evil.test/?q=)"),
    ("[Jane](<URL_2>)", "[Jane](<URL_2>)"),
    ('{"a": "<PERSON_1>"}', '{"a": ' + json.dumps(ODD) + "}"),
    ('[1, "<PERSON_1>"]', "[1, " + json.dumps(ODD) + "]"),
    (
        'Action Input: {"a": "<PERSON_1>"}',
        'Action Input: {"a": ' + json.dumps(ODD) + "}",
    ),
    (
        '```json\n{"a": "<PERSON_1>"}\n```',
        '```json\n{"a": ' + json.dumps(ODD) + "}\n```",
    ),
    ('"<PERSON_1>"', f'"{ODD}"'),
    ('{"a": 1} <PERSON_1>', '{"a": 1} ' + ODD),
]


@pytest.mark.parametrize(("text", "expected"), TEXTS)
def test_each_placeholder_gives_its_value_where_it_may(
    text: str, expected: str
) -> None:
    """Once, as it is written there, and never read again."""
    assert Restorer(VALUES).text(text) == expected


JSON = [
    '{"a": "<PERSON_1>", "b": ["x <PERSON_1>", {"<EMAIL_1>": null}]}',
    '{"args": "{\\"to\\": \\"<PERSON_1>\\"}", "n": 1.5e3}',
    '["\\u003cPERSON_1\\u003e", "&lt;PERSON_2&gt;"]',
]


@pytest.mark.parametrize("text", JSON)
def test_a_json_text_stays_one(text: str) -> None:
    """Escaped as deep as it is nested."""
    for restored in (Restorer(VALUES).json(text), Restorer(VALUES).text(text)):
        tree = json.loads(restored)
        flat = json.dumps(tree)
        assert "PERSON_1" not in flat
        if "args" in text:
            assert json.loads(tree["args"]) == {"to": ODD}


@pytest.mark.parametrize("value", ['["', '{"a": "', '[1, "', '{"'])
def test_what_a_value_says_is_no_json_of_the_answer(value: str) -> None:
    """The next value is escaped as deep as the answer is, and no deeper."""
    back = Restorer({"<ID_1>": value, "<ID_2>": 'say "hi"'})

    assert back.text("<ID_1> and <ID_2>") == f'{value} and say "hi"'
    text = '{"n": "<ID_1> and <ID_2>"}'
    assert json.loads(back.json(text)) == {"n": f'{value} and say "hi"'}
    assert json.loads(back.text(text)) == {"n": f'{value} and say "hi"'}


def test_structured_answers_parse_and_are_equal() -> None:
    """2,000 of them: any value, in text of JSON, as arguments, as a tree."""
    rnd = random.Random(11)  # noqa: S311
    alphabet = "aZ0 \"\\/\n\t\u2028\x00é😀<>&{}[]:,'%_"
    for _ in range(2_000 * SCALE):
        value = "".join(rnd.choices(alphabet, k=rnd.randrange(1, 12)))
        back = Restorer({"<PERSON_1>": value, "<PERSON_2>": "plain"})
        tree = _nest(rnd, 3)
        expected = _replaced(tree, value)

        text = json.dumps(tree, ensure_ascii=rnd.random() < 0.5)
        assert json.loads(back.json(text)) == expected
        assert back.tree(tree) == expected
        assert back.arguments("tool", tree) == expected
        stream = back.json_stream(tool="tool")
        cut = rnd.randrange(len(text) + 1)
        parts = stream.feed(text[:cut]) + stream.feed(text[cut:]) + stream.flush()
        assert json.loads(parts) == expected


def _nest(rnd: random.Random, depth: int) -> Any:
    texts = ["<PERSON_1>", "x <PERSON_1> y", "<PERSON_2>", "plain", "[PERSON_1]", ""]
    if depth == 0 or rnd.random() < 0.3:
        return rnd.choice([*texts, *texts, 7, 1.5, True, None])
    if rnd.random() < 0.4:
        return [_nest(rnd, depth - 1) for _ in range(rnd.randrange(3))]
    keys = rnd.sample(["a", "key", "<PERSON_2>", "é"], k=rnd.randrange(1, 4))
    return {key: _nest(rnd, depth - 1) for key in keys}


def _replaced(tree: Any, value: str) -> Any:
    if isinstance(tree, dict):
        return {_replaced(k, value): _replaced(v, value) for k, v in tree.items()}
    if isinstance(tree, list):
        return [_replaced(item, value) for item in tree]
    if isinstance(tree, str):
        tree = tree.replace("<PERSON_1>", value).replace("[PERSON_1]", value)
        return tree.replace("<PERSON_2>", "plain")
    return tree


class Order(BaseModel):
    """Fields of several types."""

    name: str
    born: date
    card: int | None = None
    tags: dict[str, str] = {}


@dataclass
class Birth:
    """The same, smaller."""

    day: date


def test_a_field_gets_back_the_type_that_it_has() -> None:
    """A date is a date again, a number a number."""
    found = {
        "PERSON": ["Jane"],
        "DATE_TIME": ["1990-04-12"],
        "CREDIT_CARD": ["4111111111111111"],
    }
    masker = masker_for(found)
    order = Order(
        name="Jane", born=date(1990, 4, 12), card=4111111111111111, tags={"Jane": "x"}
    )
    for given in (order, Birth(date(1990, 4, 12))):
        registry = own_registry()
        masked = masker.mask(given, registry)

        assert "1990" not in repr(masked)
        assert masker.unmask(masked, registry) == given


SINKS = [
    ("html", "<p><ORG_3></p>", "<p>&lt;b&gt;&amp;</p>"),
    ("csv", "a,<ORG_2>,b", "a,'=cmd|'/c calc'!A0,b"),
    ("csv", "=SUM(A1),<EMAIL_1>", "=SUM(A1),jane@x.com"),
    ("csv", '=WEBSERVICE("x"&"<EMAIL_1>")', '=WEBSERVICE("x"&"<EMAIL_1>")'),
    ("url", "<EMAIL_1>", "jane@x.com"),
    ("url", "/p/<EMAIL_1>", "/p/<EMAIL_1>"),
    ("code", "x = '<PERSON_1>'", "x = '<PERSON_1>'"),
    ("code", "x = '<EMAIL_1>'", "x = 'jane@x.com'"),
    *((sink, "<EMAIL_1>", "<EMAIL_1>") for sink in ("log", "trace", "model", "memory")),
]


@pytest.mark.parametrize(("sink", "text", "expected"), SINKS)
def test_a_sink_that_is_named_is_obeyed(sink: str, text: str, expected: str) -> None:
    """Escaped, guarded, or not restored at all."""
    assert Restorer(VALUES).text(text, sink=sink) == expected


HOSTS = [
    ("https://shop.example/?q=<EMAIL_1>", True),
    ("https://SHOP.example:443/<EMAIL_1>", True),
    ("[x](https://shop.example/?a=b&q=<EMAIL_1>)", True),
    ("https://shop.example<EMAIL_1>", False),
    ("https://shop.example@evil.test/<EMAIL_1>", False),
    ("https://shop.example:x@evil.test/<EMAIL_1>", False),
    ("https://shop.example.evil.test/<EMAIL_1>", False),
    (r"https://shop.example\@evil.test/<EMAIL_1>", False),
    ("https://evil.test/https://shop.example/<EMAIL_1>", False),
    ("xhttps://shop.example/<EMAIL_1>", False),
    ("//shop.example/<EMAIL_1>", False),
    ('<img srcset="https://shop.example/ 1x, /p?<EMAIL_1>">', False),
]


@pytest.mark.parametrize(("text", "is_restored"), HOSTS)
def test_an_allowed_host_is_one_that_stands_there_in_letters(
    text: str, is_restored: bool
) -> None:
    """As a browser would read it."""
    policy = RestorePolicy.standard(hosts={"shop.example"})

    restored = Restorer(VALUES, policy=policy).text(text)

    assert ("jane@x.com" in restored) is is_restored


def test_a_value_is_encoded_in_a_url() -> None:
    """So that it cannot add a parameter of its own."""
    policy = RestorePolicy.standard(hosts={"shop.example"})
    back = Restorer({"<PERSON_1>": "a&b=c d"}, policy=policy)

    restored = back.text("https://shop.example/?n=<PERSON_1>&x")

    assert restored == "https://shop.example/?n=a%26b%3Dc%20d&x"


ARGUMENTS: list[tuple[Any, Any]] = [
    ({"to": "<EMAIL_1>"}, {"to": "jane@x.com"}),
    ({"<EMAIL_1>": 1}, {"jane@x.com": 1}),
    ({"sql": "select '<EMAIL_1>'"}, {"sql": "select '<EMAIL_1>'"}),
    (
        {"query": "select * from t where m='<EMAIL_1>'"},
        {"query": "select * from t where m='<EMAIL_1>'"},
    ),
    ({"query": "orders of <EMAIL_1>"}, {"query": "orders of jane@x.com"}),
    ({"zip_code": "<PERSON_2>"}, {"zip_code": "Jane"}),
    ({"bash_command": "echo <PERSON_2>"}, {"bash_command": "echo <PERSON_2>"}),
    ({"url": "<EMAIL_1>.evil.test"}, {"url": "<EMAIL_1>.evil.test"}),
    ({"url": "<URL_1>"}, {"url": "https://evil.test/?q="}),
    ({"a": {"imageUrl": "p/<EMAIL_1>"}}, {"a": {"imageUrl": "p/<EMAIL_1>"}}),
    ({"a": {"code": "f(<PERSON_2>)"}}, {"a": {"code": "f(<PERSON_2>)"}}),
    (["<EMAIL_1>"], ["jane@x.com"]),
]


@pytest.mark.parametrize(("arguments", "expected"), ARGUMENTS)
def test_a_tool_gets_values_but_no_code_and_no_address_made_of_them(
    arguments: Any, expected: Any
) -> None:
    """Parsed, as text, and in pieces alike."""
    text = json.dumps(arguments)
    back = Restorer(VALUES)

    assert back.arguments("t", arguments) == expected
    assert json.loads(back.json(text, tool="t")) == expected


def test_a_call_without_a_name_is_a_call_all_the_same() -> None:
    """No declaration is for it."""
    policy = RestorePolicy.standard(tools={"send": {"to": {"EMAIL"}}})
    back = Restorer(VALUES, policy=policy)

    assert back.arguments("", {"to": "<EMAIL_1>"}) == {"to": "<EMAIL_1>"}
    assert back.arguments("send", {"to": "<EMAIL_1>"}) == {"to": "jane@x.com"}
    assert back.json('{"to":"x","<EMAIL_1>":"y"}', tool="send") == (
        '{"to":"x","<EMAIL_1>":"y"}'
    )


def test_a_place_in_arguments_is_told_by_both_its_keys() -> None:
    """The outermost, by which tools are declared, and the nearest."""
    seen: list[tuple[str, str, str]] = []

    def visit(text: str, argument: str, name: str) -> str:
        seen.append((text, argument, name))
        return text

    map_arguments({"a": {"b": ["x"]}, "c": "y"}, visit)

    assert [each for each in seen if each[0] in "xy"] == [
        ("x", "a", "b"),
        ("y", "c", "c"),
    ]


def test_what_stays_is_told_once_and_without_a_value(
    caplog: pytest.LogCaptureFixture,
) -> None:
    """To the caller, and to whoever listens to the audit log."""
    masker = Masker(recognizer=recognizing({"EMAIL_ADDRESS": [JANE]}))
    registry = Registry()
    masker.mask(JANE, registry)
    back = masker.restorer(registry)
    with caplog.at_level(logging.WARNING, "piimask.audit"):
        back.text("<EMAIL_9> https://evil.test/<EMAIL_1> <EMAIL_9>")

    assert back.unrestored == [
        Unrestored("<EMAIL_9>", "unknown"),
        Unrestored("<EMAIL_1>", "refused", "url"),
    ]
    assert len(caplog.records) == 2
    assert JANE not in caplog.text and "refused" in caplog.text


def test_an_audit_that_fails_costs_no_answer() -> None:
    """It is told, and that is all."""

    def failing(event: object) -> None:
        raise RuntimeError

    assert Restorer(VALUES, audit=failing).text("<EMAIL_9>") == "<EMAIL_9>"


def test_a_layer_puts_spellings_right_and_invented_ones_out_of_reach() -> None:
    """So that an old invention never comes to mean somebody."""
    masker = masker_for()
    registry = own_registry()
    masker.mask(JANE, registry)
    back = masker.restorer(registry, layered=True)

    settled = back.text("[EMAIL_1], <email_1>, <EMAIL_2>")
    masker.mask(BOB, registry)

    assert settled == "<EMAIL_1>, <EMAIL_1>, <LITERAL_1>"
    assert masker.unmask(settled, registry) == f"{JANE}, {JANE}, <EMAIL_2>"
    assert back.unrestored == [Unrestored("<EMAIL_2>", "unknown")]


def test_an_escaped_invention_is_kept_as_it_was_meant() -> None:
    """Inside JSON, so that it is not escaped twice."""
    masker = masker_for()
    registry = own_registry()
    text = r'{"a": "\u003cEMAIL_8\u003e"}'

    settled = masker.restorer(registry, layered=True).json(text)

    assert json.loads(masker.restorer(registry).json(settled)) == json.loads(text)


def test_who_has_said_a_value_is_known_and_a_policy_may_ask() -> None:
    """What a page says is not handed to another's tool, what the user says is."""
    seen: list[tuple[str, set[str]]] = []

    def policy(label: str, place: Place) -> bool:
        seen.append((label, set(place.sources)))
        return "user" in place.sources

    masker = Masker(
        recognizer=recognizing({"EMAIL_ADDRESS": [JANE, BOB]}),
        vault=MemoryVault(),
        restore=policy,
    )
    registry = masker.registry("s")
    masker.mask(f"{JANE} {BOB}", registry, source="document")
    masker.mask(JANE, registry)
    key = b"k" * 32
    later = Registry.loads(registry.dumps(key=key), key=key, vault=MemoryVault())

    for each in (registry, later):
        back = masker.restorer(each)
        assert back.arguments("t", {"a": "<EMAIL_1> <EMAIL_2>"}) == {
            "a": f"{JANE} <EMAIL_2>"
        }
    assert seen[:2] == [("EMAIL", {"document", "user"}), ("EMAIL", {"document"})]


def test_strict_restores_what_this_request_showed() -> None:
    """A placeholder that the model cannot have read is not its to use."""
    policy = RestorePolicy.strict()
    back = Restorer(VALUES, policy=policy, shown={"<PERSON_2>"})

    assert back.text("<EMAIL_1> <PERSON_2>") == "<EMAIL_1> Jane"


def test_the_cost_does_not_grow_with_what_is_known() -> None:
    """Ten thousand values or two: a look-up each."""
    masker = Masker(vault=MemoryVault())
    few, many = masker.registry("few"), masker.registry("many")
    wanted = [Wanted("EMAIL_ADDRESS", f"{n}@x.io", f"{n}@x.io") for n in range(10_000)]
    few.mint(wanted[:2])
    many.mint(wanted)
    text = "to <EMAIL_1> and <EMAIL_99999> " * 200

    fast = best_of(5, lambda: masker.unmask(text, few))
    slow = best_of(5, lambda: masker.unmask(text, many))

    assert slow < 4 * fast


@pytest.mark.parametrize(
    "unit",
    [
        "<EMAIL_1>",
        "https://<EMAIL_1>",
        "<EMAIL_1>,",
        '{"<PERSON_1>',
        "<EMAIL_9>",
        "<PERSON_1>\n",
    ],
)
@pytest.mark.parametrize("sink", ["text", "csv", "html"])
def test_a_bait_is_restored_in_linear_time(unit: str, sink: str) -> None:
    """Also where every value is looked at more closely."""
    fast = best_of(2, lambda: Restorer(VALUES).text(unit * 200, sink=sink))
    slow = best_of(2, lambda: Restorer(VALUES).text(unit * 1_600, sink=sink))

    assert slow < 24 * fast
