"""The command `archivesearch inspect`."""

from pathlib import Path

import click

import archivesearch
from archivesearch import config as configuration
from archivesearch.cli.build_options import config_option
from archivesearch.cli.options import color_option, examples, format_option
from archivesearch.cli.output import screen, write, write_bytes
from archivesearch.present.as_json import inspection_json, json_bytes
from archivesearch.present.inspection import inspection_text

EXAMPLES = examples(
    "archivesearch inspect corpus/orgs/parties.html",
    "archivesearch inspect page.html --config archive.toml --format json",
)


@click.command(epilog=EXAMPLES)
@click.argument("file", type=click.Path(readable=False, path_type=Path))
@config_option("the nearest archivesearch.toml above the page")
@format_option("text", "json")
@color_option
def inspect(*, file: Path, config: str | None, output_format: str, color: bool | None) -> None:
    """Print what the program reads in the page FILE; this needs no index.

    It prints the encoding, the title and the year, with the rule that gave each. Below
    stand the sections with their organizations, labels and paragraphs.
    """
    top = source_folder(file)
    if config is not None:
        settings = configuration.load(Path(config))
    else:
        settings = configuration.load_beside(top)
    name = Path(file.absolute()).relative_to(top.absolute()).as_posix()
    page = archivesearch.parse_page(file, page=name, config=settings)
    if output_format == "json":
        write_bytes(json_bytes(inspection_json(page)))
    else:
        terminal = screen(color=color)
        write(inspection_text(page, terminal), color=terminal.color)


def source_folder(file: Path) -> Path:
    """Return the nearest folder above a page with an archivesearch.toml, or the page's folder."""
    folders = file.absolute().parents
    for folder in folders:
        if (folder / configuration.CONFIG_FILE).is_file():
            return folder
    return folders[0]
