// The characters of UTF-8, one by one.
//
// Nothing here needs the bytes to be valid: what is not is U+FFFD, a byte each.
#pragma once

#include <array>
#include <cstddef>
#include <string_view>

#if defined(__SSE2__)
#include <emmintrin.h>
#endif

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

// Some bytes.
class ByteSet {
public:
    constexpr explicit ByteSet(std::string_view bytes) {
        for (const auto byte : bytes) holds_[static_cast<unsigned char>(byte)] = true;
    }
    constexpr bool operator[](char byte) const { return holds_[static_cast<unsigned char>(byte)]; }

private:
    std::array<bool, 256> holds_{};
};

#if defined(__SSE2__)
#define DEDUP_SIXTEEN
// Sixteen bytes, each of which is told with all bits set where something is true of it. Every x86-64 has these instructions.
struct Sixteen {
    __m128i bytes;

    static Sixteen at(const char* from) { return {_mm_loadu_si128(reinterpret_cast<const __m128i*>(from))}; }
    Sixteen operator==(char byte) const { return {_mm_cmpeq_epi8(bytes, _mm_set1_epi8(byte))}; }
    Sixteen operator|(Sixteen other) const { return {_mm_or_si128(bytes, other.bytes)}; }
    Sixteen operator&(Sixteen other) const { return {_mm_and_si128(bytes, other.bytes)}; }
    // From `low` on, so many of them.
    Sixteen within(char low, char count) const {
        const auto moved = _mm_sub_epi8(bytes, _mm_set1_epi8(low));
        return {_mm_cmpeq_epi8(_mm_min_epu8(moved, _mm_set1_epi8(static_cast<char>(count - 1))), moved)};
    }
    unsigned tops() const { return static_cast<unsigned>(_mm_movemask_epi8(bytes)); }  // a bit for each, which is its highest
};
#endif

// The first place from one on, before `end`, of which `hits` is true; `end` if there is none. `hits` is asked of a place, or
// of the sixteen from a place on.
template <class Hits>
std::size_t first_hit(const char* text, std::size_t at, std::size_t end, Hits hits) {
#ifdef DEDUP_SIXTEEN
    for (; at + 16 <= end; at += 16) {
        if (const auto tops = hits(text + at, Sixteen::at(text + at)).tops()) return at + static_cast<std::size_t>(__builtin_ctz(tops));
    }
#endif
    while (at < end && !hits(text + at, text[at])) ++at;
    return at;
}

inline bool is_ascii(std::string_view text) {
    struct High {
#ifdef DEDUP_SIXTEEN
        Sixteen operator()(const char*, Sixteen bytes) const { return bytes; }
#endif
        bool operator()(const char*, char byte) const { return static_cast<unsigned char>(byte) >= 0x80; }
    };
    return first_hit(text.data(), 0, text.size(), High()) == text.size();
}

inline bool begins(std::string_view text, std::string_view with) { return text.substr(0, with.size()) == with; }

}  // namespace dedup
