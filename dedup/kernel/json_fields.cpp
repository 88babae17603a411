#include <algorithm>

#include "json.hpp"

namespace dedup {

JsonValue* JsonRecord::field(std::string_view name) {
    if (name == "id") return &ids[0];
    if (name == "text") return &text;
    if (name == "date") return &dates[0];
    if (name == "url") return &urls[0];
    if (name == "site") return &site;
    if (name == "html") return &html;
    if (name == "markdown") return &markdown;
    if (name == "metadata") return &metadata;
    if (name == "created") return &dates[1];
    if (name == "timestamp") return &dates[2];
    if (name == "date_download") return &dates[3];
    if (name == "meta") return &meta;
    if (name == "doc_id") return &ids[1];
    if (name == "raw_html") return &raw_html;
    if (name == "warc_record_id") return &ids[2];
    if (name == "warc_headers") return &warc_headers;
    if (name == "WARC-Record-ID") return &ids[4];
    if (name == "WARC-Target-URI") return &urls[4];
    return name == "WARC-Date" ? &dates[8] : nullptr;
}

bool JsonRecord::look_within() {
    // Of those before the ones within; what comes behind them (`WARC-Date`) counts only if there is none.
    const auto has = [](const auto& values, std::size_t count) {
        return std::any_of(values.begin(), values.begin() + static_cast<std::ptrdiff_t>(count), [](const JsonValue& value) { return value.is_filled(); });
    };
    if ((has(ids, 3) || !warc_headers.is_there()) && has(urls, 1) && has(dates, 4)) return true;
    JsonValue none;
    struct Inner {
        const JsonValue* outer;
        std::array<std::string_view, 3> names;
        std::array<JsonValue*, 3> values;
    };
    const std::array<Inner, 3> inner{{
        {&metadata, {"url", "date", "created"}, {&urls[1], &dates[4], &dates[5]}},
        {&meta, {"url", "timestamp", ""}, {&urls[2], &dates[6], &none}},
        {&warc_headers, {"warc-target-uri", "warc-date", "warc-record-id"}, {&urls[3], &dates[7], &ids[3]}},
    }};
    for (const auto& [outer, names, values] : inner) {
        if (outer->kind != JsonValue::other || outer->source.front() != '{') continue;
        JsonMembers members{names};
        if (!read_members(outer->source, members)) return false;
        for (std::size_t at = 0; at < values.size(); ++at) *values[at] = members.values[at];
    }
    return true;
}

}  // namespace dedup
