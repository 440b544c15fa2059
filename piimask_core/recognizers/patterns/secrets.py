"""What opens doors: passwords, codes, keys and tokens; and the user names with them.

None of them has a shape of its own but for keys with a well-known prefix, so these go
by the word before them. What follows a bare ``password`` must look like one: "password
reset" is none.
"""

from .parts import SPACE
from .pattern import Pattern

# --- Passwords ----------------------------------------------------------------------

_WORD = (
    r"pass ?words?|passwor|passwd|passcodes?|pass ?phrases?|pwd|pw|pswd|psw|passw"
    r"|(?:temp|tmp|temporary|login|new|old|my|db|root|admin|wifi|wi-fi) pass"
    r"|contrase\u00f1a|passwort|kennwort|mot de passe|has\u0142o|senha"
)
_PASS_STARTS = (
    *("pass", "password", "passcode", "passphrase", "passe", "pwd", "pw", "pswd"),
    *("psw", "kennwort", "senha"),
)
_PASS_MARKED = ("contrase\u00f1a", "has\u0142o")
_PASS_WORDS = ("pass", "pwd", "pw", "psw", "contrase", "kennwort", "has\u0142", "senha")
_START = r"(?<![^\W_])"
# At the end of a sentence the punctuation is not part of it.
_ENDED = r"(?<![.,;:)\]}>'\"`])"
_CHARS = r"[^\s'\"`\u2018-\u201d,;<>|\u2588]"
# Has a digit, a mark inside, or a capital after a small letter
_LOOKS = (
    r"(?=[^\s]{0,40}?(?:\d|[@#$%^&*+=_!~?\\](?=[^\s.,;:'\")])|[@#$%^*+=]"
    r"|(?-i:[a-z][A-Z])))"
)
_VALUE = rf"{_CHARS}{{3,100}}{_ENDED}"
_QUOTE = r"['\"`\u2018-\u201d]"
_QUOTED = rf"{_QUOTE}(?P<value>[^'\"`\u2018-\u201d\r\n]{{2,100}})(?={_QUOTE})"

