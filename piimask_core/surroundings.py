r"""Where does this place in a text lead to: to a reader, or to somebody's server?

A value inside a URL, a link target or an attribute that is fetched leaves when the text
is shown or clicked. Such a stretch begins with a scheme, ``//``, ``www.``, a domain
with a path, ``](``, ``href=``, ``url(``, and, until the end of its line, with a command
or a spreadsheet function that sends. It is taken as wide as any renderer might: up to
white space, unless it stands in quotes. Masking and restoring read the same grammar, so
whatever is refused in one is replaced as a whole in the other.
"""

import re
from typing import NamedTuple

TEXT, URL, ATTRIBUTE, CODE = "text", "url", "attribute", "code"

_DATA = {
    *("", "text", "txt", "plain", "plaintext", "json", "jsonl", "json5", "yaml", "yml"),
    *("toml", "ini", "csv", "tsv", "xml", "html", "svg", "md", "markdown", "mermaid"),
    *("email", "eml", "log", "diff", "output", "none"),
}
"""What a fence may be marked with and still be no code."""

_SHELLS = {
    *("sh", "bash", "zsh", "fish", "ksh", "shell", "console", "terminal", "cmd", "bat"),
    *("batch", "powershell", "pwsh", "ps1", "shell-session", "sh-session"),
}
"""Fences in which each line is a command."""

_ATTRIBUTES = {
    *("action", "background", "cite", "classid", "codebase", "content", "data"),
    *("formaction", "href", "imagesrcset", "longdesc", "manifest", "ping", "poster"),
    *("src", "srcdoc", "srcset", "style", "to", "url", "usemap", "values"),
    "xlink:href",
}
_HANDLER = re.compile(r"on[a-z]{3,20}")
_SCHEMES = {
    *("http", "https", "ftp", "ftps", "ws", "wss", "mailto", "tel", "sms", "smsto"),
    *("mms", "callto", "whatsapp", "skype", "sip", "sips", "xmpp", "intent"),
}
_FUNCTIONS = {
    *("hyperlink", "webservice", "importxml", "importdata", "importhtml"),
    *("importfeed", "importrange", "filterxml", "image", "rtd"),
}
_COMMANDS = (
    *("curl", "wget", "ncat", "telnet", "scp", "sftp", "rsync"),
    *("invoke-webrequest", "invoke-restmethod", "start-bitstransfer"),
)
_SHORT_COMMANDS = (
    *("ssh", "ping", "dig", "host", "nslookup", "mail", "mailx", "sendmail", "ftp"),
    *("openssl", "aws", "gsutil", "http", "https", "echo", "printf", "cat"),
)
"""Words too, so taken for commands only behind a backtick or a prompt."""

_SENDERS = (
    *(r"fetch\(", r"axios\b", "xmlhttprequest", "sendbeacon", "websocket", "urlopen"),
    *("eventsource", r"requests\.\w", r"urllib\w*\.\w", r"httpx\.\w", r"aiohttp\.\w"),
    *(r"http\.client", "httpclient", r"okhttp\w*", "webclient", "file_get_contents"),
    *(r"socket\.\w", r"smtplib\.\w", "sendmail", r"net::http", "xmlhttp"),
    r"(?:window\.)?location(?:\.href)?\s*=",
)

