"""A command as a child of its own: `python -I -S launch.py REPORT MEGABYTES COMMAND...`.

Writes into the file REPORT, as JSON, how the command ended, and what it and all processes that it started took: the
peak memory of the largest of them in kB, the seconds of CPU of all, and how many were still there 5 s after it. No file
that it writes may become larger than so many MEGABYTES.

A process of its own, since the peak of a child begins with what its parent holds when it is started (Linux, exec(2)),
and since only who adopts orphans (PR_SET_CHILD_SUBREAPER) is told of all.
"""

import ctypes
import json
import os
import resource
import signal
import sys
from pathlib import Path
from time import monotonic, sleep

PR_SET_CHILD_SUBREAPER = 36
PATIENCE = 5.0


def main(report: str, megabytes: str, *command: str) -> None:
    """Start the command, wait for all processes of it, and write what is known of them."""
    ctypes.CDLL(None).prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0)
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    resource.setrlimit(resource.RLIMIT_FSIZE, (int(megabytes) << 20,) * 2)
    begun, pid = monotonic(), os.fork()
    if not pid:
        os.execv(command[0], command)
    status = os.waitpid(pid, 0)[1]
    seconds, left = monotonic() - begun, _left()
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    said = {"code": os.waitstatus_to_exitcode(status), "seconds": seconds, "cpu": used.ru_utime + used.ru_stime}
    Path(report).write_text(json.dumps({**said, "peak": used.ru_maxrss, "left": left}), encoding="utf-8")


def _left() -> int:
    """How many processes are left some seconds later, which are killed; those that end until then are waited for."""
    end = monotonic() + PATIENCE
    while True:
        try:
            ended, _ = os.waitpid(-1, os.WNOHANG)
        except ChildProcessError:
            return 0
        if not ended:
            if monotonic() > end:
                left = Path(f"/proc/self/task/{os.getpid()}/children").read_text(encoding="ascii").split()
                for each in left:
                    os.kill(int(each), signal.SIGKILL)
                return len(left)
            sleep(0.01)


if __name__ == "__main__":
    main(*sys.argv[1:])