PASSWORD_QUOTED = (
    rf"{_START}(?:{_WORD})(?![^\W\d_])['\"]?[\s:=>]{{0,4}}"
    rf"(?:(?:is|was|to|as|set)\b\s{{1,2}}){{0,2}}{_QUOTED}"
)
PASSWORD_ASSIGNED = (
    rf"(?:{_WORD}|(?<![^\W_])pass)[12]?['\"]?\s{{0,3}}(?:=>|:=|[:=]){{1,2}}[ \t]{{0,3}}"
    rf"(?P<value>{_VALUE})"
)
_NOT_ONE = (
    r"(?!(?:a|about|accepted|all|also|always|an|and|asking|at|bad|being|blocked|case"
    r"|changed|compromised|correct(?:ly)?|denied|different|easy|empty|encrypted|expired?"
    r"|fine|for|forgotten|from|getting|good|hard|hashed|her|here|hidden|his|in|incorrect"
    r"|invalid|it|just|known|locked|long|lost|missing|my|necessary|needed|never|no|not"
    r"|now|of|ok|okay|on|only|or|our|protected|recovery|rejected|required|reset|safe"
    r"|same|saved|secure|sent|set|short|shown|so|something|still|stored|strong|that|the"
    r"|their|there|this|to|too|un\w{1,20}|updated|valid|very|weak|what|with|working"
    r"|wrong|your)\b)"
)
PASSWORD_TOLD = (
    rf"{_START}(?:{_WORD})[{SPACE}]{{1,2}}(?:is|was|are)[{SPACE}:]{{1,3}}{_NOT_ONE}"
    rf"(?P<value>{_VALUE}(?:[{SPACE}]\d{{1,8}}(?!\w))?)(?=[\s.,;:!?)'\"]|$)"
)
PASSWORD_FOLLOWS = (
    rf"{_START}(?:{_WORD})[{SPACE}:]{{1,3}}"
    rf"(?:(?:to|as|is|was|and|it is|it's)[{SPACE}])?{_LOOKS}(?P<value>{_VALUE})"
)
# password jane 123
PASSWORD_IN_TWO = (
    rf"{_START}(?:{_WORD})[{SPACE}](?P<value>"
    r"(?!(?:is|was|on|at|in|for|of|and|to|the|my|with|has|must|needs)\b)"
    rf"[a-z]{{2,20}}[{SPACE}]\d{{2,8}})(?!\w)"
)
# invalid password. i typed ...
PASSWORD_TYPED = (
    rf"{_START}(?:{_WORD})(?![^\W\d_])[^\n]{{0,60}}?{_START}(?:typed?|typing|entered"
    r"|entering|tried|used|using|changed it to|set it to)"
    rf"(?:[{SPACE}](?:in|it|as))?[{SPACE}:]{{1,3}}['\"]?(?=[^\s]{{6}}){_LOOKS}"
    rf"(?P<value>{_VALUE})"
)
# hunter2 is my password
PASSWORD_BEFORE_WORD = (
    rf"(?<!\S)(?=[^\s]{{5}}){_LOOKS}(?P<value>{_VALUE})(?=['\"]?[{SPACE}](?:is|was|as|for)"
    rf"[{SPACE}](?:(?:my|the|your|our|a)[{SPACE}])?(?:{_WORD})(?![^\W\d_]))"
)
# jane@example.com / Pa55word
PASSWORD_AFTER_LOGIN = (
    rf"@[\w.\-]{{3,80}}[{SPACE}]?[/:|,][{SPACE}]?(?!/)(?=[^\s]{{6}}){_LOOKS}"
    rf"(?P<value>(?![^\s]{{0,80}}@[\w\-]{{1,40}}\.\w){_VALUE})"
)
CODE = (
    rf"{_START}(?:pin(?:[{SPACE}]?(?:code|number|no))?|otp|(?:one[ \-]time|verification"
    r"|security|access|auth(?:entication)?|confirmation|login|2fa|mfa|sms|door|gate)"
    r"[ \-](?:pass)?code|passcode|cvv2?|cvc2?|csc)(?![^\W\d_])"
    r"[\s:;=#'\"]{0,4}(?:(?:is|was|of)\b[\s:'\"]{0,3})?(?P<value>\d(?:[ \-]?\d){2,7})"
    r"(?![\d.]\d)(?!\d)"
)

# --- Keys and tokens ----------------------------------------------------------------

KEY_AWS = r"(?<![^\W_])A(?:KI|SI|RO|ID)A[A-Z0-9]{16}(?![A-Z0-9])"
# All have digits in what is random about them.
KEY = (
    r"(?<![^\W_])(?:(?:sk|pk|rk)[\-_](?=[a-z_\-]{0,60}\d)[\w\-]{14,250}"
    r"|(?:gh[oprsu]_|hf_|npm_|gsk_|lsv2_|whsec_|dop_v1_|shp(?:at|ss|ca)_|github_pat_)"
    r"(?=[a-z_]{0,60}\d)\w{16,255}"
    r"|(?:glpat-|xox[a-z]-|xapp-|AIza|pypi-|AGE-SECRET-KEY-|ya29\.|SG\.)"
    r"(?=[a-z_\-.]{0,60}\d)[\w\-.]{10,250}(?<![.\-]))"
)
_KEY_STARTS = (
    *("sk-", "sk_", "pk-", "pk_", "rk-", "rk_", "gho_", "ghp_", "ghr_", "ghs_", "ghu_"),
    *("hf_", "npm_", "gsk_", "lsv2_", "whsec_", "dop_v1_", "shpat_", "shpss_"),
    *("shpca_", "github_pat_", "glpat-", "xox", "xapp-", "aiza", "pypi-"),
    *("age-secret-key-", "ya29.", "sg."),
)
JWT = r"(?<![\w\-])eyJ[\w\-]{8,}\.[\w\-]{4,}(?:\.[\w\-]*)?"
# No dash in the body, so it ends before the next one begins.
PEM = (
    r"-----BEGIN [A-Z0-9 ]{0,30}PRIVATE KEY(?: BLOCK)?-----[^\-]{1,20000}"
    r"(?:-----END[A-Z0-9 ]{0,40}-----)?"
)
BEARER = r"(?<![^\W_])bearer[\s:]{1,3}(?P<value>(?=[^\s]{0,80}\d)[\w\-.~+/=]{12,4000})"
_KEY_WORD = (
    r"(?:api|access|secret|auth|private|client|account|encryption|session|refresh|aws"
    r"|signing|webhook|license|licence|product|activation|bot|deploy|ssh)"
    r"[ _\-]?(?:access[ _\-]?)?(?:key|token|secret|id)|apikey|token|secret|x-api-key"
    r"|client_secret|connection string|sessionid|session_id|jsessionid|cookie|csrf"
)
KEY_NAMED = (
    rf"(?:{_KEY_WORD})['\"]?"
    r"(?:\s{0,3}(?:=>|[:=])\s{0,3}|\s{1,2}(?:is\s{1,2}|was\s{1,2})?)['\"]?"
    rf"(?=[^\s]{{0,60}}\d)(?P<value>[a-z0-9+/_.~\-=]{{10,1000}}){_ENDED}"
)

