#!/usr/bin/env bash
# The steps of action.yml: action.sh key | install | clean. What they need comes in the environment, as text that is never
# read as a command.
set -euo pipefail
source="$GITHUB_ACTION_PATH/../.."

key() { # what the installed package depends on: its version, or its source
    if [ -n "$VERSION" ]; then
        digest=$VERSION
    else
        digest=$(cd "$source" && find pyproject.toml packaging dedup -type f ! -name '*.pyc' ! -name '*.so' |
            LC_ALL=C sort | git hash-object --stdin-paths | git hash-object --stdin)
    fi
    echo "key=$digest" >> "$GITHUB_OUTPUT"
}

install() {
    python -m venv "$VENV"
    "$(programs)/python" -m pip install --disable-pip-version-check "$(if [ -n "$VERSION" ]; then echo "dedup-corpus==$VERSION"; else echo "$source"; fi)"
}

programs() { # where a venv has them: Windows says Scripts
    if [ -d "$VENV/Scripts" ]; then echo "$VENV/Scripts"; else echo "$VENV/bin"; fi
}

clean() {
    case $FAIL_ON in
    error | failures | removals) ;;
    *) echo "fail-on is error, failures or removals, not $FAIL_ON" >&2 && exit 2 ;;
    esac
    set -f # dedup itself knows globs, those of a shell on Windows too
    status=0
    # shellcheck disable=SC2086
    "$(programs)/dedup" clean $PATHS -o "$OUT" $ARGS | tee summary.part || status=$?
    { echo '```' && cat summary.part && echo '```'; } >> "$GITHUB_STEP_SUMMARY"
    rm summary.part
    if [ "$status" -gt 1 ]; then exit "$status"; fi # 1: done, but some inputs could not be used
    "$(programs)/python" - "$OUT" >> "$GITHUB_OUTPUT" << 'END'
import json, pathlib, sys
said = json.loads((pathlib.Path(sys.argv[1]) / "manifest.json").read_bytes())["summary"]
print(f"documents={said['documents']['out']}")
print(f"removed={sum(kind['spans'] for kinds in said['removed'].values() for kind in kinds.values())}")
print(f"failures={said['documents']['failed']}")
END
    case $FAIL_ON in
    error) exit 0 ;;
    removals) if ! grep -qx 'removed=0' "$GITHUB_OUTPUT"; then echo "dedup: something was removed" >&2 && exit 1; fi ;;
    esac
    exit "$status"
}

"$1"
