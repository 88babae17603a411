#include "sieve.hpp"

#include <algorithm>
#include <map>
#include <stdexcept>

namespace dedup {

namespace {

constexpr char32_t start_mark = 2, end_mark = 3;             // START and END of `dedup/sieve.py`
constexpr char32_t counted_once[] = {U'0', 2, 3, U'@', 0xA9};  // TWICE

void require(bool holds, const char* what) {
    if (!holds) throw std::invalid_argument(what);
}

}  // namespace

Sieve::Sieve(const std::vector<String>& strings, const std::vector<String>& marks, std::vector<std::uint32_t> pattern_of,
             std::vector<std::uint32_t> counts)
    : once_(1, false), pattern_of_(std::move(pattern_of)), counts_(std::move(counts)) {
    for (const auto number : pattern_of_) require(number < counts_.size(), "a clause of no pattern");
    const auto check = [&](const String& string) {
        for (const auto clause : string.second) require(clause < pattern_of_.size(), "a string of no clause");
    };
    for (std::uint32_t number = 0; number < counts_.size(); ++number) {
        if (counts_[number] == 0) always_.push_back(number);
    }
    std::map<std::uint64_t, std::vector<LookedUp>> by_gram;
    for (const auto& string : strings) {
        check(string);
        require(!string.first.empty(), "a string without letters");
        const auto letters = learned(string.first);
        const auto length = std::min(letters.size(), gram);
        lengths_[length] = true;
        by_gram[key(letters.data(), length)].push_back({{letters.begin() + static_cast<std::ptrdiff_t>(length), letters.end()}, string.second});
    }
    for (auto& [gram_key, own] : by_gram) {
        filter_.set(place(gram_key));
        places_[gram_key] = {static_cast<std::uint32_t>(looked_up_.size()), static_cast<std::uint32_t>(own.size())};
        std::move(own.begin(), own.end(), std::back_inserter(looked_up_));
    }
    for (const auto& mark : marks) {
        check(mark);
        require(mark.first.size() == 1, "a mark is one character");
        marks_.push_back({{}, mark.second});
        mark_numbers_[mark.first.front()] = static_cast<std::uint32_t>(marks_.size());
    }
    for (const auto letter : counted_once) once_[symbol(letter)] = symbol(letter) != 0;
    start_ = symbol(start_mark);
    end_ = symbol(end_mark);
    clause_seen_.assign(pattern_of_.size(), 0);
    pattern_seen_.assign(counts_.size(), 0);
    held_.assign(counts_.size(), 0);
}

std::uint64_t Sieve::key(const Symbol* letters, std::size_t count) {
    std::uint64_t key = 0;
    for (std::size_t at = 0; at < count; ++at) key |= static_cast<std::uint64_t>(letters[at]) << (16 * at);
    return key;
}

Sieve::Symbol Sieve::symbol(char32_t letter) const {
    const auto found = symbols_.find(letter);
    return found == symbols_.end() ? Symbol{0} : found->second;
}

std::vector<Sieve::Symbol> Sieve::learned(const std::u32string& letters) {
    std::vector<Symbol> found;
    for (const auto letter : letters) {
        const auto [entry, is_new] = symbols_.try_emplace(letter, static_cast<Symbol>(once_.size()));
        if (is_new) {
            require(once_.size() < 0x10000, "too many letters");
            once_.push_back(false);
        }
        found.push_back(entry->second);
    }
    return found;
}

void Sieve::tell(char32_t code, const std::u32string& letters) {
    require(letters.size() <= most_letters, "a character of too many letters");
    auto& told = characters_.of(code);
    told.known = true;
    told.count = static_cast<std::uint8_t>(letters.size());
    std::transform(letters.begin(), letters.end(), told.symbols.begin(), [&](char32_t letter) { return symbol(letter); });
    const auto mark = mark_numbers_.find(code);
    told.mark = mark == mark_numbers_.end() ? 0 : mark->second;
}

void Sieve::begin(std::vector<std::uint32_t>& found) {
    if (++now_ == 0) {  // all numbers were given
        for (auto* each : {&clause_seen_, &pattern_seen_}) std::fill(each->begin(), each->end(), 0U);
        for (auto* each : {&marks_, &looked_up_}) {
            for (auto& string : *each) string.seen = 0;
        }
        now_ = 1;
    }
    found = always_;
    text_.assign(1, start_);
}

void Sieve::push(Symbol letter) {
    if (!once_[letter] || text_.back() != letter) text_.push_back(letter);
}

void Sieve::match(std::vector<std::uint32_t>& found) {
    push(end_);
    const auto size = text_.size();
    text_.resize(size + gram, 0);  // so that every place has a whole gram; a key with a 0 is that of a shorter string
    for (std::size_t at = 0; at < size; ++at) {
        const auto whole = key(text_.data() + at, gram);
        for (std::size_t length = 1; length <= gram; ++length) {
            const auto own = length == gram ? whole : whole & ((std::uint64_t{1} << (16 * length)) - 1);
            if (lengths_[length] && filter_[place(own)]) match_at(at, own, length, found);
        }
    }
    std::sort(found.begin(), found.end());
}

void Sieve::match_at(std::size_t at, std::uint64_t key, std::size_t length, std::vector<std::uint32_t>& found) {
    const auto own = places_.find(key);
    if (own == places_.end()) return;
    const auto* rest = text_.data() + at + length;
    const auto left = text_.size() - at - length;
    for (auto number = own->second.first; number < own->second.first + own->second.count; ++number) {
        auto& string = looked_up_[number];
        if (string.seen == now_ || string.rest.size() > left || !std::equal(string.rest.begin(), string.rest.end(), rest)) continue;
        string.seen = now_;
        hold(string.clauses, found);
    }
}

void Sieve::hold(const std::vector<std::uint32_t>& clauses, std::vector<std::uint32_t>& found) {
    for (const auto clause : clauses) {
        if (clause_seen_[clause] == now_) continue;
        clause_seen_[clause] = now_;
        const auto number = pattern_of_[clause];
        if (pattern_seen_[number] != now_) held_[number] = 0;
        pattern_seen_[number] = now_;
        if (++held_[number] == counts_[number]) found.push_back(number);
    }
}

}  // namespace dedup
