"""The command `archivesearch inspect`."""

from pathlib import Path

import click

import archivesearch
from archivesearch import config as configuration
from archivesearch.cli.options import color_option, examples, format_option
from archivesearch.cli.output import screen, write, write_bytes
from archivesearch.config import Config
from archivesearch.present.as_json import inspection_json, json_bytes
from archivesearch.present.inspection import inspection_text

EXAMPLES = examples(
    "archivesearch inspect corpus/orgs/parties.html",
    "archivesearch inspect page.html --config archive.toml --format json",
)


@click.command(epilog=EXAMPLES)
@click.argument("file", type=click.Path(readable=False, path_type=Path))
@click.option(
    "--config",
    "config_file",
    metavar="FILE",
    type=click.Path(readable=False, path_type=Path),
    help="The archive's own file.  [default: the nearest archivesearch.toml above the page]",
)
@format_option("text", "json")
@color_option
def inspect(*, file: Path, config_file: Path | None, form: str, color: bool | None) -> None:
    """Show what the ingester sees in the page FILE; no index is needed or changed.

    Printed are its encoding, title, year and what they were read from, and its sections
    with their organizations, labels and paragraphs.
    """
    top = source_folder(file)
    found = top / configuration.CONFIG_FILE
    if config_file is not None:
        config = configuration.load(config_file)
    else:
        config = configuration.load(found) if found.is_file() else Config()
    name = Path(file.absolute()).relative_to(top.absolute()).as_posix()
    page = archivesearch.parse_page(file, page=name, config=config)
    if form == "json":
        write_bytes(json_bytes(inspection_json(page)))
        return
    terminal = screen(color=color)
    write(inspection_text(page, terminal), color=terminal.color)


def source_folder(file: Path) -> Path:
    """Return the nearest folder above a page that has an archivesearch.toml, or its own."""
    folders = file.absolute().parents
    for folder in folders:
        if (folder / configuration.CONFIG_FILE).is_file():
            return folder
    return folders[0]
