"""E-mail addresses and URLs.

They replace Presidio's ``EmailRecognizer`` and ``UrlRecognizer``: those take quadratic
time (80,000 characters of ``a.a.a.`` keep them busy for many seconds), and the first
looks up a list on the net.
"""

from .pattern import Pattern

# --- E-mail addresses ---------------------------------------------------------------

# What stands before the @. RFC 5322 also allows = ? | { } and ` there, but text has
# them mostly around an address (to=jane@example.com), so they end it.
_MARK = r"_.!#$%&'*+\-/^~"
_LOCAL = rf"[\w{_MARK}]"
_LABEL = r"[^\W_](?:[\w\-]*[^\W_])?"
# The last label begins with a letter, so pkg@1.2.3 is none. A Latin one ends where
# another script begins: people write no space between an address and 谢谢.
_LATIN = r"a-z\u00c0-\u024f"
_TOP = rf"(?:[{_LATIN}][{_LATIN}0-9\-]*[{_LATIN}0-9]|[^\W\d_]{{2,63}})"
_DOMAIN = rf"(?:(?:{_LABEL}\.)+{_TOP}|\[(?:ipv6:)?[0-9a-f.:]{{7,45}}\])"

# Starts at a letter or digit, so **jane@example.com** is found without the stars. A
# lookahead, since what follows one @ may stand before the next; a domain there is
# passed over when more follows it, as in jane@example.com/joe@example.com.
EMAIL = (
    rf"(?<!{_LOCAL})(?=(?>(?<=@){_DOMAIN}[{_MARK}]+)?[{_MARK}]*"
    rf"(?P<value>[^\W_]{_LOCAL}*@{_DOMAIN}))"
)

# A bounce address holds another address: bounce-jane=example.com@lists.example.org
EMAIL_IN_EMAIL = (
    rf"(?<![\w={_MARK}])[{_MARK}]*(?P<value>[^\W_]{_LOCAL}*={_LOCAL}*"
    rf"\.(?:com|net|org|edu|gov|[a-z]{{2}})@{_DOMAIN})"
)

# "jane doe"@example.com
EMAIL_QUOTED = rf'"[^"\r\n]{{1,64}}"@{_DOMAIN}'

# As people mistype them: jane@example,com  jane@@example.com  admin@localhost, and
# broken by a line's end, with the = of quoted-printable or without
_NET = (
    "com|net|org|edu|gov|io|co|info|de|fr|uk|es|it|nl|se|no|dk|fi|pl|ch|at|be|ca|au|in"
)
EMAIL_COMMA = (
    rf"(?<!{_LOCAL})[{_MARK}]*(?P<value>[^\W_]{_LOCAL}*@+(?:{_LABEL}[.,])+(?:{_NET}))"
    r"(?![\w@])"
)
EMAIL_TWO_AT = rf"(?<!{_LOCAL})[{_MARK}]*(?P<value>[^\W_]{_LOCAL}*@{{2,4}}{_DOMAIN})"
EMAIL_LOCALHOST = (
    rf"(?<!{_LOCAL})[{_MARK}]*(?P<value>[^\W_]{_LOCAL}*@local(?:host|domain))(?![\w@])"
)
EMAIL_BROKEN = (
    rf"(?<!{_LOCAL})[{_MARK}]*(?P<value>[^\W_]{_LOCAL}*"
    rf"(?:=?\r?\n@|@=?\r?\n){_DOMAIN})"
)
# jane.doe=40example.com
EMAIL_QUOTED_PRINTABLE = (
    rf"(?<!{_LOCAL})[{_MARK}]*(?P<value>[^\W_]{_LOCAL}*=40{_DOMAIN})"
)
# jane.doegmail.com: the sign is forgotten, the provider is well known
EMAIL_NO_AT = (
    r"(?<![\w.@\-/])(?P<value>\w[\w.+\-]{1,60}?(?<=\w)(?:gmail|googlemail|yahoo|hotmail"
    r"|outlook|icloud|protonmail|aol|rediffmail|ymail)"
    r"\.(?:com|net|de|fr|es|it|in|ca|me|co\.uk|co\.in))(?![\w\-])"
)

# UPI jane@okbank: a payment address
EMAIL_PAYMENT = (
    rf"(?<![^\W_])(?:upi|vpa)(?![^\W_])[^\n@]{{0,40}}?(?<!{_LOCAL})"
    rf"(?P<value>[^\W_]{_LOCAL}{{1,60}}@[a-z]{{2,20}})(?![\w@.\-])"
)

