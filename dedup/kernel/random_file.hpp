// A file of which parts are read here and there.
#pragma once

#if defined(__unix__) || defined(__APPLE__)
#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#else
#include <filesystem>
#include <fstream>
#endif

#include <cstddef>
#include <cstdint>
#include <string>

namespace dedup {

#if defined(__unix__) || defined(__APPLE__)
// One call of the system for each part: to seek first takes as long again.
class RandomFile {
public:
    RandomFile() = default;
    RandomFile(const RandomFile&) = delete;
    RandomFile& operator=(const RandomFile&) = delete;
    ~RandomFile() { close(); }

    // Open another file; where that cannot be, nothing can be read.
    void open(const std::string& path) {
        close();
        handle_ = ::open(path.c_str(), O_RDONLY | O_CLOEXEC);
    }

    // Put so many bytes from a place on to `to`; false where the file does not reach so far.
    bool read(std::int64_t place, char* to, std::size_t size) const {
        for (std::size_t done = 0; done < size;) {
            const auto count = ::pread(handle_, to + done, size - done, static_cast<off_t>(place + static_cast<std::int64_t>(done)));
            if (count < 0 && errno == EINTR) continue;
            if (count <= 0) return false;
            done += static_cast<std::size_t>(count);
        }
        return true;
    }

private:
    void close() {
        if (handle_ >= 0) ::close(handle_);
        handle_ = -1;
    }

    int handle_ = -1;
};
#else
class RandomFile {
public:
    void open(const std::string& path) {
        handle_ = std::ifstream();
        handle_.rdbuf()->pubsetbuf(nullptr, 0);  // what lies around a part is not read
        handle_.open(std::filesystem::u8path(path), std::ios::binary);
    }

    bool read(std::int64_t place, char* to, std::size_t size) {
        handle_.clear();
        handle_.seekg(place);
        handle_.read(to, static_cast<std::streamsize>(size));
        return static_cast<bool>(handle_);
    }

private:
    std::ifstream handle_;
};
#endif

}  // namespace dedup
