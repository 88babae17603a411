// References to characters in HTML: `&amp;`, `&copy`, `&#8217;`.
#pragma once

#include <deque>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <vector>

namespace dedup {

class References {
public:
    // The names that HTML has, with their `;` where they have one, and what they stand for: html.entities.html5.
    explicit References(const std::vector<std::pair<std::string, std::string>>& named);

    // What the reference at the beginning of a text stands for, and how many bytes it has: none where it is no reference.
    struct Found {
        std::string_view text;
        std::size_t size = 0;
    };
    Found at(std::string_view text, bool in_attribute, char (&scratch)[4]) const;

private:
    Found named(std::string_view text, bool in_attribute) const;

    std::deque<std::string> kept_;
    std::unordered_map<std::string_view, std::string_view> named_;
};

}  // namespace dedup
