/* Operations on files, counted; and killed or failed at the k-th. Loaded by LD_PRELOAD into a command and its children.
 *
 * What concerns paths under one folder counts, in one counter for all processes (a mapped file). Asked by environment:
 *   SHIM_ROOT   the folder
 *   SHIM_STATE  a file of 4,096 bytes: the counter (8 bytes), and whether anything was done (8 bytes)
 *   SHIM_LOG    a file to which a line is added for each operation: its number, name, path (optional)
 *   SHIM_AT     k, from 1; 0 or none for never
 *   SHIM_MODE   what happens at the k-th: "before" or "after" (all of the process group is killed before, or after the
 *               operation), "tear" (half of what is to be written is, then it is killed), or the number of an error
 *   SHIM_LASTS  1: the error is that of every such operation from the k-th on, as of a full disk
 *   SHIM_OPS    names of the operations that count, with commas around each; else all that write
 * Linux alone: which path an open file has is read in /proc.
 */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <signal.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/types.h>
#include <sys/uio.h>
#include <unistd.h>

struct state {
    _Atomic int64_t count;
    _Atomic int64_t done;
};

enum mode { NEVER, BEFORE, AFTER, TEAR, FAIL };

static struct state* shared;
static const char *root, *log_name, *wanted;
static size_t root_length;
static long long at;
static enum mode mode;
static int error_number, lasts;

__attribute__((constructor)) static void begin(void) {
    const char* state = getenv("SHIM_STATE");
    root = getenv("SHIM_ROOT");
    if (!state || !root) return;
    int handle = (int)syscall(SYS_openat, AT_FDCWD, state, O_RDWR | O_CLOEXEC, 0);
    if (handle < 0) return;
    void* mapped = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_SHARED, handle, 0);
    syscall(SYS_close, handle);
    if (mapped == MAP_FAILED) return;
    root_length = strlen(root);
    log_name = getenv("SHIM_LOG");
    wanted = getenv("SHIM_OPS");
    const char *k = getenv("SHIM_AT"), *what = getenv("SHIM_MODE");
    at = k ? atoll(k) : 0;
    lasts = getenv("SHIM_LASTS") != NULL;
    if (at && what) {
        error_number = atoi(what);
        mode = error_number ? FAIL : !strcmp(what, "after") ? AFTER : !strcmp(what, "tear") ? TEAR : BEFORE;
    }
    shared = mapped; /* last: from now on all is counted */
}

static int is_under(const char* path) {
    return !strncmp(path, root, root_length) && (path[root_length] == '/' || !path[root_length]);
}

/* The path of an open file; whether it is under the root. */
static int path_of(int handle, char* path) {
    char link[40];
    snprintf(link, sizeof link, "/proc/self/fd/%d", handle);
    ssize_t size = (ssize_t)syscall(SYS_readlinkat, AT_FDCWD, link, path, PATH_MAX - 1);
    if (size <= 0) return 0;
    path[size] = 0;
    return is_under(path);
}

/* The same of a name beside an open folder. */
static int path_at(int folder, const char* name, char* path) {
    if (!name) return 0;
    if (name[0] == '/') {
        snprintf(path, PATH_MAX, "%s", name);
        return is_under(path);
    }
    char base[PATH_MAX];
    if (folder == AT_FDCWD) {
        if (!getcwd(base, sizeof base)) return 0;
    } else if (!path_of(folder, base)) {
        return 0;
    }
    if (snprintf(path, PATH_MAX, "%.2000s/%.2000s", base, name) < 0) return 0;
    return is_under(path);
}

static void tell(long long number, const char* name, const char* path) {
    char line[PATH_MAX + 80];
    int size = snprintf(line, sizeof line, "%lld %s %s\n", number, name, path);
    int handle = (int)syscall(SYS_openat, AT_FDCWD, log_name, O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC, 0600);
    if (handle < 0) return;
    syscall(SYS_write, handle, line, (size_t)size);
    syscall(SYS_close, handle);
}

