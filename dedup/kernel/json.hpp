// Where the fields of a record lie in its line of JSON, so that the line can be taken over as it stands. What is out of the
// ordinary is left to a whole parser (orjson): a line that is taken here, that takes, too, and means the same by it.
#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace dedup {

// A value as it is written, quotes and all.
struct JsonValue {
    enum Kind { missing, string, null, other };
    Kind kind = missing;
    std::string_view source;
    bool escaped = false;  // of a string: whether there are escapes in it
    bool wide = false;     // ... and whether there may be characters other than ASCII

    bool is_string() const { return kind == string; }
    bool is_there() const { return kind == string || kind == other; }
    bool is_filled() const { return is_there() && source != "\"\""; }
};

// The fields of a record that are looked at; of an id, URL or date all that they may be called, in the order of `dedup.fields`.
struct JsonRecord {
    JsonValue text, html, raw_html, markdown, site, metadata, meta, warc_headers;
    std::array<JsonValue, 5> ids;
    std::array<JsonValue, 5> urls;
    std::array<JsonValue, 9> dates;

    // The field of a name; null if it is none of these.
    JsonValue* field(std::string_view name);

    // Look for ids, URLs and dates within `metadata`, `meta` and `warc_headers`, where they are asked for: there is none before
    // them. False where a whole parser must do that.
    bool look_within();
};

// The first value that is there and not empty; the first of all if none is.
template <std::size_t size>
const JsonValue& first_of(const std::array<JsonValue, size>& values) {
    for (const auto& each : values) {
        if (each.is_filled()) return each;
    }
    return values[0];
}

// Read the line of a record. False where a whole parser must do that: it may be no JSON, no object, a field may be there
// twice, a number may be too large, or it may be nested deeper than 32. That the text is UTF-8 is left to who reads it.
bool read_record(std::string_view line, JsonRecord& out);

// Some fields of an object, by their names.
struct JsonMembers {
    std::array<std::string_view, 3> names;
    std::array<JsonValue, 3> values{};

    JsonValue* field(std::string_view name) {
        const auto at = std::find(names.begin(), names.end(), name);
        return at == names.end() || name.empty() ? nullptr : &values[static_cast<std::size_t>(at - names.begin())];
    }
};

// The same of an object and these.
bool read_members(std::string_view object, JsonMembers& out);

// Append the characters of a string. False where this is not one string and nothing else: some of it may have been appended
// then. That it is UTF-8 is left to who reads it.
bool append_if_string(std::string_view source, std::string& out);

// Reads the characters of one string after the other, without a copy where nothing is escaped.
class StringReader {
public:
    // False where `append_if_string` says so; what is read lasts as long as the source does, and until the next one is read.
    bool read(std::string_view source, std::string_view& out);

private:
    std::vector<char> room_;
};

// What may stand between the parts of a text of JSON.
inline bool is_json_space(char byte) { return byte == ' ' || byte == '\n' || byte == '\r' || byte == '\t'; }

// Append characters to a std::string or to `Bytes` as a string, as orjson writes it.
template <class Out>
void append_quoted(std::string_view characters, Out& out);

}  // namespace dedup
