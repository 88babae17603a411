// Bytes that are put one behind the other by the million: those that are short need no call, and room for more is not filled
// first.
#pragma once

#include <cstddef>
#include <cstdlib>
#include <cstring>
#include <memory>
#include <new>
#include <string_view>

namespace dedup {

class Bytes {
public:
    std::size_t size() const { return size_; }
    char* data() { return held_.get(); }

    // Have room for so many more.
    void reserve(std::size_t more) {
        if (room_ - size_ < more) grow(more);
    }

    void append(const char* from, std::size_t count) {
        reserve(count);
        if (count != 0) std::memcpy(held_.get() + size_, from, count);
        size_ += count;
    }
    void append(const char* from, const char* to) { append(from, static_cast<std::size_t>(to - from)); }
    void append(std::string_view some) { append(some.data(), some.size()); }

    // What is written in the source.
    template <std::size_t count>
    void append(const char (&text)[count]) {
        append(text, count - 1);
    }

    Bytes& operator+=(char byte) {
        append(&byte, 1);
        return *this;
    }

private:
    struct Free {
        void operator()(char* bytes) const { std::free(bytes); }
    };

    // Apart from all that appends, which is then short enough to stand where it is called.
#if defined(__GNUC__)
    __attribute__((noinline))
#endif
    void grow(std::size_t more) {
        const auto room = size_ + (more > size_ ? more : size_);
        auto* bytes = static_cast<char*>(std::realloc(held_.get(), room));
        if (bytes == nullptr) throw std::bad_alloc();
        static_cast<void>(held_.release());  // it is this, or was freed
        held_.reset(bytes);
        room_ = room;
    }

    std::unique_ptr<char, Free> held_;
    std::size_t size_ = 0, room_ = 0;
};

}  // namespace dedup
