"""Files that people give a run to go by: what is known of sites, and what somebody decided."""

from __future__ import annotations

from hashlib import blake2b
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from dedup.sign import SCHEME, SHINGLES
from dedup.write import versions

if TYPE_CHECKING:
    from dedup.config import Config


class Guides(NamedTuple):
    """These files as they are when a run begins: their digests by setting, and the file of decisions."""

    digests: dict[str, str]
    decisions: bytes = b""

    @classmethod
    def of(cls, config: Config) -> Guides:
        """Those of some settings.

        Raises:
            SettingError, InputError: what is wrong in one, so that it ends the run before any work.
        """
        contents: dict[str, bytes] = {}
        if config.sites:
            from dedup.sites import SiteFile

            SiteFile.load(Path(config.sites))
            contents["sites"] = Path(config.sites).read_bytes()
        if config.decisions:
            from dedup.decisions import content_of, parsed

            contents["decisions"] = content_of(config.decisions)
            parsed(contents["decisions"], config.decisions)
        digests = {name: blake2b(content, digest_size=16).hexdigest() for name, content in contents.items()}
        return cls(digests, contents.get("decisions", b""))

    def stamp(self, config: Config, against: str) -> str:
        """What a run and one that it goes on with must have in common."""
        files = " ".join(self.digests.values())
        return f"{config.digest} {files} {SCHEME} {SHINGLES} {versions()} {against}"

    @property
    def decides(self) -> bool:
        """Whether somebody decided of a text that it stays or goes."""
        if not self.decisions:
            return False
        from dedup.decisions import Choice, parsed

        return any(each.decision is not Choice.CONFIRM for each in parsed(self.decisions, ""))
