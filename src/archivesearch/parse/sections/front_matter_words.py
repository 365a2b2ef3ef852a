"""Vocabulary of front matter: patterns of lines with a price, an address or a publication."""

import re

# An amount: "$2", "50 cents".
_MONEY = (
    r"(?:(?:U\.?S\.?|A|C|R)?[$£€¥]\s?\.?\d[\d.,]*|\d[\d.,]*\s?(?:¢|[cp]\b|cents?|dollars?|pence"
    r"|euros?|francs?|marks?|DM|FF|pesos?|kr)\.?)"
)
# What a price is for: "a copy", "per year".
_PER = (
    r"(?:cop(?:y|ies)|issues?|years?|yr|months?|mo|subscriptions?|subs?|annual(?:ly)?|each|single"
    r"|postpaid|ppd|half[- ]year|weeks?|an|numéro|número|jahr|heft)"
)
# Each pattern matches at the start of a line: its price, its address, its publication.
PRICE_PATTERN = re.compile(
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
ADDRESS_PATTERN = re.compile(
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
PUBLICATION_PATTERN = re.compile(
    r"(?:also )?(?:publish(?:es|er of|ers of|ed)?|publications?|newspapers?|paper|organ|journal"
    r"|magazine|newsletter|periodical|publie|publica|pubblica|zeitung|zeitschrift|periódico|jornal)\b"
    r"(?::| of| is)?\s",
    re.IGNORECASE,
)
