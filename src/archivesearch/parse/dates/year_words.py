"""Year words: the words beside a number that tell a year from a quantity."""

import re

# Units and things that are counted: `1900 years`.
MEASURES = frozenset(
    """
    year years month months week weeks day days hour hours hrs minutes seconds times
    copies copy pages words word lines miles mile km kilometers kilometres meters metres
    feet foot ft acres hectares tons tonnes pounds lbs kg kilos grams gallons barrels bushels
    degrees percent per dollars dollar cents bucks pesos francs rubles roubles yen yuan
    euros euro dinars rupees pence shillings kronor crowns calories volts watts mhz mb kb gb
    million millions billion billions thousand hundred hundreds dozen dpi rpm
    x
    exemplaires exemplaire pages euros ans mois jours heures francs kilomètres
    ejemplares años anos meses días dias horas páginas copias cópias pesetas dólares
    reais liras lire anni mesi giorni ore pagine copie dollari
    jahre jahren tage tagen stunden seiten pfennig exemplare tonnen stück
    let dnů stran výtisků korun kč jaar dagen uur gulden exemplaren
    """.split()
)

ERAS = frozenset("bc bce gmt utc est pst edt pdt uhr hours hrs".split())

# People and objects in news of a crowd: `2000 people`. They can also follow a year.
PEOPLE = frozenset(
    """
    people persons person men women womyn wimmin children kids boys girls workers workmen
    laborers labourers peasants farmers students prisoners inmates captives members supporters
    demonstrators protesters protestors marchers strikers activists militants delegates soldiers
    troops police cops officers guards fighters guerrillas civilians refugees immigrants migrants
    citizens residents inhabitants families households voters subscribers readers attendees
    participants comrades cadres employees miners teachers nurses victims dead deaths casualties
    wounded killed injured arrests jobs votes seats signatures letters articles books issues
    newspapers leaflets posters pamphlets names households homes houses villages cities schools
    factories unions organizations groups companies guns rifles tanks planes bombs bullets
    personnes gens ouvriers travailleurs étudiants morts membres hommes femmes
    personas trabajadores obreros estudiantes muertos miembros hombres mujeres campesinos
    pessoas trabalhadores operários estudantes mortos membros homens mulheres
    persone lavoratori operai studenti morti membri uomini donne
    lidí lidi dělníků osob členů mensen arbeiders leden doden
    """.split()
)

GERMAN_PEOPLE = frozenset(
    """
    Menschen Personen Arbeiter Arbeitern Studenten Tote Toten Mitglieder Mitgliedern Leute Männer
    Frauen Mark Exemplare Soldaten Demonstranten
    """.split()
)

# Verbs of headlines, after a round number of people: `2000 march`.
HEADLINE_VERBS = frozenset(
    """
    rally march protest demonstrate gather attend demand strike walk join sign die mourn picket
    turn came come went go marched rallied protested demonstrated gathered attended joined signed
    died arrested hear heard celebrate commemorate occupy blockade confront defy denounce
    strong or odd plus more other others new
    """.split()
)

# Words in -s that follow a year and are not counted: `1900 elections`.
DATED_PLURALS = frozenset(
    "elections olympics games census always across besides onwards afterwards towards".split()
)

# Words before a year: `in 1917`, `May 1917`.
TEMPORAL = frozenset(
    """
    in of since by until till til before after during from to and or through between around circa
    ca early late mid the this that year years summer winter spring fall autumn season class
    january february march april may june july august september october november december jan
    feb febr mar apr jun jul aug sep sept oct nov dec its his her their our my
    en de du depuis dès vers année an l'an avant après jusqu'en fin début et à
    del desde hasta año el antes após até desde ano em no na e y
    nel dal del anno fino dopo prima
    im seit bis jahr jahre jahres vor nach ab um und
    v od do roku roce rok před po a z sinds vanaf jaar tot het
    janvier février mars avril mai juin juillet août septembre octobre novembre décembre
    enero febrero marzo abril mayo junio julio agosto septiembre octubre noviembre diciembre
    janeiro fevereiro março maio junho julho setembro outubro novembro dezembro
    gennaio febbraio aprile maggio giugno luglio settembre ottobre dicembre
    januar februar märz juni juli oktober dezember
    """.split()
)

# Words of TEMPORAL that also stand before a quantity: `of 2000 copies`.
AMBIGUOUS_TEMPORAL = frozenset(
    """
    to of and or from between by after before through its his her their our my a et y e und
    """.split()
)

# Words before a number that is no year: `page 1917`, `Box 1990`.
NUMBER_LABELS = frozenset(
    """
    box pob postfach bp apartado casilla p pp pg page pages vol vols volume volumes no nos nr nrs
    num number numbers issue issues isbn issn tel telephone phone fax ext room suite apt
    apartment unit section sections line lines verse chapter ch resolution rule form route rt
    highway hwy flight local lot hr sb ab seite seiten página páginas pagina pagine
    strana bd band tome tomo zip plz windows office win word model docket item invoice ref id
    opus op catalog extension tribunal psalm section sec art article articles postbus
    """.split()
)

# Phrases before a quantity: `more than 2000`. Each is a part of a regular expression.
QUANTITY_PHRASES = (
    "more than",
    "less than",
    "fewer than",
    "at least",
    "nearly",
    "almost",
    "some",
    "approximately",
    "roughly",
    "up to",
    "another",
    "exactly",
    "plus de",
    "moins de",
    "más de",
    "mais de",
    "mehr als",
    "über",
    "oltre",
    "più di",
    "více než",
    "meer dan",
)

# Words of an address after its number: `1830 Eagle Crest Way`.
STREETS = (
    "Way Street St Avenue Ave Av Road Rd Boulevard Blvd Lane Ln Drive Dr Court Ct Place Pl Plaza "
    "Square Sq Parkway Pkwy Highway Hwy Terrace Broadway Circle Alley Row Crescent Close "
    "NW NE SW SE"
).split()

# Characters that may follow a year directly in Chinese and Japanese.
CJK_AFTER_YEAR = "年至到和及與与或から、・"

URL_PATTERN = re.compile(
    r"://|www\.|@|\.(?:s?html?|txt|php\d?|pdf|asp|cgi|org|com|net|gif|jpe?g|zip|exe|c|h|py)\b|[?&]\w+="
    r"|^[\w.-]+/[\w.-]+/[\w./~-]*[a-z]",
    re.IGNORECASE,
)
