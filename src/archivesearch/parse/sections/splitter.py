"""Section splitter: from the blocks of a page to sections with labelled paragraphs."""

from bisect import bisect_left
from collections.abc import Iterator, Sequence

from archivesearch.config import Config
from archivesearch.model.pages import Section
from archivesearch.model.passages import Span
from archivesearch.parse.blocks.block import Block
from archivesearch.parse.dates.years_mentioned import years_mentioned_in_each
from archivesearch.parse.sections.aliases import OrganizationRegister
from archivesearch.parse.sections.builder import SectionBuilder, SectionDraft
from archivesearch.parse.sections.front_matter import leading_kinds, line_kind
from archivesearch.parse.sections.headings import (
    NON_HEADING_TAGS,
    HeadingFinder,
    may_be_heading,
    reads_as_heading,
)
from archivesearch.parse.sections.labels import Label, find_labels, repeated_phrases
from archivesearch.parse.sections.lines import Line
from archivesearch.parse.sections.organization_list import OrganizationPlan, plan_organizations
from archivesearch.parse.sections.organization_names import is_alias_line, is_generic_heading
from archivesearch.parse.sections.table_headers import find_table_headers


def split_into_sections(blocks: Sequence[Block], title: str, config: Config) -> tuple[Section, ...]:
    """Cut a page into sections.

    Each word of the blocks is in one heading, front matter line, label or paragraph, once and
    in order. Only a page that lists organizations has sections with an `org`.
    """
    labels = [find_labels(block.text, block.strong) for block in blocks]
    if any(label.opens_profile for of_block in labels for label in of_block):
        plan = plan_organizations(blocks, labels, title, find_table_headers(blocks))
        if plan is not None:
            return _organization_sections(blocks, labels, plan, config)
    builder = SectionBuilder()
    heading_finder = HeadingFinder(blocks)
    for number, block in enumerate(blocks):
        if labels[number] or may_be_heading(block):
            _add_block(builder, heading_finder, block, number, labels[number])
        else:
            builder.add(block.text, ())
    drafts = builder.finish()
    years = _years_mentioned(drafts)
    return tuple([draft.to_section(config.banners, years) for draft in drafts])


def _years_mentioned(drafts: Sequence[SectionDraft]) -> Iterator[tuple[int, ...]]:
    """Yield the years that each paragraph of the drafts mentions, in order."""
    texts = [text for draft in drafts for text in draft.labelled_texts()]
    return iter(years_mentioned_in_each(texts))


def _add_block(
    builder: SectionBuilder,
    heading_finder: HeadingFinder,
    block: Block,
    number: int,
    labels: Sequence[Label],
) -> None:
    """Add a block that is in no list of organizations: as a heading, a paragraph or both."""
    text = block.text
    end = heading_finder.heading_end(number, labels)
    if end:
        builder.open(text[:end], level=block.level)
        text = text[end:].strip()
        if not text:
            return
        labels = find_labels(text) if labels else ()
    if labels:
        labels = [label for label in labels if label.is_sure and label.kind in ("self", "comment")]
    builder.add(text, labels)


def _organization_sections(
    blocks: Sequence[Block],
    labels: Sequence[Sequence[Label]],
    plan: OrganizationPlan,
    config: Config,
) -> tuple[Section, ...]:
    """Cut a page that lists organizations into an introduction and their sections."""
    builder = SectionBuilder()
    first = plan.lines[plan.name_lines[0]]
    heading_finder = HeadingFinder(blocks)
    for number, block in enumerate(blocks[: first.block]):
        _add_block(builder, heading_finder, block, number, labels[number])
    if first.start:
        above = blocks[first.block].text[: first.start].strip()
        if above:
            builder.add(above, [label for label in find_labels(above) if label.is_sure])
    _ProfileFiller(builder, blocks, plan).fill()
    drafts = builder.finish()
    register = _register(drafts, config)
    years = _years_mentioned(drafts)
    return tuple(
        draft.to_section(
            config.banners,
            years,
            register.canonical_name(draft.org_heading),
            register.aliases(draft.org_heading),
        )
        if draft.org_heading
        else draft.to_section(config.banners, years)
        for draft in drafts
    )


def _register(drafts: Sequence[SectionDraft], config: Config) -> OrganizationRegister:
    """Return the organizations of the drafts, with the aliases in their headings and texts."""
    texts: dict[str, list[str]] = {}
    for draft in drafts:
        if draft.org_heading:
            texts.setdefault(draft.org_heading, []).extend(text for text, _ in draft.paragraphs)
    register = OrganizationRegister(config, texts)
    register.add_introduced_acronyms(text for of_heading in texts.values() for text in of_heading)
    register.add_used_acronyms(texts)
    return register


