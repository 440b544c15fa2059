"""The words that tell an address: regexes and sets of them, and nothing else."""

from collections.abc import Iterable


def any_of(words: str | Iterable[str]) -> str:
    """A regex of any of these words, by first letters, since it is tried often."""
    listed = sorted(words.split() if isinstance(words, str) else words)
    by_letter: dict[str, list[str]] = {}
    for word in listed:
        by_letter.setdefault(word[0], []).append(word[1:])
    branches = (
        letter + "(?:" + "|".join(sorted(rests, reverse=True)) + ")"
        for letter, rests in by_letter.items()
    )
    return "(?:" + "|".join(branches) + ")"


# What ends the name of a street.
STREET = any_of(
    "alley allee ave aven avenu avenue av avn blvd boulevard boul bvd chaussee circle"
    " cir colony court crt ct crescent cres dr drv drive driv expressway expy"
    " esplanade freeway fwy gardens highway hwy lane ln marg mews motorway nagar"
    " parkway pkwy parkwy quay rd rdwy road st straat str strasse street strt streets"
    " terrace ter trail trl turnpike tpke viaduct"
)
# Common words too: they need a capital, or a number of three digits or more.
STREET_OR_WORD = any_of(
    "arcade bend bluff bottom branch bridge brook burg bypass camp canyon cape"
    " causeway center centre chase cliff close common commons corner corners course"
    " cove creek crest cross crossing crossroad curve dale dam divide down downs"
    " enclave end estate estates extension fall falls farm ferry field fields flats"
    " ford forest forge fork forks fort garden gate gateway glen glens green greens"
    " grove harbor harbour haven heath heights hill hills hollow inlet island islands"
    " isle junction key keys knoll knolls lake lakes landing layout light loaf lock"
    " lodge loop mall manor meadow meadows mill mills mission mount mountain neck"
    " orchard oval overpass parade park parks pass passage path pike pine pines pl"
    " place plain plains plaza plz point port ports prairie promenade radial ramp"
    " ranch rapids reach rest ridge rise river round route row run sector shoal shoals"
    " shore shores skyway society spring springs spur sq square station stravenue"
    " stream summit throughway trace track trafficway tunnel underpass union unions"
    " vale valley view views vihar village ville vista walk wall way ways well wells"
    " wharf wynd yard yards"
)
# No address goes on past one of these: what people say, what forms ask for, what is
# counted, and when.
_SAYING = (
    "a about after again ago also am an and any are around as ask at away be because"
    " been before below between both but buy by bye call called can cant cheap cost"
    " costs could days did do does done each either else email every for from get gets"
    " give given go goes going good got had has have he hello help her here hers hi"
    " him his how i if im in into inside is it its just know later let like listen"
    " look make many may maybe me meet more most much my need needs next no not now of"
    " off ok okay on once one only or order other our out over per phone play please"
    " pls pm quite rated rating rather really reservation same say see seem send she"
    " should since so some soon still sure take taken than thank thanks that thats the"
    " their them then there these they thing this those to today told tomorrow too"
    " total tried try u under until up us use very via want was we well were what when"
    " where which while who whose why will with within without would yes yesterday you"
    " your yours"
    " und oder ist bitte et ou est por oraz jest"
)
_FIELDS = (
    "account address attention attn name number mobile cell fax tel telephone contact"
    " date dob ssn zip zipcode pin"
)
_COUNTED = (
    "minute minutes min mins hour hours hr hrs seconds sec secs day week weeks month"
    " months year years yr yrs mile miles mi km kms kilometer kilometers kilometre"
    " kilometres meter meters metre metres feet foot inch inches yards mph kg gb mb tb"
    " dollar dollars usd euro euros cents bucks percent rs inr way lanes star stars"
    " stop stops bedroom bedrooms bed beds bath baths bathroom bathrooms door doors"
    " seat seats ticket tickets people persons person adults adult kids children"
    " passenger passengers guest guests night nights room rooms piece pieces pizza"
    " pizzas large medium small times time items item different available options"
    " option results games game players player level points"
)
_DATES = (
    "january february march april june july august september october november"
    " december jan feb mar apr jun jul aug sept sep oct nov dec monday tuesday"
    " wednesday thursday friday saturday sunday"
)
STOP_WORDS = frozenset(f"{_SAYING} {_FIELDS} {_COUNTED} {_DATES}".split())
STOP = any_of(STOP_WORDS)
UNIT_WORD = (
    r"(?:apartment|appartment|appt|apt|suite|ste|unit|floor|flat|room|rm|building"
    r"|bldg|lot|level|block|tower|wing|villa|plot|sector|phase|shop|office|lok|m(?=\.))"
)
STATE_NAME = (
    r"(?:alabama|alaska|arizona|arkansas|california|colorado|connecticut|delaware"
    r"|florida|georgia|hawaii|idaho|illinois|indiana|iowa|kansas|kentucky|louisiana"
    r"|maine|maryland|massachusetts|michigan|minnesota|mississippi|missouri|montana"
    r"|nebraska|nevada|new\s(?:hampshire|jersey|mexico|york|south\swales|brunswick)"
    r"|(?:north|south)\s(?:carolina|dakota)|ohio|oklahoma|oregon|pennsylvania"
    r"|rhode\sisland|tennessee|texas|utah|vermont|(?:west\s)?virginia|washington"
    r"|wisconsin|wyoming|district\sof\scolumbia|ontario|quebec|alberta|manitoba"
    r"|saskatchewan|nova\sscotia"
    r"|british\scolumbia|victoria|queensland|tasmania)"
)
STATE_CODE = any_of(
    "al ak az ar ca co ct de fl ga hi id il in ia ks ky la me md ma mi mn ms mo mt ne"
    " nv nh nj nm ny nc nd oh ok or pa ri sc sd tn tx ut vt va wa wv wi wy dc pr ap aa"
    " ae fa on qc bc ab mb sk ns nb nl pe nt yt nu nsw vic qld tas act"
)
COUNTRY = (
    r"(?:usa|u\.s\.a\.|united\s(?:states|kingdom)|uk|england|scotland|wales|ireland"
    r"|canada|australia|new\szealand|india|germany|france|spain|italy|austria|poland"
    r"|switzerland|netherlands|belgium|sweden|norway|denmark|finland|portugal)"
)


