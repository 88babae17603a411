#include "slim.hpp"

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>

namespace dedup {
namespace {

constexpr auto none = std::string_view::npos;
constexpr std::array<std::string_view, 8> raw = {"script", "style", "title", "textarea", "xmp", "iframe", "noembed", "noframes"};


// What ends a tag's name, an attribute's, a value without quotes.
enum : std::uint8_t { white = 1, solidus = 2, closing = 4, equals = 8 };

constexpr std::array<std::uint8_t, 256> classes() {
    std::array<std::uint8_t, 256> made{};
    for (const char each : {' ', '\t', '\n', '\f', '\r'}) made[static_cast<unsigned char>(each)] = white;
    made['/'] = solidus;
    made['>'] = closing;
    made['='] = equals;
    return made;
}

constexpr auto class_of = classes();

constexpr bool is(char c, int classes) { return (class_of[static_cast<unsigned char>(c)] & classes) != 0; }
constexpr char lower(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + ('a' - 'A')) : c; }
constexpr bool is_letter(char c) { return lower(c) >= 'a' && lower(c) <= 'z'; }

bool is_name(std::string_view text, std::string_view name) {
    return text.size() == name.size() && std::equal(name.begin(), name.end(), text.begin(), [](char a, char b) { return a == lower(b); });
}

// A tag, a comment, or what else begins with `<`: where it ends, none where it does not. The name is a start tag's.
struct Markup {
    std::size_t end = none;
    std::string_view name;
    bool empty = false;  // <name/>
};

// Reads a page from its start to its end, once: where something has no end, nothing behind it is looked at.
class Lexer {
public:
    explicit Lexer(std::string_view page) : page_(page) {}

    Markup markup(std::size_t at) const {
        const char next = look(at + 1);
        if (is_letter(next)) return tag(at + 1, true);
        if (next == '/') return is_letter(look(at + 2)) ? tag(at + 2, false) : Markup{behind(">", at + 2), {}, false};
        if (next == '?') return {behind(">", at + 2), {}, false};
        if (next != '!') return {at + 1, {}, false};
        return {page_.substr(at, 4) == "<!--" ? comment(at + 4) : behind(">", at + 2), {}, false};
    }

    // Where the end tag of that name begins, which is where the content from `at` on ends.
    std::size_t end_tag(std::string_view name, std::size_t at) const {
        while ((at = page_.find("</", at)) != none) {
            const char next = look(at + 2 + name.size());
            if (is(next, white | solidus | closing) && is_name(page_.substr(at + 2, name.size()), name)) return at;
            at += 2;
        }
        return none;
    }

private:
    char look(std::size_t at) const { return at < page_.size() ? page_[at] : '\0'; }

    std::size_t behind(std::string_view what, std::size_t at) const {
        const auto found = page_.find(what, at);
        return found == none ? none : found + what.size();
    }

    std::size_t comment(std::size_t at) const {
        if (look(at) == '>') return at + 1;
        if (look(at) == '-' && look(at + 1) == '>') return at + 2;
        while ((at = page_.find("--", at)) != none) {
            if (look(at + 2) == '>') return at + 3;
            if (look(at + 2) == '!' && look(at + 3) == '>') return at + 4;
            ++at;
        }
        return none;
    }

    std::size_t until(int classes, std::size_t at) const {
        while (at < page_.size() && !is(page_[at], classes)) ++at;
        return at;
    }

    std::size_t behind_white(std::size_t at) const {
        while (at < page_.size() && is(page_[at], white)) ++at;
        return at;
    }

    Markup tag(std::size_t start, bool opens) const {
        auto at = until(white | solidus | closing, start);
        const auto name = opens ? page_.substr(start, at - start) : std::string_view();
        bool empty = false;
        while (at < page_.size() && page_[at] != '>') {
            empty = page_[at] == '/';
            at = empty || is(page_[at], white) ? at + 1 : attribute(at);
        }
        return {at < page_.size() ? at + 1 : none, name, empty};
    }

    // What stands behind an attribute; the page's end where that has none.
    std::size_t attribute(std::size_t at) const {
        at = behind_white(until(white | solidus | closing | equals, at + 1));  // a name may begin with "="
        if (look(at) != '=') return at;
        at = behind_white(at + 1);
        const char quote = look(at);
        if (quote == '"' || quote == '\'') return std::min(behind(std::string_view(&quote, 1), at + 1), page_.size());
        return until(white | closing, at);
    }

    std::string_view page_;
};

// Whether a script may go on behind what looks like its end tag.
bool is_nested(std::string_view script) {
    constexpr std::string_view inner = "<script";
    for (auto at = script.find("<!--"); at != none; at = script.find('<', at + 1)) {
        if (is_name(script.substr(at, inner.size()), inner)) return true;
    }
    return false;
}

bool may_be_read(std::string_view tag) { return tag.find("+json") != none || tag.find('&') != none; }

}  // namespace

void slim(std::string_view page, std::string& out) {
    const Lexer lexer(page);
    out.clear();
    std::size_t done = 0;
    for (auto at = page.find('<'); at != none; at = page.find('<', at)) {
        const auto markup = lexer.markup(at);
        if (markup.end == none || is_name(markup.name, "plaintext")) break;
        const auto tag = page.substr(at, markup.end - at);
        at = markup.end;
        if (markup.name.empty() || markup.empty) continue;
        const auto known = std::find_if(raw.begin(), raw.end(), [&](auto each) { return is_name(markup.name, each); });
        if (known == raw.end()) continue;
        const auto end = lexer.end_tag(*known, at);
        const auto behind = end == none ? none : lexer.markup(end).end;
        if (behind == none || (*known == "script" && is_nested(page.substr(at, end - at)))) break;
        if ((*known == "script" || *known == "style") && !may_be_read(tag)) {
            out.append(page.substr(done, at - done));
            done = end;
        }
        at = behind;
    }
    out.append(page.substr(done));
}

}  // namespace dedup
