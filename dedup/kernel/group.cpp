#include "group.hpp"

#include <algorithm>
#include <limits>
#include <stdexcept>
#include <utility>

#include "bits.hpp"

#if defined(__SSE2__)
#include <emmintrin.h>
#endif

namespace dedup {
namespace {

constexpr std::size_t ahead = 8;           // pairs whose words are fetched before they are compared

void fetch(const void* address) {
#ifdef __GNUC__
    __builtin_prefetch(address);
#else
    static_cast<void>(address);
#endif
}

// Pairs of places of which the surroundings are looked at.
struct Surroundings {
    const ChosenPlaces &left, &right;
    std::uint8_t near, behind;
};

// Call `take` with the number of each pair, where the words begin that both documents have around its places, and how many
// they are. What is compared of them is `values`, which are fetched ahead.
template <class Value, class Take>
void for_surroundings(const CorpusWords& all, const Surroundings& pairs, const Value* values, Take take) {
    const auto& [left, right, near, behind] = pairs;
    const auto count = left.size();
    if (right.size() != count) throw std::invalid_argument("columns of different lengths");
    left.check();
    right.check();
    if (near + behind > std::numeric_limits<std::uint8_t>::max()) throw std::invalid_argument("too many words to count");
    // How far a document reaches before a place and behind it.
    const auto reach = [&, near = near, behind = behind](const ChosenPlaces& from, std::size_t at) {
        const std::size_t owner = from.owner(at);
        if (owner + 1 >= all.bounds.size()) throw std::invalid_argument("there is no such document");
        const auto low = all.bounds[owner], high = all.bounds[owner + 1], place = from.place(at);
        if (low < 0 || place < low || place >= high || high > static_cast<std::int64_t>(all.words.size())) {
            throw std::invalid_argument("a place is not in its document");
        }
        return std::pair{std::min<std::int64_t>(place - low, near), std::min<std::int64_t>(high - place, behind)};
    };
    for (std::size_t at = 0; at < count; ++at) {
        if (at + 2 * ahead < count) {
            for (const auto* each : {&left, &right}) {
                const auto row = each->row(at + 2 * ahead);
                fetch(each->all.owners.begin() + row);
                fetch(each->all.places.begin() + row);
            }
        }
        if (at + ahead < count) {
            for (const auto* each : {&left, &right}) {
                const auto next = static_cast<std::uint64_t>(each->place(at + ahead));
                if (next >= all.words.size()) continue;  // an error, once it is looked at
                fetch(values + next);
                if (next >= near) fetch(values + next - near);
            }
        }
        const auto [before, after] = reach(left, at);
        const auto [other_before, other_after] = reach(right, at);
        const auto from = std::min(before, other_before);
        take(at, left.place(at) - from, right.place(at) - from, from + std::min(after, other_after));
    }
}

// How many are the same, place by place.
template <class Value>
unsigned equal(const Value* one, const Value* other, std::int64_t count) {
    unsigned found = 0;
    for (std::int64_t at = 0; at < count; ++at) found += one[at] == other[at] ? 1U : 0U;
    return found;
}

// The same of bytes, of which so many may be read of both.
unsigned equal_bytes(const std::uint8_t* one, const std::uint8_t* other, std::int64_t count, std::int64_t readable) {
#if defined(__SSE2__)
    if (count <= 32 && readable >= 32) {
        const auto load = [](const std::uint8_t* from) { return _mm_loadu_si128(reinterpret_cast<const __m128i*>(from)); };
        const auto low = static_cast<unsigned>(_mm_movemask_epi8(_mm_cmpeq_epi8(load(one), load(other))));
        const auto high = static_cast<unsigned>(_mm_movemask_epi8(_mm_cmpeq_epi8(load(one + 16), load(other + 16))));
        return static_cast<unsigned>(count_bits((low | (std::uint64_t{high} << 16)) & ((std::uint64_t{1} << count) - 1)));
    }
#endif
    static_cast<void>(readable);
    return equal(one, other, count);
}

}  // namespace

std::vector<std::uint8_t> agreeing_words(const CorpusWords& all, const CorpusPlaces& left, const CorpusPlaces& right,
                                         std::uint8_t near, std::uint8_t behind) {
    std::vector<std::uint8_t> out(left.places.size());
    const auto* words = all.words.begin();
    const ChosenPlaces one_side{left, {nullptr, 0}}, other_side{right, {nullptr, 0}};
    for_surroundings(all, {one_side, other_side, near, behind}, words, [&](std::size_t at, std::int64_t one, std::int64_t other, std::int64_t length) {
        out[at] = static_cast<std::uint8_t>(equal(words + one, words + other, length));
    });
    return out;
}

void ChosenPlaces::check() const {
    if (all.owners.size() != all.places.size()) throw std::invalid_argument("columns of different lengths");
    for (const auto row : rows) {
        if (row >= all.places.size()) throw std::invalid_argument("there is no such place");
    }
}

std::vector<std::uint8_t> near_words(const CorpusWords& all, Span<std::uint8_t> briefs, const ChosenPlaces& left, const ChosenPlaces& right,
                                     std::uint8_t near, std::uint8_t behind, std::uint8_t least) {
    if (briefs.size() != all.words.size()) throw std::invalid_argument("columns of different lengths");
    std::vector<std::uint8_t> out(left.size());
    const auto* words = all.words.begin();
    const auto end = static_cast<std::int64_t>(briefs.size());
    for_surroundings(all, {left, right, near, behind}, briefs.begin(), [&](std::size_t at, std::int64_t one, std::int64_t other, std::int64_t length) {
        // Words that are the same have the same byte.
        const auto most = equal_bytes(briefs.begin() + one, briefs.begin() + other, length, end - std::max(one, other));
        out[at] = most >= least && equal(words + one, words + other, length) >= least ? 1 : 0;
    });
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
