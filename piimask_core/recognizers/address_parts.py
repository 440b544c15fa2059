"""What is an address made of? Regexes of its parts, and of whole ones."""

from .address_words import (
    COUNTRY,
    ENDING,
    OWN_WORD,
    STATE_CODE,
    STATE_NAME,
    STOP,
    STREET,
    STREET_FIRST,
    STREET_OR_WORD,
    UNIT_WORD,
)

LONGEST = 120
"""No address is longer than this."""

# --- Pieces --------------------------------------------------------------------------

GAP = r"\s{1,3}"
TO_NEXT = r"(?:\s{0,3},\s{0,8}|\s{1,8})"
_LETTER = r"[^\W\d_]"
_UPPER = r"(?=(?-i:[A-Z\u00c0-\u00de\u0100-\u017f\u0386-\u03ab\u0401-\u042f]))"
_NAME = rf"{_LETTER}[^\W_]{{0,19}}(?:['\u2019\-][^\W_]{{1,15}}){{0,2}}"
_WORD = rf"(?:(?!{STOP}(?![\w'\u2019])){_NAME})"
ORDINAL = r"\d{1,3}(?:st|nd|rd|th)(?!\w)"
STREET_NAME = rf"(?:{_WORD}(?:(?<=\b\w)\.|(?<=\b\w\w)\.|(?<=\b\w\w\w)\.)?|{ORDINAL})"
_CAPITAL = rf"{_UPPER}{_WORD}"
_PARTICLE = (
    r"(?:a[nm]|d[aeiou]|das|de[lnr]|des|dos|en|la|les?|los|nad?|of|op|pod|sur|the"
    r"|upon|v[ao]n)"
)
_CAPITALS = rf"{_CAPITAL}(?:\s(?:{_PARTICLE}\s){{0,2}}{_CAPITAL}){{0,3}}"
SIDE = (
    r"(?:north(?:east|west)?|south(?:east|west)?|east|west|ne|nw|se|sw|n|s|e|w)(?!\w)"
)
_HOUSE = r"\d{1,6}(?:\s?[a-z](?!\w))?(?:[-/\u2013]\d{1,5}[a-z]?)?(?:\s1/2)?(?!\w)"
HOUSE_AFTER = r"\d{1,5}(?:\s?[a-z](?!\w)|[-/]\d{1,4}[a-z]?)?(?![\w:%]|[.,]\d)\.?"
_UNIT_ID = r"(?:[a-z]?-?\d{1,5}(?:-?[a-z])?|[a-z])(?!\w)"
_UNIT = (
    rf"(?:{UNIT_WORD}(?!{_LETTER})\.?\s?(?:no\.?\s?)?#?\s?{_UNIT_ID}|#\s?{_UNIT_ID}"
    r"|\d{1,3}\s?(?:st|nd|rd|th)\s(?:floor|fl|cross|main|block|stage)(?!\w))"
)
_UNIT_SAID = (
    rf"(?:(?:apartment|appartment|appt|apt|suite|ste|unit)(?!{_LETTER})\.?\s?#?\s?"
    rf"{_UNIT_ID}|\d{{1,3}}\s?(?:st|nd|rd|th)\s(?:floor|cross)(?!\w))"
)
_UK_CODE = r"[a-z]{1,2}\d[a-z\d]?\s?\d(?!st|nd|rd|th|gb|tb)[abd-hjlnp-uw-z]{2}"
_CA_CODE = r"[a-z]\d[a-z]\s?\d[a-z]\d"
POSTAL_CODE = (
    rf"(?:{_UK_CODE}|{_CA_CODE}|\d{{5}}-\d{{3,4}}|\d{{4}}\s[a-z]{{2}}"
    r"|(?:[a-z]{1,2}-)?\d{3}[\s\-]\d{2,3}|\d{2}-\d{3}"
    r"|(?:[a-z]{1,2}-)?(?:\d{4,6}|\d{9}))(?!-?\w)"
)

