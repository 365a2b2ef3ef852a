"""Organization names: recognized among short lines, cleaned of decoration, with aliases."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from archivesearch.parse.sections.organization_words import (
    ABSENCE,
    ALIAS_PREFIX,
    CROSS_REFERENCE,
    FATE,
    FATE_SUFFIX,
    GENERIC_HEADING,
    NAME_SUFFIXES,
    ORGANIZATION_WORD,
    ORGANIZATIONS_WORD,
    PLACE_CODES,
    PROSE_WORD,
    SMALL_WORDS,
    TITLE_START,
)

_MAX_NAME = 120
_MAX_WORDS = 14
_SPACES = re.compile(r"\s+")
_NUMBER = re.compile(r"(?:\(?\d{1,3}[.)]|\(?[a-z]\)|[IVXLC]{1,6}\.|#\d{1,3}:?)\s+(?=\S)")
_BULLET = re.compile(r"[*•·–—>»§-]+\s+(?=\S)")
_URL = re.compile(
    r"(?:https?://|www\.)\S+|\S+@\S+\.\w+|\w[\w.-]*\.(?:org|com|net|edu|info)\S*", re.IGNORECASE
)
_BRACKETS = re.compile(r"\s*[(\[（]([^()\[\]（）]*)[)\]）]\.?$")
_YEARS = re.compile(r"[\s\d–—/'’,?-]*(?:19|20)\d\d[\s\d–—/'’,?-]*(?:present|today)?")
_QUOTED = re.compile(r"[\"“”„«]([^\"“”„«»]+)[\"”“»]")
# A name and its acronym, and the other way round: "Harbor League, HL", "HL (Harbor League)".
_NAME_AND_ACRONYM = re.compile(r"(.+?)(?:,[\"”]|[\"”],?|,| [-–—/])\s*[\"“]?([^\s\"“”]{2,16})[\"”]?")
_ACRONYM_AND_NAME = re.compile(
    r"[\"“]?([^\s\"“”():,]{2,16})[\"”]?(?:\s*\(\s*[\"“]?([^()]+?)[\"”]?\s*\)|:\s+(.+)|\s[-–—]+\s(.+))"
)
# A field of a form or a list: "Founded in: ".
_FIELD = re.compile(r"[^\W\d_]+(?: [a-z]+)?: ")
_DATE = re.compile(
    r"(?:\w+\s+)?(?:\d{1,2}(?:st|nd|rd|th)?[\s,/.-]+)?(?:[^\W\d_]{3,10}\.?[\s,/-]+)?(?:\d{1,2},?\s+)?"
    r"(?:(?:1[89]|20)\d\d|\d{1,2}/\d{2,4})年?\S{0,8}",
)
_SENTENCE_END = re.compile(r"[^\W\d_]{4,}[.?!][\"”')]*\s")


@dataclass(frozen=True, slots=True)
class OrganizationName:
    """The canonical name of an organization, and the aliases in its heading."""

    name: str
    aliases: tuple[str, ...] = ()


def parse_name(heading: str) -> OrganizationName:
    """Return the name in a heading, without number, quotes, address, fate and acronym.

    >>> parse_name('1. "Harbor League, USA" (HL-USA) (defunct)')
    OrganizationName(name='Harbor League, USA', aliases=('HL-USA',))
    """
    text = _strip_decoration(heading)
    match = _ACRONYM_AND_NAME.fullmatch(text)
    if match and is_acronym(match[1]):
        full = next(filter(None, match.groups()[1:]))
        if " " in full.strip() and not is_acronym(full) and is_capitalized(full):
            name = parse_name(full)
            return OrganizationName(name.name, _unique((match[1], *name.aliases)))
    aliases: list[str] = []
    text = _strip_brackets(text, aliases)
    match = _NAME_AND_ACRONYM.fullmatch(text)
    if match and is_acronym(match[2]) and _is_alias(match[2], match[1]):
        text, aliases = match[1].strip('"“”'), [match[2], *aliases]
    return OrganizationName(_strip_quotes(text) or _strip_decoration(heading), _unique(aliases))


def is_acronym(word: str) -> bool:
    """Whether a word is made of initials: `PTB`, `PvdA`, `A.N.S.W.E.R.`, `FRSO/OSCL`."""
    if not 2 <= len(word) <= 16 or word[0].isdigit():
        return False
    letters = [c for c in word if c.isalpha()]
    if not all(c.isalnum() or c in ".&/$-'’+" for c in word):
        return False
    capitals = sum(c.isupper() for c in letters)
    return capitals >= 2 and capitals * 2 >= len(letters)


def initials(name: str) -> str:
    """Return the initials of a name without its small words: `PP` for `Party of the People`."""
    words = re.findall(r"[^\W\d_][\w'’.]*", name)
    return "".join(w[0].upper() for w in words if w.lower() not in SMALL_WORDS)


def is_name(text: str, *, strict: bool = False) -> bool:
    """Whether a line can be the name of an organization.

    `strict` requires the capitals of a name too. It is for lines that neither markup nor a
    label below them distinguishes.
    """
    if not text or len(text) > _MAX_NAME or "|" in text:
        return False
    plain = _strip_decoration(text)
    bare = _strip_brackets(plain, []).strip("\"“”„«»' ")
    if not bare or len(bare.split()) > _MAX_WORDS or bare[-1] in ",;:" or bare[0] in "*[(<":
        return False
    if not (bare[0].isalnum() and any(map(str.isalpha, bare))) or bare[0].islower():
        return False
    if text.endswith(".") and not (_NUMBER.match(text) or _ends_in_abbreviation(text)):
        return False
    for pattern in (GENERIC_HEADING, _DATE, _URL):
        if pattern.fullmatch(plain):
            return False
    if CROSS_REFERENCE.match(plain) or _SENTENCE_END.search(bare):
        return False
    if plain.count('"') % 2 or " --" in bare:
        return False
    if _FIELD.match(plain) and not is_acronym(plain.split(":")[0]):
        return _URL.search(plain) is not None
    return reads_as_name(bare) if strict else not PROSE_WORD.search(bare)


def is_date_or_address(text: str) -> bool:
    """Whether a line is a date (`Updated January, 2002`) or a URL, and nothing else."""
    text = text.strip("()[] ")
    return _DATE.fullmatch(text) is not None or _URL.fullmatch(text) is not None


def is_generic_heading(text: str) -> bool:
    """Whether a line is a heading that any page can have: `Introduction`, `Notes`, `Links`."""
    return GENERIC_HEADING.fullmatch(_strip_decoration(text)) is not None


def reads_as_name(text: str) -> bool:
    """Whether a line reads as a name without a label below it: capitals, and no title."""
    return is_capitalized(text) and not text.endswith("?") and not TITLE_START.match(text)


def is_capitalized(text: str) -> bool:
    """Whether three of four words of a line begin with a capital or in a script without any."""
    words = [w for w in re.findall(r"[^\W\d_][\w'’.$&-]*", text) if w.lower() not in SMALL_WORDS]
    capitalized = sum(not word[0].islower() for word in words)
    return bool(words) and capitalized >= len(words) * 0.75


def is_clearly_organization(text: str) -> bool:
    """Whether a name is an organization's by its words: `league`, an acronym, `defunct`."""
    aliases: list[str] = []
    bare = _strip_brackets(_strip_decoration(text), aliases)
    return not TITLE_START.match(bare) and (
        ORGANIZATION_WORD.search(bare) is not None
        or any(map(is_acronym, aliases))
        or is_acronym(bare)
        or FATE.search(text) is not None
    )


