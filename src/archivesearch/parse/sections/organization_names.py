"""The names of organizations: told from other short lines, freed of decoration, with aliases."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

_LONGEST = 120
_MOST_WORDS = 14
_SPACES = re.compile(r"\s+")
_NUMBER = re.compile(r"(?:\(?\d{1,3}[.)]|\(?[a-z]\)|[IVXLC]{1,6}\.|#\d{1,3}:?)\s+(?=\S)")
_BULLET = re.compile(r"[*•·–—>»§-]+\s+(?=\S)")
_URL = re.compile(
    r"(?:https?://|www\.)\S+|\S+@\S+\.\w+|\w[\w.-]*\.(?:org|com|net|edu|info)\S*", re.IGNORECASE
)
_GROUP = re.compile(r"\s*[(\[（]([^()\[\]（）]*)[)\]）]\.?$")
_ENDED = (
    r"defunct|dissolved|disbanded|extinct|inactive|no longer|renamed|merged|split|folded|founded"
    r"|est\.|established|suppressed|banned|disparue?|dissou(?:s|te)|disuelt[oa]|desaparecid[oa]"
    r"|extint[oa]|dissolvid[oa]|aufgelöst|eingestellt|sciolt[oa]|confluit[oa]|opgeheven|zanikl[aáý]?"
)
_FATE = re.compile(
    rf"(?:now |apparently |believed |reportedly |possibly )?(?:{_ENDED})\b", re.IGNORECASE
)
_OTHER_NAME = re.compile(
    r"(?:now renamed|renamed(?: as| to)?|now called|now known as|also known as|also called|also"
    r"|known as|a\.?k\.?a\.?|formerly(?: the| called| known as)?|previously|ex-|ex|now(?: the)?"
    r"|anciennement|antes|ehemals|früher|già)(?<=[\w.-])[\s:]*(?=\S)",
    re.IGNORECASE,
)
_YEARS = re.compile(r"[\s\d–—/'’,?-]*(?:19|20)\d\d[\s\d–—/'’,?-]*(?:present|today)?")
_WITHOUT = re.compile(r"(?:no|without|sans|ohne|sin|sem|senza) [^\W\d_]", re.IGNORECASE)
_TAIL = re.compile(rf"(?:\s[-–—]+\s*|[,;]\s+)(?:{_ENDED}).{{0,40}}$", re.IGNORECASE)
_QUOTED = re.compile(r"[\"“”„«]([^\"“”„«»]+)[\"”“»]")
_WITH_ACRONYM = re.compile(r"(.+?)(?:,[\"”]|[\"”],?|,| [-–—/])\s*[\"“]?([^\s\"“”]{2,16})[\"”]?")
_ACRONYM_FIRST = re.compile(
    r"[\"“]?([^\s\"“”():,]{2,16})[\"”]?(?:\s*\(\s*[\"“]?([^()]+?)[\"”]?\s*\)|:\s+(.+)|\s[-–—]+\s(.+))"
)
_SUFFIXES = frozenset(
    "us usa uk ml mlm m-l m-l-m nz prc drc uae brd ddr gdr frg ussr eu un".split()
)
_PLACES = frozenset(
    """
    AL AK AZ AR CA CO CT DC DE FL GA HI IA ID IL IN KS KY LA MA MD ME MI MN MO MS MT NC ND NE NH NJ
    NM NV NY OH OK OR PA PR RI SC SD TN TX UT VA VT WA WI WV WY AB BC MB NB NL NS ON PE QC SK NI GB
    UK US NZ SA SF CH AT NW NE SW SE
    """.split()
)
_GENERIC = re.compile(
    r"\b(?:part(?:y|ies|i|is|ido|idos|ito|iti|ei|eien|ija|ia|ij|iet|iya)|leagues?|ligu?es?|liga|lega|union"
    r"|unión|unione|união|organi[sz]ations?|organización|organização|organizzazione|organisation"
    r"|fronts?|frente|fronte|movements?|mouvement|movimiento|movimento|bewegung|committees?"
    r"|comité|comitê|comitato|komitee|workers|collectives?|colectivo|coletivo|collettivo|kollektiv"
    r"|alliances?|alianza|aliança|alleanza|bund|associations?|asociación|associação|associazione"
    r"|networks?|tendency|tendance|coalition|coalición|federation|fédération|federación"
    r"|internationals?|internationale|internacional|congress|congreso|congrès|council|consejo"
    r"|groups?|groupe|grupo|gruppo|gruppe|society|club|brigades?|army|ejército|armée|foundation"
    r"|caucus|faction|fraction|current|corriente|courant|democrats|socialists?|communists?"
    r"|anarchists?|greens|campaign|institute|center|centre|society|church|synod|rally|project"
    r"|партия|союз|лига|движение|комитет|организация|strana|svaz|hnutí)\b"
    r"|党|黨|组织|組織|同盟|联盟|聯盟|协会|協會|委员会",
    re.IGNORECASE,
)
_SEVERAL = re.compile(
    r"\b(?:organi[sz]ations|part(?:ies|is|idos|iti|eien)|groups?|groupes|grupos|gruppi|gruppen|leagues"
    r"|movements|organisationen|organizaciones|organizações|organizzazioni|collectives|currents"
    r"|[^\W\d_]{3,}(?:ists|ites|isten|istes|istas))\b"
    r"|组织|組織",
    re.IGNORECASE,
)
_NOT_NAMES = re.compile(
    r"(?:introduction|intro|preface|foreword|conclusions?|notes?|footnotes?|endnotes|references"
    r"|bibliography|contents|table of contents|index|links?|home|home page|top|back|next|previous"
    r"|appendix|summary|overview|background|history|postscript|acknowledge?ments|contact|contact us"
    r"|about|about us|about this (?:page|list|site)|search|see also|further reading|sources?"
    r"|credits|glossary|faq|key|legend|abbreviations|the end|end|more|updates?|what's new|press"
    r"|introducción|introdução|introduzione|einleitung|einführung|conclusión|conclusão"
    r"|conclusione|schluss|anmerkungen|quellen|inhalt|sommaire|sources|liens|enlaces|引言|结论|注释"
    r"|copyright.*|page \d+.*|chapter \d+.*|part \w+|volume \w+|(?:back|return) to .*"
    r"|(?:last |page )?(?:updated?|reviewed|revised|published|posted|modified|written)\b.*"
    r"|(?:comments?|remarks|notes?) (?:on|about) .*|by .*|(?:a )?review of .*)[\s.:!]*",
    re.IGNORECASE,
)
_WORKS = re.compile(
    r"(?:(?:an? |the |some )?(?:open )?(?:letters?|notes?|discussions?|talks?|essays?)"
    r"|resolutions?|reports?|statements?|interviews?|speech(?:es)?|reviews?"
    r"|articles?|chapter|minutes|program(?:me)?|constitution|declaration|reply|response|message"
    r"|greetings|theses|appeal|proposals?|debate|critique|analysis|lessons|why|how|what|who|when"
    r"|on|against|about|to|towards?|against)\b",
    re.IGNORECASE,
)
_FIELD = re.compile(r"[^\W\d_]+(?: [a-z]+)?: ")
_DATE = re.compile(
    r"(?:\w+\s+)?(?:\d{1,2}(?:st|nd|rd|th)?[\s,/.-]+)?(?:[^\W\d_]{3,10}\.?[\s,/-]+)?(?:\d{1,2},?\s+)?"
    r"(?:(?:1[89]|20)\d\d|\d{1,2}/\d{2,4})年?\S{0,8}",
)
_REFERENCE = re.compile(
    r"(?:see|cf\.?|compare|voir|ver|véase|siehe|vedi|zie)\b(?!\w)|.*\b(?:see|discussed|listed|covered"
    r"|described|treated|mentioned|moved|found|filed)\b.{0,40}\b(?:under|in|above|below|page|with|at|to)\b"
    r"|.*\b(?:click|read) (?:here|on|more)\b|.*\bhere for\b",
    re.IGNORECASE,
)
_PROSE = re.compile(
    r"\b(?:is|are|was|were|has|have|had|will|would|they|we|you|he|she|it|that|which|who|this|these"
    r"|been|being|does|did|not|but|because|when|where|there|est|sont|son|são|sind|ist|sono)\b"
    r"|^(?:They|We|You|He|She|It|This|These|There|If|When|While)\b"
)
_SENTENCE = re.compile(r"[^\W\d_]{4,}[.?!][\"”')]*\s")
_SMALL = frozenset(
    "a an and at by de des del della delle den der des di die do dos du e el en et for from für im "
    "in la las le les los na no o of on or os por pour the to und van von w with y z".split()
)


@dataclass(frozen=True, slots=True)
class OrganizationName:
    """The canonical name of an organization, and others that its heading gives."""

    name: str
    aliases: tuple[str, ...] = ()


def parse_name(heading: str) -> OrganizationName:
    """Free the name in a heading of its decoration: numbers, quotes, addresses, fates, initials."""
    text = _plain(heading)
    reverse = _ACRONYM_FIRST.fullmatch(text)
    if reverse and is_acronym(reverse[1]):
        full = next(filter(None, reverse.groups()[1:]))
        if " " in full.strip() and not is_acronym(full) and is_capitalized(full):
            inner = parse_name(full)
            return OrganizationName(inner.name, _unique((reverse[1], *inner.aliases)))
    aliases: list[str] = []
    text = _without_groups(text, aliases)
    apposed = _WITH_ACRONYM.fullmatch(text)
    if apposed and is_acronym(apposed[2]) and _is_alias(apposed[2], apposed[1]):
        text, aliases = apposed[1].strip('"“”'), [apposed[2], *aliases]
    return OrganizationName(_unquoted(text) or _plain(heading), _unique(aliases))


def is_acronym(word: str) -> bool:
    """Whether a word is made of initials: `PTB`, `PvdA`, `A.N.S.W.E.R.`, `FRSO/OSCL`."""
    if not 2 <= len(word) <= 16 or word[0].isdigit():
        return False
    letters = [c for c in word if c.isalpha()]
    if not all(c.isalnum() or c in ".&/$-'’+" for c in word):
        return False
    capitals = sum(c.isupper() for c in letters)
    return capitals >= 2 and capitals * 2 >= len(letters)


def is_name(text: str, *, strict: bool = False) -> bool:
    """Whether a line can be the name of an organization.

    `strict` asks for the capitals of a name as well, and is for lines that neither
    markup nor a label below them sets apart.
    """
    if not text or len(text) > _LONGEST or "|" in text:
        return False
    plain = _plain(text)
    bare = _without_groups(plain, []).strip("\"“”„«»' ")
    if not bare or len(bare.split()) > _MOST_WORDS or bare[-1] in ",;:" or bare[0] in "*[(<":
        return False
    if not (bare[0].isalnum() and any(map(str.isalpha, bare))) or bare[0].islower():
        return False
    if text.endswith(".") and not (_NUMBER.match(text) or _ends_in_abbreviation(text)):
        return False
    for pattern in (_NOT_NAMES, _DATE, _URL):
        if pattern.fullmatch(plain):
            return False
    if _REFERENCE.match(plain) or _SENTENCE.search(bare):
        return False
    if plain.count('"') % 2 or " --" in bare:
        return False
    if _FIELD.match(plain) and not is_acronym(plain.split(":")[0]):
        return _URL.search(plain) is not None
    return reads_as_name(bare) if strict else not _PROSE.search(bare)


def is_date_or_address(text: str) -> bool:
    """Whether a line is nothing but a date (`Updated January, 2002`) or an internet address."""
    text = text.strip("()[] ")
    return _DATE.fullmatch(text) is not None or _URL.fullmatch(text) is not None


def is_generic_heading(text: str) -> bool:
    """Whether a line is a heading such as any page has: `Introduction`, `Notes`, `Links`."""
    return _NOT_NAMES.fullmatch(_plain(text)) is not None


def reads_as_name(text: str) -> bool:
    """Whether a line reads as a name even where no label below it says that it is one."""
    return is_capitalized(text) and not text.endswith("?") and not _WORKS.match(text)


def is_capitalized(text: str) -> bool:
    """Whether most words of a line begin with a capital, or its script has none."""
    words = [w for w in re.findall(r"[^\W\d_][\w'’.$&-]*", text) if w.lower() not in _SMALL]
    capital = sum(not word[0].islower() for word in words)
    return bool(words) and capital >= len(words) * 0.75


def is_clearly_organization(text: str) -> bool:
    """Whether a name says that it is one of an organization: party, league, initials, fate."""
    groups: list[str] = []
    bare = _without_groups(_plain(text), groups)
    return not _WORKS.match(bare) and (
        _GENERIC.search(bare) is not None
        or any(map(is_acronym, groups))
        or is_acronym(bare)
        or _FATE.search(text) is not None
    )


def is_alias_line(text: str) -> bool:
    """Whether a line in brackets gives other names of what the line above it names."""
    return text.startswith("(") and text.endswith(")") and bool(_OTHER_NAME.match(text[1:]))


def has_organization_word(text: str) -> bool:
    """Whether a word of a name, or a remark on its fate, says that it is an organization."""
    return _GENERIC.search(text) is not None or _FATE.search(text) is not None


def mentions_organizations(text: str) -> bool:
    """Whether a text is about organizations, as the introduction to a list of them is."""
    return _SEVERAL.search(text) is not None


def _plain(heading: str) -> str:
    """A heading on one line, without number, bullet, trailing colon or star."""
    text = _SPACES.sub(" ", heading).strip().rstrip(":*†‡-–— ")
    text = _BULLET.sub("", text, count=1) if _BULLET.match(text) else text
    number = _NUMBER.match(text)
    if number:
        text = text[number.end() :]
    return text[:-1] if text.endswith(".") and not _ends_in_abbreviation(text) else text


def _without_groups(text: str, aliases: list[str]) -> str:
    """Take bracketed remarks off the end of a name; those that are names become aliases."""
    for _ in range(6):
        text = _TAIL.sub("", text).rstrip(" *†‡")
        url = _URL.search(text)
        if url and url.end() >= len(text) - 1 and url.start():
            text = text[: url.start()].rstrip(" -–—:,;(<[")
        group = _GROUP.search(text)
        if (
            not group
            or not group.start()
            or not _is_remark(group[1].strip(), text[: group.start()], aliases)
        ):
            break
        text = text[: group.start()]
    return text.strip()


def _is_remark(inner: str, before: str, aliases: list[str]) -> bool:
    """Whether what stands in brackets is no part of the name itself."""
    if ";" in inner:
        return all(_is_remark(part.strip(), before, aliases) for part in inner.split(";"))
    acronyms = [part.strip() for part in re.split(r"[/,]| or | and ", inner)]
    if inner.lower().replace(".", "") in _SUFFIXES:
        return False
    if acronyms and all(map(is_acronym, acronyms)) and _fits(acronyms, before):
        aliases.extend(acronyms)
        return True
    other = _OTHER_NAME.match(inner)
    former = _unquoted(inner[other.end() :]) if other else ""
    if former and is_capitalized(former) and not _FATE.match(former) and former[0].isalpha():
        aliases.append(former)
        return True
    if (
        not inner
        or _WITHOUT.match(inner)
        or _URL.fullmatch(inner)
        or _FATE.match(inner)
        or _YEARS.fullmatch(inner)
    ):
        return True
    if _REFERENCE.match(inner) or _NOT_NAMES.fullmatch(inner):
        return True
    whole = _QUOTED.fullmatch(inner)
    full = " " in inner and _GENERIC.search(inner) is not None and is_capitalized(inner)
    if whole or (full and "committee" not in inner.lower()):
        aliases.append(_unquoted(inner))
        return True
    return False


def _fits(acronyms: Sequence[str], name: str) -> bool:
    """Whether initials may be those of a name, and are not those of a place."""
    return any(
        len(one) > 2 or one.upper() == initials(name) or one not in _PLACES for one in acronyms
    )


def _is_alias(acronym: str, name: str) -> bool:
    """Whether initials behind a comma are another name, and not the country it is in."""
    own = acronym.upper() == initials(name)
    return own or (acronym.lower() not in _SUFFIXES and _fits([acronym], name))


def _unquoted(text: str) -> str:
    text = text.strip(" ,;:")
    whole = _QUOTED.fullmatch(text)
    return (whole[1] if whole else text).strip(" ,;:")


def _ends_in_abbreviation(text: str) -> bool:
    last = text.rsplit(None, 1)[-1]
    return last.count(".") > 1 or last.lower() in ("inc.", "ltd.", "co.", "e.v.", "jr.", "sr.")


def _unique(names: Iterable[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(names))


def initials(name: str) -> str:
    """The initials of a name, its small words left out."""
    words = re.findall(r"[^\W\d_][\w'’.]*", name)
    return "".join(w[0].upper() for w in words if w.lower() not in _SMALL)