# City, state, postal code and country: any words if evidence stands behind them.
_EVIDENCE = (
    rf"(?:(?:{STATE_NAME}|{STATE_CODE})(?!\w)\.?{TO_NEXT}{POSTAL_CODE}"
    rf"|{POSTAL_CODE}|(?:{STATE_NAME}|(?-i:[A-Z]{{2}}))(?!\w)|{COUNTRY}(?!\w))"
)
_CITY = (
    rf"{TO_NEXT}(?>(?:(?!{_EVIDENCE}){_WORD}\.?(?:\s\d{{1,2}}(?!\w))?{TO_NEXT})"
    rf"{{0,6}}){_EVIDENCE}"
    rf"(?:(?:{TO_NEXT}{_WORD}){{0,2}}{TO_NEXT}{_EVIDENCE}){{0,2}}"
)
# Without evidence: names with capitals behind a comma, up to where something ends,
# and a few words that end the text.
_CITY_NAME = (
    rf"(?:(?:\s{{0,3}},\s{{0,8}}(?:{POSTAL_CODE}\s)?{_CAPITALS}"
    rf"(?=\s{{0,3}}(?:[,.;?!)\n\"]|$)|\s(?:{STOP}|last|next|first)(?!\w))){{1,3}}"
    rf"|,?(?:\s{_WORD}){{1,3}}(?=\s?[.?!]?\s?$))"
)
_CODE_THEN_CITY = (
    rf"{TO_NEXT}{POSTAL_CODE},?\s"
    rf"(?:{_CAPITALS}|{_WORD}(?:\s{_WORD}){{0,2}}(?=\s?[.?!]?\s?$))"
)
TAIL = (
    rf"(?P<unit>(?:{TO_NEXT}{_UNIT}){{1,3}})?"
    rf"(?:{_CODE_THEN_CITY}|{_CITY}"
    rf"|(?(unit)(?:{TO_NEXT}{_CAPITALS}){{1,2}}|(?!))|{_CITY_NAME}"
    rf"|(?(unit),?(?:\s{_WORD}){{4,6}}(?=\s?[.?!]?\s?$)|(?!)))?"
    rf"(?:{TO_NEXT}{_UNIT})?"
)
_STATE_THEN_CODE = (
    rf"(?:{STATE_NAME}|(?!(?-i:id)\s){STATE_CODE}){TO_NEXT}\d{{5}}(?:-?\d{{4}})?(?!\w)"
)

# --- A number with its street behind it ----------------------------------------------

_COUNTED = r"(?!(?:lane|line|point|story|storey|track|bit|ton|step|page)\s)"
_NAMES = rf"(?:{STREET_NAME}{GAP}){{1,5}}"
SECOND = rf"(?:\s(?:{STREET}|{STREET_OR_WORD})(?!\w)\.?)?(?:,?\s{SIDE})?"
_NAMED = (
    r"(?:el\scamino\sreal|avenue\s(?:of\sthe\s\w{3,15}|[a-z](?!\w))"
    r"|broadway(?!\s(?:show|ticket|musical|play))|(?:sector|phase)\s\d{1,3})(?!\w)"
)
NUMBER_FIRST = (
    rf"(?:\d{{1,6}}\s)?{_HOUSE},?{GAP}{_COUNTED}(?:"
    rf"(?:{STREET_NAME}{GAP}){{0,3}}"  # 14 North State Highway 9
    r"(?:highway|hwy|route|rte|(?:county|state|ranch)\s(?:road|rd)|fm|cr|sr"
    r"|interstate)\.?\s\d{1,4}[a-z]?(?!\w)"
    rf"(?:\s{SIDE})?"
    rf"|{_NAMES}{STREET}(?!\w)\.?{SECOND}"  # 1437 old elm drive
    rf"|(?:{SIDE}\s)?{_NAMED}(?:\s{SIDE})?"  # 1200 Avenue of the Americas
    rf"|(?:(?:el|la|los|las)\s|bis,?\s)?{STREET_FIRST}\.?{GAP}"  # 12 rue de la Paix
    rf"(?:{STREET_NAME}{GAP}){{0,4}}{STREET_NAME}(?:\s{HOUSE_AFTER})?"
    rf"|(?P<weak>{_NAMES}{STREET_OR_WORD}(?!\w)){SECOND}"  # 12 Park Way
    rf"|(?:{STREET_NAME}{GAP}){{0,4}}{_LETTER}{{0,12}}"  # 54 elm streetusa
    rf"(?:street|avenue|colony|nagar){_LETTER}{{1,25}}(?!\w)"
    rf"|(?:{STREET_NAME}{GAP}){{0,4}}{STREET_NAME}(?={TO_NEXT}{_UNIT_SAID})"
    rf"|(?:(?!{STATE_CODE}\s\d){STREET_NAME}{TO_NEXT}){{1,9}}"  # 712 elmpur 600199
    rf"(?:{_STATE_THEN_CODE}|\d{{3}}\s?\d{{3}}(?!\w))"
    rf"|(?P<twin>(?<!,\s){_CAPITAL}{GAP}(?:{_WORD}{GAP}){{0,4}}{HOUSE_AFTER})"
    rf"(?=\s{{0,3}}[,\n]\s{{0,8}}{_UPPER}|{TO_NEXT}{_UNIT_SAID})"
    r")"
)

# --- A number with its street before it ----------------------------------------------

