"""The lines between the name of an organization and its first paragraph.

They name its publication, its address and its price, in that order, each optional. A line
that none of these surely fits, or that stands out of order, is not one of them.
"""

import re
from collections.abc import Sequence

PUBLICATION, ADDRESS, PRICE = range(3)

_LONGEST = 110
_MONEY = (
    r"(?:(?:U\.?S\.?|A|C|R)?[$£€¥]\s?\.?\d[\d.,]*|\d[\d.,]*\s?(?:¢|[cp]\b|cents?|dollars?|pence"
    r"|euros?|francs?|marks?|DM|FF|pesos?|kr)\.?)"
)
_PER = (
    r"(?:cop(?:y|ies)|issues?|years?|yr|months?|mo|subscriptions?|subs?|annual(?:ly)?|each|single"
    r"|postpaid|ppd|half[- ]year|weeks?|an|numéro|número|jahr|heft)"
)
_PRICE = re.compile(
    rf"(?:(?:price|cost|rates?|subscriptions?|subs?|single (?:copy|copies|issues?)|prix|precio"
    rf"|preço|preis|prezzo)\b.{{0,40}}?{_MONEY}.*"
    rf"|{_MONEY}(?:$|.{{0,40}}?\b{_PER}\b.*|[\s;,/]*(?:{_MONEY}.*)?$)"
    rf"|(?:per|one|a|\d+) {_PER}.{{0,20}}?{_MONEY}.*|free(?: to prisoners)?)",
    re.IGNORECASE,
)
_STREET = (
    r"st|street|ave?|avenue|rd|road|blvd|boulevard|dr|drive|ln|lane|pl|place|sq|square|way|court|ct"
    r"|terrace|highway|hwy|parkway|pkwy|crescent|row|walk|broadway|crest"
)
_ADDRESS = re.compile(
    r"(?:attn\b|c/o\b|address\b|write(?: to)?:|contact:)"
    r"|.{0,60}\b(?:p\.?\s?o\.?\s?box|post office box|g\.?p\.?o\.? box|b\.?p\.? \d|casilla"
    r"|apartado|apdo|postfach|postbus|boîte postale|caixa postal|casella postale)\b"
    r"|.{0,60}\bbox \d"
    rf"|\d[\w-]*,? (?:[\w.'’-]+ ){{1,5}}(?:{_STREET})\b"
    rf"|\d[\w-]*,? (?:[NSEW]\.?|West|East|North|South) \w+ (?:{_STREET})\b"
    r"|\d+\w?,? (?:rue|avenue|calle|via|rua|boulevard|avenida|place)\b"
    r"|(?:rue|calle|via|rua|avenida) \S"
    r"|.{0,40}\w(?:str\.|straße|strasse|straat|gatan|ulice) \d"
    r"|.{2,60}(?:,|\s)\s?[A-Z]{2}\.?,?\s+\d{5}(?:-\d{4})?\b"
    r"|.{0,60}\b[A-Z]{1,2}\d[\dA-Z]? \d[A-Z]{2}\b|.{0,60}\b[A-Z]\d[A-Z] ?\d[A-Z]\d\b"
    r"|(?:[A-Z]{1,2}-)?\d{4,5} [A-ZÀ-Þ][^\W\d_]+(?:[ ,-]+[^\W\d_]+){0,4}$"
    r"|(?:tel|phone|telephone|ph|fax|e-?mail|web|web ?site|url|internet|www)\b\.?(?::|\s[\d(+])"
    r"|(?:https?://|www\.)\S+$|\S+@\S+\.\w{2,}$|\(?\+?\d[\d ()./-]{6,}$",
    re.IGNORECASE,
)
_PUBLICATION = re.compile(
    r"(?:also )?(?:publish(?:es|er of|ers of|ed)?|publications?|newspapers?|paper|organ|journal"
    r"|magazine|newsletter|periodical|publie|publica|pubblica|zeitung|zeitschrift|periódico|jornal)\b"
    r"(?::| of| is)?\s",
    re.IGNORECASE,
)


def line_kind(line: str) -> int | None:
    """Say what a line surely is: PUBLICATION, ADDRESS or PRICE; None for anything else."""
    if len(line) > _LONGEST or not line:
        return None
    if _PRICE.match(line):
        return PRICE
    if _ADDRESS.match(line) and not _is_sentence(line):
        return ADDRESS
    if _PUBLICATION.match(line) and not _is_sentence(line):
        return PUBLICATION
    return None


def leading_kinds(lines: Sequence[str], *, labelled: bool) -> list[int]:
    """Say what the first lines below a name are, as many of them as are sure and in order.

    `labelled` says that a label follows them, so that all of them are front matter: what
    stands before the first address or price is then the publication, and what stands
    between two address lines belongs to the address.
    """
    found = [line_kind(line) for line in lines]
    if labelled:
        addresses = [number for number, which in enumerate(found) if which == ADDRESS]
        first = next((n for n, which in enumerate(found) if which in (ADDRESS, PRICE)), len(lines))
        for number, which in enumerate(found):
            if which is None and number < first:
                found[number] = PUBLICATION
            elif which is None and addresses and addresses[0] < number < addresses[-1]:
                found[number] = ADDRESS
    result: list[int] = []
    for which in found:
        if which is None or (result and which < result[-1]):
            break
        result.append(which)
    return result


def _is_sentence(line: str) -> bool:
    """Whether a line ends as prose does and is too long for an address."""
    return line.endswith((".", "!", "?")) and len(line.split()) > 9
