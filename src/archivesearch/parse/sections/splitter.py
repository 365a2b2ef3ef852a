"""From the blocks of a page to its sections, each with its paragraphs and their labels."""

from bisect import bisect_left
from collections.abc import Iterator, Sequence

from archivesearch.config import Config
from archivesearch.model.pages import Section
from archivesearch.model.passages import Span
from archivesearch.parse.blocks.block import Block
from archivesearch.parse.dates import years_mentioned as dates
from archivesearch.parse.sections import front_matter as front
from archivesearch.parse.sections import headings, labels
from archivesearch.parse.sections import organization_list as profiles
from archivesearch.parse.sections import organization_names as organizations
from archivesearch.parse.sections import table_headers as tables
from archivesearch.parse.sections.aliases import OrganizationRegister
from archivesearch.parse.sections.builder import SectionBuilder, SectionDraft
from archivesearch.parse.sections.headings import HeadingFinder
from archivesearch.parse.sections.labels import Label
from archivesearch.parse.sections.lines import Line
from archivesearch.parse.sections.organization_list import OrganizationPlan


def split_into_sections(blocks: Sequence[Block], title: str, config: Config) -> tuple[Section, ...]:
    """Cut a page into sections.

    Every word of the blocks stands in one heading, front matter line, label or paragraph,
    once and in order. Only a page that lists organizations has sections with an `org`.
    """
    found = [labels.find_labels(block.text, block.strong) for block in blocks]
    if any(label.opens_profile for several in found for label in several):
        plan = profiles.plan_organizations(blocks, found, title, tables.find_table_headers(blocks))
        if plan is not None:
            return _with_organizations(blocks, found, plan, config)
    builder = SectionBuilder()
    heads = HeadingFinder(blocks)
    for number, block in enumerate(blocks):
        if found[number] or headings.may_be_heading(block):
            _add_block(builder, heads, block, number, found[number])
        else:
            builder.add(block.text, ())
    drafts = builder.finish()
    years = _years(drafts)
    return tuple([draft.to_section(config.banners, years) for draft in drafts])


def _years(drafts: Sequence[SectionDraft]) -> Iterator[tuple[int, ...]]:
    """Yield the years that each paragraph of several sections speaks of, one after the other."""
    return iter(
        dates.years_mentioned_in_each([text for draft in drafts for text in draft.labelled_texts()])
    )


def _add_block(
    builder: SectionBuilder, heads: HeadingFinder, block: Block, number: int, found: Sequence[Label]
) -> None:
    """Add a block of an ordinary page, or of the part of a page that is no list."""
    text = block.text
    cut = heads.heading_end(number, found)
    if cut:
        builder.open(text[:cut], level=block.level)
        text = text[cut:].strip()
        if not text:
            return
        found = labels.find_labels(text) if found else ()
    if found:
        found = [one for one in found if one.is_sure and one.kind in ("self", "comment")]
    builder.add(text, found)


def _with_organizations(
    blocks: Sequence[Block],
    found: Sequence[Sequence[Label]],
    plan: OrganizationPlan,
    config: Config,
) -> tuple[Section, ...]:
    """Cut a page that lists organizations into an introduction and their sections."""
    builder = SectionBuilder()
    first = plan.lines[plan.name_lines[0]]
    heads = HeadingFinder(blocks)
    for number, block in enumerate(blocks[: first.block]):
        _add_block(builder, heads, block, number, found[number])
    if first.start:
        above = blocks[first.block].text[: first.start].strip()
        if above:
            builder.add(above, [one for one in labels.find_labels(above) if one.is_sure])
    _Profiles(builder, blocks, plan).fill()
    drafts = builder.finish()
    register = OrganizationRegister(config, [d.org_heading for d in drafts if d.org_heading])
    texts: dict[str, list[str]] = {}
    for draft in drafts:
        if draft.org_heading:
            texts.setdefault(draft.org_heading, []).extend(text for text, _ in draft.paragraphs)
    register.add_introduced_acronyms([text for several in texts.values() for text in several])
    register.add_used_acronyms(texts)
    years = _years(drafts)
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