# --- URLs ---------------------------------------------------------------------------

# Brackets belong to a URL when they close inside it; quotes, angle brackets and bars
# never do, and it does not end in punctuation.
_END = (
    r"\s<>\"|\\`\u2018-\u201f\u00ab\u00bb"
    r"\u3001\u3002\u300c\u300d\uff08\uff09\uff0c"
)
URL_BODY = (
    rf"(?:[^{_END}'()\[\]]|'(?=\w)|\([^{_END}()]*\)|\[[^{_END}\[\]]*\])+"
    r"(?<![.,;:!?*_~'}])"
)

# https://example.com/jane, and postgres://jane:secret@db as well
URL_SCHEME = (
    r"(?<![a-z0-9+.\-])[0-9+.\-]*"
    rf"(?P<value>[a-z][a-z0-9+.\-]*://{URL_BODY})"
)

_HOST_START = r"(?<![\w.@\-/])[.\-]*"
_PORT_AND_PATH = rf"(?::\d{{1,5}})?(?:[/?#](?:{URL_BODY})?)?"

# www.example.com/jane
URL_WWW = (
    rf"{_HOST_START}(?P<value>www\d{{0,3}}\.{_LABEL}(?:\.{_LABEL})*{_PORT_AND_PATH})"
)

# example.com: only names of domains that are no word or file name ("tell.me", "a.py")
_TOP_KNOWN = (
    "com|net|org|edu|gov|mil|int|info|biz|name|io|co|ai|app|dev|tv|xyz|online|site"
    "|store|shop|tech|cloud|blog|page|eu|uk|ca|au|nz|ie|de|fr|nl|ch|es|pt|pl|se|dk|fi"
    "|cz|gr|ru|ua|tr|jp|cn|hk|tw|kr|br|mx|ar|za|sg|il"
)
URL_BARE = (
    rf"{_HOST_START}"
    rf"(?P<value>(?:{_LABEL}\.)+(?:{_TOP_KNOWN})(?![a-z0-9\-]){_PORT_AND_PATH})"
)

# t.me/jane: with a path behind it any name will do
URL_PATH = (
    rf"{_HOST_START}(?P<value>(?:{_LABEL}\.)+[a-z]{{2,24}}(?::\d{{1,5}})?/{URL_BODY})"
)


# Their beginnings are enough, and fewer to look for.
_TOPS = tuple(sorted({f".{top[0]}" for top in _TOP_KNOWN.split("|")}))

ROWS = (
    Pattern("EMAIL_ADDRESS", EMAIL, 0.9, marks="@", within="@"),
    Pattern("EMAIL_ADDRESS", EMAIL_IN_EMAIL, 0.9, words=("=",), marks="@", within="@"),
    Pattern("EMAIL_ADDRESS", EMAIL_QUOTED, 0.9, words=('"@',), marks="@"),
    Pattern("EMAIL_ADDRESS", EMAIL_COMMA, 0.8, words=(",",), marks="@", within="@"),
    Pattern("EMAIL_ADDRESS", EMAIL_TWO_AT, 0.8, words=("@@",), marks="@", within="@@"),
    Pattern(
        "EMAIL_ADDRESS",
        EMAIL_LOCALHOST,
        0.7,
        words=("@local",),
        marks="@",
        within="@local",
    ),
    Pattern(
        "EMAIL_ADDRESS",
        EMAIL_PAYMENT,
        0.6,
        starts=("upi", "vpa"),
        marks="@",
        at="word",
    ),
    Pattern("EMAIL_ADDRESS", EMAIL_BROKEN, 0.8, words=("\n",), marks="@"),
    Pattern(
        "EMAIL_ADDRESS",
        EMAIL_QUOTED_PRINTABLE,
        0.8,
        words=("=40",),
        marks="=",
        within="=40",
    ),
    Pattern(
        "EMAIL_ADDRESS",
        EMAIL_NO_AT,
        0.6,
        words=("mail.", "yahoo.", "outlook.", "icloud.", "aol."),
        marks=".",
        within=".",
    ),
    Pattern("URL", URL_SCHEME, 0.6, words=("://",), marks=":", within="://"),
    Pattern("URL", URL_WWW, 0.6, starts=("www",), marks=".", within="www"),
    Pattern("URL", URL_BARE, 0.5, words=_TOPS, marks=".", within="."),
    Pattern("URL", URL_PATH, 0.5, words=("/",), marks=".", within="/"),
)
