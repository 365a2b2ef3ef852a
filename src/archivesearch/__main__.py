"""Let `python -m archivesearch` be the command `archivesearch`."""

from archivesearch.cli.completers import VARIABLE
from archivesearch.cli.main import main

main(complete_var=VARIABLE)
