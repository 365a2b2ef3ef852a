"""Vocabulary of labels, in the languages of hand-written political pages, as patterns."""

import re

# Phrases by kind: an organization on itself, a profile, the comments on it, and more.
_SELF = """
self description; self descriptions; self definition; self portrait; self presentation
self characterization
own description; own words; in own words; in their own words; in its own words
what they say; they say of themselves; what they say of themselves; who they say they are
how they describe themselves; describes itself as; describe themselves as
auto description; autodescription; autoprésentation; auto présentation; autoportrait
autodescripción; auto descripción; autodescripcion; autodefinición; autopresentación
autodescrição; auto descrição; autodescricao; autodefinição; autoapresentação
autodescrizione; auto descrizione; autodefinizione; autopresentazione
selbstdarstellung; selbstbeschreibung; selbstverständnis; selbstbezeichnung; eigendarstellung
zelfbeschrijving; zelfomschrijving; självbeskrivning; selvbeskrivelse; itsekuvaus
vlastní popis; sebepopis; sebecharakteristika; samoopis; opis własny; önleírás; kendi tanımı
самоописание; о себе; самохарактеристика; αυτοπεριγραφή
自我介绍; 自我描述; 自我說明; 自我说明; 自我介紹; 自述; 自己紹介; 자기소개
"""
_ABOUT = """
description; profile; description by themselves; remarks; remark; critique; criticism
criticisms; evaluation; assessment; présentation; descripción; descrição; descrizione
beschreibung; beschrijving; beskrivning; popis; opis; описание; 介绍; 簡介; 简介
"""
_COMMENT = """
comments; comment; coments; commments; commentary; commentaries; our view; our take; our opinion
our line on them; what we say
commentaires; commentaire; remarques; remarque; observations; critiques
comentarios; comentario; observaciones; comentários; comentário; observações; observação; crítica
commenti; commento; osservazioni; critiche; kommentare; kommentar; anmerkungen; anmerkung
bemerkungen; bemerkung; kritik; commentaar; opmerkingen; kommentarer; kommentit
komentář; komentáře; komentar; komentari; poznámky; poznámka; komentarz; komentarze; uwagi
megjegyzések; yorumlar; yorum; комментарии; комментарий; замечания; примечания; σχόλια
评论; 評論; 评语; 批评; 批評; 意见; 意見; 评注; 点评; コメント; 批判; 논평
"""
_MORE = """
further info; further information; more info; more information; for more info
for more information; additional info; additional information; further reading; update; updates
updated; postscript; addendum; pour en savoir plus; plus d'informations; más información
mas información; mais informações; maggiori informazioni; ulteriori informazioni
weitere informationen; meer informatie; mer information; další informace; więcej informacji
дополнительная информация; 更多信息; 更多資訊; 更新; 補充; 补充
"""
_MONTHS = (
    "january february march april may june july august september october november december "
    "jan feb mar apr jun jul aug sept sep oct nov dec spring summer autumn fall winter "
    "janvier février mars avril mai juin juillet août septembre octobre novembre décembre "
    "enero febrero marzo abril mayo junio julio agosto septiembre octubre noviembre diciembre "
    "janeiro fevereiro março maio junho julho setembro outubro novembro dezembro "
    "gennaio febbraio aprile maggio giugno luglio settembre ottobre dicembre "
    "januar februar märz juni juli oktober dezember"
)


def _phrases(table: str) -> list[str]:
    """Return the phrases of a table, in order."""
    entries = (entry.strip() for line in table.splitlines() for entry in line.split(";"))
    return [entry for entry in entries if entry]


def _alternatives(table: str) -> str:
    """Return a pattern of the phrases of a table, longest first; a hyphen can be a space."""
    longest_first = sorted(_phrases(table), key=lambda p: (-len(p), p))
    return "|".join(
        re.escape(p).replace(r"\ ", "[ ‑–-]").replace("'", "['’]") for p in longest_first
    )


_YEAR = r"(?:1[89]|20)\d\d(?:\s?[-–/]\s?(?:\d{4}|\d\d))?年?"
MONTH = "|".join(sorted(set(_MONTHS.split()), key=lambda m: (-len(m), m)))
_DATE = (
    rf"(?:(?:(?:\d{{1,2}}(?:st|nd|rd|th|\.)?\s)?(?:{MONTH})\.?,?\s(?:\d{{1,2}},?\s)?)?{_YEAR}"
    r"|\d{1,2}/(?:\d{1,2}/)?(?:\d{4}|\d\d)|\d{4}-\d\d(?:-\d\d)?)"
)
_BEFORE = (
    rf"(?:{_DATE}|our|my|further|additional|more|new|newer|later|updated|older?|general"
    r"|brief|short|other|earlier|recent|some|final|first|second|editor(?:s|['’]s|s['’])?"
    r"|added|nos|notre|nuestros?|nossos?|unsere?|weitere|neue|autres|otros|outros"
    r"|(?-i:[A-Z]{2,8})['’]s|(?-i:[A-Z][A-Z0-9$]{1,7}|(?:[A-Z]\.){2,6}))"
)
_CONNECTOR = (
    r"on|about|regarding|concerning|by|from|of|re|as of|in|sur|de|du|des|sobre|par|por"
    r"|acerca|über|ueber|von|zu|zum|zur|su|di|sul|sulla|da|om|av|over|van|o"
)
_AFTER = (
    rf"(?:[\s,]*(?:(?:added|written)\s(?:in\s|on\s)?)?\(?{_DATE}\)?|\s*\([^()\n]{{1,60}}\)"
    rf"|\s(?:{_CONNECTOR})\s(?P<topic>[^\n]{{1,90}}))"
)
# A label without its colon, in the group of its kind: "2003 comments on harbors", with "harbors"
# in the group `topic`. Case does not count.
LABEL_PHRASE = re.compile(
    rf"(?:(?:{_BEFORE})[\s,:]*){{0,3}}"
    rf"(?:(?P<self>{_alternatives(_SELF)}|self[ ‑–-]?d[eis][a-z]{{3,9}}ions?)"
    rf"|(?P<about>{_alternatives(_ABOUT)})"
    rf"|(?P<comment>{_alternatives(_COMMENT)})|(?P<more>{_alternatives(_MORE)}))"
    rf"{_AFTER}?",
    re.IGNORECASE,
)
# A date that is a label: "March 2003", "In 1998".
DATE_LABEL = re.compile(rf"(?:in\s|from\s|as of\s)?{_DATE}", re.IGNORECASE)
# The kinds of the labels that need no colon, by phrase in lower case, without hyphens.
BARE_LABELS = {
    **dict.fromkeys(_phrases(_ABOUT), "about"),
    **dict.fromkeys(_phrases(_COMMENT), "comment"),
    **dict.fromkeys((phrase for phrase in _phrases(_MORE) if " " in phrase), "more"),
    **dict.fromkeys(_phrases(_SELF), "self"),
}
_COMMON_WORDS = frozenset("they what them their themselves who how".split())


def _core_word(phrase: str) -> str:
    """Return the longest word of a phrase, except the most common ones."""
    return max(set(re.split("[ ']", phrase)) - _COMMON_WORDS, key=lambda word: (len(word), word))


# One word of each phrase. A text that has none of them has no label.
CORE_WORDS = frozenset(map(_core_word, _phrases(_SELF + _ABOUT + _COMMENT + _MORE)))
