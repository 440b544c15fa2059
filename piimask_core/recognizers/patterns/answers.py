"""What is somebody's only because the message is short: "sure 5551234567".

In a chat the word that names a number stands in the question, in another message. So
a number of this length alone, or beside a name, is a value. In a longer text it is any
number, and these rows keep silent.
"""

from .codes import SPOKEN, code
from .parts import DASH, SPACE
from .pattern import Pattern
from .phones import EXTENSION

_ALONE = rf"(?<![\w.,#$€£₹/+:=%&?])(?<![{DASH}])"
_ENDS = rf"(?![\w$€£₹%/=:])(?![{DASH}.,]\d)"

PHONE = (
    rf"{_ALONE}(?<!\d[{SPACE}])(?P<value>(?:\+?1[{SPACE}]?)?[2-9]\d{{9}}"
    rf"|1?0[1-9]\d{{8,9}}|\d{{3}}[{SPACE}{DASH}]\d{{3}}[{SPACE}{DASH}]?\d{{4}}"
    rf"|\d{{3}}[{SPACE}{DASH}]\d{{7}}){EXTENSION}{_ENDS}(?![{SPACE}]\d)"
)
# Four groups of four are a card number, well typed or not.
CARD = (
    rf"{_ALONE}(?<!\d[{SPACE}])(?<!order )(?<!number )(?<!order no )(?<!tracking )"
    rf"\d{{4}}([{SPACE}{DASH}])\d{{4}}\1\d{{4}}\1\d{{4}}{_ENDS}(?![{SPACE}]\d)"
)
NUMBER = (
    rf"{_ALONE}(?<!\d[{SPACE}])(?<!order )(?<!isbn )(?<!build )(?<!version )"
    r"(?!97[89]\d{10}(?!\d))(?!20[0-4]\d[01]\d[0-3]\d)"
    r"(?!1[4-9]\d{8}(?:\d{3})?(?!\d))(?!\d{1,14}000000(?!\d))"
    rf"(?:\d{{9,20}}|(?=(?:\d[{SPACE}]?){{12,20}}(?!\d))"
    rf"\d{{4}}(?:\d{{0,14}}[{SPACE}]\d{{3,12}}){{1,3}}){_ENDS}"
)
# A code and nothing else, or behind a name: "abc 317", "jane 480172", "q 12 w 34".
# With a space in it: sha256 and base64url are names of things.
_NAME = rf"\A\W{{0,3}}(?:[a-z]{{2,14}}[{SPACE}]){{0,5}}?"
CODE = rf"{_NAME}(?P<value>[a-z]{{2,3}}[{SPACE}]\d{{3,9}})\W{{0,3}}\Z"
CODE_MIXED = rf"{_NAME}(?P<value>(?=\w{{1,8}}[{SPACE}]){SPOKEN})\W{{0,3}}\Z"
# Not alone: a number in a table or in a tool's arguments is a text of its own.
CODE_DIGITS = (
    rf"\A\W{{0,3}}(?:[a-z]{{2,14}}[{SPACE}]){{1,5}}?(?P<value>(?<!for )(?<!of )(?<!to )"
    r"(?<!about )(?<!over )(?<!under )(?<!usd )(?<!need )(?<!want )"
    r"(?!\d{2,5}000\b)\d{5,8})\W{0,3}\Z"
)

ROWS = (
    Pattern(
        "PHONE_NUMBER",
        PHONE,
        0.5,
        digits=10,
        runs=("334", "37"),
        run=10,
        at="number",
        longest=120,
    ),
    Pattern(
        "CREDIT_CARD",
        CARD,
        0.5,
        digits=16,
        runs=("4444",),
        at="number",
        longest=120,
    ),
    Pattern("ACCOUNT_NUMBER", NUMBER, 0.4, digits=9, run=4, at="number", longest=120),
    Pattern("ID", CODE, 0.4, code, digits=3, run=3, at="text", longest=50),
    Pattern("ID", CODE_MIXED, 0.4, code, digits=2, at="text", longest=60),
    Pattern("ID", CODE_DIGITS, 0.4, digits=5, run=5, at="text", longest=50),
)
