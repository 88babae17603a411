#include <array>

#include "bytes.hpp"
#include "json.hpp"
#include "wide.hpp"

namespace dedup {
namespace {

// What a control character is written as: a letter behind a backslash, or nothing where it takes digits.
char short_escape(unsigned char byte) {
    switch (byte) {
        case '"': return '"';
        case '\\': return '\\';
        case '\b': return 'b';
        case '\f': return 'f';
        case '\n': return 'n';
        case '\r': return 'r';
        case '\t': return 't';
        default: return '\0';
    }
}

}  // namespace

template <class Out>
void append_quoted(std::string_view characters, Out& out) {
    static constexpr std::array<char, 17> digits{"0123456789abcdef"};
    const auto* at = characters.data();
    const auto* end = at + characters.size();
    out += '"';
    while (true) {
        bool high = false;
        const auto* stop = at + wide().plain(at, static_cast<std::size_t>(end - at), &high);
        out.append(at, stop);
        if (stop == end) break;
        const auto byte = static_cast<unsigned char>(*stop);
        out += '\\';
        if (const auto letter = short_escape(byte)) {
            out += letter;
        } else {
            out.append("u00");
            out += digits[byte >> 4];
            out += digits[byte & 15];
        }
        at = stop + 1;
    }
    out += '"';
}

template void append_quoted(std::string_view characters, std::string& out);
template void append_quoted(std::string_view characters, Bytes& out);

}  // namespace dedup
