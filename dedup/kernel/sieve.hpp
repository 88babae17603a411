// Which of many patterns a text may match. The definition is `Sieve` in `dedup/sieve.py`.
#pragma once

#include <array>
#include <bitset>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <unordered_map>
#include <utility>
#include <vector>

#include "per_character.hpp"

namespace dedup {

class Sieve {
public:
    // A string, and the clauses that hold where a text holds it.
    using String = std::pair<std::u32string, std::vector<std::uint32_t>>;
    // How long a text is at least and at most that a pattern may match; of a text, as how long it counts for these.
    using Limits = std::pair<std::uint32_t, std::uint32_t>;

    // `strings` are of letters, `marks` of one character each that leaves no letters; `pattern_of` has the pattern of
    // each clause, `counts` how many clauses each pattern has, `limits` its limits. Throws std::invalid_argument where
    // they do not fit.
    Sieve(const std::vector<String>& strings, const std::vector<String>& marks,
          const std::vector<std::uint32_t>& pattern_of, const std::vector<std::uint32_t>& counts,
          const std::vector<Limits>& limits);
    Sieve(const Sieve&) = delete;
    Sieve& operator=(const Sieve&) = delete;

    // Say what letters a character leaves; `sift` asks for those that it meets.
    void tell(char32_t code, const std::u32string& letters);

    // Put into `found` the patterns of whose clauses the text holds all and whose limits it keeps, from low to high, or
    // give back a character whose letters it was not told.
    template <class Char>
    std::optional<char32_t> sift(const Char* text, std::size_t size, Limits length, std::vector<std::uint32_t>& found);

private:
    using Symbol = std::uint16_t;  // a letter of the strings by its number; 0: one that no string has
    static constexpr std::size_t gram = 4, most_letters = 3, filter_bits = 16;
    static constexpr std::ptrdiff_t room = most_letters + 1 + gram;  // for a character, the end, and a whole gram at every place

    struct Letters {
        bool known = false;
        std::uint8_t count = 0;
        std::array<Symbol, most_letters> symbols{};
        std::uint32_t mark = 0;  // its number from 1 on, if it is one
    };
    struct Range {
        std::uint32_t first, count;
    };
    // The strings that begin with the same letters: `strings_`.
    struct Place {
        std::uint64_t key = 0;  // 0: none
        Range strings{};
    };
    struct LookedUp {
        Range rest, clauses;  // what follows the gram: `rests_`, `clauses_of_`
        std::uint32_t seen = 0;
    };
    struct Clause {
        std::uint32_t pattern, seen;
    };
    struct Pattern {
        std::uint32_t count;
        Limits limits;
        std::uint32_t seen, held;  // how many of its clauses the text holds in which one was seen last
    };

    static std::uint64_t key(const Symbol* letters, std::size_t count);
    static std::uint64_t mixed(std::uint64_t key) { return key * 0x9E3779B97F4A7C15U; }

    bool may_begin(std::uint64_t key) const { return filter_[mixed(key) >> (64 - filter_bits)]; }
    Symbol symbol(char32_t letter) const;
    std::vector<Symbol> learned(const std::u32string& letters);
    LookedUp looked_up(const Symbol* rest, std::size_t size, const std::vector<std::uint32_t>& clauses);
    Place& place(std::uint64_t key);
    void begin();
    Symbol* push(Symbol letter, Symbol* end) const {
        *end = letter;
        return end + (!once_[letter] || end[-1] != letter);
    }
    Symbol* grown(const Symbol* end);
    void match(Limits length, std::vector<std::uint32_t>& found);
    void match_at(const Symbol* rest, const Place& own);
    void hold(const LookedUp& string);

    std::unordered_map<char32_t, Symbol> symbols_;
    std::vector<std::uint8_t> once_;  // of each symbol, whether a run of it counts once
    PerCharacter<Letters> characters_;
    std::unordered_map<char32_t, std::uint32_t> mark_numbers_;
    std::vector<LookedUp> marks_, strings_;
    std::vector<Symbol> rests_;
    std::vector<std::uint32_t> clauses_of_;
    std::bitset<(1U << filter_bits)> filter_;
    std::vector<Place> places_;  // a hash table: a power of two of them, half empty
    unsigned places_shift_ = 0;
    std::vector<std::uint8_t> shorter_;  // of each symbol, a bit for each length of strings shorter than a gram that begin with it
    std::vector<Clause> clauses_;
    std::vector<Pattern> patterns_;
    std::vector<std::uint32_t> always_;  // the patterns without clauses
    std::uint32_t longest_ = 0;  // that any pattern may match
    std::vector<Symbol> text_ = std::vector<Symbol>(2 * room);
    std::size_t size_ = 0;              // of what it holds
    std::vector<std::uint32_t> whole_;  // the patterns of whose clauses it holds all
    Symbol start_ = 0, end_ = 0;
    std::uint32_t now_ = 0;  // the number of the text, which tells what was seen in it
};

template <class Char>
std::optional<char32_t> Sieve::sift(const Char* text, std::size_t size, Limits length, std::vector<std::uint32_t>& found) {
    found.clear();
    if (length.second > longest_) return std::nullopt;
    begin();
    auto* end = text_.data() + 1;
    for (std::size_t at = 0; at < size; ++at) {
        const auto& letters = characters_.of(static_cast<char32_t>(text[at]));
        if (!letters.known) return static_cast<char32_t>(text[at]);
        for (std::size_t number = 0; number < letters.count; ++number) end = push(letters.symbols[number], end);
        if (text_.data() + text_.size() - end < room) end = grown(end);
        if (letters.mark != 0 && marks_[letters.mark - 1].seen != now_) {
            marks_[letters.mark - 1].seen = now_;
            hold(marks_[letters.mark - 1]);
        }
    }
    size_ = static_cast<std::size_t>(push(end_, end) - text_.data());
    match(length, found);
    return std::nullopt;
}

}  // namespace dedup
