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

    // `strings` are of letters, `marks` of one character each that leaves no letters; `pattern_of` has the pattern of
    // each clause, `counts` how many clauses each pattern has. Throws std::invalid_argument where they do not fit.
    Sieve(const std::vector<String>& strings, const std::vector<String>& marks, std::vector<std::uint32_t> pattern_of,
          std::vector<std::uint32_t> counts);
    Sieve(const Sieve&) = delete;
    Sieve& operator=(const Sieve&) = delete;

    // Say what letters a character leaves; `sift` asks for those that it meets.
    void tell(char32_t code, const std::u32string& letters);

    // Append to `found` the patterns of whose clauses the text holds all, from low to high, or give back a character
    // whose letters it was not told.
    template <class Char>
    std::optional<char32_t> sift(const Char* text, std::size_t size, std::vector<std::uint32_t>& found);

private:
    using Symbol = std::uint16_t;  // a letter of the strings by its number; 0: one that no string has
    static constexpr std::size_t gram = 4, most_letters = 3, filter_bits = 16;

    struct Letters {
        bool known = false;
        std::uint8_t count = 0;
        std::array<Symbol, most_letters> symbols{};
        std::uint32_t mark = 0;  // its number from 1 on, if it is one
    };
    struct Place {
        std::uint32_t first, count;  // of `looked_up_`
    };
    struct LookedUp {
        std::vector<Symbol> rest;  // what follows the gram
        std::vector<std::uint32_t> clauses;
        std::uint32_t seen = 0;
    };

    static std::uint64_t key(const Symbol* letters, std::size_t count);
    static std::size_t place(std::uint64_t key) { return (key * 0x9E3779B97F4A7C15U) >> (64 - filter_bits); }

    Symbol symbol(char32_t letter) const;
    std::vector<Symbol> learned(const std::u32string& letters);
    void begin(std::vector<std::uint32_t>& found);
    void push(Symbol letter);
    void match(std::vector<std::uint32_t>& found);
    void match_at(std::size_t at, std::uint64_t key, std::size_t length, std::vector<std::uint32_t>& found);
    void hold(const std::vector<std::uint32_t>& clauses, std::vector<std::uint32_t>& found);

    std::unordered_map<char32_t, Symbol> symbols_;
    std::vector<bool> once_;  // symbols of which a run counts once
    PerCharacter<Letters> characters_;
    std::unordered_map<char32_t, std::uint32_t> mark_numbers_;
    std::vector<LookedUp> marks_, looked_up_;
    std::bitset<(1U << filter_bits)> filter_;
    std::unordered_map<std::uint64_t, Place> places_;
    std::array<bool, gram + 1> lengths_{};  // of the grams that there are
    std::vector<std::uint32_t> pattern_of_, counts_, always_, clause_seen_, pattern_seen_, held_;
    std::vector<Symbol> text_;
    Symbol start_ = 0, end_ = 0;
    std::uint32_t now_ = 0;  // the number of the text, which tells what was seen in it
};

template <class Char>
std::optional<char32_t> Sieve::sift(const Char* text, std::size_t size, std::vector<std::uint32_t>& found) {
    begin(found);
    for (std::size_t at = 0; at < size; ++at) {
        const auto& letters = characters_.of(static_cast<char32_t>(text[at]));
        if (!letters.known) return static_cast<char32_t>(text[at]);
        for (std::size_t number = 0; number < letters.count; ++number) push(letters.symbols[number]);
        if (letters.mark != 0 && marks_[letters.mark - 1].seen != now_) {
            marks_[letters.mark - 1].seen = now_;
            hold(marks_[letters.mark - 1].clauses, found);
        }
    }
    match(found);
    return std::nullopt;
}

}  // namespace dedup