class _ProfileFiller:
    """Fills a builder with the organization sections of a page, line by line."""

    def __init__(
        self, builder: SectionBuilder, blocks: Sequence[Block], plan: OrganizationPlan
    ) -> None:
        self.builder = builder
        self.blocks = blocks
        self.plan = plan
        self.lines = plan.lines
        self.names = set(plan.name_lines)
        self.at = plan.name_lines[0]
        self.level = max((self.lines[n].level for n in plan.name_lines), default=0)
        texts = (line.text for line in self.lines[self.at :])
        self.page_phrases = repeated_phrases(texts, max(2, len(plan.name_lines) // 3))
        self.end = self._end_of_list(plan.name_lines[-1])

    def fill(self) -> None:
        """Add the lines from the first name on."""
        while self.at < len(self.lines):
            line = self.lines[self.at]
            if self.at in self.names:
                self._open_profile(line)
            elif self.at == self.end:
                self.builder.open("")
                self._add_text()
            elif self.at in self.plan.group_lines:
                self.builder.open(line.text, level=line.level)
                self.at += 1
            elif self._is_heading(line):
                self._open_heading(line)
            else:
                self._add_text()

    def _open_profile(self, line: Line) -> None:
        """Begin the section of an organization, with its aliases and its front matter."""
        is_labelled = self.at in self.plan.front_counts
        count = self.plan.front_counts.get(self.at, 0)
        self.at += 1
        name = line.text
        if self.at < len(self.lines) and is_alias_line(self.lines[self.at].text):
            name = f"{name} {self.lines[self.at].text}"
            self.at += 1
            count = max(count - 1, 0)
        self.builder.open(name, org_heading=name, level=line.level)
        if not is_labelled:
            while count < 6 and self._is_front_matter(self.at + count):
                count += 1
        texts = [front.text.lstrip("-–—| ") for front in self.lines[self.at : self.at + count]]
        for text, kind in zip(texts, leading_kinds(texts, labelled=is_labelled), strict=False):
            self.builder.current.front_matter[kind].append(text)
            self.at += 1

    def _is_front_matter(self, number: int) -> bool:
        """Whether a line below a name without a label is front matter."""
        return (
            number < len(self.lines)
            and number not in self.names
            and self.lines[number].label is None
            and line_kind(self.lines[number].text) is not None
        )

    def _is_heading(self, line: Line) -> bool:
        """Whether a line that is no name is a heading."""
        if line.label is not None or not (line.level or (line.strong and line.fills_block)):
            return False
        if line.tag in NON_HEADING_TAGS:
            return False
        return line.level > 0 or reads_as_heading(line.text)

    def _open_heading(self, line: Line) -> None:
        """Begin a section for a heading without a name.

        It belongs to the organization above if its level is below that of the names.
        """
        text = self.blocks[line.block].text if line.level else line.text
        if line.level:
            is_below = line.level > self.level > 0
        else:
            is_below = self.level > 0 or not is_generic_heading(line.text)
        org_heading = self.builder.current.org_heading if is_below and self.at < self.end else ""
        self.builder.open(text, org_heading=org_heading, level=line.level)
        block = line.block
        self.at += 1
        while line.level and self.at < len(self.lines) and self.lines[self.at].block == block:
            self.at += 1

    def _add_text(self) -> None:
        """Add the lines of one block up to the next name or group heading."""
        first = last = self.lines[self.at]
        self.at += 1
        while self.at < len(self.lines) and self.lines[self.at].block == first.block:
            if self.at in self.names or self.at in self.plan.group_lines:
                break
            last = self.lines[self.at]
            self.at += 1
        block = self.blocks[first.block]
        text = block.text[first.start : last.end]
        strong = _clip_spans(block.strong, first.start, last.end)
        phrases = self.page_phrases if self.builder.current.org_heading else None
        column_label = self.plan.column_labels.get(first.block, "") if not first.start else ""
        self.builder.add(text, find_labels(text, strong, page_phrases=phrases), column_label)

    def _end_of_list(self, last: int) -> int:
        """Return the line after the list: the first below a rule, or a heading at the page's end.

        `last` is the line of the last name. Without an end it is the number of lines.
        """
        end = len(self.lines)
        for number in range(len(self.lines) - 1, last + 1, -1):
            line = self.lines[number]
            if line.label is not None:
                break
            if number + 1 == end and is_generic_heading(line.text):
                end = number
            if line.begins_block and self.blocks[line.block].rule:
                end = number
        return end


def _clip_spans(spans: Sequence[Span], start: int, end: int) -> list[Span]:
    """Return the parts of spans inside `start:end`, as offsets from `start`."""
    clipped = []
    at = bisect_left(spans, start, key=lambda span: span[1])
    while at < len(spans) and spans[at][0] < end:
        clipped.append((max(0, spans[at][0] - start), min(end, spans[at][1]) - start))
        at += 1
    return clipped
