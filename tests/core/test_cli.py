"""Each command through a pipe, in a terminal and with bad input."""

import base64
import io
import json
import os
import subprocess
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path

import pexpect
import pytest
from core.helpers import BOB, JANE, SSN

from piimask_core.__main__ import main
from piimask_core.audit import EVENTS, Counted, Masked, Stored
from piimask_core.sinks import read

ROOT = Path(__file__).parents[2]
KEY = f"k1={base64.b64encode(bytes(range(32))).decode()}"
NEW = f"k2={base64.b64encode(bytes(range(32, 64))).decode()}\n{KEY}"
APP = """
from piimask_core import Masker
from piimask_core.testing import recognizing
masker = Masker(recognizer=recognizing({"EMAIL_ADDRESS": ["jane@example.com"]}))
def failing(text):
    raise RuntimeError(text)
def model(text):
    return "Write to " + text.split()[-1]
"""
MAIL = {"start": 3, "end": 3 + len(JANE), "type": "EMAIL"}
LABELLED = {"text": f"to {JANE}", "spans": [MAIL]}
EVENT = Masked(1, 1, 9, (Counted("EMAIL", "placeholder", 8, 1),))


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Where an app, a labelled file, a log and a text lie."""
    (tmp_path / "app.py").write_text(APP)
    (tmp_path / "rows.jsonl").write_text(json.dumps(LABELLED) + "\n")
    (tmp_path / "log.jsonl").write_bytes(EVENTS.dump_json(EVENT) + b"\n")
    (tmp_path / "said.txt").write_text(f"I am {JANE}\r\nand so on\n")
    (tmp_path / "bad.txt").write_bytes(JANE.encode() + b"\xff\n")
    (tmp_path / "keys").write_text(KEY)
    (tmp_path / "keys").chmod(0o600)
    return tmp_path


ENVIRONMENT = {
    **{name: os.environ[name] for name in ("PATH", "HOME") if name in os.environ},
    "PYTHONPATH": str(ROOT),
    "PYTHONWARNINGS": "ignore",
    "COLUMNS": "100",
}
COMMAND = (sys.executable, "-m", "piimask_core")
VAULT = ("--vault", "sqlite:///vault.db")
MINE = ("--masker", "app:masker")


def piped(
    folder: Path, *arguments: str, text: str = "", env: Mapping[str, str] | None = None
) -> tuple[int, str, str]:
    """Status, output and errors of a command in that folder."""
    done = subprocess.run(  # noqa: S603
        [*COMMAND, *arguments],
        input=text.encode(),
        capture_output=True,
        cwd=folder,
        env={**ENVIRONMENT, "PIIMASK_KEYS": KEY, **(env or {})},
        timeout=60,
    )
    return done.returncode, done.stdout.decode(), done.stderr.decode()


def terminal(folder: Path, *arguments: str) -> "pexpect.spawn[str]":
    """The same in a terminal."""
    return pexpect.spawn(
        COMMAND[0],
        [*COMMAND[1:], *arguments],
        cwd=str(folder),
        env={**ENVIRONMENT, "PIIMASK_KEYS": KEY, "TERM": "xterm"},
        encoding="utf-8",
        timeout=30,
    )


# Through pipes


def test_what_is_masked_is_unmasked_by_another_process(folder: Path) -> None:
    """Over a vault; the text comes back to the byte."""
    text = f"I am {JANE}\r\nand {SSN}\n\n<EMAIL_7> Jörg"
    status, masked, said = piped(folder, "mask", *VAULT, text=text)

    assert (status, said) == (0, "")
    assert masked == "I am <EMAIL_1>\r\nand <SSN_1>\n\n<LITERAL_1> <PERSON_1>"
    assert piped(folder, "unmask", *VAULT, text=masked) == (0, text, "")
    stays = piped(folder, "unmask", *VAULT, "--session", "other", text=masked)
    assert stays[:2] == (0, masked) and "stayed" in stays[2]


def test_a_pipe_is_read_as_it_comes(folder: Path) -> None:
    """Each line is masked before the next one is written."""
    command = [*COMMAND, "mask", "--stream", *MINE]
    with subprocess.Popen(  # noqa: S603
        command,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        cwd=folder,
        env=ENVIRONMENT,
        text=True,
    ) as running:
        assert running.stdin and running.stdout
        for line, masked in ((JANE, "<EMAIL_1>"), ("so", "so"), (JANE, "<EMAIL_1>")):
            running.stdin.write(f"{line}\n")
            running.stdin.flush()
            assert running.stdout.readline() == f"{masked}\n"
        running.stdin.close()
        assert running.wait(30) == 0


def test_a_reader_that_goes_away_is_no_error(folder: Path) -> None:
    """As with ``head``."""
    (folder / "long.txt").write_text("word and so on\n" * 50_000)
    line = f"{' '.join(COMMAND)} mask {' '.join(MINE)} long.txt | head -1"
    done = subprocess.run(  # noqa: S602
        f"set -o pipefail; {line}",
        shell=True,
        executable="/bin/bash",
        capture_output=True,
        cwd=folder,
        env=ENVIRONMENT,
        timeout=60,
    )

    assert (done.returncode, done.stdout) == (0, b"word and so on\n")
    assert done.stderr == b""


def test_a_long_file_is_cut_where_a_paragraph_ends(
    folder: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """And what is masked in one piece is masked in all."""
    monkeypatch.chdir(folder)
    text = f"one line of it\nand {JANE}\n\n" * 8_000
    (folder / "long.txt").write_text(text)

    assert main(["mask", *MINE, "long.txt"]) == 0
    assert capsys.readouterr().out == text.replace(JANE, "<EMAIL_1>")


def test_a_chat_shows_four_views(folder: Path) -> None:
    """What was written, what is sent, what comes back and what one gets."""
    status, out, _ = piped(
        folder, "chat", *MINE, "--model", "app:model", text=f"I am {JANE}\n"
    )

    assert status == 0
    assert [line.split(maxsplit=1) for line in out.splitlines()] == [
        ["you", f"I am {JANE}"],
        ["sent", "I am <EMAIL_1>"],
        ["model", "Write to <EMAIL_1>"],
        ["get", f"Write to {JANE}"],
    ]


def test_a_report_is_the_same_twice(folder: Path) -> None:
    """With what evaluate printed, and as JSON."""
    status, told, _ = piped(folder, "evaluate", "--json", "rows.jsonl")
    (folder / "measured.json").write_text(told)
    arguments = ["report", *MINE, "--measured", "measured.json"]
    first, second = piped(folder, *arguments), piped(folder, *arguments)

    assert status == 0 and first[0] == 0
    assert first == second and "| rows.jsonl | EMAIL | 1 |" in first[1]
    assert JANE not in first[1]
    assert json.loads(piped(folder, "report", "--json")[1])["v"] == 1


def test_a_page_is_made_of_a_log(folder: Path) -> None:
    """That another command wrote."""
    piped(folder, "mask", "--audit", "mine.jsonl", text=JANE)
    status, out, _ = piped(folder, "page", "mine.jsonl")

    assert status == 0 and "<td>EMAIL</td>" in out and JANE not in out


def test_a_vault_is_exported_rotated_purged_and_erased(folder: Path) -> None:
    """Each with a receipt, and an event without a value."""
    audit = ("--audit", "audit.jsonl")
    text = f"{JANE} {SSN}"
    assert piped(folder, "mask", *VAULT, text=text)[1] == "<EMAIL_1> <SSN_1>"

    status, out, _ = piped(folder, "export", *VAULT, "--session", "cli", *audit)
    assert status == 0 and JANE in out and SSN in out
    rotated = piped(folder, "rotate", *VAULT, *audit, env={"PIIMASK_KEYS": NEW})
    assert rotated[:2] == (0, '{"rotated": 1}\n')
    new_only = {"PIIMASK_KEYS": NEW.splitlines()[0]}
    assert piped(folder, "unmask", *VAULT, text="<SSN_1>", env=new_only)[1] == SSN
    assert piped(folder, "unmask", *VAULT, text="<SSN_1>")[1] != SSN
    assert piped(folder, "purge", *VAULT, *audit)[1] == '{"purged": 0}\n'
    value = piped(
        folder, "erase", "--value", *VAULT, *audit, text=f"{JANE}\n", env=new_only
    )
    assert value[:2] == (0, '{"session": "cli", "erased": 1}\n')
    whole = piped(folder, "erase", "--session", "cli", *VAULT, *audit)
    assert whole[:2] == (0, '{"session": "cli", "erased": 1}\n')
    gone = piped(folder, "unmask", *VAULT, text="<EMAIL_1> <SSN_1>", env=new_only)
    assert gone[1] == "<EMAIL_1> <SSN_1>"

    events = list(read(folder / "audit.jsonl"))
    assert [event.what for event in events if isinstance(event, Stored)] == [
        *("exported", "rotated", "purged", "erased", "erased")
    ]
    assert not {JANE, SSN, "cli"} & set((folder / "audit.jsonl").read_text().split('"'))


# Bad input

BAD: Sequence[Sequence[str]] = [
    ("mask", "none-jane@example.com"),
    ("mask", "bad.txt"),
    ("mask", "--masker", "app:jane@example.com", "said.txt"),
    ("mask", "--masker", "app:failing", "said.txt"),
    ("mask", "--vault", "jane@example.com", "said.txt"),
    ("mask", "--vault", "sqlite:///none/jane@example.com", "said.txt"),
    ("mask", "--session", "", "said.txt"),
    ("mask", "--session", "jane@example.com" * 20, "said.txt"),
    ("mask", *VAULT, "--key-file", "said.txt", "said.txt"),
    ("mask", "--audit", "none/jane@example.com", "--jane@example.com"),
    ("unmask", "bad.txt"),
    ("unmask", "none-jane@example.com"),
    ("chat", "--model", "app:failing"),
    ("chat", "--model", "app:jane@example.com"),
    ("chat", "jane@example.com"),
    ("report", "--declared", "said.txt"),
    ("report", "--measured", "said.txt"),
    ("report", "--measured", "rows.jsonl"),
    ("page", "said.txt"),
    ("page",),
    ("evaluate", "said.txt"),
    ("evaluate", "--threshold", "jane@example.com", "rows.jsonl"),
    ("evaluate", "--recognizer", "jane@example.com", "rows.jsonl"),
    ("evaluate", "--per", "jane@example.com", "rows.jsonl"),
    ("erase", "--session", "jane@example.com"),
    ("erase", "--value", "jane@example.com", *VAULT),
    ("erase", *VAULT),
    ("export", *VAULT, "--session", "jane@example.com"),
    ("export", *VAULT),
    ("rotate",),
    ("rotate", "--vault", "memory://"),
    ("purge", "--vault", "sqlite://jane@example.com"),
    ("jane@example.com",),
    ("--jane@example.com",),
    (),
]


@pytest.mark.parametrize("arguments", BAD, ids=lambda a: " ".join(a)[:40])
def test_bad_input_is_said_in_a_line_without_a_value(
    arguments: Sequence[str],
    folder: Path,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """With status 2, and nothing of the text on any output."""
    monkeypatch.chdir(folder)
    monkeypatch.syspath_prepend(str(folder))
    monkeypatch.delitem(sys.modules, "app", raising=False)
    monkeypatch.setenv("PIIMASK_KEYS", KEY)
    monkeypatch.setattr(sys, "stdin", io.StringIO(f"{JANE}\n"))

    status = main([*arguments])
    out, said = capsys.readouterr()
    if arguments[:1] == ("chat",):
        out = ""  # it shows what was written

    assert status == 2
    assert "jane" not in out + said and "Traceback" not in said
    assert said.startswith("llm-piimask: ") and said.count("\n") == 1
    assert len(said) < 120


@pytest.mark.parametrize("command", sorted({bad[0] for bad in BAD if bad}))
def test_bad_input_through_a_pipe_and_in_a_terminal(command: str, folder: Path) -> None:
    """The same words and status in both."""
    arguments = next(bad for bad in BAD if bad and bad[0] == command)
    status, out, said = piped(folder, *arguments, text=f"{JANE}\n")
    if command == "chat":
        arguments = ("chat", "jane@example.com")
    running = terminal(folder, *arguments)
    running.expect(pexpect.EOF)
    running.close()
    seen = running.before or ""

    assert status == running.exitstatus == 2
    assert JANE not in out + said + seen or command == "chat"
    assert "llm-piimask: " in said and "llm-piimask: " in seen
    assert "Traceback" not in said + seen


# In a terminal


def test_a_chat_in_a_terminal(folder: Path) -> None:
    """It asks, shows the four views in colour, and ends with an empty line."""
    running = terminal(folder, "chat", *MINE)
    running.expect("> ")
    running.sendline(f"I am {JANE}")
    running.expect("sent[^\r]*I am <EMAIL_1>")
    running.expect("model[^\r]*I have noted: I am <EMAIL_1>")
    running.expect(f"get[^\r]*I have noted: I am {JANE}")
    running.expect("> ")
    running.sendline("")
    running.expect(pexpect.EOF)
    running.close()

    assert running.exitstatus == 0


def test_what_is_typed_is_masked_in_a_terminal(folder: Path) -> None:
    """And it says that nothing is kept."""
    running = terminal(folder, "mask", "--stream", *MINE)
    running.sendline(f"I am {JANE}")
    running.expect("I am <EMAIL_1>")
    running.sendeof()
    running.expect("cannot be restored")
    running.expect(pexpect.EOF)
    running.close()

    assert running.exitstatus == 0


def test_a_long_file_has_a_bar_in_a_terminal(folder: Path) -> None:
    """On standard error, so that the text can go to a file."""
    (folder / "long.txt").write_text(f"word {BOB}\n\n" * 30_000)
    command = f"{' '.join(COMMAND)} mask {' '.join(MINE)} long.txt > masked.txt"
    running = pexpect.spawn(
        "/bin/bash",
        ["-c", command],
        cwd=str(folder),
        env={**ENVIRONMENT, "TERM": "xterm"},
        encoding="utf-8",
        timeout=60,
    )
    running.expect("masking")
    running.expect(pexpect.EOF)
    running.close()

    assert running.exitstatus == 0
    assert (folder / "masked.txt").read_text().count("\n") == 60_000


@pytest.mark.parametrize(
    ("arguments", "shows"),
    [
        (("report", *MINE), "## Settings"),
        (("page", "log.jsonl"), "<h1>Masking</h1>"),
        (("evaluate", "rows.jsonl"), r"\| EMAIL \| 1 \|"),
        (("unmask", "said.txt"), "and so on"),
        (("rotate", *VAULT), '{"rotated": 0}'),
        (("purge", *VAULT), '{"purged": 0}'),
        (("erase", "--session", "none", *VAULT), '"erased": 0'),
        (("--help",), "Commands:"),
        (("mask", "--help"), "--stream"),
    ],
)
def test_commands_work_in_a_terminal(
    arguments: Sequence[str], shows: str, folder: Path
) -> None:
    """With status 0."""
    running = terminal(folder, *arguments)
    running.expect(shows)
    running.expect(pexpect.EOF)
    running.close()

    assert running.exitstatus == 0


WITHOUT = """
import sys
sys.modules["typer"] = None
from piimask_core.__main__ import main
sys.exit(main(["mask"]))
"""


def test_without_the_extra_it_says_how_to_get_it() -> None:
    """In a line, with status 2."""
    done = subprocess.run(  # noqa: S603
        [sys.executable, "-c", WITHOUT], capture_output=True, text=True, cwd=ROOT
    )

    assert done.returncode == 2
    assert done.stderr == "The command needs: pip install 'llm-piimask[cli]'\n"
