"""What ends a run. A bad *input* never does: it becomes a `dedup.data.Failure`.

```
DedupError
├── SettingError          a setting is unknown, of the wrong type or out of range     exit code 2
├── InputError            there is nothing to read                                    exit code 2
│   └── UnreadableError   more of what there is cannot be used than may be            exit code 3
├── OutputError           the output folder is not ours, or holds no finished run     exit code 2
│   └── WriteError        it cannot be written                                        exit code 4
│       ├── LockedError   another run writes there                                    exit code 4
│       └── DamagedError  what was written there is not what can be read now          exit code 4
├── RemovalError          of a site or source more would go than may                  exit code 5
└── WorkerError           a worker process died                                       exit code 70
```
"""


class DedupError(Exception):
    """Base of all that `dedup` raises on purpose; its text says where, what, and what to do."""


class SettingError(DedupError):
    """A setting is unknown, of the wrong type, or out of range."""


class InputError(DedupError):
    """There is nothing to read."""


class UnreadableError(InputError):
    """No input could be used, more of them failed than `Limits.max_errors` allows, or one changed meanwhile."""


class OutputError(DedupError):
    """The output folder holds something that is not ours, or a run's record is incomplete."""


class WriteError(OutputError):
    """The output folder cannot be made or written."""


class LockedError(WriteError):
    """Another run is writing into the output folder."""


class DamagedError(WriteError):
    """What was written is not what can be read now: bytes of it were changed, or are gone."""


class RemovalError(DedupError):
    """Of a site or source more would go than `Limits.stop_removed` allows."""


class WorkerError(DedupError):
    """A worker process died, so that the run cannot go on."""
