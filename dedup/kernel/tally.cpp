#include "tally.hpp"

#include <algorithm>
#include <stdexcept>

namespace dedup {

Tally::Tally(const std::vector<Word>& words, std::size_t groups, std::vector<Range> scripts)
    : groups_(groups), scripts_(std::move(scripts)) {
    if (scripts_.size() > 8) throw std::invalid_argument("too many scripts");
    for (const auto& [word, own] : words) {
        if (std::any_of(own.begin(), own.end(), [&](auto group) { return group >= groups; })) {
            throw std::invalid_argument("a word of no group");
        }
        longest_ = std::max(longest_, word.size());
        words_.emplace(word, own);
    }
}

void Tally::tell(char32_t code, const std::optional<std::u32string>& folded) {
    auto& told = characters_.of(code);
    told = {true, !folded, 0, folded.value_or(U"")};
    for (std::size_t number = 0; number < scripts_.size(); ++number) {
        const auto [first, last] = scripts_[number];
        const auto inside = [first = first, last = last](char32_t letter) { return letter >= first && letter <= last; };
        if (std::any_of(told.letters.begin(), told.letters.end(), inside)) told.scripts |= static_cast<std::uint8_t>(1U << number);
    }
}

void Tally::count_word(Counts& counts) {
    if (word_.empty()) return;
    ++counts.words;
    if (word_.size() <= longest_) {
        const auto found = words_.find(word_);
        if (found != words_.end()) {
            for (const auto group : found->second) ++counts.groups[group];
        }
    }
    word_.clear();
}

}  // namespace dedup