def is_alias_line(text: str) -> bool:
    """Whether a line in brackets is an alias of the name in the line above it."""
    return text.startswith("(") and text.endswith(")") and bool(ALIAS_PREFIX.match(text[1:]))


def has_organization_word(text: str) -> bool:
    """Whether a text has a word such as `party`, or a fate such as `defunct`."""
    return ORGANIZATION_WORD.search(text) is not None or FATE.search(text) is not None


def mentions_organizations(text: str) -> bool:
    """Whether a text mentions several organizations, as the introduction of a list does."""
    return ORGANIZATIONS_WORD.search(text) is not None


def _strip_decoration(heading: str) -> str:
    """Return a heading in one line, without number, bullet, and colon or star at the end."""
    text = _SPACES.sub(" ", heading).strip().rstrip(":*†‡-–— ")
    text = _BULLET.sub("", text, count=1) if _BULLET.match(text) else text
    number = _NUMBER.match(text)
    if number:
        text = text[number.end() :]
    return text[:-1] if text.endswith(".") and not _ends_in_abbreviation(text) else text


def _strip_brackets(text: str, aliases: list[str]) -> str:
    """Return a name without the remarks in brackets at its end; names in them go to `aliases`."""
    for _ in range(6):
        text = FATE_SUFFIX.sub("", text).rstrip(" *†‡")
        url = _URL.search(text)
        if url and url.end() >= len(text) - 1 and url.start():
            text = text[: url.start()].rstrip(" -–—:,;(<[")
        match = _BRACKETS.search(text)
        if not match or not match.start():
            break
        name = text[: match.start()]
        if not _is_remark(match[1].strip(), name, aliases):
            break
        text = name
    return text.strip()


