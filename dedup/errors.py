"""What ends a run. A bad *input* never does: it becomes a `dedup.data.Failure`.

```
DedupError
├── SettingError   a setting is unknown, of the wrong type or out of range     exit code 2
├── InputError     there is nothing to read                                    exit code 2
├── OutputError    the output folder is not ours, or cannot be written         exit code 2
└── WorkerError    a worker process died                                       exit code 70
```
"""


class DedupError(Exception):
    """Base of all that `dedup` raises on purpose; its text says where, what, and what to do."""


class SettingError(DedupError):
    """A setting is unknown, of the wrong type, or out of range."""


class InputError(DedupError):
    """There is nothing to read."""


class OutputError(DedupError):
    """The output folder holds something that is not ours, or a run's record is incomplete."""


class WorkerError(DedupError):
    """A worker process died, so that the run cannot go on."""