# The street word stands first where people speak a Romance or Slavic language.
STREET_FIRST = (
    r"(?:calle|c/|avenida|avda|av\.|paseo|carrera|carrer|calzada|camino|ronda"
    r"|rambla|passeig|gran\svia|viale|vicolo|corso|piazzale|piazza|strada|rue|rua"
    r"|travessa|alameda|praça|estrada|avenue|boulevard|chemin|impasse|allée|cours"
    r"|quai|(?:place|plaza|largo)\sd[aeiou]|(?:ul|al|os|pl|str|bd|jl)\.|ulic[aey]"
    r"|ulitsa|aleja|aleje|trg|cesta|bulevardul|calea|jalan|(?-i:Via|VIA)(?=\s(?-i:[A-Z])))"
)
# Hauptstraße 12, Fjädergatan 7: the street word ends the name.
ENDING = any_of(
    "straße strasse str straat straten gasse platz plaats allee damm ufer weg graben"
    " steig laan plein gracht kade dijk dreef singel steenweg gatan gata gatu gaten"
    " gade vej vei veien vegen vägen vænget stien stigen bakken bakki toften katu kuja"
    " polku ntie stie rtie ltie braut stræti straeti stígur vegur parken marken"
)
# The same as a word of its own: Karl Johans gata 5.
OWN_WORD = any_of(
    "utca u út útja tér tere körút köz sokak caddesi cad puiestee tänav tee põik"
    " náměstí třída nábřeží iela gatvė baan allé allee stræde gata gatan vej vei weg"
    " straße strasse str straat platz plein tie katu"
)