# Each mark is found from its one character that is rare in prose.
_MARK = re.compile(
    rf"""[:/.\]=(`~<\\](?:
    (?<=:)(?:(?<=[\w+.\-].)(?P<scheme>//)|(?P<colon>(?<=[^\W\d_].)(?!\s)))
    |(?<=/)(?<![\w:/].)(?P<slashes>/)
    |(?<=\.)(?:(?P<www>(?<=www.))
        |(?<=[\w\-].)(?P<domain>(?:[^\W\d_]{{2,24}}|xn--[a-z0-9\-]{{2,59}})
            (?::\d{{1,5}})?[/?\#]))
    |(?<=\])\(\s*(?P<target><?)
    |(?<=\]):[ \t]*\n?[ \t]*(?P<defined><(?![A-Z])|(?=[^\s<]))
    |(?<==)\s*(?:(?P<formula>(?:{"|".join(sorted(_FUNCTIONS))})\s+\()
        |(?P<attribute>["']?))
    |(?<=[a-z]\()\s*(?P<call>["']?)
    |(?<=<)(?P<element>(?:script|style|form)\b)
    |(?<=\\)(?<![\w:\\].)(?P<share>\\(?=\w))
    |(?<=[`~])(?:``+|~~+)[ \t]*(?P<fence>[\w+\#.\-]*)
    )""",
    re.VERBOSE | re.IGNORECASE,
)
_CODE_MARK = re.compile(
    rf"[`~](?:``+|~~+)[ \t]*(?P<fence>)"
    rf"|(?P<line>://|(?<!\w)(?:{'|'.join([*_COMMANDS, *_SENDERS])})"
    r"|\.(?:post|put|patch|get|send)\(|\.src\s*=)",
    re.IGNORECASE,
)
_PATH = r"(?:[\w.\-/\\]{0,40}[/\\])?"
_SENDS = (
    rf"(?P<command>{_PATH}(?:{'|'.join(_COMMANDS)})(?:\.exe)?[ \t]"
    rf"|(?:nc|iwr|irm|socat)[ \t]|fetch\(|requests\.\w"
    rf"|(?:(?<=[`$])|(?<=[$]\s))(?:{'|'.join(_SHORT_COMMANDS)})[ \t])"
)
_COMMAND = re.compile(rf"[\n`$>|&;(][ \t]*(?:sudo[ \t]+)?{_SENDS}", re.IGNORECASE)
_COMMAND_FIRST = re.compile(rf"[ \t]*(?:sudo[ \t]+)?{_SENDS}", re.IGNORECASE)
_MARKS = "=`~<\\|&"
"""A text that has one of these may lead somewhere, whatever stands beside it."""
_SEPARATORS = ":(/?#$;>\n"
"""Of these most are harmless; what stands beside one tells."""

_TAG = re.compile(r"<[a-z]", re.IGNORECASE)
_FRAME = re.compile(r"<(?:i?frame|object|embed)\b", re.IGNORECASE)
_LINE_END = re.compile(r"(?<!\\)\n")
_ELEMENT_END = {
    name: re.compile(f"</{name}", re.IGNORECASE) for name in ("script", "style", "form")
}
_FORM = re.compile(r"<form\b", re.IGNORECASE)
_OPENING, _CLOSING = re.compile(r"[(\[{]"), re.compile(r"[)\]}]")
_RUN_END = {
    closer: re.compile(rf"[ \t\n\r\f\v<{closer}]")
    for closer in ("", '"', "'", "`", ">")
}
_TARGET_END = re.compile(r"[ \t\n\r\f]")  # a bare destination may hold a <
_VALUE_END = re.compile(r"[ \t\n\r\f>]")  # of an attribute without quotes
_CALL_END = re.compile(r"[ \t\n\r\f<)]")
_QUOTE_END = {
    '"': re.compile('"'),
    "'": re.compile("'"),
    ">": re.compile(r"(?<!\\)>|\n"),
}
_REOPENS = re.compile(r"[\w:\-]\s*=\s*\Z")
_FENCE = re.compile(r"[ \t>]*(?:`{3,}|~{3,})")
_CLOSERS = {'"': '"', "'": "'", "`": "`", "<": ">"}
"""What closes an address that this opens, in a fence: elsewhere only the last does."""

_SCHEME = "+.-"
_NAME = "_.-+:"
_KEPT = 80
"""Characters of plain text that are read again, for what begins in them."""
_HEAD = 512
"""Characters of a stretch that are kept: enough for any scheme and host."""


_ALONE = {"": ")", "mailto:": ")]},.;?!", "tel:": ")]},.;?!"}
"""What may stand before a value that is all there is -> what may come behind it."""


class Stretch(NamedTuple):
    """``text[start:end]`` would carry away what stands in it."""

    kind: str
    start: int
    end: int
    is_opened: bool
    """By something before it, ``](`` or ``href=``, not by its own first characters."""

    def is_said_by(self, text: str, start: int, end: int) -> bool:
        """Whether ``text[start:end]`` is all that the stretch says."""
        if end >= self.end:
            return text[self.start : start].strip().lower() in _ALONE
        return _alone(text[self.start : start], text[end], over=False)


