"""What a form of the review decides, and the sentence that says what came of it."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from dedup.decisions import Choice, Decision
from dedup.errors import SettingError
from dedup.repetition import block_text
from dedup.review_show import told

if TYPE_CHECKING:
    from collections.abc import Mapping

    from dedup.review_desk import Desk

SCOPES = ("document", "site", "everywhere")


class Subject(NamedTuple):
    """A text that is decided on, and the document that it stands in: its number, id and site."""

    text: str
    document: int
    id: str
    site: str


def do(desk: Desk, form: Mapping[str, str]) -> str:
    """Do what a form says: `act` is `confirm`, `keep` or `chrome` (of the removal `number`, or of the `block`
    START-END of the `document`; with `scope`, `slots`, `kind`), `back` or `remove` (of the decision of a `key`).

    Raises:
        SettingError: it cannot be decided, or is no form of ours.
        ConflictError, OSError: the file cannot be written.
    """
    act = form.get("act", "")
    if act == "back":
        return _back(desk)
    if act == "remove":
        gone = desk.decisions.remove(form.get("key", ""))
        return f"Taken back: {told(gone)}" if gone else "This decision was taken back already."
    if act not in tuple(Choice):
        raise SettingError(f"act = {act[:40]!r}: must be one of {', '.join((*Choice, 'back', 'remove'))}")
    subject = _of_block(desk, form) if form.get("document") else _of_removal(desk, form)
    decision = _decision(Choice(act), subject, form)
    changed = desk.decisions.add(decision)
    reach = desk.decisions.reach(decision)
    more = f" That is {reach:,} removals." if reach > 1 else ""
    return told(decision) + more + (" The file was changed by others; that is taken in." if changed else "")


def _back(desk: Desk) -> str:
    change = desk.decisions.back()
    if change is None:
        return "There is nothing more of this session to take back; the page Apply has all decisions."
    if change.new:
        return f"Taken back: {told(change.new)}"
    return f"Decided again: {told(change.gone[0])}"


def _decision(choice: Choice, subject: Subject, form: Mapping[str, str]) -> Decision:
    scope = form.get("scope", SCOPES[0])
    if scope not in SCOPES:
        raise SettingError(f"scope = {scope[:40]!r}: must be one of {', '.join(SCOPES)}")
    if scope == "site" and not subject.site:
        raise SettingError("the document names no site: decide for it alone, or for all")
    if choice is not Choice.CONFIRM and not block_text(subject.text).exact:
        raise SettingError("there are no words in it, by which a run would know it again")
    return Decision(
        choice,
        subject.text.strip(),
        id=subject.id if scope == "document" else "",
        site=subject.site if scope == "site" else "",
        kind=form.get("kind") or None if choice is Choice.CHROME else None,  # type: ignore[arg-type]  # it is checked
        slots=bool(form.get("slots")),
    )


def _of_removal(desk: Desk, form: Mapping[str, str]) -> Subject:
    number = _whole(form, "number", len(desk.removals))
    record = desk.removals.records([number])[0]
    row = desk.removals.rows[number]
    return Subject(record["text"], int(row["document"]), record["id"], desk.removals.sites.names[int(row["site"])])


def _of_block(desk: Desk, form: Mapping[str, str]) -> Subject:
    number = _whole(form, "document", len(desk.removals.documents))
    found = desk.texts.document(number)
    block = form.get("block", "")
    piece = next((each for each in found.pieces if f"{each.start}-{each.end}" == block), None)
    if piece is None:
        raise SettingError(f"block = {block[:40]!r}: {'there is none such' if block else 'choose one first'}")
    return Subject(piece.text, number, found.id, desk.removals.source(number).get("site") or "")


def _whole(form: Mapping[str, str], name: str, end: int) -> int:
    text = form.get(name, "")
    if not (text.isascii() and text.isdecimal() and len(text) < 12 and int(text) < end):
        raise SettingError(f"{name} = {text[:40]!r}: there is none such")
    return int(text)