NUMBER_LAST = (
    r"(?<!\w)(?:\d{1,6},?\s)?(?:"
    r"(?:p\.?\s?o\.?\s?(?:box|bx)|post(?:al|\soffice)?\s?box|postfach|postboks"
    r"|postbus|apartado|casilla)\.?,?\s(?:no\.?\s?|#\s?)?\d{1,6}(?!\w)"  # PO Box 56
    rf"|{STREET_FIRST}\.?,?{GAP}(?:\d{{1,2}}{GAP})?(?:{STREET_NAME}{GAP}){{0,6}}"
    rf"{_WORD},?{GAP}(?:n[.\u00ba\u00b0o]{{0,2}}\s?)?{HOUSE_AFTER}"  # Calle Mayor 12
    rf"|(?:{_CAPITAL}\s){{0,3}}(?:(?!{STOP}(?!\w))[\w'\u2019\-]{{2,22}}?(?<!aun)"
    rf"{ENDING}|(?<=\w\s){OWN_WORD})(?!\w)\.?{GAP}{HOUSE_AFTER}"  # Hauptstra\u00dfe 12
    rf"|(?!alaska|nebraska)(?:{_CAPITAL}\s){{0,2}}{_UPPER}{_LETTER}{{2,20}}"
    rf"(?:[sc]k[a\u00e1]|[o\u00f3][vw][a\u00e1]|iego|icza)(?!\w)\s{HOUSE_AFTER}"
    rf"(?=,\s)"  # Perova 5, Ljubljana
    r"|(?-i:(?:A[mn]|I[mn]|Auf|Unter|Zum|Zur)\s(?:de[mnr]\s)?)?"
    rf"(?:{_CAPITAL}\s){{1,4}}{HOUSE_AFTER}"  # Am Markt 5, 10115 Berlin
    rf"(?=\s{{0,3}}[,\n]\s{{0,8}}(?:[A-Z]{{1,2}}-)?(?:\d{{4,5}}|\d\d-\d{{3}}),?\s{_UPPER})"
    rf"|{_WORD}{GAP}(?:{STREET_NAME}{GAP}){{0,3}}{HOUSE_AFTER}"  # elmhof 12 suite 4
    rf"(?={TO_NEXT}{_UNIT_SAID})"
    rf"|{_NAMES}{STREET}(?!\w)\.?{TO_NEXT}(?:{_WORD}{TO_NEXT}){{0,4}}"
    rf"{_STATE_THEN_CODE}"  # elm road elmton al 36001
    rf"|{_CAPITALS},?\s(?=(?-i:[A-Z]{{2}})){STATE_CODE},?"
    r"\s\d{5}(?:-\d{4})?(?![\w\-])"  # Columbus, OH 43215
    r")"
)

# --- What announces an address -------------------------------------------------------

SAID = (
    r"(?:(?<!\w)(?<!mail\s)(?<!ip\s)(?<!mac\s)(?<!web\s)add?r?ess+(?:es)?"
    r"(?:['\u2019]?s|\s(?:is|was|as|to|has\schanged\sto|will\sbe|should\sbe)"
    r"(?:\s(?:now|at|in|on|the|to)){0,2}\s?[:=\-]?|\s?[:=\-])\s{0,4}(?:corner\sof\s)?"
    # Bare, it is no verb at the start or behind a word that goes with a noun.
    r"|(?:\A|[\n,;:]\s?|(?<!\w)(?:my|his|her|our|your|their|new|old|home|mailing"
    r"|shipping|billing|delivery|contact|current|street|postal|full|and)\s)"
    r"add?r?ess+(?:es)?\s{1,4})"
)
SENT = (
    r"(?<!\w)(?:ship(?:ped)?|deliver(?:ed|y)?|mail(?:ed)?|sen[dt]|taxi|cab|uber|ride"
    r"|going|drop(?:s|ped)?(?:\s\w{2,5})?\soff|pick(?:s|ed)?(?:\s\w{2,5})?\sup|located"
    r"|live[sd]?|living|resid(?:e|es|ing)|moved|enter|stay(?:ing)?|arrived?|meet|is|are)"
    r"(?:\s(?:it|me|them|one|my\s\w{1,12}|the\s\w{1,12}|a\s\w{1,12}|a\snew\sone))?"
    r"\s(?:to|at|in|on)\s"
)
# Any words behind a number that was announced; any name before one.
ANNOUNCED_FIRST = (
    rf"(?:\d{{1,6}}\s)?{_HOUSE},?{GAP}"
    rf"(?P<names>(?:{STREET_NAME}{GAP}){{0,6}}{STREET_NAME})"
    rf"(?P<last>,?\s{HOUSE_AFTER})?"
)
ANNOUNCED_LAST = (
    rf"(?:{SAID}|{SENT})(?P<value>(?:\d{{1,6}},?\s)?{_CAPITAL}{GAP}"
    rf"(?:{_WORD}{GAP}){{0,5}}{HOUSE_AFTER})"
)
SHORT_TAIL = rf"(?:,?\s(?:(?:{_WORD}{TO_NEXT}){{0,4}}{_STATE_THEN_CODE}|{_CAPITALS}))?"
HEAD = (
    rf"(?:(?<!\w){UNIT_WORD}(?!{_LETTER})\.?\s?(?:no\.?\s?)?#?\s?{_UNIT_ID},?\s{{1,3}}"
    r"|(?<!\w)(?:(?:door|house|plot|flat)\s)?no\.?\s{1,2}|(?<!\w)[a-z][\-/]){1,2}"
)
