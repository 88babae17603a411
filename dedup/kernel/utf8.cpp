#include "utf8.hpp"

namespace dedup {
namespace {

constexpr std::size_t run = 64;  // so many characters are looked at at once: most are ASCII

// Put the next characters to `next` if all are ASCII, in a way that compilers make vectors of.
template <class Code>
bool put_run(const Code* from, char* next) {
    Code all = 0;
    for (std::size_t at = 0; at < run; ++at) {
        all = static_cast<Code>(all | from[at]);
        next[at] = static_cast<char>(from[at]);
    }
    return all < 0x80;
}

char* put(char32_t code, char* next) {
    const auto more = [&](int shift) { *next++ = static_cast<char>(0x80 | ((code >> shift) & 0x3F)); };
    if (code >= 0xD800 && code < 0xE000) code = U'?';
    if (code < 0x80) {
        *next++ = static_cast<char>(code);
    } else if (code < 0x800) {
        *next++ = static_cast<char>(0xC0 | (code >> 6));
        more(0);
    } else if (code < 0x10000) {
        *next++ = static_cast<char>(0xE0 | (code >> 12));
        more(6);
        more(0);
    } else {
        *next++ = static_cast<char>(0xF0 | (code >> 18));
        more(12);
        more(6);
        more(0);
    }
    return next;
}

// How many bytes the character takes that begins here; 0 where it is none.
std::size_t character_at(std::string_view bytes, std::size_t at) {
    const auto byte = [&](std::size_t offset) { return at + offset < bytes.size() ? static_cast<unsigned char>(bytes[at + offset]) : 0U; };
    const auto more = [&](std::size_t offset) { return (byte(offset) & 0xC0) == 0x80; };
    const auto first = byte(0), second = byte(1);
    if (first < 0x80) return 1;
    if (first < 0xC2 || first > 0xF4 || !more(1)) return 0;
    if (first < 0xE0) return 2;
    if (!more(2) || (first == 0xE0 && second < 0xA0) || (first == 0xED && second > 0x9F)) return 0;
    if (first < 0xF0) return 3;
    return more(3) && !(first == 0xF0 && second < 0x90) && !(first == 0xF4 && second > 0x8F) ? 4 : 0;
}

// Whether all of the next characters are ASCII, found in a way that compilers make vectors of.
bool is_ascii_run(const char* bytes) {
    unsigned char all = 0;
    for (std::size_t at = 0; at < run; ++at) all = static_cast<unsigned char>(all | static_cast<unsigned char>(bytes[at]));
    return all < 0x80;
}

}  // namespace

bool is_utf8(std::string_view bytes) {
    if (bytes.find('\0') != std::string_view::npos) return false;
    for (std::size_t at = 0; at < bytes.size();) {
        if (at + run <= bytes.size() && is_ascii_run(bytes.data() + at)) {
            at += run;
            continue;
        }
        for (const auto end = std::min(at + run, bytes.size()); at < end;) {
            const auto size = character_at(bytes, at);
            if (size == 0) return false;
            at += size;
        }
    }
    return true;
}

void encode(const TextView& text, std::string& out) {
    const std::size_t most = text.width == 1 ? 2 : text.width == 2 ? 3 : 4;  // bytes that a character may need
    out.resize(most * text.size + run);
    char* next = out.data();
    text.visit([&](auto* characters) {
        for (std::size_t at = 0; at < text.size;) {
            if (at + run <= text.size && put_run(characters + at, next)) {
                at += run;
                next += run;
                continue;
            }
            for (const auto end = std::min(at + run, text.size); at < end; ++at) next = put(characters[at], next);
        }
    });
    out.resize(static_cast<std::size_t>(next - out.data()));
}

}  // namespace dedup
