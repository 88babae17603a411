#include "finder.hpp"

#include <algorithm>
#include <stdexcept>

namespace dedup {
namespace {

using libxml::Attribute;
using libxml::Node;

// The value of an attribute, which is one text but for what no parser of HTML makes; `held` holds it where it is several.
std::string_view value_of(const Attribute& attribute, std::string& held) {
    const auto text = [](const Node& node) -> std::string_view {
        return node.type == libxml::text && node.content != nullptr ? node.content : "";
    };
    if (attribute.children == nullptr) return {};
    if (attribute.children->next == nullptr) return text(*attribute.children);
    held.clear();
    for (const auto* each = attribute.children; each != nullptr; each = each->next) held += text(*each);
    return held;
}

}  // namespace

Finder::Finder(std::vector<std::string> names, const std::vector<std::pair<std::string, std::string>>& words)
    : names_(std::move(names)) {
    for (const auto& [attribute, word] : words) {
        if (word.empty()) throw std::invalid_argument("a word of no letters");
        const auto is_it = [&name = attribute](const Wanted& each) { return each.attribute == name; };
        auto own = std::find_if(wanted_.begin(), wanted_.end(), is_it);
        if (own == wanted_.end()) own = wanted_.insert(own, {attribute, {}});
        own->words[static_cast<unsigned char>(word[0])].push_back(word);
    }
}

std::vector<const Node*> Finder::in(const Node& root) const {
    std::vector<const Node*> found;
    const auto* node = &root;
    while (true) {
        if (node->type == libxml::element) {
            if (wants(*node)) found.push_back(node);
            if (node->children != nullptr) {
                node = node->children;
                continue;
            }
        }
        while (node != &root && node != nullptr && node->next == nullptr) node = node->parent;
        if (node == nullptr) throw std::invalid_argument("a tree whose parts do not fit");
        if (node == &root) return found;
        node = node->next;
    }
}

bool Finder::wants(const Node& node) const {
    const std::string_view name = node.name;
    if (node.name_space == nullptr && std::find(names_.begin(), names_.end(), name) != names_.end()) return true;
    std::string held;
    for (const auto* each = node.attributes; each != nullptr; each = each->next) {
        if (each->name_space != nullptr) continue;
        const std::string_view attribute = each->name;
        for (const auto& wanted : wanted_) {
            if (wanted.attribute == attribute && holds(wanted, value_of(*each, held))) return true;
        }
    }
    return false;
}

bool Finder::holds(const Wanted& wanted, std::string_view value) {
    for (std::size_t at = 0; at < value.size(); ++at) {
        for (const auto& word : wanted.words[static_cast<unsigned char>(value[at])]) {
            if (value.compare(at, word.size(), word) == 0) return true;
        }
    }
    return false;
}

}  // namespace dedup
