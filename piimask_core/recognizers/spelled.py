"""Which e-mail addresses are written in words, or with odd signs?

``jane [at] example dot com``, ``jane AT example DOT com``, ``jane@@example,com``. What
may as well be a place on the web (``look at example dot com``) is none.
"""

import re

from piimask_core.undone import Undone, undo

_TOP = (
    "com|net|org|edu|gov|mil|int|info|biz|name|app|dev|tech|cloud|online|site|store"
    "|shop|blog|page|email|example|test|internal|local"
    "|(?!or|an|if|on|up|he|we|go|of|as|by)[a-z]{2}"
)
_OPEN, _CLOSE = r" ?[\[({<\"'] ?", r" ?[\])}>\"'] ?"
_AT = (
    rf"(?:{_OPEN}(?:at|@|arroba){_CLOSE}|\(a\)|\[a\]|[_\-*]at[_\-*]"
    r"| {1,2}(?:at[ \-]sign|at|arroba) {1,2}|@+(?:\r?\n[> \t]{0,4}| )?| @ )"
)
_DOT_WORD = r"(?:dot|punkt|punto|ponto)"
_DOT = (
    rf"(?:{_OPEN}(?:{_DOT_WORD}|\.){_CLOSE}|,? {{1,2}}{_DOT_WORD} {{1,2}}"
    r"|[_\-*]dot[_\-*]| \. |\.)"
)
_JOINT = r"(?: (?:underscore|dash|hyphen|minus|plus) )"
_LOCAL = r"[^\W_](?:[^\W_]|[_+\-](?!(?:at|dot)[_\-])){0,63}+"
_LABEL = r"[^\W_](?:[^\W_]|-(?!dot-)){0,62}+"
_ADDRESS = re.compile(
    rf"(?<![\w.+\-@'\u2019])(?P<local>{_LOCAL}(?:(?:{_DOT}|{_JOINT}){_LOCAL}){{0,4}})"
    rf"(?P<at>{_AT})(?P<domain>{_LABEL}(?:{_DOT}{_LABEL}){{0,3}})"
    rf"(?P<dot>{_DOT}|,| \.|\.(?: |\r?\n))(?P<top>{_TOP})(?![\w\-])",
    re.IGNORECASE,
)
_DOTS = re.compile(_DOT, re.IGNORECASE)
_JOINTS = re.compile(_JOINT, re.IGNORECASE)
_JOINED = {"underscore": "_", "plus": "+"}

# Words before "at" that make what follows a place on the web.
_BEFORE_A_PLACE = frozenset(
    re.findall(
        r"\w+",
        " a about account accounts active ad ads advertised all also am an and"
        " annual anything anytime anywhere app apply are arrive arrived article"
        " articles as at ate available back bags bar be been best better blog book"
        " booked bought breakfast browse brunch build but buy buying call can car"
        " card cards cars chat cheap cheaper cheapest check cited class classes"
        " clearance click clothes code coffee come concert conference content cooked"
        " coupon course courses customer customers data date day deal deals demo"
        " described details developer dine dined dining dinner directly discount"
        " discounts displayed docs document documentation down download drinks"
        " easily eat eating eats email employed employee employees engineer enrolled"
        " enter entry event events everyone everything exclusively faq fares"
        " featured fees find first flew flight flights flying for forum found free"
        " friends from game games get gift gifts glance go going good grab great"
        " guess guide happened happening happens has have he her here him hire hired"
        " his holiday holidays home hosted hotel hotels how in information"
        " instructions intern interned is it item items job join just landed lands"
        " laugh learn link links list listed live located log login look looked"
        " looking lunch mail manager me meal meals meet meeting membership menu"
        " message met more music my new night not nothing now of off offer offers on"
        " once one online only open opened or order ordered orders our out over page"
        " pages paid party pay paying peek people photos picked pizza play please"
        " point policy post posted prefer presented price prices product products"
        " profile published purchase purchased quoted rates read reading recipe"
        " register registered rent report reservation reservations resources review"
        " reviews room rooms sale sat save saw seat seats see seen sell selling"
        " seminar service services she shoes shop shopped shopping shown shows sign"
        " signed signup site sits sitting smile so sold someone something song songs"
        " spent spotted start starting starts stay stayed staying stays still stop"
        " store stories story straight stuck stuff subscribe subscribed subscription"
        " supper table tables talk talks tea than that the their them then there"
        " these they thing things this ticket tickets time to today tomorrow tonight"
        " tool tools tour tours trip tutorial two up us use user users vacation"
        " version video videos view visit visited visiting wait waiting was watch we"
        " web website wedding well were what when where which who with work worked"
        " working works workshop write year yesterday you your yours",
    )
)
_NO_HOST = frozenset(
    re.findall(r"\w+", "a an any my our that the their this what which your")
)
_MAIL_HOST = re.compile(
    r"\bat (?:aol|gmail|gmx|googlemail|hotmail|icloud|live|mail|msn|outlook|proton"
    r"|protonmail|web|yahoo|yandex)\.[a-z]"
)
_LOOSE = frozenset((" .", ". ", ".\n", ".\r\n"))
_SURE = frozenset(("com", "net", "org"))
_FOR_A_AS_AT = _SURE | {"ch", "de", "es", "eu", "fr", "nl", "pl", "uk"}
# Countries' labels that are words: "at night dot so we left".
_WORD_TOP = re.compile(r"(?i:am|by|do|is|la|ma|my|pa|so|to)(?= [a-z])")