static void end_all(void) {
    atomic_store(&shared->done, 1);
    kill(0, SIGKILL);
    for (;;) pause();
}

/* Count an operation; what is to be done with it. */
static enum mode counted(const char* name, const char* path) {
    if (wanted) {
        char asked[40];
        snprintf(asked, sizeof asked, ",%s,", name);
        if (!strstr(wanted, asked)) return NEVER;
    } else if (!strcmp(name, "read") || !strcmp(name, "openr")) {
        return NEVER;
    }
    long long number = atomic_fetch_add(&shared->count, 1) + 1;
    if (log_name) tell(number, name, path);
    if (mode == NEVER || number < at || (number > at && !(mode == FAIL && lasts))) return NEVER;
    if (mode == FAIL) atomic_store(&shared->done, 1);
    if (mode == BEFORE) end_all();
    return mode;
}

#define REAL(name) ((__typeof__(&name))real(#name))
static void* real(const char* name) {
    void* found = dlsym(RTLD_NEXT, name);
    if (!found) abort();
    return found;
}

/* Do an operation, as it was counted. `call` is what does it, `part` what does half of it. */
#define DO(type, is_ours, name, path, call, part)                          \
    do {                                                                   \
        enum mode now = shared && (is_ours) ? counted(name, path) : NEVER; \
        if (now == FAIL) {                                                 \
            errno = error_number;                                          \
            return (type)-1;                                               \
        }                                                                  \
        if (now == TEAR) {                                                 \
            (void)(part);                                                  \
            end_all();                                                     \
        }                                                                  \
        type result = (call);                                              \
        if (now == AFTER) end_all();                                       \
        return result;                                                     \
    } while (0)

#define ON_FILE(type, name, handle, call, part)                                          \
    do {                                                                                 \
        char path[PATH_MAX] = "";                                                        \
        int ours = shared && path_of(handle, path);                                      \
        DO(type, ours, name, path, call, part);                                          \
    } while (0)

#define ON_PATH(type, name, folder, file, call)                                          \
    do {                                                                                 \
        char path[PATH_MAX] = "";                                                        \
        int ours = shared && path_at(folder, file, path);                                \
        DO(type, ours, name, path, call, 0);                                             \
    } while (0)

/* ── opening ────────────────────────────────────────────────────────────────────────────────────────────────────── */

static const char* opening(int flags) {
    return (flags & O_ACCMODE) != O_RDONLY || (flags & (O_CREAT | O_TRUNC)) ? "open" : "openr";
}

#define MODE_OF(flags)                                        \
    mode_t rights = 0;                                        \
    if ((flags) & (O_CREAT | __O_TMPFILE)) {                  \
        va_list rest;                                         \
        va_start(rest, flags);                                \
        rights = (mode_t)va_arg(rest, unsigned);              \
        va_end(rest);                                         \
    }

int open(const char* file, int flags, ...) {
    MODE_OF(flags)
    ON_PATH(int, opening(flags), AT_FDCWD, file, REAL(open)(file, flags, rights));
}

int open64(const char* file, int flags, ...) {
    MODE_OF(flags)
    ON_PATH(int, opening(flags), AT_FDCWD, file, REAL(open64)(file, flags, rights));
}

int openat(int folder, const char* file, int flags, ...) {
    MODE_OF(flags)
    ON_PATH(int, opening(flags), folder, file, REAL(openat)(folder, file, flags, rights));
}

int openat64(int folder, const char* file, int flags, ...) {
    MODE_OF(flags)
    ON_PATH(int, opening(flags), folder, file, REAL(openat64)(folder, file, flags, rights));
}