class _Profiles:
    """Fills a builder with the organization sections of a page, line by line."""

    def __init__(
        self, builder: SectionBuilder, blocks: Sequence[Block], plan: OrganizationPlan
    ) -> None:
        self.builder = builder
        self.blocks = blocks
        self.lines = plan.lines
        self.names = set(plan.name_lines)
        self.fronts = plan.front_counts
        self.groups = plan.group_lines
        self.under = plan.column_labels
        self.at = plan.name_lines[0]
        self.level = max((self.lines[n].level for n in plan.name_lines), default=0)
        texts = (line.text for line in self.lines[self.at :])
        self.own = labels.repeated_phrases(texts, max(2, len(plan.name_lines) // 3))
        self.end = self._end(plan.name_lines[-1])

    def fill(self) -> None:
        """Go through the lines from the first name on."""
        while self.at < len(self.lines):
            line = self.lines[self.at]
            if self.at in self.names:
                self._open_profile(line)
            elif self.at == self.end:
                self.builder.open("")
                self._add_text()
            elif self.at in self.groups:
                self.builder.open(line.text, level=line.level)
                self.at += 1
            elif self._is_heading(line):
                self._open_heading(line)
            else:
                self._add_text()

    def _open_profile(self, line: Line) -> None:
        """Begin an organization's section, with the lines that stand before its first label."""
        labelled = self.at in self.fronts
        count = self.fronts.get(self.at, 0)
        self.at += 1
        name = line.text
        if self.at < len(self.lines) and organizations.is_alias_line(self.lines[self.at].text):
            name = f"{name} {self.lines[self.at].text}"
            self.at += 1
            count = max(count - 1, 0)
        self.builder.open(name, org_heading=name, level=line.level)
        if not labelled:
            while count < 6 and self._is_front(self.at + count):
                count += 1
        texts = [one.text.lstrip("-–—| ") for one in self.lines[self.at : self.at + count]]
        for text, which in zip(texts, front.leading_kinds(texts, labelled=labelled), strict=False):
            self.builder.current.front_matter[which].append(text)
            self.at += 1

    def _is_front(self, number: int) -> bool:
        return (
            number < len(self.lines)
            and number not in self.names
            and self.lines[number].label is None
            and front.line_kind(self.lines[number].text) is not None
        )

    def _is_heading(self, line: Line) -> bool:
        """Whether a line that names no organization is a heading all the same."""
        if line.label is not None or not (line.level or (line.strong and line.fills_block)):
            return False
        if line.tag in headings.NON_HEADING_TAGS:
            return False
        return line.level > 0 or headings.reads_as_heading(line.text)

    def _open_heading(self, line: Line) -> None:
        """Begin a section that is no organization's own: below one of them, or beside them."""
        text = self.blocks[line.block].text if line.level else line.text
        if line.level:
            below = line.level > self.level > 0
        else:
            below = self.level > 0 or not organizations.is_generic_heading(line.text)
        about = self.builder.current.org_heading if below and self.at < self.end else ""
        self.builder.open(text, org_heading=about, level=line.level)
        block = line.block
        self.at += 1
        while line.level and self.at < len(self.lines) and self.lines[self.at].block == block:
            self.at += 1

    def _add_text(self) -> None:
        """Add the lines of one block, up to the next heading, as a paragraph."""
        first = last = self.lines[self.at]
        self.at += 1
        while self.at < len(self.lines) and self.lines[self.at].block == first.block:
            if self.at in self.names or self.at in self.groups:
                break
            last = self.lines[self.at]
            self.at += 1
        block = self.blocks[first.block]
        text = block.text[first.start : last.end]
        strong = _shifted(block.strong, first.start, last.end)
        own = self.own if self.builder.current.org_heading else None
        under = self.under.get(first.block, "") if not first.start else ""
        self.builder.add(text, labels.find_labels(text, strong, page_phrases=own), under)

    def _end(self, last: int) -> int:
        """The line at which the list is over: a rule below the last organization's text."""
        end = len(self.lines)
        for number in range(len(self.lines) - 1, last + 1, -1):
            line = self.lines[number]
            if line.label is not None:
                break
            if number + 1 == end and organizations.is_generic_heading(line.text):
                end = number
            if line.begins_block and self.blocks[line.block].rule:
                end = number
        return end


def _shifted(spans: Sequence[Span], start: int, end: int) -> list[Span]:
    """The spans between two places of a text, as spans of what stands between them."""
    at = bisect_left(spans, start, key=lambda span: span[1])
    return list(_inside(spans, at, start, end))


def _inside(spans: Sequence[Span], at: int, start: int, end: int) -> Iterator[Span]:
    while at < len(spans) and spans[at][0] < end:
        yield max(0, spans[at][0] - start), min(end, spans[at][1]) - start
        at += 1