def _alone(head: str, following: str, over: bool) -> bool:
    behind = _ALONE.get(head.strip().lower())
    return behind is not None and (over or following in behind)


class Surroundings:
    """Reads a text from left to right, in pieces, and tells where it stands.

    ``is_address``: it begins as one. ``head`` is what the stretch around this place
    began with, "" outside of one; ``stretches`` are those that are over.
    """

    def __init__(self, *, is_address: bool = False) -> None:
        self.head = ""
        self.stretches: list[Stretch] = []
        self._kind = URL if is_address else TEXT
        self._end = _RUN_END[""] if is_address else None
        self._start = 0  # of the stretch, or of the text since the last one
        self._fence: str | None = None
        self._is_opened = is_address
        self._depth = 0  # of brackets in a stretch of code
        self._tagged = self._framed = self._formed = False
        self._last = ""  # of what the stretch says
        self._at = 0
        self._kept = ""
        self._marked = -1

    @property
    def kind(self) -> str:
        """What this place is part of: TEXT, URL, ATTRIBUTE or CODE."""
        return CODE if self._kind == TEXT and self._is_code else self._kind

    @property
    def is_open(self) -> bool:
        """Whether what follows here decides if a value would stand alone."""
        return self._end is not None and self.head.strip().lower() in _ALONE

    def stands_alone(self, following: str, value: str = "") -> bool:
        """Whether this value here, before this character, is all that a stretch says.

        It is too where the stretch ends inside the value. Behind ``mailto:`` or
        ``tel:`` more may follow.
        """
        if self._end is None:
            return False
        over = not following or self._end.match(following) is not None
        over = over or self._end.search(value) is not None
        return _alone(self.head, following, over)

    def ends_with(self, value: str) -> bool:
        """Whether this value, put here, does not belong to the stretch any more."""
        return self._end is not None and self._end.match(value) is not None

    def feed(self, text: str) -> None:
        """Read on."""
        if "<" in text:
            self._tagged = self._tagged or _TAG.search(text) is not None
            self._framed = self._framed or _FRAME.search(text) is not None
            self._formed = self._formed or _FORM.search(text) is not None
        whole, at = self._kept + text, len(self._kept)
        if self._end is None and not self._is_code and not may_lead(whole):
            self._at += len(text)
            self._kept = whole[-_KEPT:]
            return
        base = self._at - at
        self._at += len(text)
        while at < len(whole):
            read = self._in_text if self._end is None else self._in_stretch
            at = read(whole, at, base)
        kept = max(self._start - base, len(whole) - _KEPT)
        self._kept = whole[kept:] if self._end is None else ""

    def finish(self) -> None:
        """The text is over, and with it what stretches to its end."""
        if self._end is not None:
            self._leave(self._at)

    @property
    def _is_code(self) -> bool:
        return self._fence is not None and self._fence not in _DATA

    @property
    def _is_shell(self) -> bool:
        return self._fence in _SHELLS

    def _in_stretch(self, whole: str, at: int, base: int) -> int:
        match = self._end.search(whole, at) if self._end else None
        end = match.start() if match else len(whole)
        if len(self.head) < _HEAD:
            self.head += whole[at : min(end, at + _HEAD)]
        if self._is_code and not self._is_shell:
            said = whole[at:end]
            self._depth += len(_OPENING.findall(said)) - len(_CLOSING.findall(said))
            if match and self._depth > 0 and not _FENCE.match(whole, match.end()):
                return match.end()  # a call goes on over its lines
        self._last = (self._last + whole[max(at, end - _KEPT) : end])[-_KEPT:]
        if match is None:
            return end
        if self._goes_on(match):
            return match.end()
        if self._is_shell and _FENCE.match(self.head):
            self._fence, self._end, self._kind, self.head = None, None, TEXT, ""
            self._start = base + end
            return end
        self._leave(base + end)
        if self._is_shell:
            self._begin_command(base + match.end())
            return match.end()
        return end

    def _goes_on(self, match: re.Match[str]) -> bool:
        """Whether what seems to end a stretch only ends what was taken for it.

        ``alt='href="' src="`` has its quotes out of step, and a link that begins in
        quotes does not end with them.
        """
        if match[0] not in ('"', "'", ")") or self._end is _TARGET_END:
            return False
        run = self._last.split()[-1:]
        if run and "](" in run[0] and self._last[-1:].strip():
            self._end = _TARGET_END
            return True
        return self._kind == ATTRIBUTE and _REOPENS.search(self._last) is not None

    def _begin_command(self, start: int) -> None:
        self._kind, self._end, self._start, self.head = URL, _LINE_END, start, ""
        self._is_opened = True

    def _leave(self, end: int) -> None:
        stretch = Stretch(self._kind, self._start, end, self._is_opened)
        self.stretches.append(stretch)
        self._kind, self._end, self.head, self._start = TEXT, None, "", end

    def _in_text(self, whole: str, at: int, base: int) -> int:
        look = max(self._start - base, self._marked + 1 - base, 0)
        while marks := self._next_marks(whole, look, base):
            look = marks[0].start() + 1
            for match in marks:
                if match.end() <= at or base + match.start() <= self._marked:
                    continue
                if (goes_on := self._opened(whole, match, base)) is not None:
                    self._marked = base + match.start()
                    return goes_on
        return len(whole)

    def _next_marks(self, whole: str, look: int, base: int) -> list[re.Match[str]]:
        """The next mark; where two begin at one place, both."""
        if self._is_code:
            code = _CODE_MARK.search(whole, look)
            return [code] if code else []
        mark = _MARK.search(whole, look)
        near = len(whole) if mark is None else mark.end() + _KEPT
        command = _COMMAND.search(whole, look, near)
        if base + look == 0:
            command = _COMMAND_FIRST.match(whole) or command
        found = [each for each in (mark, command) if each]
        first = min((each.start() for each in found), default=0)
        return [each for each in found if each.start() == first]

    def _opened(self, whole: str, match: re.Match[str], base: int) -> int | None:
        """Where to go on behind a mark that opens something; None where it does not."""
        if match.lastgroup != "fence":
            is_open = self._entered(whole, match, match.lastgroup or "", base)
            return match.end() if is_open else None
        if not _begins_line(whole, match.start(), base):
            return None
        self._fence = match["fence"].lower() if self._fence is None else None
        if self._is_shell and (line := _LINE_END.search(whole, match.end())):
            self._begin_command(base + line.end())
            return line.end()
        return match.end()

    def _entered(self, whole: str, match: re.Match[str], name: str, base: int) -> bool:
        """Begin the stretch that a mark opens, if it opens one."""
        least = max(self._start - base, match.start() - _KEPT, 0)
        begin = match.start(name)
        if name in ("command", "line", "formula"):
            said = whole[begin : match.end()]
            self._end, self._depth = _LINE_END, len(_OPENING.findall(said))
        elif name == "element":
            self._end = _ELEMENT_END[match["element"].lower()]
            begin = match.start()
        elif name in ("target", "defined"):
            if name == "defined" and not _is_label(whole, match.start(), base):
                return False
            begin = match.end()
            self._end = _QUOTE_END[">"] if match[name] else _TARGET_END
        elif name in ("attribute", "call"):
            word = _word_before(whole, least, match.start(), _NAME)
            closer = self._closer(name, word.lower())
            if closer is None:
                return False
            begin = match.end()
            quote = match[name]
            bare = _VALUE_END if name == "attribute" else _CALL_END
            self._end = _QUOTE_END[quote] if quote else bare
            if name == "attribute" and word.lower() in ("name", "value"):
                begin = match.start() - len(word)
            if closer == "\n":
                self._end, begin = _LINE_END, match.start() - len(word)
                self._depth = 1
        else:
            word = _word_before(
                whole, least, match.start(), _SCHEME if name == "scheme" else _NAME
            )
            begin = match.start() - len(word)
            before = whole[begin - 1 : begin] if begin else ""
            if (name == "colon" and word.lower() not in _SCHEMES) or (
                name in ("www", "domain") and (before in ("@", "/") or ":" in word)
            ):
                return False
            is_closed = before == "<" or self._fence is not None
            self._end = _RUN_END[_CLOSERS.get(before, "") if is_closed else ""]
        self._is_opened = begin == match.end() and name != "defined"
        self._last = ""
        self._kind = ATTRIBUTE if name == "attribute" else URL
        self._start = base + begin
        self.head = whole[begin : match.end()]
        return True

    def _closer(self, name: str, word: str) -> str | None:
        """What ends a stretch that has no quotes; None where none begins."""
        if name == "attribute":
            is_one = (
                word in _ATTRIBUTES
                or _HANDLER.fullmatch(word)
                or (self._framed and word == "name")  # which its page reads
                or (self._formed and word == "value")
            )
            return ">" if self._tagged and is_one else None
        if word == "url":
            return ")"
        return "\n" if word in _FUNCTIONS else None


