#include "codes.hpp"

#include <algorithm>
#include <array>
#include <stdexcept>

#include "bits.hpp"
#include "fetch.hpp"
#include "same_bytes.hpp"

namespace dedup {
namespace {

constexpr std::uint32_t codes = 40;
constexpr std::size_t seed = 4, near = 12, around = 32;  // codes of a seed, those before it that are compared, and of a pad
constexpr std::uint32_t window = (1U << (2 * near + seed)) - 1;
constexpr std::uint32_t keys = codes * codes * codes * codes, is_short = 1U << 31;
constexpr std::size_t ahead = 16;  // what is looked at so much later is brought by now
constexpr std::uint8_t own_pad = 0x40, sought_pad = 0x80;  // no codes, and never the same
constexpr std::size_t aligned_costs = 128, most_cost = std::size_t{1} << 15;
constexpr std::size_t reach = 24, band = 5;
constexpr int drop = 6, straight = 6;

// How many seeds a document of so many words has: a shorter one is filled up.
std::size_t seeds_of(std::size_t size) { return size < seed ? std::min<std::size_t>(size, 1) : size - seed + 1; }

std::uint32_t key_of(const std::uint8_t* own, std::size_t left) {
    std::uint32_t key = 0;
    for (std::size_t at = 0; at < seed; ++at) key = key * codes + (at < left ? own[at] : 0U);
    return key;
}

// The best score of the words beside a seed that stand place by place, given which agree: the lowest bit is that of the next.
int straight_on(std::uint32_t agree) {
    static const auto best = [] {
        std::array<std::int8_t, std::size_t{1} << near> made{};
        for (std::size_t bits = 0; bits < made.size(); ++bits) {
            int score = 0;
            for (std::size_t at = 0; at < near; ++at) {
                score += bits >> at & 1 ? 1 : -1;
                made[bits] = static_cast<std::int8_t>(std::max<int>(made[bits], score));
            }
        }
        return made;
    }();
    return best[agree];
}

// The lowest bits turned round.
std::uint32_t turned(std::uint32_t bits) {
    static const auto made = [] {
        std::array<std::uint16_t, std::size_t{1} << near> all{};
        for (std::size_t each = 0; each < all.size(); ++each) {
            for (std::size_t at = 0; at < near; ++at) all[each] |= static_cast<std::uint16_t>((each >> at & 1) << (near - 1 - at));
        }
        return all;
    }();
    return made[bits];
}

// The best score of an alignment that leads on from two places, forwards or backwards.
int led_on(const std::uint8_t* one, const std::uint8_t* other, std::ptrdiff_t step) {
    constexpr int none = -1000;
    std::array<int, 2 * band + 2> row{};  // of the words of `other` from `band` before to `band` behind that of `one`
    for (std::size_t at = 0; at < row.size(); ++at) row[at] = at < band || at > 2 * band ? none : static_cast<int>(band) - static_cast<int>(at);
    int best = 0;
    for (std::size_t x = 1; x <= reach; ++x) {
        int top = none, before = none;
        for (std::size_t at = 0; at <= 2 * band; ++at) {
            if (x + at < band) continue;  // there is no such word
            const auto y = x + at - band;
            const auto same = y > 0 && one[step * static_cast<std::ptrdiff_t>(x - 1)] == other[step * static_cast<std::ptrdiff_t>(y - 1)];
            const auto across = y > 0 ? row[at] + (same ? 1 : -1) : none;
            row[at] = before = std::max(across, std::max(row[at + 1], before) - 1);
            top = std::max(top, before);
        }
        best = std::max(best, top);
        if (top < best - drop) break;
    }
    return best;
}

}  // namespace

template <class Take>
void Sought::each_key(Ragged<std::uint64_t> documents, Span<std::int64_t> seeds, Take take) const {
    const auto* next = seeds.begin();
    auto place = around;
    std::size_t first = 0;
    for (std::size_t document = 0; document < documents.size(); ++document) {
        const auto size = documents[document].size();
        const auto flag = size < limits_.score ? is_short : 0U;
        const auto taken = [&](std::size_t at) { take(key_of(codes_.data() + place + at, size - at), static_cast<std::uint32_t>(place + at) | flag); };
        if (size > 0 && size < seed) taken(0);
        for (; next != seeds.end() && *next < static_cast<std::int64_t>(first + size); ++next) {
            if (*next < static_cast<std::int64_t>(first)) throw std::invalid_argument("seeds that do not ascend");
            taken(static_cast<std::size_t>(*next) - first);
        }
        first += size;
        place += size + around;
    }
    if (next != seeds.end()) throw std::invalid_argument("a seed lies outside the words");
}

Sought::Sought(Span<std::uint64_t> words, Span<std::int64_t> bounds, Span<std::int64_t> seeds, CodeLimits limits)
    : limits_(limits), bits_(keys / 64), ranks_(keys / 64) {
    const Ragged<std::uint64_t> documents(words, bounds);
    if (bounds[0] != 0) throw std::invalid_argument("bounds of other words");
    const auto room = words.size() + (documents.size() + 1) * around;
    if (room >= is_short) throw std::invalid_argument("too many words to look for at a time");
    codes_.reserve(room);
    codes_.assign(around, sought_pad);
    for (std::size_t document = 0; document < documents.size(); ++document) {
        for (const auto word : documents[document]) codes_.push_back(static_cast<std::uint8_t>((word >> 32) * codes >> 32));
        codes_.insert(codes_.end(), around, sought_pad);
    }
    each_key(documents, seeds, [&](std::uint32_t key, std::uint32_t) { bits_[key / 64] |= std::uint64_t{1} << key % 64; });
    std::uint32_t count = 0;
    for (std::size_t at = 0; at < bits_.size(); ++at) {
        ranks_[at] = count;
        count += static_cast<std::uint32_t>(count_bits(bits_[at]));
    }
    const auto rank_of = [&](std::uint32_t key) { return ranks_[key / 64] + count_bits(bits_[key / 64] & ((std::uint64_t{1} << key % 64) - 1)); };
    firsts_.assign(count + 2, 0);
    each_key(documents, seeds, [&](std::uint32_t key, std::uint32_t) { ++firsts_[rank_of(key) + 2]; });
    for (std::size_t at = 2; at < firsts_.size(); ++at) firsts_[at] += firsts_[at - 1];
    entries_.resize(firsts_.back());
    each_key(documents, seeds, [&](std::uint32_t key, std::uint32_t entry) { entries_[firsts_[rank_of(key) + 1]++] = entry; });
}

std::vector<std::uint8_t> Sought::find(Span<std::uint16_t> packed, Span<std::uint32_t> counts) const {
    std::vector<std::uint8_t> found(counts.size()), own;
    Met met;
    std::size_t from = 0;
    for (std::size_t document = 0; document < counts.size(); ++document) {
        const std::size_t size = counts[document], threes = (size + 2) / 3;
        if (threes > packed.size() - from) throw std::invalid_argument("codes of other words");
        own.assign(around, own_pad);
        own.resize(around + size + 2);
        auto* to = own.data() + around;
        for (std::size_t at = from; at < from + threes; ++at, to += 3) {
            const std::uint32_t three = packed[at], two = three / codes;
            to[0] = static_cast<std::uint8_t>(two / codes % codes), to[1] = static_cast<std::uint8_t>(two % codes);
            to[2] = static_cast<std::uint8_t>(three % codes);
        }
        own.resize(around + size);
        own.resize(own.size() + around, own_pad);
        found[document] = may(own.data() + around, size, met) ? 1 : 0;
        from += threes;
    }
    if (from != packed.size()) throw std::invalid_argument("codes of other words");
    return found;
}

// A document that costs as much to tell as to read is one that may. Step by step for all of its seeds, as what is looked at in
// the next step is brought meanwhile.
bool Sought::may(const std::uint8_t* own, std::size_t size, Met& met) const {
    met.seeds.clear();
    for (std::size_t at = 0; at < seeds_of(size); ++at) {
        const auto key = key_of(own + at, size - at);
        const auto those = bits_[key / 64], bit = std::uint64_t{1} << key % 64;
        if ((those & bit) == 0) continue;
        const auto rank = ranks_[key / 64] + count_bits(those & (bit - 1));
        fetch(firsts_.data() + rank);
        met.seeds.push_back({static_cast<std::uint32_t>(at), static_cast<std::uint32_t>(rank)});
    }
    met.entries.clear();
    for (std::size_t each = 0; each < met.seeds.size() && met.entries.size() <= most_cost; ++each) {
        if (each + ahead < met.seeds.size()) fetch(entries_.data() + firsts_[met.seeds[each + ahead].other]);
        const auto [at, rank] = met.seeds[each];
        for (auto entry = firsts_[rank]; entry < firsts_[rank + 1]; ++entry) met.entries.push_back({at, entries_[entry]});
    }
    auto cost = met.entries.size();
    for (std::size_t each = 0; each < met.entries.size() && cost <= most_cost; ++each) {
        if (each + ahead < met.entries.size()) fetch(codes_.data() + (met.entries[each + ahead].other & ~is_short) - near);
        if (alike(own + met.entries[each].at, size, met.entries[each].other, cost)) return true;
    }
    return cost > most_cost;
}

// Whether what stands around two seeds is alike.
bool Sought::alike(const std::uint8_t* own, std::size_t size, std::uint32_t entry, std::size_t& cost) const {
    const auto* other = codes_.data() + (entry & ~is_short);
    auto shorter = std::min(size, limits_.score);
    if (entry & is_short) {
        const auto* begin = other;
        const auto* end = other;
        while (begin[-1] != sought_pad) --begin;
        while (*end != sought_pad) ++end;
        shorter = std::min(shorter, static_cast<std::size_t>(end - begin));
    }
    const auto agree = same_bytes(own - near, other - near) & window;
    if (count_bits(agree) < std::min(limits_.agreeing, shorter)) return false;
    if (shorter < limits_.score) return true;
    const auto beside = straight_on(agree >> (near + seed)) + straight_on(turned(agree & ((1U << near) - 1)));
    if (static_cast<int>(seed) + beside < std::min(straight, static_cast<int>(limits_.score))) return false;
    cost += aligned_costs;
    const auto score = static_cast<int>(seed) + led_on(own + seed, other + seed, 1) + led_on(own - 1, other - 1, -1);
    return score >= static_cast<int>(limits_.score);
}

}  // namespace dedup
