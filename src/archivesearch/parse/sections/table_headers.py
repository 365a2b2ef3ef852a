"""Tables that list organizations: which row heads their columns, and the labels that it gives."""

from collections.abc import Sequence
from dataclasses import dataclass, field

from archivesearch.parse.blocks.block import Block, Cell
from archivesearch.parse.sections import labels
from archivesearch.parse.sections import organization_names as organizations

_LONGEST = 60


@dataclass(slots=True)
class TableHeaders:
    """What the head rows of a page's tables say; blocks are given by their numbers.

    `heads` are the blocks of those rows, `labels` maps the first block of each cell below a
    label to that label, `kinds` to the kind of label that it is for them.
    """

    head_blocks: set[int] = field(default_factory=set)
    column_labels: dict[int, str] = field(default_factory=dict)
    label_kinds: dict[int, str] = field(default_factory=dict)


def find_table_headers(blocks: Sequence[Block]) -> TableHeaders:
    """Find the rows that head tables, and the labels that they give to the cells below them."""
    tables: dict[int, dict[int, dict[int, list[int]]]] = {}
    for number, block in enumerate(blocks):
        if block.cell is not None:
            table, row, column = block.cell
            tables.setdefault(table, {}).setdefault(row, {}).setdefault(column, []).append(number)
    result = TableHeaders()
    for rows in tables.values():
        first, *others = rows.values()
        if _is_head(blocks, first, others):
            result.head_blocks.update(numbers[0] for numbers in first.values())
            texts = {column: blocks[numbers[0]].text for column, numbers in first.items()}
            named = {c: kind for c, text in texts.items() if (kind := labels.label_kind(text))}
            rows_are_organizations = any(
                organizations.has_organization_word(text)
                for c, text in texts.items()
                if c not in named
            )
            for cells in others:
                for column, kind in named.items():
                    if column in cells:
                        cell = cells[column][0]
                        result.column_labels[cell] = texts[column].rstrip(" :")
                        result.label_kinds[cell] = "self" if rows_are_organizations else kind
    return result


def is_same_row(one: Cell | None, other: Cell | None) -> bool:
    """Whether two blocks stand in one row of a table."""
    return one is not None and other is not None and one[:2] == other[:2]


def _is_head(
    blocks: Sequence[Block], first: dict[int, list[int]], others: list[dict[int, list[int]]]
) -> bool:
    """Whether the first row of a table heads its columns: short, and unlike the rows below."""
    if len(first) < 2 or not any(len(cells) > 1 for cells in others):
        return False
    cells = [blocks[number] for numbers in first.values() for number in numbers]
    if len(cells) > len(first) or any(len(cell.text) > _LONGEST for cell in cells):
        return False
    if all(cell.tag == "th" for cell in cells):
        return True
    if any(labels.is_label(cell.text) and not cell.text.endswith(":") for cell in cells[1:]):
        return True
    return all(cell.all_strong for cell in cells) and not any(
        all(blocks[numbers[0]].all_strong for numbers in row.values()) for row in others
    )
