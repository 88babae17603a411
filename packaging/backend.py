"""The build backend (PEP 517): scikit-build-core, and where no compiler builds the kernel, the package without it.

scikit-build-core does the same where `if.failed` overrides a setting, but then has no metadata until all is built, for
which pip builds it all, and throws it away, and builds it again.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeAlias

from scikit_build_core import build
from scikit_build_core.build import (
    build_sdist,
    get_requires_for_build_editable,
    get_requires_for_build_sdist,
    get_requires_for_build_wheel,
    prepare_metadata_for_build_editable,
    prepare_metadata_for_build_wheel,
)

if TYPE_CHECKING:
    from collections.abc import Callable

__all__ = [
    "build_editable",
    "build_sdist",
    "build_wheel",
    "get_requires_for_build_editable",
    "get_requires_for_build_sdist",
    "get_requires_for_build_wheel",
    "prepare_metadata_for_build_editable",
    "prepare_metadata_for_build_wheel",
]

Settings: TypeAlias = "dict[str, str | list[str]] | None"


def build_wheel(wheel_directory: str, config_settings: Settings = None, metadata_directory: str | None = None) -> str:
    """Build the wheel, of this Python and system or, without the kernel, of any; its name."""
    return _built(build.build_wheel, wheel_directory, config_settings, metadata_directory)


def build_editable(
    wheel_directory: str, config_settings: Settings = None, metadata_directory: str | None = None
) -> str:
    """Build the wheel that refers to these sources; its name."""
    return _built(build.build_editable, wheel_directory, config_settings, metadata_directory)


def _built(make: Callable[..., str], folder: str, settings: Settings, metadata: str | None) -> str:
    try:
        return make(folder, settings, metadata)
    except SystemExit:  # what scikit-build-core makes of CMake's failure, which it has told
        # Not with the metadata that was prepared: it says for which Python and system the wheel is.
        return make(folder, {**(settings or {}), "wheel.cmake": "false"}, None)