#define STREAM(name)                                                                                     \
    FILE* name(const char* file, const char* how) {                                                      \
        char path[PATH_MAX] = "";                                                                        \
        int ours = shared && path_at(AT_FDCWD, file, path);                                              \
        enum mode now = ours ? counted(strpbrk(how, "wa+") ? "open" : "openr", path) : NEVER;            \
        if (now == FAIL) {                                                                               \
            errno = error_number;                                                                        \
            return NULL;                                                                                 \
        }                                                                                                \
        FILE* result = REAL(name)(file, how);                                                            \
        if (now == AFTER || now == TEAR) end_all();                                                      \
        return result;                                                                                   \
    }
STREAM(fopen)
STREAM(fopen64)

/* ── reading, which counts only where it is asked for ───────────────────────────────────────────────────────────── */

ssize_t read(int handle, void* to, size_t size) {
    ON_FILE(ssize_t, "read", handle, REAL(read)(handle, to, size), 0);
}

ssize_t pread(int handle, void* to, size_t size, off_t from) {
    ON_FILE(ssize_t, "read", handle, REAL(pread)(handle, to, size, from), 0);
}

ssize_t pread64(int handle, void* to, size_t size, off64_t from) {
    ON_FILE(ssize_t, "read", handle, REAL(pread64)(handle, to, size, from), 0);
}

/* ── writing ────────────────────────────────────────────────────────────────────────────────────────────────────── */

ssize_t write(int handle, const void* what, size_t size) {
    ON_FILE(ssize_t, "write", handle, REAL(write)(handle, what, size), REAL(write)(handle, what, size / 2));
}

ssize_t pwrite(int handle, const void* what, size_t size, off_t to) {
    ON_FILE(ssize_t, "write", handle, REAL(pwrite)(handle, what, size, to), REAL(pwrite)(handle, what, size / 2, to));
}

ssize_t pwrite64(int handle, const void* what, size_t size, off64_t to) {
    ON_FILE(ssize_t, "write", handle, REAL(pwrite64)(handle, what, size, to),
            REAL(pwrite64)(handle, what, size / 2, to));
}

ssize_t writev(int handle, const struct iovec* parts, int count) {
    ON_FILE(ssize_t, "write", handle, REAL(writev)(handle, parts, count), REAL(writev)(handle, parts, count / 2));
}

ssize_t copy_file_range(int in, off64_t* from, int out, off64_t* to, size_t size, unsigned flags) {
    ON_FILE(ssize_t, "write", out, REAL(copy_file_range)(in, from, out, to, size, flags),
            REAL(copy_file_range)(in, from, out, to, size / 2, flags));
}

ssize_t sendfile(int out, int in, off_t* from, size_t size);
ssize_t sendfile(int out, int in, off_t* from, size_t size) {
    ON_FILE(ssize_t, "write", out, REAL(sendfile)(out, in, from, size), REAL(sendfile)(out, in, from, size / 2));
}

ssize_t sendfile64(int out, int in, off64_t* from, size_t size);
ssize_t sendfile64(int out, int in, off64_t* from, size_t size) {
    ON_FILE(ssize_t, "write", out, REAL(sendfile64)(out, in, from, size), REAL(sendfile64)(out, in, from, size / 2));
}

int fsync(int handle) { ON_FILE(int, "fsync", handle, REAL(fsync)(handle), 0); }
int fdatasync(int handle) { ON_FILE(int, "fsync", handle, REAL(fdatasync)(handle), 0); }
int ftruncate(int handle, off_t size) { ON_FILE(int, "truncate", handle, REAL(ftruncate)(handle, size), 0); }
int ftruncate64(int handle, off64_t size) { ON_FILE(int, "truncate", handle, REAL(ftruncate64)(handle, size), 0); }
int truncate(const char* file, off_t size) { ON_PATH(int, "truncate", AT_FDCWD, file, REAL(truncate)(file, size)); }
int truncate64(const char* file, off64_t size) {
    ON_PATH(int, "truncate", AT_FDCWD, file, REAL(truncate64)(file, size));
}
int fallocate(int handle, int how, off_t from, off_t size) {
    ON_FILE(int, "allocate", handle, REAL(fallocate)(handle, how, from, size), 0);
}
int fallocate64(int handle, int how, off64_t from, off64_t size) {
    ON_FILE(int, "allocate", handle, REAL(fallocate64)(handle, how, from, size), 0);
}

