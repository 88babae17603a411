#include "html_source.hpp"

namespace dedup {
namespace {

constexpr auto npos = std::string_view::npos;

bool begins(std::string_view text, std::string_view lower) {
    return text.size() >= lower.size() && std::equal(lower.begin(), lower.end(), text.begin(), [](char wanted, char byte) {
               return wanted == (is_letter(byte) ? static_cast<char>(byte | 0x20) : byte);
           });
}

}  // namespace

void Source::skip_declaration() {  // htmlParseComment, htmlParseDocTypeDecl
    if (html_.compare(at_, 4, "<!--") != 0) return skip_past('>');  // no literal of a document type holds a `>`
    skip(4);
    if (peek() == '>') return skip(1);
    if (peek() == '-' && peek(1) == '>') return skip(2);
    for (auto at = html_.find("--", at_); at != npos; at = html_.find("--", at + 1)) {
        const auto rest = html_.substr(at + 2, 2);
        if (rest.substr(0, 1) == ">" || rest == "!>") {
            at_ = at + (rest[0] == '>' ? 3 : 4);
            return;
        }
    }
    at_ = html_.size();
}

std::string_view Source::take_value() {  // htmlParseAttValue
    skip(1);
    skip_spaces();
    const char quote = peek();
    if (quote == '"' || quote == '\'') {
        skip(1);
        const auto value = take_until(quote);
        skip(1);
        return value;
    }
    auto at = at_;
    while (at < html_.size() && html_[at] != '>' && !is_html_space(html_[at])) ++at;
    return take(at);
}

// Whether a tag of that name stands there, without its `<` or `</`.
bool Source::is_tag(std::size_t at, std::string_view name) const {
    const auto end = at + name.size();
    if (end >= html_.size() || !begins(html_.substr(at), name)) return false;
    return html_[end] == '>' || html_[end] == '/' || is_html_space(html_[end]);
}

std::string_view Source::take_raw(std::string_view name, Content content) {  // htmlParseCharData
    if (content == Content::all) return take(npos);
    for (auto at = at_; at < html_.size(); ++at) {
        const bool commented = content == Content::script_comment || content == Content::script_within;
        at = commented ? html_.find_first_of("<-", at) : html_.find('<', at);
        if (at == npos) break;
        if (html_[at] == '-') {
            if (html_.compare(at, 3, "-->") == 0) content = Content::script;
        } else if (content == Content::script && html_.compare(at, 2, "<!") == 0) {
            if (html_.compare(at, 4, "<!--") == 0) content = Content::script_comment;
        } else if (html_.compare(at, 2, "</") == 0) {
            if (!is_tag(at + 2, name)) continue;
            if (content != Content::script_within) return take(at);
            content = Content::script_comment;
        } else if (content == Content::script_comment && is_tag(at + 1, name)) {
            content = Content::script_within;
        }
    }
    return take(npos);
}

}  // namespace dedup
