"""What `make demo` shows is true, and with a vendor's key it is the vendor's."""

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from wire.server import WireServer, assert_never_sent

ROOT = Path(__file__).parents[1]
VALUES = (
    "jane@example.com",
    "123-45-6789",
    "555-123-4567",
    "bob@company.com",
    "desk@helpdesk.example",
)
FOREIGN = ("OPENAI_", "ANTHROPIC_", "LANGCHAIN_", "LANGSMITH_")


@pytest.fixture(scope="module")
def demo() -> subprocess.CompletedProcess[str]:
    """The script as a user without any key runs it."""
    return run()


def run(**keys: str) -> subprocess.CompletedProcess[str]:
    """The script in a process of its own, with these variables set."""
    env = {
        name: value
        for name, value in os.environ.items()
        if not name.startswith(FOREIGN) and not name.lower().endswith("_proxy")
    }
    return subprocess.run(
        [sys.executable, "demo/conversation.py"],
        cwd=ROOT,
        env={**env, "PYTHONPATH": str(ROOT), "NO_PROXY": "127.0.0.1", **keys},
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )


def test_it_succeeds_without_a_word_of_noise(
    demo: subprocess.CompletedProcess[str],
) -> None:
    assert (demo.returncode, demo.stderr) == (0, "")


def test_it_fits_a_terminal(demo: subprocess.CompletedProcess[str]) -> None:
    assert max(map(len, demo.stdout.splitlines())) <= 88


def test_what_left_holds_placeholders_and_no_value(
    demo: subprocess.CompletedProcess[str],
) -> None:
    left = shown(demo.stdout, "what left") + shown(demo.stdout, "model said")
    assert len(left) == 8
    assert not any(value in part for part in left for value in VALUES)
    assert "My email is <EMAIL_1> and my SSN is <SSN_1>" in left[0]
    assert "My email <EMAIL_1> isn't" in left[1] and "phone is now <PHONE_1>" in left[1]
    assert "Please copy <EMAIL_2>" in left[2]
    assert "contact: <EMAIL_3>" in left[3]
    assert "no notifications for <EMAIL_1>, and" in left[3]


def test_the_user_sees_values_and_no_placeholder(
    demo: subprocess.CompletedProcess[str],
) -> None:
    sees = shown(demo.stdout, "user sees")
    assert not any("<" in part for part in sees)
    assert "jane@example.com and 123-45-6789" in sees[0]
    assert "jane@example.com and 555-123-4567" in sees[1]
    assert "You told me: jane@example.com." in sees[2]
    assert "jane@example.com" in sees[3] and "desk@helpdesk.example" in sees[3]


def test_the_registry_and_the_proof_stand_at_the_end(
    demo: subprocess.CompletedProcess[str],
) -> None:
    *most, last = demo.stdout.splitlines()
    registry = [line.split() for line in most[-6:-1]]
    assert dict(registry) == {
        "<EMAIL_1>": VALUES[0],
        "<SSN_1>": VALUES[1],
        "<PHONE_1>": VALUES[2],
        "<EMAIL_2>": VALUES[3],
        "<EMAIL_3>": VALUES[4],
    }
    assert re.fullmatch(r"0 of 5 values are in the [\d,]+ characters sent\.", last)


@pytest.mark.parametrize(
    ("vendor", "path", "turns"),
    [("OPENAI", "/v1/chat/completions", 4), ("ANTHROPIC", "/v1/messages", 3)],
)
def test_with_a_key_the_vendor_is_asked_and_gets_what_was_shown(
    vendor: str, path: str, turns: int
) -> None:
    """The bytes on the wire hold no value, also where traces are switched on."""
    with WireServer() as server:
        demo = run(
            **{f"{vendor}_API_KEY": "test"},
            OPENAI_API_BASE=server.base_url_openai,
            ANTHROPIC_BASE_URL=server.base_url_anthropic,
            LANGSMITH_TRACING="true",
            LANGSMITH_API_KEY="test",
            LANGSMITH_ENDPOINT=server.url,
        )

    assert (demo.returncode, demo.stderr) == (0, "")
    assert [request.path for request in server.requests] == [path] * turns
    assert_never_sent(server, VALUES)
    for request, left in zip(
        server.requests, shown(demo.stdout, "what left"), strict=False
    ):
        [said] = re.findall(r"(.*) \(after the system prompt.*\)", left)
        assert said in " ".join(request.json["messages"][-1]["content"].split())


def shown(output: str, label: str) -> list[str]:
    """What stands beside a label, in each exchange, as one line."""
    parts = re.findall(rf"^  {label} +(.*(?:\n {{14}}.*)*)", output, re.MULTILINE)
    return [" ".join(part.split()) for part in parts]
