"""Entry point of `python -m archivesearch`, the same as the command `archivesearch`."""

from archivesearch.cli.completers import COMPLETION_VARIABLE
from archivesearch.cli.main import main

main(complete_var=COMPLETION_VARIABLE)