def may_lead(text: str) -> bool:
    """False for a text that has no stretch, and begins none."""
    for mark in _MARKS:  # a loop: any() takes three times as long
        if mark in text:
            return True
    for separator in _SEPARATORS:
        at = text.find(separator)
        while at >= 0:
            if _leads(text, at, separator):
                return True
            at = text.find(separator, at + 1)
    if "." in text and "www." in text.lower():
        return True
    return _COMMAND_FIRST.match(text) is not None


def _leads(text: str, at: int, separator: str) -> bool:
    """Whether this separator may open a stretch; its neighbours rule most out."""
    before, behind = text[at - 1 : at], text[at + 1 : at + 2]
    if separator == ":":
        is_word = before.isalnum() and not before.isdecimal()
        return before == "]" or (is_word and not behind.isspace())
    if separator in "/?#":
        if separator == "/" and behind == "/":
            return True
        least = max(at - _KEPT, 0)
        return text.rfind(".", least, at) > text.rfind(" ", least, at)
    if separator == "$":
        return not behind.isdecimal() or "/" in text[at : at + _KEPT]
    if separator == "(" and (before == "]" or before.isalpha()):
        return True
    return _COMMAND.match(text, at) is not None


def _word_before(whole: str, least: int, end: int, others: str) -> str:
    """Letters, digits and these others before a place, blanks between left out."""
    while end > 0 and whole[end - 1] in " \t\r\n":
        end -= 1
    least = min(least, max(end - _KEPT, 0))
    begin = end
    while begin > least and (whole[begin - 1].isalnum() or whole[begin - 1] in others):
        begin -= 1
    return whole[begin:end]


