"""Sections while they are being filled, paragraph by paragraph."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from archivesearch.model.pages import Paragraph, Section
from archivesearch.parse.sections import banners as boilerplate
from archivesearch.parse.sections import labels
from archivesearch.parse.sections.labels import Label


@dataclass(slots=True)
class Draft:
    """A section that is being filled; `about` is the heading that names its organization.

    Its paragraphs are pairs of a text and its label.
    """

    heading: str = ""
    about: str = ""
    level: int = 0
    front: tuple[list[str], list[str], list[str]] = field(default_factory=lambda: ([], [], []))
    paragraphs: list[tuple[str, str]] = field(default_factory=list)

    def texts(self) -> list[str]:
        """What its paragraphs say, each with its label."""
        return [f"{label}: {text}" if label else text for text, label in self.paragraphs]

    def section(
        self,
        banners: tuple[str, ...],
        years: Iterable[tuple[int, ...]],
        org: str = "",
        aliases: tuple[str, ...] = (),
    ) -> Section:
        """The finished section; `years` are those that each of its paragraphs speaks of."""
        publication, address, price = ("\n".join(lines) for lines in self.front)
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
                        boilerplate.repeated(text, banners) if banners else (),
                        spoken_of,
                    )
                    for (text, label), spoken_of in zip(self.paragraphs, years, strict=False)
                ]
            ),
        )


class Builder:
    """The sections of a page so far; a label with nothing after it waits for its text."""

    def __init__(self) -> None:
        self.drafts = [Draft()]
        self._waiting = ""

    @property
    def current(self) -> Draft:
        """The section that is being filled."""
        return self.drafts[-1]

    def open(self, heading: str, about: str = "", level: int = 0) -> None:
        """Begin a section."""
        self._settle()
        heading = " ".join(heading.split()).rstrip(":： ") or heading
        self.drafts.append(Draft(heading, about, level))

    def add(self, text: str, found: Sequence[Label], under: str = "") -> None:
        """Add a paragraph, cut at its labels; `under` is that of the column it stands in."""
        if not found and not self._waiting:
            self.drafts[-1].paragraphs.append((text, under))
            return
        for label, part in labels.split(text, found):
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

    def done(self) -> list[Draft]:
        """The sections that hold anything."""
        self._settle()
        return [d for d in self.drafts if d.heading or d.paragraphs or any(d.front)]

    def _settle(self) -> None:
        if self._waiting:
            self.current.paragraphs.append(("", self._waiting))
            self._waiting = ""
