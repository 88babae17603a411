"""What a run may lose before it stops, and is told what to do: none of it changes a byte of what is written.

Every program of this kind has once emptied a corpus without a word: where a template was taken for a text that all
pages of a site share, or one batch was read twice. So a run is held to a budget, by site and by source.

**What is counted.** Of each document its *article*: the source text, but for what a page's extractor leaves out, since
of a page that is half of all there is to see, and more. Of that, what goes as a duplicate, and what goes as chrome
within the article: as it is found, without the white space that goes with it when it is cut. The *share* of a group is
the sum of what goes over the sum of its articles, in characters.

**Which groups.** The documents of a site; and those of a source: a file of records, or the top folder of a tree of
files. Groups of less than `LEAST` documents do not count.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from dedup.errors import RemovalError, SettingError, UnreadableError
from dedup.signs import harmless

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from dedup.data import Failure

LEAST = 20
"""Documents from which on a group counts. In a smaller one a reprint or two make a third of the text, as in the demo
corpus, and who looks at its output sees what is gone."""
WARN, STOP = 0.3, 0.6
"""Shares of a group's text. Of crawled text 10 to 30 % of the characters are duplicates as a rule. A newsletter of 667
issues loses 19 %, and 10,000 newsgroup posts, of which much is headers and quotations, 43 %. Where it was over 60 % of
a source, in the cases that were made public, it was a mistake."""
NAMED = 5
"""Groups and failures that a message names."""


class Limits(NamedTuple):
    """What a run may lose.

    `max_errors`: inputs that may fail, as a number (int), or as a share of all (float, from 0 to 1); None: any. There
    is no limit by default: each failure is told and recorded, the exit code is 1, and a share that is right for a
    million records ends a run over ten files for one that is empty.

    `warn_removed`, `stop_removed`: the share of a group's text from 0 to 1 above which a run warns, and above which it
    stops (1: never).
    """

    max_errors: int | float | None = None
    warn_removed: float = WARN
    stop_removed: float = STOP

    @property
    def least(self) -> float:
        """The share from which on groups have to be known."""
        return min(WARN, self.warn_removed, self.stop_removed)

    def check(self) -> None:
        """Refuse what cannot be.

        Raises:
            SettingError: a limit is not in its range.
        """
        most = self.max_errors
        if most is not None and (most < 0 or (isinstance(most, float) and most > 1)):
            raise SettingError(f"max_errors = {most}: must be a number from 0 on, or a share from 0.0 to 1.0")
        for name, share in (("warn_removed", self.warn_removed), ("stop_removed", self.stop_removed)):
            if not 0 <= share <= 1:
                raise SettingError(f"{name} = {share}: must be from 0 to 1")

    def hold(self, failures: Sequence[Failure], documents: int, groups: Callable[[float], list[Group]]) -> list[Group]:
        """Hold a run of so many documents to all of it; the groups that lose much.

        Raises:
            UnreadableError, RemovalError: see below.
        """
        self.hold_failures(failures, documents)
        found = groups(self.least)
        self.hold_groups(found)
        return found

    def hold_failures(self, failures: Sequence[Failure], documents: int) -> None:
        """Hold a run of so many documents to what may fail.

        Raises:
            UnreadableError: too many inputs failed.
        """
        most, failed, inputs = self.max_errors, len(failures), documents + len(failures)
        if most is not None and failed > (most * inputs if isinstance(most, float) else most):
            allowed = f"{100 * most:.4g} %" if isinstance(most, float) else f"{most:,}"
            said = "".join(f"\n  {harmless(each.id)}: {harmless(each.why)}" for each in failures[:NAMED])
            more = "mend them, or raise max_errors"
            raise UnreadableError(f"{failed:,} of {inputs:,} inputs failed, of {allowed} that may; {more}:{said}")

    def hold_groups(self, groups: Iterable[Group]) -> None:
        """Hold a run to what may go; warn of what comes near.

        Raises:
            RemovalError: of a group too much would go.
        """
        groups = list(groups)
        if stopped := over(groups, self.stop_removed):
            raise RemovalError(f"safety stop: more than {self.stop_removed:.0%} would go of{_listed(stopped)}")
        if warned := over(groups, self.warn_removed):
            import logging  # takes .006 s

            logging.getLogger("dedup").warning(
                "Warning: more than %.0f%% goes of%s", 100 * self.warn_removed, _listed(warned)
            )


class Group(NamedTuple):
    """A group of documents and what it loses: whether they are of a `site` or a `source`, and its name; how many
    documents, and how many characters their articles have; how many go, by kind; and the keeper that most of the
    duplicates stand in, with the number of documents of this group that lose something to it."""

    by: str
    name: str
    documents: int
    characters: int
    kinds: dict[str, int]
    keeper: tuple[str, int] | None

    @property
    def share(self) -> float:
        """The share that goes, to four places."""
        return round(sum(self.kinds.values()) / max(1, self.characters), 4)

    def record(self) -> dict[str, Any]:
        """As it stands in the manifest."""
        told = {**self._asdict(), "share": self.share}
        return told | {"keeper": {"id": self.keeper[0], "documents": self.keeper[1]} if self.keeper else None}

    def __str__(self) -> str:
        kinds = ", ".join(f"{kind} {size / max(1, self.characters):.1%}" for kind, size in self._most())
        several = self.keeper and self.keeper[1] > 1
        keeper = f"; the keeper of {self.keeper[1]:,} is {harmless(self.keeper[0])}" if self.keeper and several else ""
        of = f"{self.share:.1%} of the text of {self.documents:,} documents"
        return f"{self.by} {harmless(self.name)}: {of} ({kinds}{keeper})"

    def _most(self) -> list[tuple[str, int]]:
        return sorted(self.kinds.items(), key=lambda each: (-each[1], each[0]))[:3]


def over(groups: Iterable[Group], share: float) -> list[Group]:
    """The groups that lose more than a share, the worst first."""
    return sorted((each for each in groups if each.share > share), key=lambda each: (-each.share, each.by, each.name))


def _listed(groups: list[Group]) -> str:
    more = f"\n  and {len(groups) - NAMED:,} more" if groups[NAMED:] else ""
    return "".join(f"\n  {each}" for each in groups[:NAMED]) + more