def _is_label(whole: str, at: int, base: int) -> bool:
    """Whether a line begins with the label of a link that this bracket ends."""
    least = max(whole.rfind("\n", 0, at) + 1, at - 1_000)
    line = whole[least:at].lstrip(" \t>")
    return line[:1] == "[" and line[:2] != "[^"


def _begins_line(whole: str, at: int, base: int) -> bool:
    least = max(at - _KEPT, 0)
    before = whole[least:at].rstrip(" \t>")
    return before.endswith("\n") or (not before and base + least == 0)


def stretches(text: str) -> list[Stretch]:
    """All stretches of a text."""
    if not may_lead(text):
        return []
    surroundings = Surroundings()
    surroundings.feed(text)
    surroundings.finish()
    return surroundings.stretches


class Cells:
    """Reads CSV from left to right: is the cell that this place is in a formula?"""

    def __init__(self) -> None:
        self.is_formula = False
        self._begun = ""  # the cell's first characters, as long as they may begin one
        self._depth = 0

    def feed(self, text: str) -> None:
        """Read on."""
        for character in text:
            if character == "\n" or (character in ",;\t" and self._depth <= 0):
                self.is_formula, self._begun, self._depth = False, "", 0
            elif self.is_formula:
                self._depth += (character == "(") - (character == ")")
            elif len(self._begun) < _KEPT and character not in " \"'":
                self._begun += character
                first, rest = self._begun[0], self._begun[1:]
                self.is_formula = (
                    first in "=+-@" and rest[:1].strip("0123456789.") != ""
                )
                self._depth = int(character == "(")
