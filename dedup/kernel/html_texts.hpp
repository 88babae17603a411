// The texts of a page's tree, one behind the other, each with a NUL at its end.
#pragma once

#include <algorithm>
#include <cstring>
#include <memory>
#include <string_view>
#include <utility>

#include "markup.hpp"
#include "references.hpp"

namespace dedup {

class Texts {
public:
    Texts(std::string_view html, const References& references)
        : references_(references),
          has_returns_(html.find('\r') != std::string_view::npos),
          memory_(new char[memory_for(html.size())]),
          next_(memory_.get()),
          end_(next_ + memory_for(html.size())) {}

    // The memory, for whom it shall outlast this.
    std::unique_ptr<char[]> take() { return std::move(memory_); }

    // Where the next byte comes to stand; to set it back is to forget what was put from there on.
    char* next() const { return next_; }
    void set_back(char* next) { next_ = next; }

    void put(const char* bytes, std::size_t size) {
        if (size > static_cast<std::size_t>(end_ - next_)) throw Unknown("texts that grow");
        std::memcpy(next_, bytes, size);
        next_ += size;
    }

    void put_end() { put("", 1); }

    // Put the name of an element or an attribute, in lower case, and its end.
    std::string_view put_name(std::string_view name) {
        if (name.size() > most_name_bytes) throw Unknown("a long name");
        char* const start = next_;
        put(name.data(), name.size());
        std::transform(start, next_, start, [](char byte) { return byte >= 'A' && byte <= 'Z' ? static_cast<char>(byte | 0x20) : byte; });
        put_end();
        return {start, name.size()};
    }

    // Put a text with its references replaced, and with the line breaks of Unix.
    void put_text(std::string_view text, bool refers, bool in_attribute) {
        while (refers) {
            const auto plain = text.find('&');
            put_lines(text.substr(0, plain));
            if (plain == std::string_view::npos) return;
            text.remove_prefix(plain);
            char scratch[4];
            const auto found = references_.at(text, in_attribute, scratch);
            if (found.size == 0) put("&", 1);
            else put(found.text.data(), found.text.size());
            text.remove_prefix(std::max<std::size_t>(found.size, 1));
        }
        put_lines(text);
    }

private:
    static constexpr std::size_t most_name_bytes = 90;  // libxml2 keeps 100

    // No text is longer than what it was written as, but for two references (5 bytes, which stand for 6) and the NUL at its
    // end, for which there was a quote or a `<`.
    static std::size_t memory_for(std::size_t bytes) { return bytes + bytes / 2 + 64; }

    void put_lines(std::string_view text) {
        for (auto end = has_returns_ ? text.find('\r') : std::string_view::npos; end < text.size(); end = text.find('\r')) {
            put(text.data(), end);
            if (text.substr(end + 1, 1) != "\n") put("\n", 1);
            text.remove_prefix(end + 1);
        }
        put(text.data(), text.size());
    }

    const References& references_;
    const bool has_returns_;
    std::unique_ptr<char[]> memory_;
    char *next_, *end_;
};

}  // namespace dedup
