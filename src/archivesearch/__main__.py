"""Let `python -m archivesearch` be the command `archivesearch`."""

from archivesearch.cli.main import main

main(prog_name="python -m archivesearch")
