// Elements of a tree by their names, and by words that stand in their attributes. What it is for: `dedup/html_find.py`.
#pragma once

#include <array>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "tree.hpp"

namespace dedup {

class Finder {
public:
    // Elements of these names, and those with one of the words in the attribute beside it.
    Finder(std::vector<std::string> names, const std::vector<std::pair<std::string, std::string>>& words);

    // An element and those in it that are looked for, in the order of the page.
    std::vector<const libxml::Node*> in(const libxml::Node& root) const;

private:
    // The words that are looked for in an attribute, by their first byte, so that a value is read once for all.
    struct Wanted {
        std::string attribute;
        std::array<std::vector<std::string>, 256> words;
    };

    bool wants(const libxml::Node& node) const;
    static bool holds(const Wanted& wanted, std::string_view value);

    std::vector<std::string> names_;
    std::vector<Wanted> wanted_;
};

}  // namespace dedup
