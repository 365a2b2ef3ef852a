"""Table headers: the first row of a table, whose labels apply to the cells of their columns."""

from collections.abc import Sequence
from dataclasses import dataclass, field

from archivesearch.parse.blocks.block import Block, Cell
from archivesearch.parse.sections.labels import label_kind
from archivesearch.parse.sections.organization_names import has_organization_word

_MAX_HEADER = 60


@dataclass(slots=True)
class TableHeaders:
    """The header rows of a page's tables; blocks are given by their numbers.

    - `head_blocks`: the blocks of these rows.
    - `column_labels`: from the first block of each cell in a labelled column to the label.
    - `label_kinds`: from the same blocks to the kind of the label.
    """

    head_blocks: set[int] = field(default_factory=set)
    column_labels: dict[int, str] = field(default_factory=dict)
    label_kinds: dict[int, str] = field(default_factory=dict)


def find_table_headers(blocks: Sequence[Block]) -> TableHeaders:
    """Return the header rows of all tables of a page.

    In a table with the headers "Party" and "Comments" the cells below "Comments" have that
    label. A header with an organization's word, such as "Party", says that each row is an
    organization; then all labelled cells have the kind `self`.
    """
    tables: dict[int, dict[int, dict[int, list[int]]]] = {}  # table, row, column: blocks
    for number, block in enumerate(blocks):
        if block.cell is not None:
            table, row, column = block.cell
            tables.setdefault(table, {}).setdefault(row, {}).setdefault(column, []).append(number)
    headers = TableHeaders()
    for rows in tables.values():
        header, *rows_below = rows.values()
        if _is_header(blocks, header, rows_below):
            headers.head_blocks.update(numbers[0] for numbers in header.values())
            texts = {column: blocks[numbers[0]].text for column, numbers in header.items()}
            kinds = {c: kind for c, text in texts.items() if (kind := label_kind(text))}
            rows_are_organizations = any(
                has_organization_word(text) for c, text in texts.items() if c not in kinds
            )
            for cells in rows_below:
                for column, kind in kinds.items():
                    if column in cells:
                        cell = cells[column][0]
                        headers.column_labels[cell] = texts[column].rstrip(" :")
                        headers.label_kinds[cell] = "self" if rows_are_organizations else kind
    return headers


def is_same_row(one: Cell | None, other: Cell | None) -> bool:
    """Whether two cells are in the same row of the same table."""
    return one is not None and other is not None and one[:2] == other[:2]


def _is_header(
    blocks: Sequence[Block], first: dict[int, list[int]], rows_below: list[dict[int, list[int]]]
) -> bool:
    """Whether the first row of a table is its header: short cells, unlike the rows below."""
    if len(first) < 2 or not any(len(cells) > 1 for cells in rows_below):
        return False
    cells = [blocks[number] for numbers in first.values() for number in numbers]
    if len(cells) > len(first) or any(len(cell.text) > _MAX_HEADER for cell in cells):
        return False
    if all(cell.tag == "th" for cell in cells):
        return True
    if any(label_kind(cell.text) and not cell.text.endswith(":") for cell in cells[1:]):
        return True
    return all(cell.all_strong for cell in cells) and not any(
        all(blocks[numbers[0]].all_strong for numbers in row.values()) for row in rows_below
    )