def _is_remark(inner: str, name: str, aliases: list[str]) -> bool:
    """Whether a text in brackets is no part of the name before it; aliases in it are added."""
    if ";" in inner:
        return all(_is_remark(part.strip(), name, aliases) for part in inner.split(";"))
    acronyms = [part.strip() for part in re.split(r"[/,]| or | and ", inner)]
    if inner.lower().replace(".", "") in NAME_SUFFIXES:
        return False
    if acronyms and all(map(is_acronym, acronyms)) and _can_be_initials(acronyms, name):
        aliases.extend(acronyms)
        return True
    prefix = ALIAS_PREFIX.match(inner)
    alias = _strip_quotes(inner[prefix.end() :]) if prefix else ""
    if alias and is_capitalized(alias) and not FATE.match(alias) and alias[0].isalpha():
        aliases.append(alias)
        return True
    if (
        not inner
        or ABSENCE.match(inner)
        or _URL.fullmatch(inner)
        or FATE.match(inner)
        or _YEARS.fullmatch(inner)
    ):
        return True
    if CROSS_REFERENCE.match(inner) or GENERIC_HEADING.fullmatch(inner):
        return True
    quoted = _QUOTED.fullmatch(inner)
    full = " " in inner and ORGANIZATION_WORD.search(inner) is not None and is_capitalized(inner)
    if quoted or (full and "committee" not in inner.lower()):
        aliases.append(_strip_quotes(inner))
        return True
    return False


def _can_be_initials(acronyms: Sequence[str], name: str) -> bool:
    """Whether one of the acronyms can be of a name: two letters can be a place."""
    return any(
        len(one) > 2 or one.upper() == initials(name) or one not in PLACE_CODES for one in acronyms
    )


def _is_alias(acronym: str, name: str) -> bool:
    """Whether an acronym after a comma is an alias of a name, and not its country."""
    return acronym.upper() == initials(name) or (
        acronym.lower() not in NAME_SUFFIXES and _can_be_initials([acronym], name)
    )


def _strip_quotes(text: str) -> str:
    text = text.strip(" ,;:")
    quoted = _QUOTED.fullmatch(text)
    return (quoted[1] if quoted else text).strip(" ,;:")


def _ends_in_abbreviation(text: str) -> bool:
    last = text.rsplit(None, 1)[-1]
    return last.count(".") > 1 or last.lower() in ("inc.", "ltd.", "co.", "e.v.", "jr.", "sr.")


def _unique(names: Iterable[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(names))
