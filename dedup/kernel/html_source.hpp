// A page of HTML as it is read from its beginning to its end, as `HTMLparser.c` of libxml2 2.14 cuts it into tags and texts.
#pragma once

#include <algorithm>
#include <cstddef>
#include <string_view>

#include "html_names.hpp"

namespace dedup {

inline bool is_html_space(char byte) { return byte == ' ' || byte == '\t' || byte == '\n' || byte == '\f' || byte == '\r'; }

inline bool is_letter(char byte) { return (byte | 0x20) >= 'a' && (byte | 0x20) <= 'z'; }

class Source {
public:
    explicit Source(std::string_view html) : html_(html) {}

    bool ends() const { return at_ >= html_.size(); }

    // A byte that follows; NUL behind the end, as no page holds it.
    char peek(std::size_t offset = 0) const { return at_ + offset < html_.size() ? html_[at_ + offset] : '\0'; }

    void skip(std::size_t bytes) { at_ = std::min(at_ + bytes, html_.size()); }

    void skip_past(char byte) {
        take_until(byte);
        skip(1);
    }

    std::string_view take_until(char byte) { return take(html_.find(byte, at_)); }

    // The name of a tag, or of an attribute, which ends at `=`. Its first byte may be anything.
    std::string_view take_name(char end) {
        auto at = at_ + 1;
        while (at < html_.size() && html_[at] != '/' && html_[at] != '>' && html_[at] != end && !is_html_space(html_[at])) ++at;
        return take(at);
    }

    // Pass a comment, a document type or what else begins with `<!`.
    void skip_declaration();

    // Pass the attributes of a tag; call `use` with the name, the value, and whether it has one.
    template <class Use>
    void for_attributes(Use use) {
        skip_spaces();
        while (!ends() && peek() != '>' && !(peek() == '/' && peek(1) == '>')) {
            if (peek() == '/') {
                skip(1);
            } else {
                const auto name = take_name('=');
                skip_spaces();
                const bool has_value = peek() == '=';
                use(name, has_value ? take_value() : std::string_view{}, has_value);
            }
            skip_spaces();
        }
    }

    // The content of an element of that name which holds no markup, up to its end tag.
    std::string_view take_raw(std::string_view name, Content content);

private:
    std::string_view take(std::size_t end) {
        const auto start = at_;
        at_ = std::min(end, html_.size());
        return html_.substr(start, at_ - start);
    }

    void skip_spaces() {
        while (at_ < html_.size() && is_html_space(html_[at_])) ++at_;
    }

    std::string_view take_value();
    bool is_tag(std::size_t at, std::string_view name) const;

    std::string_view html_;
    std::size_t at_ = 0;
};

}  // namespace dedup
