#include "json.hpp"

#include <algorithm>
#include <cstdint>
#include <cstring>

#include "utf8.hpp"
#include "wide.hpp"

namespace dedup {
namespace {

constexpr int deepest = 32;
constexpr std::size_t most_digits = 15;  // every number of so many is exact, however it is read

bool is_digit(char byte) { return byte >= '0' && byte <= '9'; }

// Of the bytes from a place on the first one that ends a string, or escapes, or must be escaped. `high`: whether there was a
// byte that is not ASCII before it.
const char* plain_end(const char* at, const char* end, bool& high) {
    return at + wide().plain(at, static_cast<std::size_t>(end - at), &high);
}

int digit_of(char byte) {
    if (is_digit(byte)) return byte - '0';
    const auto small = static_cast<char>(byte | 0x20);
    return small >= 'a' && small <= 'f' ? small - 'a' + 10 : -1;
}

// The unit of UTF-16 that four digits behind a place name; -1 if there are none.
int unit_at(const char* at, const char* end) {
    if (end - at < 4) return -1;
    int unit = 0;
    for (int digit = 0; digit < 4; ++digit) {
        const auto own = digit_of(at[digit]);
        if (own < 0) return -1;
        unit = unit * 16 + own;
    }
    return unit;
}

bool leads(int unit) { return unit >= 0xD800 && unit < 0xDC00; }
bool trails(int unit) { return unit >= 0xDC00 && unit < 0xE000; }

// What stands behind a backslash: how many bytes of the source it takes; 0 if that is no escape.
std::size_t escape_size(const char* at, const char* end) {
    if (at == end) return 0;
    switch (*at) {
        case 'u': break;
        case '"': case '\\': case '/': case 'b': case 'f': case 'n': case 'r': case 't': return 1;
        default: return 0;
    }
    const auto unit = unit_at(at + 1, end);
    if (unit < 0 || trails(unit)) return 0;
    if (!leads(unit)) return 5;
    return end - at >= 11 && at[5] == '\\' && at[6] == 'u' && trails(unit_at(at + 7, end)) ? 11 : 0;
}

// Put a character in UTF-8 to a place; where the next one goes.
char* put_character(char32_t code, char* to) {
    const auto put = [&to](char32_t byte) { *to++ = static_cast<char>(byte); };
    if (code < 0x80) {
        put(code);
        return to;
    }
    if (code < 0x800) {
        put(0xC0 | (code >> 6));
    } else {
        if (code < 0x10000) {
            put(0xE0 | (code >> 12));
        } else {
            put(0xF0 | (code >> 18));
            put(0x80 | ((code >> 12) & 0x3F));
        }
        put(0x80 | ((code >> 6) & 0x3F));
    }
    put(0x80 | (code & 0x3F));
    return to;
}

// Put what an escape stands for, whose backslash is before a place, to `to`, which moves on: fewer bytes than it is written in;
// where it ends.
const char* put_escaped(const char* at, const char* end, char*& to) {
    const auto kind = *at++;
    switch (kind) {
        case 'b': *to++ = '\b'; return at;
        case 'f': *to++ = '\f'; return at;
        case 'n': *to++ = '\n'; return at;
        case 'r': *to++ = '\r'; return at;
        case 't': *to++ = '\t'; return at;
        case 'u': break;
        default: *to++ = kind; return at;
    }
    const auto unit = unit_at(at, end);
    if (!leads(unit)) {
        to = put_character(static_cast<char32_t>(unit), to);
        return at + 4;
    }
    const auto low = unit_at(at + 6, end);
    to = put_character(static_cast<char32_t>(0x10000 + ((unit - 0xD800) << 10) + (low - 0xDC00)), to);
    return at + 10;
}

const char* append_escaped(const char* at, const char* end, std::string& out) {
    char bytes[4];
    auto* to = bytes;
    at = put_escaped(at, end, to);
    out.append(bytes, to);
    return at;
}

class Reader {
public:
    explicit Reader(std::string_view line) : at_(line.data()), end_(line.data() + line.size()) {}

    template <class Out>
    bool read(Out& out) {
        skip_space();
        return take('{') && read_members(out) && (skip_space(), at_ == end_);
    }

private:
    void skip_space() {
        while (at_ != end_ && is_json_space(*at_)) ++at_;
    }

    bool take(char byte) {
        if (at_ == end_ || *at_ != byte) return false;
        ++at_;
        return true;
    }

    template <class Out>
    bool read_members(Out& out) {
        skip_space();
        if (take('}')) return true;
        do {
            skip_space();
            JsonValue key, value;
            if (!read_string(key) || (skip_space(), !take(':'))) return false;
            const auto name = key.source.substr(1, key.source.size() - 2);
            unchecked_ = name == "text";
            if (!read_value(value, 1)) return false;
            unchecked_ = false;
            if (name.find('\\') != std::string_view::npos || is_dotted(name)) return false;  // it may be any name
            if (auto* field = out.field(name)) {
                if (field->kind != JsonValue::missing) return false;
                *field = value;
            }
            skip_space();
        } while (take(','));
        return take('}');
    }

