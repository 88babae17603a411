// UTF-8 as Python's str sees it: white space, and characters where bytes are counted.
//
// Nothing here needs the bytes to be valid; no function reads past the end of what it is given. What is not valid is
// told when the result becomes a str.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <string>
#include <string_view>

namespace dedup {

inline bool is_continuation(char byte) { return (static_cast<unsigned char>(byte) & 0xC0) == 0x80; }

// White space of one byte: what str.split takes, and what bytes.isspace does.
inline bool is_byte_space(unsigned char byte) { return byte == ' ' || (byte >= 9 && byte <= 13) || (byte >= 0x1C && byte <= 0x1F); }

inline bool is_bytes_space(unsigned char byte) { return byte == ' ' || (byte >= 9 && byte <= 13); }

// How many bytes the white-space character of several bytes takes that begins here; 0 if none does.
inline std::size_t wide_space(std::string_view text, std::size_t at) {
    const auto byte = [&](std::size_t offset) {
        return at + offset < text.size() ? static_cast<unsigned char>(text[at + offset]) : 0U;
    };
    switch (byte(0)) {
        case 0xC2: return byte(1) == 0x85 || byte(1) == 0xA0 ? 2 : 0;
        case 0xE1: return byte(1) == 0x9A && byte(2) == 0x80 ? 3 : 0;  // U+1680
        case 0xE2:
            if (byte(1) == 0x80) {  // U+2000 to U+200A, U+2028, U+2029, U+202F
                const auto last = byte(2);
                return (last >= 0x80 && last <= 0x8A) || last == 0xA8 || last == 0xA9 || last == 0xAF ? 3 : 0;
            }
            return byte(1) == 0x81 && byte(2) == 0x9F ? 3 : 0;  // U+205F
        case 0xE3: return byte(1) == 0x80 && byte(2) == 0x80 ? 3 : 0;  // U+3000
        default: return 0;
    }
}

// How many bytes the white-space character takes that begins here; 0 if none does.
inline std::size_t space_at(std::string_view text, std::size_t at) {
    const auto byte = static_cast<unsigned char>(text[at]);
    if (byte > ' ' && byte < 0xC2) return 0;  // most bytes of most texts
    if (byte < 0x80) return is_byte_space(byte) ? 1 : 0;
    return byte > 0xE3 ? 0 : wide_space(text, at);
}

inline std::size_t skip_space(std::string_view text, std::size_t at) {
    while (at < text.size()) {
        const auto width = space_at(text, at);
        if (width == 0) break;
        at += width;
    }
    return at;
}

inline std::size_t skip_word(std::string_view text, std::size_t at) {
    while (at < text.size() && space_at(text, at) == 0) ++at;
    return at;
}

// The characters of a text.
inline std::size_t count_characters(std::string_view text) {
    constexpr std::size_t width = sizeof(std::uint64_t), most = 255;  // as often a byte can be counted up
    constexpr std::uint64_t ones = 0x0101010101010101U;
    std::size_t at = 0, continuations = 0;
    while (text.size() - at >= width) {
        const auto words = std::min((text.size() - at) / width, most);
        std::uint64_t counts = 0;  // of each byte's place
        for (std::size_t word = 0; word < words; ++word, at += width) {
            std::uint64_t bytes;
            std::memcpy(&bytes, text.data() + at, width);
            counts += bytes >> 7 & ~bytes >> 6 & ones;
        }
        for (; counts != 0; counts >>= 8) continuations += counts & 0xFF;
    }
    for (; at < text.size(); ++at) continuations += is_continuation(text[at]);
    return text.size() - continuations;
}

// The characters of a text that are not white space: len("".join(text.split())).
inline std::size_t count_visible(std::string_view text) {
    std::size_t count = 0;
    for (std::size_t at = 0; at < text.size();) {
        const auto width = space_at(text, at);
        if (width == 0) count += is_continuation(text[at]) ? 0 : 1;
        at += std::max<std::size_t>(width, 1);
    }
    return count;
}

// Call `take` with each word: text.split().
template <class Take>
void for_words(std::string_view text, Take take) {
    for (auto at = skip_space(text, 0); at < text.size();) {
        const auto end = skip_word(text, at);
        if (!take(text.substr(at, end - at))) return;
        at = skip_space(text, end);
    }
}

// Append " ".join(text.split()). Words that have one space between them are taken together.
inline void append_squeezed(std::string_view text, std::string& out) {
    auto start = skip_space(text, 0);
    for (auto at = start; at < text.size();) {
        const auto end = skip_word(text, at);
        at = skip_space(text, end);
        if (at < text.size() && at == end + 1 && text[end] == ' ') continue;
        out += text.substr(start, end - start);
        if (at < text.size()) out += ' ';
        start = at;
    }
}

// text.rstrip()
inline std::string_view stripped_right(std::string_view text) {
    std::size_t end = 0;
    for (auto at = skip_space(text, 0); at < text.size(); at = skip_space(text, end)) end = skip_word(text, at);
    return text.substr(0, end);
}

// text[:count], in characters
inline std::string_view first_characters(std::string_view text, std::size_t count) {
    if (text.size() <= count) return text;
    std::size_t at = 0;
    for (; at < text.size(); ++at) {
        if (!is_continuation(text[at]) && count-- == 0) break;
    }
    return text.substr(0, at);
}

}  // namespace dedup