# --- User names ---------------------------------------------------------------------

_USER = (
    r"user ?names?|user[ _\-]?ids?|userid|logins?(?: ?(?:name|id))?|log-?in id"
    r"|screen ?names?|nick ?names?|handles?|sign-?in id|account name|api_user|db_user"
    r"|user"
)
_USER_STARTS = (
    *("user", "users", "username", "userid", "login", "logins", "loginid", "loginname"),
    *("handle", "screen", "screenname", "nick", "nickname"),
)
_USER_WORDS = (
    *("log in", "log-in", "logged in", "sign in", "sign-in", "signed in", "signin"),
    "account name",
)
_NAME = r"[a-z0-9][\w.\-]{1,40}(?<![.\-])"
# In "user: hello" it is the role of who speaks: there only a word with digits counts.
_NO_ROLE = (
    r"(?:(?<!user: )(?<!user:\n)|(?<=_user: )|(?=[\w.\-]{0,40}[\d_])"
    r"|(?=[a-z]{2,20}\.[a-z]{2}))"
)
USER_ASSIGNED = (
    rf"{_START}(?:{_USER})['\"]?"
    r"(?:\s{0,3}[:=]\s{0,3}|\s{1,2}(?:is|was)\s{1,2}(?=['\"@]))['\"]?@?"
    rf"{_NO_ROLE}(?P<value>{_NAME})(?![@\w])"
)
USER_FOLLOWS = (
    rf"{_START}(?:{_USER}|log(?:ged)? in (?:as|with)|sign(?:ed)? in (?:as|with))"
    rf"[{SPACE}](?:(?:is|was|as|named?|called)[{SPACE}])?['\"]?@?(?P<value>"
    r"(?=[^\W_][\w.\-]{0,40}[\d_]|[a-z]{2,20}\.[a-z]{2})"
    rf"(?=[\w.\-]{{0,30}}[a-z]){_NAME})(?![@\w])"
)
USER_TOLD = (
    rf"{_START}(?:user ?(?:name|id)|login (?:name|id)|screen ?name|nick ?name)"
    rf"[{SPACE}](?:is|was)[{SPACE}]{_NOT_ONE}(?P<value>{_NAME})(?=[\s.,;:!?)'\"]|$)"
)
USER_QUOTED = rf"{_START}(?:{_USER})[{SPACE}](['\"])(?P<value>{_NAME})\1"
# A name with digits behind it where logging in is the subject: "reset it for jane1234"
USER_LIKE = (
    rf"{_START}(?:user|account|login|log in|sign in|password|reset|profile)(?![^\W_])"
    r"[^\n]{0,80}?(?<![^\W_])(?:for|as|by|from|to|user|account|profile|member|named?|is)"
    r"[\s:'\"]{1,3}(?P<value>(?!covid|windows?\d|python\d|iphone\d|version|office\d)"
    r"[a-z]{4,20}\d{2,6})(?![\w@/]|[.\-]\w)"
)
HANDLE = (
    r"(?<![^\W_])(?:twitter|instagram|insta|telegram|tiktok|snapchat|snap|skype|discord"
    r"|threads|mastodon|github|handle|ig|facebook|reddit)(?![^\W_])[^\n@]{0,20}"
    r"(?<![\w.])(?P<value>@[a-z0-9_][\w.]{1,30}(?<!\.))(?![@\w])"
)
# ?user=jane&token=..., in a URL without a host and in logs
_PLATFORMS = (
    *("twitter", "instagram", "insta", "telegram", "tiktok", "snapchat", "snap"),
    *("skype", "discord", "threads", "mastodon", "github", "handle", "ig", "facebook"),
    "reddit",
)
QUERY = (
    r"(?<=[?&])(?:user(?:name|_?id)?|login|email|mail|phone|mobile|tel|name|first_?name"
    r"|last_?name|token|key|api_?key|session(?:_?id)?|sid|auth|code|password|pass|pwd|ssn"
    r"|account|dob|address|uid)=(?P<value>[^\s&#\"'<>;]{2,300})"
)