    // A field named as one within a field is: it would be taken for that.
    static bool is_dotted(std::string_view name) {
        const auto starts = [name](std::string_view with) { return name.substr(0, with.size()) == with; };
        return starts("metadata.") || starts("meta.") || starts("warc_headers.");
    }

    bool read_value(JsonValue& value, int depth) {
        skip_space();
        const auto* start = at_;
        if (at_ == end_ || depth > deepest) return false;
        value.kind = JsonValue::other;
        bool read = false;
        switch (*at_) {
            case '"': return read_string(value);
            case '{': read = read_nested('}', depth); break;
            case '[': read = read_nested(']', depth); break;
            case 't': read = read_word("true"); break;
            case 'f': read = read_word("false"); break;
            case 'n':
                value.kind = JsonValue::null;
                read = read_word("null");
                break;
            default: read = read_number();
        }
        value.source = std::string_view(start, static_cast<std::size_t>(at_ - start));
        return read;
    }

    bool read_nested(char close, int depth) {
        ++at_;
        skip_space();
        if (take(close)) return true;
        JsonValue key, value;
        do {
            skip_space();
            if (close == '}' && (!read_string(key) || (skip_space(), !take(':')))) return false;
            if (!read_value(value, depth + 1)) return false;
            skip_space();
        } while (take(','));
        return take(close);
    }

    bool read_word(std::string_view word) {
        if (static_cast<std::size_t>(end_ - at_) < word.size() || std::string_view(at_, word.size()) != word) return false;
        at_ += word.size();
        return true;
    }

    // No powers of ten, nor more digits than are sure to be read exactly.
    bool read_number() {
        take('-');
        const auto* start = at_;
        while (at_ != end_ && is_digit(*at_)) ++at_;
        const auto whole = at_ - start;
        if (whole == 0 || (whole > 1 && *start == '0')) return false;
        if (take('.')) {
            const auto* part = at_;
            while (at_ != end_ && is_digit(*at_)) ++at_;
            if (at_ == part) return false;
        }
        if (at_ != end_ && (*at_ == 'e' || *at_ == 'E')) return false;
        return static_cast<std::size_t>(at_ - start) <= most_digits;
    }

    bool read_string(JsonValue& value) {
        const auto* start = at_;
        if (!take('"')) return false;
        bool high = false, escaped = false, coded = false;
        while (true) {
            at_ = plain_end(at_, end_, high);
            if (at_ == end_ || static_cast<unsigned char>(*at_) < 0x20) return false;
            if (*at_ == '"') break;
            const auto size = escape_size(at_ + 1, end_);
            if (size == 0) return false;
            escaped = true;
            coded |= size > 1;
            at_ += 1 + size;
        }
        ++at_;
        value = {JsonValue::string, std::string_view(start, static_cast<std::size_t>(at_ - start)), escaped, high || coded};
        return !high || unchecked_ || is_utf8(value.source);
    }

    const char* at_;
    const char* end_;
    bool unchecked_ = false;  // that the string at hand is UTF-8 is seen elsewhere
};

}  // namespace

bool read_record(std::string_view line, JsonRecord& out) { return Reader(line).read(out); }

bool read_members(std::string_view object, JsonMembers& out) { return Reader(object).read(out); }

bool append_if_string(std::string_view source, std::string& out) {
    if (source.size() < 2 || source.front() != '"' || source.back() != '"') return false;
    const auto* at = source.data() + 1;
    const auto* end = source.data() + source.size() - 1;
    while (true) {
        bool high = false;
        const auto* stop = plain_end(at, end, high);
        out.append(at, stop);
        if (stop == end) return true;
        if (*stop != '\\' || escape_size(stop + 1, end) == 0) return false;
        at = append_escaped(stop + 1, end, out);
    }
}

bool StringReader::read(std::string_view source, std::string_view& out) {
    if (source.size() < 2 || source.front() != '"' || source.back() != '"') return false;
    const auto* at = source.data() + 1;
    const auto* end = source.data() + source.size() - 1;
    bool high = false;
    const auto* stop = plain_end(at, end, high);
    if (stop == end) {
        out = {at, static_cast<std::size_t>(end - at)};
        return true;
    }
    if (room_.size() < source.size()) room_.resize(source.size() + source.size() / 2);
    for (auto* to = room_.data();; stop = plain_end(at, end, high)) {
        std::memcpy(to, at, static_cast<std::size_t>(stop - at));
        to += stop - at;
        if (stop == end) {
            out = {room_.data(), static_cast<std::size_t>(to - room_.data())};
            return true;
        }
        if (*stop != '\\' || escape_size(stop + 1, end) == 0) return false;
        at = put_escaped(stop + 1, end, to);
    }
}

}  // namespace dedup