def plain_addresses(text: str) -> Undone | None:
    """The text with such addresses written plainly; None where there are none."""
    return undo(text, _ADDRESS, _address) if may_spell_address(text) else None


_ODD_AT = re.compile(r"@(?:[@\s]|[\w\-]{1,63},)")
_BRACKETED_AT = re.compile(r"[\[({<] ?(?:at|a|@|arroba) ?[\])}>]", re.IGNORECASE)
_ODD_DOT = re.compile(r"@[^\s@]{1,63}(?: ?[\[({<] ?\.|(?: \.|\.\s)(?:com|net|org))")


def may_spell_address(text: str) -> bool:
    """Whether an e-mail address could stand here that is not plainly written."""
    low = text.lower()
    if "dot" in low or " AT " in text or "arroba" in low or "punkt" in low:
        return True
    if " at " in low and _MAIL_HOST.search(low):
        return True
    if "@" in text and (_ODD_AT.search(text) or _ODD_DOT.search(text)):
        return True
    if "[" in text or "(" in text or "{" in text or "<" in text:
        return _BRACKETED_AT.search(text) is not None
    return False


def _address(match: re.Match[str]) -> str:
    """The address as one writes it; what was there where it is none."""
    local, at, domain, dot, top = match.group("local", "at", "domain", "dot", "top")
    dots = {dot, *_DOTS.findall(domain)}
    if dot != ",":
        dots.update(_DOTS.findall(local))
    if not _reads_as_address(match, dots):
        return match[0]
    if at[0] == " " and _WORD_TOP.match(match.string, match.start("top")):
        return match[0]
    return f"{_plain(local)}@{_plain(domain)}.{top}"


def _reads_as_address(match: re.Match[str], dots: set[str]) -> bool:
    """Whether this is an address, neither plainly written nor a place to look at."""
    local, at, domain, dot, top = match.group("local", "at", "domain", "dot", "top")
    plainly = dots == {"."}
    sign = at.strip()
    if " . " in dots and at != " @ ":
        return False
    if dot == ",":  # jane@example,com
        return at == "@" and dots == {","}
    if dot in _LOOSE:
        return at == "@" and dots <= {dot, "."} and top.lower() in _SURE
    if at == "@":
        return not plainly
    if at in ("(a)", "[a]"):  # if(a)e.id = 1
        return top.lower() in _FOR_A_AS_AT and len(domain) > 2
    if sign[0] in "@[({<" and at != " @ ":
        return True
    if sign[0] in "_-*\"'":
        return not plainly
    if local.lower() in _BEFORE_A_PLACE or domain.lower() in _NO_HOST:
        return False
    if at == " @ ":
        return not (local.isdecimal() or domain.isdecimal()) and (
            top.islower() or local.isupper()  # query @ key.mT
        )
    if not plainly or sign.lower() != "at":
        return True
    if sign == "AT":
        return not (local + domain).isupper()
    return _MAIL_HOST.match(f"at {domain}.x".lower()) is not None


def _plain(name: str) -> str:
    name = _DOTS.sub(".", name)
    return _JOINTS.sub(lambda m: _JOINED.get(m[0].strip().lower(), "-"), name)
