from whoosh.qparser.common import QueryParserError as QueryParserError
from whoosh.qparser.default import MultifieldParser as MultifieldParser
from whoosh.qparser.default import QueryParser as QueryParser
from whoosh.qparser.plugins import *
from whoosh.qparser.syntax import *
from whoosh.qparser.taggers import FnTagger as FnTagger
from whoosh.qparser.taggers import RegexTagger as RegexTagger