/* posix_fallocate returns its error. */
#define ALLOCATE(name, offset)                                                        \
    int name(int handle, offset from, offset size) {                                  \
        char path[PATH_MAX] = "";                                                     \
        int ours = shared && path_of(handle, path);                                   \
        enum mode now = ours ? counted("allocate", path) : NEVER;                     \
        if (now == FAIL) return error_number;                                         \
        int result = REAL(name)(handle, from, size);                                  \
        if (now == AFTER || now == TEAR) end_all();                                   \
        return result;                                                                \
    }
ALLOCATE(posix_fallocate, off_t)
ALLOCATE(posix_fallocate64, off64_t)

/* ── names ──────────────────────────────────────────────────────────────────────────────────────────────────────── */

int rename(const char* from, const char* to) { ON_PATH(int, "rename", AT_FDCWD, to, REAL(rename)(from, to)); }
int renameat(int old, const char* from, int new_, const char* to) {
    ON_PATH(int, "rename", new_, to, REAL(renameat)(old, from, new_, to));
}
int renameat2(int old, const char* from, int new_, const char* to, unsigned flags) {
    ON_PATH(int, "rename", new_, to, REAL(renameat2)(old, from, new_, to, flags));
}
int link(const char* from, const char* to) { ON_PATH(int, "link", AT_FDCWD, to, REAL(link)(from, to)); }
int linkat(int old, const char* from, int new_, const char* to, int flags) {
    ON_PATH(int, "link", new_, to, REAL(linkat)(old, from, new_, to, flags));
}
int symlink(const char* from, const char* to) { ON_PATH(int, "link", AT_FDCWD, to, REAL(symlink)(from, to)); }
int mkdir(const char* file, mode_t rights) { ON_PATH(int, "mkdir", AT_FDCWD, file, REAL(mkdir)(file, rights)); }
int mkdirat(int folder, const char* file, mode_t rights) {
    ON_PATH(int, "mkdir", folder, file, REAL(mkdirat)(folder, file, rights));
}
int unlink(const char* file) { ON_PATH(int, "unlink", AT_FDCWD, file, REAL(unlink)(file)); }
int unlinkat(int folder, const char* file, int flags) {
    ON_PATH(int, flags & AT_REMOVEDIR ? "rmdir" : "unlink", folder, file, REAL(unlinkat)(folder, file, flags));
}
int rmdir(const char* file) { ON_PATH(int, "rmdir", AT_FDCWD, file, REAL(rmdir)(file)); }

/* ── times and rights of files, and their locks ─────────────────────────────────────────────────────────────────── */

int utimensat(int folder, const char* file, const struct timespec times[2], int flags) {
    ON_PATH(int, "times", folder, file, REAL(utimensat)(folder, file, times, flags));
}
int fchmod(int handle, mode_t rights) { ON_FILE(int, "chmod", handle, REAL(fchmod)(handle, rights), 0); }
int chmod(const char* file, mode_t rights) { ON_PATH(int, "chmod", AT_FDCWD, file, REAL(chmod)(file, rights)); }

int flock(int handle, int how);
int flock(int handle, int how) { ON_FILE(int, "lock", handle, REAL(flock)(handle, how), 0); }

#define LOCKING(name)                                                                                     \
    int name(int handle, int what, ...) {                                                                 \
        va_list rest;                                                                                     \
        va_start(rest, what);                                                                             \
        void* with = va_arg(rest, void*);                                                                 \
        va_end(rest);                                                                                     \
        if (what != F_SETLK && what != F_SETLKW && what != F_OFD_SETLK && what != F_OFD_SETLKW)           \
            return REAL(name)(handle, what, with);                                                        \
        ON_FILE(int, "lock", handle, REAL(name)(handle, what, with), 0);                                  \
    }
LOCKING(fcntl)
LOCKING(fcntl64)
