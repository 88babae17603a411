// How many words a text has, and how many of each group. The definition is `Tally` in `dedup/speech.py`.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <unordered_map>
#include <utility>
#include <vector>

#include "per_character.hpp"

namespace dedup {

class Tally {
public:
    // A word (folded), and the groups that have it.
    using Word = std::pair<std::u32string, std::vector<std::uint32_t>>;
    // The first and the last letter of a script.
    using Range = std::pair<std::uint32_t, std::uint32_t>;

    struct Counts {
        std::size_t words = 0;
        std::vector<std::size_t> groups;  // words of each
        std::vector<bool> scripts;        // whether a letter of each is there
    };

    // Throws std::invalid_argument where a word has a group that there is not, or there are too many scripts.
    Tally(const std::vector<Word>& words, std::size_t groups, std::vector<Range> scripts);
    Tally(const Tally&) = delete;
    Tally& operator=(const Tally&) = delete;

    // Say what a character is when it is folded; `of` asks for those that it meets. None: it is white space.
    void tell(char32_t code, const std::optional<std::u32string>& folded);

    // Count the words of a text, or give back a character that it was not told of.
    template <class Char>
    std::optional<char32_t> of(const Char* text, std::size_t size, Counts& counts);

private:
    struct Folded {
        bool known = false, is_space = false;
        std::uint8_t scripts = 0;  // a bit for each
        std::u32string letters;
    };

    void count_word(Counts& counts);

    PerCharacter<Folded> characters_;
    std::unordered_map<std::u32string, std::vector<std::uint32_t>> words_;
    std::size_t groups_, longest_ = 0;
    std::vector<Range> scripts_;
    std::u32string word_;  // the one that is read
};

template <class Char>
std::optional<char32_t> Tally::of(const Char* text, std::size_t size, Counts& counts) {
    counts = {0, std::vector<std::size_t>(groups_, 0), std::vector<bool>(scripts_.size(), false)};
    word_.clear();
    std::uint8_t scripts = 0;
    for (std::size_t at = 0; at < size; ++at) {
        const auto& folded = characters_.of(static_cast<char32_t>(text[at]));
        if (!folded.known) return static_cast<char32_t>(text[at]);
        scripts |= folded.scripts;
        if (folded.is_space) count_word(counts);
        else if (word_.size() <= longest_) word_ += folded.letters;
    }
    count_word(counts);
    for (std::size_t number = 0; number < scripts_.size(); ++number) counts.scripts[number] = (scripts >> number & 1) != 0;
    return std::nullopt;
}

}  // namespace dedup
