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

Sieve::Sieve(const std::vector<String>& strings, const std::vector<String>& marks, const std::vector<std::uint32_t>& pattern_of,
             const std::vector<std::uint32_t>& counts, const std::vector<Limits>& limits)
    : once_(1, 0) {
    require(limits.size() == counts.size(), "a pattern without limits");
    for (const auto number : pattern_of) {
        require(number < counts.size(), "a clause of no pattern");
        clauses_.push_back({number, 0});
    }
    const auto check = [&](const String& string) {
        for (const auto clause : string.second) require(clause < clauses_.size(), "a string of no clause");
    };
    for (std::uint32_t number = 0; number < counts.size(); ++number) {
        patterns_.push_back({counts[number], limits[number], 0, 0});
        if (counts[number] == 0) always_.push_back(number);
        longest_ = std::max(longest_, limits[number].second);
    }
    std::map<std::uint64_t, std::vector<LookedUp>> by_gram;
    for (const auto& string : strings) {
        check(string);
        require(!string.first.empty(), "a string without letters");
        const auto letters = learned(string.first);
        const auto length = std::min(letters.size(), gram);
        shorter_.resize(once_.size(), 0);
        if (length < gram) shorter_[letters[0]] |= static_cast<std::uint8_t>(1U << length);
        by_gram[key(letters.data(), length)].push_back(looked_up(letters.data() + length, letters.size() - length, string.second));
    }
    places_shift_ = 63;
    while ((std::size_t{1} << (64 - places_shift_)) < 2 * by_gram.size()) --places_shift_;
    places_.resize(std::size_t{1} << (64 - places_shift_));
    for (const auto& [gram_key, own] : by_gram) {
        filter_.set(mixed(gram_key) >> (64 - filter_bits));
        place(gram_key) = {gram_key, {static_cast<std::uint32_t>(strings_.size()), static_cast<std::uint32_t>(own.size())}};
        strings_.insert(strings_.end(), own.begin(), own.end());
    }
    for (const auto& mark : marks) {
        check(mark);
        require(mark.first.size() == 1, "a mark is one character");
        marks_.push_back(looked_up(nullptr, 0, mark.second));
        mark_numbers_[mark.first.front()] = static_cast<std::uint32_t>(marks_.size());
    }
    for (const auto letter : counted_once) once_[symbol(letter)] = symbol(letter) != 0;
    start_ = symbol(start_mark);
    end_ = symbol(end_mark);
    shorter_.resize(once_.size(), 0);
}

Sieve::LookedUp Sieve::looked_up(const Symbol* rest, std::size_t size, const std::vector<std::uint32_t>& clauses) {
    const LookedUp made{{static_cast<std::uint32_t>(rests_.size()), static_cast<std::uint32_t>(size)},
                        {static_cast<std::uint32_t>(clauses_of_.size()), static_cast<std::uint32_t>(clauses.size())}, 0};
    rests_.insert(rests_.end(), rest, rest + size);
    clauses_of_.insert(clauses_of_.end(), clauses.begin(), clauses.end());
    return made;
}

// Where the strings of a key lie, or would.
Sieve::Place& Sieve::place(std::uint64_t key) {
    auto at = mixed(key) >> places_shift_;
    while (places_[at].key != key && places_[at].key != 0) at = (at + 1) & (places_.size() - 1);
    return places_[at];
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
            once_.push_back(0);
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

void Sieve::begin() {
    if (++now_ == 0) {  // all numbers were given
        for (auto& clause : clauses_) clause.seen = 0;
        for (auto& pattern : patterns_) pattern.seen = 0;
        for (auto* each : {&marks_, &strings_}) {
            for (auto& string : *each) string.seen = 0;
        }
        now_ = 1;
    }
    whole_ = always_;
    text_[0] = start_;
}

// The end of the text, for which there is twice the room.
Sieve::Symbol* Sieve::grown(const Symbol* end) {
    const auto size = end - text_.data();
    text_.resize(2 * text_.size());
    return text_.data() + size;
}

void Sieve::match(Limits length, std::vector<std::uint32_t>& found) {
    std::fill_n(text_.begin() + static_cast<std::ptrdiff_t>(size_), gram, Symbol{0});  // a key with a 0 is that of a shorter string
    for (std::size_t at = 0; at < size_; ++at) {
        const auto* text = text_.data() + at;
        const auto whole = key(text, gram);
        if (may_begin(whole)) match_at(text + gram, place(whole));
        for (std::size_t shorter = shorter_[*text], count = 1; (shorter >>= 1) != 0; ++count) {
            const auto own = whole & ((std::uint64_t{1} << (16 * count)) - 1);
            if ((shorter & 1) && may_begin(own)) match_at(text + count, place(own));
        }
    }
    std::sort(whole_.begin(), whole_.end());
    std::copy_if(whole_.begin(), whole_.end(), std::back_inserter(found), [&](auto number) {
        const auto [least, most] = patterns_[number].limits;
        return least <= length.first && length.second <= most;
    });
}

// `rest` is what follows the letters of a place.
void Sieve::match_at(const Symbol* rest, const Place& own) {
    const auto left = static_cast<std::size_t>(text_.data() + size_ + gram - rest);
    for (auto number = own.strings.first; number < own.strings.first + own.strings.count; ++number) {
        auto& string = strings_[number];
        if (string.seen == now_ || string.rest.count > left) continue;
        if (!std::equal(rest, rest + string.rest.count, rests_.data() + string.rest.first)) continue;
        string.seen = now_;
        hold(string);
    }
}

void Sieve::hold(const LookedUp& string) {
    for (auto at = string.clauses.first; at < string.clauses.first + string.clauses.count; ++at) {
        auto& clause = clauses_[clauses_of_[at]];
        if (clause.seen == now_) continue;
        clause.seen = now_;
        auto& pattern = patterns_[clause.pattern];
        if (pattern.seen != now_) pattern.held = 0;
        pattern.seen = now_;
        if (++pattern.held == pattern.count) whole_.push_back(clause.pattern);
    }
}

}  // namespace dedup
