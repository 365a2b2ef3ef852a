"""Vocabulary of organization names, in the languages of hand-written political pages."""

import re

# Words on the end of an organization, or on its beginning.
_FATE_WORDS = (
    r"defunct|dissolved|disbanded|extinct|inactive|no longer|renamed|merged|split|folded|founded"
    r"|est\.|established|suppressed|banned|disparue?|dissou(?:s|te)|disuelt[oa]|desaparecid[oa]"
    r"|extint[oa]|dissolvid[oa]|aufgelöst|eingestellt|sciolt[oa]|confluit[oa]|opgeheven|zanikl[aáý]?"
)
# A remark in brackets on the fate of an organization: "now defunct".
FATE = re.compile(
    rf"(?:now |apparently |believed |reportedly |possibly )?(?:{_FATE_WORDS})\b", re.IGNORECASE
)
# The same at the end of a name: "Harbor League, dissolved 1976".
FATE_SUFFIX = re.compile(rf"(?:\s[-–—]+\s*|[,;]\s+)(?:{_FATE_WORDS}).{{0,40}}$", re.IGNORECASE)
# Words in brackets before another name: "formerly the", "a.k.a.".
ALIAS_PREFIX = re.compile(
    r"(?:now renamed|renamed(?: as| to)?|now called|now known as|also known as|also called|also"
    r"|known as|a\.?k\.?a\.?|formerly(?: the| called| known as)?|previously|ex-|ex|now(?: the)?"
    r"|anciennement|antes|ehemals|früher|già)(?<=[\w.-])[\s:]*(?=\S)",
    re.IGNORECASE,
)
# A remark in brackets such as "no address".
ABSENCE = re.compile(r"(?:no|without|sans|ohne|sin|sem|senza) [^\W\d_]", re.IGNORECASE)
# In brackets or after a comma these are part of the name: "Communist Party (M-L)".
NAME_SUFFIXES = frozenset(
    "us usa uk ml mlm m-l m-l-m nz prc drc uae brd ddr gdr frg ussr eu un".split()
)
# Two letters that are initials of a place, not of an organization.
PLACE_CODES = frozenset(
    """
    AL AK AZ AR CA CO CT DC DE FL GA HI IA ID IL IN KS KY LA MA MD ME MI MN MO MS MT NC ND NE NH NJ
    NM NV NY OH OK OR PA PR RI SC SD TN TX UT VA VT WA WI WV WY AB BC MB NB NL NS ON PE QC SK NI GB
    UK US NZ SA SF CH AT NW NE SW SE
    """.split()
)
# A word that makes a name an organization's.
ORGANIZATION_WORD = re.compile(
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
# A word of a text about several organizations.
ORGANIZATIONS_WORD = re.compile(
    r"\b(?:organi[sz]ations|part(?:ies|is|idos|iti|eien)|groups?|groupes|grupos|gruppi|gruppen|leagues"
    r"|movements|organisationen|organizaciones|organizações|organizzazioni|collectives|currents"
    r"|[^\W\d_]{3,}(?:ists|ites|isten|istes|istas))\b"
    r"|组织|組織",
    re.IGNORECASE,
)
# A heading of any page, which names no organization.
GENERIC_HEADING = re.compile(
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
# The first word of an article's title.
TITLE_START = re.compile(
    r"(?:(?:an? |the |some )?(?:open )?(?:letters?|notes?|discussions?|talks?|essays?)"
    r"|resolutions?|reports?|statements?|interviews?|speech(?:es)?|reviews?"
    r"|articles?|chapter|minutes|program(?:me)?|constitution|declaration|reply|response|message"
    r"|greetings|theses|appeal|proposals?|debate|critique|analysis|lessons|why|how|what|who|when"
    r"|on|against|about|to|towards?|against)\b",
    re.IGNORECASE,
)
# A reference to another place: "see the list below", "click here".
CROSS_REFERENCE = re.compile(
    r"(?:see|cf\.?|compare|voir|ver|véase|siehe|vedi|zie)\b(?!\w)|.*\b(?:see|discussed|listed|covered"
    r"|described|treated|mentioned|moved|found|filed)\b.{0,40}\b(?:under|in|above|below|page|with|at|to)\b"
    r"|.*\b(?:click|read) (?:here|on|more)\b|.*\bhere for\b",
    re.IGNORECASE,
)
# A word of running text, which a name does not have.
PROSE_WORD = re.compile(
    r"\b(?:is|are|was|were|has|have|had|will|would|they|we|you|he|she|it|that|which|who|this|these"
    r"|been|being|does|did|not|but|because|when|where|there|est|sont|son|são|sind|ist|sono)\b"
    r"|^(?:They|We|You|He|She|It|This|These|There|If|When|While)\b"
)
# Words without a capital in a name, and without a letter among its initials.
SMALL_WORDS = frozenset(
    "a an and at by de des del della delle den der des di die do dos du e el en et for from für im "
    "in la las le les los na no o of on or os por pour the to und van von w with y z".split()
)