ROWS = (
    Pattern(
        "PASSWORD",
        PASSWORD_QUOTED,
        0.8,
        starts=_PASS_STARTS,
        words=_PASS_MARKED,
    ),
    Pattern("PASSWORD", PASSWORD_ASSIGNED, 0.8, words=_PASS_WORDS, marks=":="),
    Pattern("PASSWORD", PASSWORD_TOLD, 0.6, starts=_PASS_STARTS, words=_PASS_MARKED),
    Pattern(
        "PASSWORD",
        PASSWORD_FOLLOWS,
        0.6,
        starts=_PASS_STARTS,
        words=_PASS_MARKED,
    ),
    Pattern(
        "PASSWORD",
        PASSWORD_IN_TWO,
        0.5,
        starts=_PASS_STARTS,
        words=_PASS_MARKED,
        digits=2,
    ),
    Pattern("PASSWORD", PASSWORD_TYPED, 0.5, starts=_PASS_STARTS, words=_PASS_MARKED),
    Pattern(
        "PASSWORD",
        PASSWORD_BEFORE_WORD,
        0.5,
        starts=_PASS_STARTS,
        words=_PASS_MARKED,
    ),
    Pattern("PASSWORD", PASSWORD_AFTER_LOGIN, 0.6, marks="@"),
    Pattern(
        "PASSWORD",
        CODE,
        0.6,
        digits=3,
        starts=(
            "pin",
            "pincode",
            "pinnumber",
            "pinno",
            "otp",
            "code",
            "passcode",
            "cvv",
            "cvc",
            "csc",
        ),
    ),
    Pattern("API_KEY", KEY_AWS, 0.9, words=("akia", "asia", "aroa", "aida"), at="word"),
    Pattern("API_KEY", KEY, 0.9, digits=1, words=_KEY_STARTS, at="word"),
    Pattern("API_KEY", JWT, 0.9, words=("eyj",), marks="."),
    Pattern("API_KEY", PEM, 0.95, words=("private key",), marks="-"),
    Pattern("API_KEY", BEARER, 0.8, digits=1, starts=("bearer",), at="word"),
    Pattern(
        "API_KEY",
        KEY_NAMED,
        0.6,
        digits=1,
        words=(
            "key",
            "token",
            "secret",
            "_id",
            " id",
            "session",
            "cookie",
            "csrf",
            "connection",
        ),
    ),
    Pattern(
        "USERNAME",
        USER_ASSIGNED,
        0.6,
        starts=_USER_STARTS,
        words=_USER_WORDS,
    ),
    Pattern(
        "USERNAME",
        USER_FOLLOWS,
        0.5,
        starts=_USER_STARTS,
        words=_USER_WORDS,
    ),
    Pattern(
        "USERNAME",
        USER_LIKE,
        0.4,
        digits=2,
        starts=("user", "account", "login", "password", "reset", "profile"),
        words=("log in", "sign in"),
    ),
    Pattern("USERNAME", USER_TOLD, 0.5, starts=_USER_STARTS),
    Pattern("USERNAME", USER_QUOTED, 0.6, starts=_USER_STARTS, words=_USER_WORDS),
    Pattern("USERNAME", HANDLE, 0.6, starts=_PLATFORMS, marks="@"),
    Pattern("URL", QUERY, 0.6, words=("?", "&"), marks="="),
)
