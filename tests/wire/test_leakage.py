"""The search for leaks finds what is planted, in every disguise."""

import base64
import html
import json
from urllib.parse import quote, quote_plus

import pytest

from wire.leakage import FORMS, leaks

EMAIL = "Jane.Doe@example.com"
PLACE = "Zoë & Sons, 1 Rue d'Été"
PHONE = "+1 (555) 123-4567"


def body(text: str) -> bytes:
    """A request as it is on the wire."""
    sent = json.dumps({"messages": [{"role": "user", "content": text}]})
    return f"POST /v1/messages HTTP/1.1\r\nHost: here\r\n\r\n{sent}".encode()


def every_char_as(form: str, text: str) -> str:
    return "".join(form.format(ord(char)) for char in text)


PLANTED = [
    (EMAIL, f"to {EMAIL}.", "verbatim, as sent"),
    (EMAIL, EMAIL.lower(), "any case, as sent"),
    (EMAIL, EMAIL.upper(), "any case, as sent"),
    ("Straße 12", "STRASSE 12", "any case, as sent"),
    (EMAIL, quote(EMAIL), "URL-encoded, as sent"),
    (EMAIL, quote(EMAIL).lower(), "URL-encoded, as sent"),
    (PLACE, quote(PLACE), "URL-encoded, as sent"),
    (PLACE, quote_plus(PLACE), "URL-encoded, as sent"),
    (PLACE, quote(PLACE, safe="").lower(), "URL-encoded, as sent"),
    (PLACE, quote_plus(PLACE).lower(), "URL-encoded, as sent"),
    (PLACE, PLACE, "JSON-escaped, as sent"),
    (PLACE, html.escape(PLACE), "HTML-escaped, JSON strings"),
    ("a<b>&c", html.escape("a<b>&c"), "HTML-escaped, as sent"),
    (EMAIL, every_char_as("&#{};", EMAIL), "HTML-escaped, as sent"),
    (EMAIL, every_char_as("&#x{:x};", EMAIL), "HTML-escaped, as sent"),
    (EMAIL, every_char_as("&#X{:04X};", EMAIL), "verbatim, as sent, HTML-unescaped"),
    (EMAIL, every_char_as("%{:02x}", EMAIL), "verbatim, as sent, URL-decoded"),
    (
        EMAIL,
        every_char_as("\\u{:04X}", EMAIL),
        "verbatim, JSON strings, JSON-unescaped",
    ),
    (EMAIL, EMAIL.encode().hex(), "hex, as sent"),
    (EMAIL, EMAIL.encode().hex().upper(), "hex, as sent"),
    (EMAIL, EMAIL.encode().hex(" "), "hex, as sent"),
    (EMAIL, EMAIL.lower().encode().hex(), "hex, as sent"),
    (EMAIL, " ".join(EMAIL), "whitespace removed, as sent"),
    (EMAIL, "Jane.\n Doe@\texample.com", "whitespace removed, JSON strings"),
    (EMAIL, "Jane.\u200bDoe@example.com", "whitespace removed, JSON strings"),
    ("Jane Doe", "janedoe", "whitespace removed, as sent"),
    (PHONE, "15551234567", "digits only, as sent"),
    (PHONE, "1-555-123-4567", "digits only, as sent"),
    (PHONE, "call +1.555.123.4567 now", "digits only, as sent"),
    (PHONE, "1555 - 1234567", "digits only, as sent"),
    (PHONE, "\uff11\uff15\uff15\uff151234567", "digits only, JSON strings"),
]


@pytest.mark.parametrize(("value", "text", "where"), PLANTED)
def test_a_planted_value_is_found(value: str, text: str, where: str) -> None:
    assert leaks(body(text), [value]) == [f"value 0: {where}"]


@pytest.mark.parametrize("value", [EMAIL, PLACE, "Jane", "ab>?cd>?"])
@pytest.mark.parametrize("encode", [base64.b64encode, base64.urlsafe_b64encode])
@pytest.mark.parametrize("before", [b"", b"x", b"xy", b"xyz"])
@pytest.mark.parametrize("after", [b"", b"z", b"zz"])
def test_base64_is_found_at_every_alignment(
    value: str, encode: type[bytes], before: bytes, after: bytes
) -> None:
    text = encode(before + value.encode() + after).decode()

    assert leaks(body(text), [value]) == ["value 0: base64, as sent"]


def test_base64_is_found_without_padding_in_other_case_and_over_lines() -> None:
    text = base64.encodebytes(b"x" * 50 + EMAIL.lower().encode()).decode()

    assert leaks(body(text.rstrip("\n=")), [EMAIL]) == ["value 0: base64, JSON strings"]


def test_disguises_are_seen_through_one_on_top_of_the_other() -> None:
    arguments = json.dumps({"to": quote(quote(EMAIL))})
    nested = json.dumps({"function": {"arguments": arguments}})

    (found,) = leaks(body(nested), [EMAIL])

    assert found == "value 0: URL-encoded, as sent, URL-decoded"


def test_strings_of_json_within_json_are_read() -> None:
    nested = json.dumps({"inner": json.dumps({"to": PLACE})})

    assert leaks(body(nested), [PLACE]) == ["value 0: verbatim, JSON strings"]


def test_a_value_in_a_header_or_in_the_path_is_found() -> None:
    path = f"POST /v1?user={quote(EMAIL)} HTTP/1.1\r\n\r\n{{}}".encode()
    header = f"POST /v1 HTTP/1.1\r\nUser: {EMAIL}\r\n\r\n{{}}".encode()

    assert leaks(path, [EMAIL]) == ["value 0: URL-encoded, as sent"]
    assert leaks(header, [EMAIL]) == ["value 0: verbatim, as sent"]


def test_a_value_split_over_two_blocks_is_found() -> None:
    sent = json.dumps({"content": ["Jane.Doe@", "example.com"]}).encode()

    assert leaks(sent, [EMAIL]) == ["value 0: whitespace removed, JSON strings"]


def test_bytes_that_are_no_text_and_no_json_are_searched_too() -> None:
    assert leaks(b"\xff\xfe" + EMAIL.encode() + b"\x80{", [EMAIL])


def test_a_value_with_a_lone_surrogate_is_found() -> None:
    assert leaks(body("name: Jo\ud800anna"), ["Jo\ud800anna"])


def test_each_value_is_named_once_by_its_index() -> None:
    found = leaks(body(f"{EMAIL} {EMAIL} 15551234567"), ["nobody", EMAIL, PHONE])

    assert found == [
        "value 1: verbatim, as sent",
        "value 2: digits only, as sent",
    ]


def test_no_value_is_in_the_answer() -> None:
    assert EMAIL not in "".join(leaks(body(EMAIL), [EMAIL]))


def test_masked_text_is_clean() -> None:
    masked = "Noted <EMAIL_1> and <PHONE_1>, order 4567, 555 items at 12:34:56."

    assert leaks(body(masked), [EMAIL, PHONE, PLACE]) == []


def test_digits_with_words_between_them_are_not_one_number() -> None:
    assert leaks(body("1 item, 555 units, 123 of 4567"), [PHONE]) == []


@pytest.mark.parametrize("value", ["", "  ", "\u200b"])
def test_an_empty_value_is_refused(value: str) -> None:
    with pytest.raises(ValueError, match="value 1 is empty"):
        leaks(body("text"), ["Jane", value])


def test_every_form_is_needed() -> None:
    seen = {where.partition(",")[0] for _, _, where in PLANTED} | {"base64"}

    assert seen == set(FORMS)
