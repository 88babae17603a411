// The characters of UTF-8, one by one.
//
// Nothing here needs the bytes to be valid: what is not is U+FFFD, a byte each.
#pragma once

#include <cstddef>
#include <string_view>

#include "text.hpp"

namespace dedup {

struct CodePoint {
    char32_t code;     // below 0x110000
    std::size_t size;  // bytes
};

// The character that begins at a place within a text.
inline CodePoint code_at(std::string_view text, std::size_t at) {
    constexpr CodePoint none{0xFFFD, 1};
    const auto first = static_cast<unsigned char>(text[at]);
    if (first < 0x80) return {first, 1};
    const std::size_t size = first >= 0xF0 ? 4 : first >= 0xE0 ? 3 : 2;
    if (first < 0xC2 || first > 0xF4 || at + size > text.size()) return none;
    char32_t code = first & (0x7FU >> size);
    for (std::size_t more = 1; more < size; ++more) {
        if (!is_continuation(text[at + more])) return none;
        code = code << 6 | (static_cast<unsigned char>(text[at + more]) & 0x3FU);
    }
    return code < 0x110000 ? CodePoint{code, size} : none;
}

// Where the character begins that ends at a place, which is not the beginning.
inline std::size_t before(std::string_view text, std::size_t at) {
    --at;
    while (at > 0 && is_continuation(text[at])) --at;
    return at;
}

// As many bytes as are looked at at once, in a way that compilers make vectors of.
constexpr std::size_t byte_run = 64;

inline bool is_ascii(std::string_view text) {
    std::size_t at = 0;
    for (; at + byte_run <= text.size(); at += byte_run) {
        unsigned char all = 0;
        for (std::size_t each = at; each < at + byte_run; ++each) all = static_cast<unsigned char>(all | static_cast<unsigned char>(text[each]));
        if (all >= 0x80) return false;
    }
    for (; at < text.size(); ++at) {
        if (static_cast<unsigned char>(text[at]) >= 0x80) return false;
    }
    return true;
}

inline bool begins(std::string_view text, std::string_view with) { return text.substr(0, with.size()) == with; }

inline bool is_one_of(char byte, std::string_view of) { return of.find(byte) != std::string_view::npos; }

}  // namespace dedup
