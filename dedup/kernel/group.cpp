#include "group.hpp"

#include <algorithm>
#include <limits>
#include <stdexcept>
#include <utility>

#include "fetch.hpp"

namespace dedup {

std::vector<std::uint8_t> agreeing_words(const CorpusWords& all, const CorpusPlaces& left, const CorpusPlaces& right,
                                         std::uint8_t near, std::uint8_t behind) {
    constexpr std::size_t ahead = 8;  // pairs whose words are fetched before they are compared
    const auto count = left.places.size();
    for (const auto size : {left.owners.size(), right.owners.size(), right.places.size()}) {
        if (size != count) throw std::invalid_argument("columns of different lengths");
    }
    if (near + behind > std::numeric_limits<std::uint8_t>::max()) throw std::invalid_argument("too many words to count");
    // How far a document reaches before a place and behind it.
    const auto reach = [&](const CorpusPlaces& from, std::size_t at) {
        const std::size_t owner = from.owners[at];
        if (owner + 1 >= all.bounds.size()) throw std::invalid_argument("there is no such document");
        const auto low = all.bounds[owner], high = all.bounds[owner + 1], place = from.places[at];
        if (low < 0 || place < low || place >= high || high > static_cast<std::int64_t>(all.words.size())) {
            throw std::invalid_argument("a place is not in its document");
        }
        return std::pair{std::min<std::int64_t>(place - low, near), std::min<std::int64_t>(high - place, behind)};
    };
    std::vector<std::uint8_t> out(count);
    for (std::size_t at = 0; at < count; ++at) {
        for (const auto* each : {&left, &right}) {
            const auto next = at + ahead < count ? static_cast<std::uint64_t>(each->places[at + ahead]) : all.words.size();
            if (next < all.words.size()) fetch(all.words.begin() + next);  // others are an error, once they are looked at
        }
        const auto [before, after] = reach(left, at);
        const auto [other_before, other_after] = reach(right, at);
        const auto from = std::min(before, other_before), length = from + std::min(after, other_after);
        const auto *one = all.words.begin() + (left.places[at] - from), *other = all.words.begin() + (right.places[at] - from);
        for (std::int64_t word = 0; word < length; ++word) out[at] = static_cast<std::uint8_t>(out[at] + (one[word] == other[word] ? 1 : 0));
    }
    return out;
}

std::vector<std::uint32_t> owners(Span<std::uint32_t> places, Span<std::int64_t> bounds) {
    if (bounds.empty() || bounds[0] != 0 || !std::is_sorted(bounds.begin(), bounds.end()) ||
        bounds.size() - 1 > std::numeric_limits<std::uint32_t>::max()) {
        throw std::invalid_argument("the bounds do not ascend from 0");
    }
    std::vector<std::uint32_t> out(places.size());
    std::size_t own = 0;  // the document after the one of the last place
    for (std::size_t at = 0; at < places.size(); ++at) {
        const std::int64_t place = places[at];
        if (place >= bounds[bounds.size() - 1]) throw std::invalid_argument("a place is in no document");
        if (own == 0 || place < bounds[own - 1]) {
            own = static_cast<std::size_t>(std::upper_bound(bounds.begin(), bounds.end(), place) - bounds.begin());
        }
        while (bounds[own] <= place) ++own;
        out[at] = static_cast<std::uint32_t>(own - 1);
    }
    return out;
}

}  // namespace dedup
