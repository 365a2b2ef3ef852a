"""Section builder: fills the sections of a page, paragraph by paragraph."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from archivesearch.model.pages import Paragraph, Section
from archivesearch.parse.sections.banners import banner_spans
from archivesearch.parse.sections.labels import Label, split_at_labels


@dataclass(slots=True)
class SectionDraft:
    """A section that is being filled.

    - `org_heading`: the heading with the name of its organization, `""` if it has none.
    - `front_matter`: the lines of publication, address and price.
    - `paragraphs`: pairs of a text and its label.
    """

    heading: str = ""
    org_heading: str = ""
    level: int = 0
    front_matter: tuple[list[str], list[str], list[str]] = field(
        default_factory=lambda: ([], [], [])
    )
    paragraphs: list[tuple[str, str]] = field(default_factory=list)

    def labelled_texts(self) -> list[str]:
        """Return the texts of the paragraphs, each after its label."""
        return [f"{label}: {text}" if label else text for text, label in self.paragraphs]

    def to_section(
        self,
        banners: tuple[str, ...],
        years: Iterable[tuple[int, ...]],
        org: str = "",
        aliases: tuple[str, ...] = (),
    ) -> Section:
        """Return the finished section.

        `years` yields the years that each paragraph mentions. If it is an iterator, one item
        per paragraph is taken, and the next section can go on with the rest.
        """
        publication, address, price = ("\n".join(lines) for lines in self.front_matter)
        return Section(
            heading=self.heading,
            org=org,
            aliases=aliases,
            publication=publication,
            address=address,
            price=price,
            paragraphs=tuple(
                [
                    Paragraph(
                        text, label, banner_spans(text, banners) if banners else (), mentioned
                    )
                    for (text, label), mentioned in zip(self.paragraphs, years, strict=False)
                ]
            ),
        )


class SectionBuilder:
    """The sections of a page so far. A label without a text waits for the next paragraph."""

    def __init__(self) -> None:
        self.drafts = [SectionDraft()]
        self._pending_label = ""

    @property
    def current(self) -> SectionDraft:
        """The section that is being filled."""
        return self.drafts[-1]

    def open(self, heading: str, org_heading: str = "", level: int = 0) -> None:
        """Begin a section."""
        self._add_pending_label()
        heading = " ".join(heading.split()).rstrip(":： ") or heading
        self.drafts.append(SectionDraft(heading, org_heading, level))

    def add(self, text: str, labels: Sequence[Label], column_label: str = "") -> None:
        """Add a text, split into paragraphs at its labels.

        `column_label`, from its table column, labels the text before the first label.
        """
        if not labels and not self._pending_label:
            self.drafts[-1].paragraphs.append((text, column_label))
            return
        for part_label, part in split_at_labels(text, labels):
            label, column_label = part_label or column_label, ""
            if self._pending_label and not label:
                self.current.paragraphs.append((part, self._pending_label))
                self._pending_label = ""
                continue
            self._add_pending_label()
            if part:
                self.current.paragraphs.append((part, label))
            else:
                self._pending_label = label

    def finish(self) -> list[SectionDraft]:
        """Return the sections that are not empty."""
        self._add_pending_label()
        return [d for d in self.drafts if d.heading or d.paragraphs or any(d.front_matter)]

    def _add_pending_label(self) -> None:
        """Add a paragraph without text for a label that no text follows."""
        if self._pending_label:
            self.current.paragraphs.append(("", self._pending_label))
            self._pending_label = ""
