"""Sections while they are being filled, paragraph by paragraph."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from archivesearch.model.pages import Paragraph, Section
from archivesearch.parse.sections import banners as boilerplate
from archivesearch.parse.sections import labels
from archivesearch.parse.sections.labels import Label


@dataclass(slots=True)
class SectionDraft:
    """A section that is being filled; `about` is the heading that names its organization.

    Its paragraphs are pairs of a text and its label.
    """

    heading: str = ""
    org_heading: str = ""
    level: int = 0
    front_matter: tuple[list[str], list[str], list[str]] = field(
        default_factory=lambda: ([], [], [])
    )
    paragraphs: list[tuple[str, str]] = field(default_factory=list)

    def labelled_texts(self) -> list[str]:
        """What its paragraphs say, each with its label."""
        return [f"{label}: {text}" if label else text for text, label in self.paragraphs]

    def to_section(
        self,
        banners: tuple[str, ...],
        years: Iterable[tuple[int, ...]],
        org: str = "",
        aliases: tuple[str, ...] = (),
    ) -> Section:
        """The finished section; `years` are those that each of its paragraphs speaks of."""
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
                        text,
                        label,
                        boilerplate.banner_spans(text, banners) if banners else (),
                        spoken_of,
                    )
                    for (text, label), spoken_of in zip(self.paragraphs, years, strict=False)
                ]
            ),
        )


class SectionBuilder:
    """The sections of a page so far; a label with nothing after it waits for its text."""

    def __init__(self) -> None:
        self.drafts = [SectionDraft()]
        self._waiting = ""

    @property
    def current(self) -> SectionDraft:
        """The section that is being filled."""
        return self.drafts[-1]

    def open(self, heading: str, org_heading: str = "", level: int = 0) -> None:
        """Begin a section."""
        self._settle()
        heading = " ".join(heading.split()).rstrip(":： ") or heading
        self.drafts.append(SectionDraft(heading, org_heading, level))

    def add(self, text: str, found: Sequence[Label], under: str = "") -> None:
        """Add a paragraph, cut at its labels; `under` is that of the column it stands in."""
        if not found and not self._waiting:
            self.drafts[-1].paragraphs.append((text, under))
            return
        for label, part in labels.split_at_labels(text, found):
            label, under = label or under, ""  # noqa: PLW2901
            if self._waiting and not label:
                self.current.paragraphs.append((part, self._waiting))
                self._waiting = ""
                continue
            self._settle()
            if part:
                self.current.paragraphs.append((part, label))
            else:
                self._waiting = label

    def finish(self) -> list[SectionDraft]:
        """The sections that hold anything."""
        self._settle()
        return [d for d in self.drafts if d.heading or d.paragraphs or any(d.front_matter)]

    def _settle(self) -> None:
        if self._waiting:
            self.current.paragraphs.append(("", self._waiting))
            self._waiting = ""
