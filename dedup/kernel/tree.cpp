#include "tree.hpp"

#include <algorithm>
#include <cstring>
#include <deque>
#include <limits>

#include "tokens.hpp"

namespace dedup {
namespace {

using libxml::Attribute;
using libxml::Node;

constexpr std::string_view no_control = "\uFFFD";  // html_blocks._NO_CONTROL
constexpr std::size_t most_bytes = std::numeric_limits<std::int32_t>::max();
constexpr std::size_t tag_bytes = 4;  // a tag gives no more: the separator of two blocks, or of two cells

bool is_control(char byte) {
    const auto code = static_cast<unsigned char>(byte);
    return code < 0x20 && code != '\t' && code != '\n' && code != '\r';
}

bool is_escaped(char byte) { return byte == '"' || byte == '&' || is_control(byte); }

// Whether anyone asks for an attribute: for `style` only where it clips.
bool matters(const Attribute& attribute) {
    if (attribute.name_space != nullptr || attribute.name == nullptr) return false;
    const char* name = attribute.name;
    switch (name[0]) {
        case 'c': return std::strcmp(name, "class") == 0;
        case 'i': return std::strcmp(name, "id") == 0;
        case 'r': return std::strcmp(name, "role") == 0;
        case 's': return std::strcmp(name, "style") == 0;
        default: return false;
    }
}

class TreeReader {
public:
    Page read(const Node& root) {
        const Node* node = &root;
        while (true) {
            if (node->type == libxml::element && enter(*node)) {
                node = node->children;
                continue;
            }
            if (node->type == libxml::text) node = read_texts(*node);
            else if (node->type != libxml::element) throw Unknown("neither an element nor a text");
            while (node != &root && node->next == nullptr) {
                node = node->parent;
                leave();
            }
            if (node == &root) return walk_.finish();
            node = node->next;
        }
    }

private:
    // Read a start tag; whether anything in it is seen.
    bool enter(const Node& node) {
        if (node.name_space != nullptr || node.name_spaces != nullptr) throw Unknown("a namespace");
        const auto [markup, mark] = markup_of(node);
        count(tag_bytes);
        walk_.read(mark, markup);
        if (mark.act == Act::hide || node.children == nullptr) return false;
        open_.push_back(end_of(mark));
        return true;
    }

    void leave() {
        if (open_.empty()) throw std::invalid_argument("a tree whose parts do not fit");
        walk_.read(open_.back(), {});
        open_.pop_back();
    }

    static Mark end_of(Mark mark) {
        if (mark.act == Act::enter) return {Act::leave, {}, mark.row};
        return {mark.act == Act::enter_link ? Act::leave_link : Act::pass, {}, false};
    }

    // Read a text and those that follow at once, which are one in XML; the last of them.
    const Node* read_texts(const Node& first) {
        const Node* last = &first;
        std::string_view text = first.content == nullptr ? "" : first.content;
        if (first.next != nullptr && first.next->type == libxml::text) {
            scratch_ = text;
            for (; last->next != nullptr && last->next->type == libxml::text; last = last->next) {
                if (last->next->content != nullptr) scratch_ += last->next->content;
            }
            text = scratch_;
        }
        count(text.size());
        walk_.read_plain(text);
        return last;
    }

    // An element's start tag as far as anyone asks for it, and what it means.
    Marks::Known markup_of(const Node& node) {
        if (node.attributes == nullptr && node.children != nullptr) return marks_.of(node.name);
        scratch_ = node.name;
        for (const auto* each = node.attributes; each != nullptr; each = each->next) {
            if (matters(*each)) write(*each);
        }
        if (node.children == nullptr) scratch_ += '/';
        return marks_.of(scratch_, [this](std::string_view markup) -> std::string_view { return kept_.emplace_back(markup); });
    }

    void write(const Attribute& attribute) {
        const auto start = scratch_.size();
        scratch_.append(" ").append(attribute.name).append("=\"");
        const auto value = scratch_.size();
        for (const auto* each = attribute.children; each != nullptr; each = each->next) {
            if (each->type != libxml::text) throw Unknown("a value that is more than text");
            if (each->content != nullptr) write_value(each->content);
        }
        if (attribute.name[0] == 's' && scratch_.find("clip", value) == std::string::npos) scratch_.resize(start);
        else scratch_ += '"';
    }

    void write_value(std::string_view value) {
        if (std::none_of(value.begin(), value.end(), is_escaped)) {
            scratch_ += value;
            return;
        }
        for (const char byte : value) {
            if (byte == '"') scratch_ += "&quot;";
            else if (byte == '&') scratch_ += "&amp;";
            else if (is_control(byte)) scratch_ += no_control;
            else scratch_ += byte;
        }
    }

    void count(std::size_t bytes) {
        bytes_ += bytes;
        if (bytes_ > most_bytes) throw Unknown("more than 2 GB");
    }

    Walk walk_;
    Marks marks_;
    std::vector<Mark> open_;  // what the ends of the elements around do
    std::deque<std::string> kept_;
    std::string scratch_;
    std::size_t bytes_ = 0;
};

}  // namespace

Page read_tree(const Node& root) { return TreeReader().read(root); }

}  // namespace dedup
