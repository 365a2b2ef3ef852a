"""Function words of 16 languages, and language detection by them: fast, for clear cases only."""

from collections import Counter
from collections.abc import Sequence

# The function words that make a language clear: one in 50 letters of the text, 5 different ones,
# 8 for each one of all other languages, and 2 among the first 25 words. A quotation in another
# language seldom comes first. Of 120,000 texts in 400 languages 19,800 are clear. py3langid
# disagrees about 67 of these: texts in two languages, mostly in the one that is returned.
_MAX_LETTERS_PER_WORD, _MIN_DIFFERENT, _MIN_LEAD = 50, 5, 8
_FIRST_WORDS, _MIN_AMONG_FIRST = 25, 2

# Frequent words that no other language of the table has. A related language that is not in
# the table can share a few of them, so a text needs several different ones.
FUNCTION_WORDS = {
    code: frozenset(words.split())
    for code, words in {
        "de": """
            aber auch auf daß dass dem der diese dieser durch eine einem einen einer eines für
            haben ihre ihren ist nach nicht oder seine sich sind und vom von wenn werden wird wurde
            zum zur über
        """,
        "el": """
            από για δεν είναι ένα η ήταν θα και με να οι ότι που σε στην στη στο τα την της τις το
            τον του τους των
        """,
        "en": """
            about after against and any because been before being between both but could did does
            every first from has have him himself his how if into its itself many may might not
            only or other our should some such than that the their them then there these they this
            those through upon very what when where which while who whose with would you your
        """,
        "es": """
            así aunque cuando donde el eso esto fue había hasta hay las los muy otros pero porque
            quien según sido sus también tiene y
        """,
        "fi": """
            eivät hän hänen ja jos joka jotka kanssa kuin kun mutta myös niin ole oli ovat
            sekä tai vain että
        """,
        "fr": """
            après aux avec ces cette comme dans elle est été était être fait ils les leur leurs
            même nous ont où par pas peut pour qui sont sur tous une vous
        """,
        "hu": """
            aki amely az azt csak egy ez hogy kell lehet már még mert minden pedig után vagy volt és
        """,
        "it": """
            alla anche che dal dalla degli dei della delle di essere gli loro nei nel nella ogni
            perché più questa questo sono stato
        """,
        "nl": """
            bij deze door een geen hebben heeft het maar naar niet ook uit voor werd worden wordt
            zich zijn
        """,
        "pl": """
            być był było dla gdy jak już jest jeszcze jego które lub między może oraz przed przez
            roku są się także tego też tylko więc że
        """,
        "pt": """
            ainda ao aos às até depois é eles em essa esse foi foram isso já muito não pela pelas
            pelo pelos são seu também uma
        """,
        "ro": """
            acest această care cu după fost în mai nu pentru prin sau să şi și sunt că
        """,
        "ru": """
            быть бы был была были было еще ещё или их как который когда может мы но она они
            после так также только уже что чтобы это этого этом его если
        """,
        "sv": """
            att detta från för hade inte mellan och också skall till vara är ett
        """,
        "tr": """
            ancak bir bu bütün daha değil gibi göre hiç için ile kadar olan olarak olduğu sonra
            tarafından ve veya çok
        """,
        "uk": """
            або бути від він вони його із її між після та також тільки тому це цього що щоб щодо
            як якщо які є
        """,
    }.items()
}

_LANGUAGES = {word: code for code, words in FUNCTION_WORDS.items() for word in words}

# The first code point of the scripts without spaces between words. No language of the table
# is written in one of these.
_FIRST_UNSPACED = "\u0e00"


def language_by_function_words(words: Sequence[str]) -> str:
    """Return the code of the language of a text if it is clear, else `""`.

    `words` are all runs of letters of the text in order, in lower case.
    """
    languages = list(map(_LANGUAGES.get, words))
    counts = Counter(filter(None, languages))
    if not counts:
        return ""
    code = max(counts, key=counts.__getitem__)
    count = counts[code]
    letters = "".join(words)
    is_clear = (
        count * _MAX_LETTERS_PER_WORD >= len(letters)
        and count >= _MIN_LEAD * (counts.total() - count)
        and len(FUNCTION_WORDS[code].intersection(words)) >= _MIN_DIFFERENT
        and languages[:_FIRST_WORDS].count(code) >= _MIN_AMONG_FIRST
        and (letters.isascii() or max(letters) < _FIRST_UNSPACED)
    )
    return code if is_clear else ""
