#include "seeds.hpp"

#include <algorithm>
#include <array>
#include <cstring>
#include <limits>
#include <stdexcept>
#include <tuple>

#include "bits.hpp"
#include "distinct_pairs.hpp"
#include "fetch.hpp"

#if defined(__SSE2__)
#include <emmintrin.h>
#endif

namespace dedup {
namespace {

constexpr std::size_t width = 32;          // words around a seed, at most
constexpr std::size_t bits_an_entry = 16;  // of those that come once, an eighth is sorted in vain
constexpr std::size_t ahead = 16;          // entries whose words are fetched before they are looked at

// The lowest bytes of the words around a seed, and which of them are of its document.
struct Around {
    std::array<std::uint8_t, width> briefs;
    std::uint32_t inside, owner;
    std::int64_t word;
};

// Which bytes are the same, by bits.
std::uint32_t same(const Around& one, const Around& other) {
#if defined(__SSE2__)
    const auto load = [](const std::uint8_t* from) { return _mm_loadu_si128(reinterpret_cast<const __m128i*>(from)); };
    const auto half = [&](std::size_t at) {
        return static_cast<std::uint32_t>(_mm_movemask_epi8(_mm_cmpeq_epi8(load(one.briefs.data() + at), load(other.briefs.data() + at))));
    };
    return half(0) | half(16) << 16;
#else
    std::uint32_t bits = 0;
    for (std::size_t at = 0; at < width; ++at) bits |= (one.briefs[at] == other.briefs[at] ? 1U : 0U) << at;
    return bits;
#endif
}

class SeedPairs {
public:
    SeedPairs(const Seeds& seeds, const SeededCorpus& corpus, const Agreeing& asked) : seeds_(seeds), corpus_(corpus), asked_(asked) {
        check();
        parts_ = seeds.firsts.empty() ? 0 : seeds.edges.size() / seeds.firsts.size() - 1;
    }

    std::vector<std::int64_t> found() {
        for (std::size_t part = 0; part < parts_; ++part) {
            mark_repeated(part);
            entries_.clear();
            for (std::size_t shard = 0; shard < seeds_.firsts.size(); ++shard) keep_repeated(part, shard);
            sort();
            for (std::size_t begin = 0, end = 0; begin < entries_.size(); begin = end) {
                while (end < entries_.size() && entries_[end].key == entries_[begin].key) ++end;
                if (end - begin > 1) pair(begin, end);
            }
        }
        return pairs_.sorted();
    }

private:
    struct Entry {
        std::uint64_t key;
        std::int64_t word;
        std::uint32_t rank, owner;

        bool operator<(const Entry& other) const { return std::tie(key, rank, word) < std::tie(other.key, other.rank, other.word); }
    };
    struct Rows {
        std::size_t low, high;
    };

    void check() const {
        const auto [hashes, places, edges, firsts] = seeds_;
        const auto& bounds = corpus_.bounds;
        const auto documents = corpus_.ranks.size();
        const bool fits = hashes.size() == places.size() && corpus_.briefs.size() == corpus_.words.size() &&
                          bounds.size() == documents + 1 && corpus_.copies.size() == documents &&
                          (firsts.empty() ? edges.empty() : !edges.empty() && edges.size() % firsts.size() == 0);
        if (!fits) throw std::invalid_argument("columns of different lengths");
        const bool ascend = bounds[0] == 0 && std::is_sorted(bounds.begin(), bounds.end()) &&
                            static_cast<std::uint64_t>(bounds[documents]) == corpus_.words.size();
        if (!ascend || documents > std::numeric_limits<std::uint32_t>::max()) throw std::invalid_argument("bounds that are none");
        const auto is_rank = [](std::int64_t rank) { return 0 <= rank && rank <= std::numeric_limits<std::uint32_t>::max(); };
        if (!std::all_of(corpus_.ranks.begin(), corpus_.ranks.end(), is_rank)) throw std::invalid_argument("a rank lies outside 32 bits");
        if (std::max(asked_.near, asked_.behind) > width || asked_.near + asked_.behind > width) throw std::invalid_argument("too many words to count");
        if (asked_.behind == 0) throw std::invalid_argument("a seed is a word at least");
    }

    Rows rows(std::size_t part, std::size_t shard) const {
        const auto* edge = seeds_.edges.begin() + shard * (parts_ + 1) + part;
        const bool inside = 0 <= edge[0] && edge[0] <= edge[1] && static_cast<std::uint64_t>(edge[1]) <= seeds_.hashes.size();
        if (!inside) throw std::invalid_argument("the seeds of a part are none");
        return {static_cast<std::size_t>(edge[0]), static_cast<std::size_t>(edge[1])};
    }

    // Two bits tell of every hash whether it comes once, or more than once. (Another that falls on them is kept in vain.)
    void mark_repeated(std::size_t part) {
        std::size_t count = 0;
        for (std::size_t shard = 0; shard < seeds_.firsts.size(); ++shard) {
            const auto [low, high] = rows(part, shard);
            count += high - low;
        }
        unsigned log = 5;
        while (log < 40 && (std::size_t{1} << log) < bits_an_entry * count) ++log;
        away_ = 64 - log;
        seen_.assign(std::size_t{1} << (log - 5), 0);
        for (std::size_t shard = 0; shard < seeds_.firsts.size(); ++shard) {
            const auto [low, high] = rows(part, shard);
            for (auto at = low; at < high; ++at) {
                const auto slot = slot_of(seeds_.hashes[at]);
                auto& cell = seen_[slot / 32];
                const auto shift = 2 * (slot % 32);
                cell |= (1 | (cell >> shift & 1) << 1) << shift;
            }
        }
    }

    std::size_t slot_of(std::uint64_t hash) const { return static_cast<std::size_t>((hash * 0x9E3779B97F4A7C15U) >> away_); }

    // Those that may come more than once, of documents that are no copies.
    void keep_repeated(std::size_t part, std::size_t shard) {
        const auto [low, high] = rows(part, shard);
        kept_.resize(high - low);
        std::size_t count = 0;
        for (auto at = low; at < high; ++at) {  // without a branch, as a processor would often guess wrong
            const auto slot = slot_of(seeds_.hashes[at]);
            kept_[count] = at;
            count += seen_[slot / 32] >> (2 * (slot % 32) + 1) & 1;
        }
        const auto& bounds = corpus_.bounds;
        const auto first = seeds_.firsts[shard], words = static_cast<std::int64_t>(corpus_.words.size());
        if (first < 0 || first > words) throw std::invalid_argument("a place lies outside the words");
        std::size_t behind = 0;  // the document after the one of the last place
        for (std::size_t row = 0; row < count; ++row) {
            const auto place = first + static_cast<std::int64_t>(seeds_.places[kept_[row]]);
            if (place >= words) throw std::invalid_argument("a place lies outside the words");
            if (behind == 0 || place < bounds[behind - 1]) {
                behind = static_cast<std::size_t>(std::upper_bound(bounds.begin(), bounds.end(), place) - bounds.begin());
            }
            while (bounds[behind] <= place) ++behind;
            const auto owner = behind - 1;
            if (corpus_.copies[owner] != static_cast<std::int64_t>(owner)) continue;
            const auto rank = static_cast<std::uint32_t>(corpus_.ranks[owner]);
            entries_.push_back({seeds_.hashes[kept_[row]], place, rank, static_cast<std::uint32_t>(owner)});
        }
    }

    // By some bits of their hashes, mixed, first, into about half as many lots as there are entries: the order of hashes is of no
    // account.
    void sort() {
        unsigned bits = 1;
        while (bits < 16 && (entries_.size() >> bits) > 2) ++bits;
        const auto lot_of = [bits](const Entry& entry) { return static_cast<std::size_t>((entry.key * 0xC2B2AE3D27D4EB4FU) >> (64 - bits)); };
        lots_.assign((std::size_t{1} << bits) + 1, 0);
        for (const auto& entry : entries_) ++lots_[lot_of(entry) + 1];
        for (std::size_t lot = 1; lot < lots_.size(); ++lot) lots_[lot] += lots_[lot - 1];
        sorted_.resize(entries_.size());
        for (const auto& entry : entries_) sorted_[lots_[lot_of(entry)]++] = entry;
        entries_.swap(sorted_);
        auto begin = entries_.begin();
        for (std::size_t lot = 0; lot + 1 < lots_.size(); ++lot) {  // each bound is now the end of its lot
            const auto end = entries_.begin() + static_cast<std::ptrdiff_t>(lots_[lot]);
            if (end - begin > 1) std::sort(begin, end);
            begin = end;
        }
    }

    // The pairs of entries of the same hash: what stands around each is fetched once, not for every pair.
    void pair(std::size_t begin, std::size_t end) {
        around_.clear();
        for (auto at = begin; at < end; ++at) {
            if (at + ahead < entries_.size()) fetch_around(entries_[at + ahead]);
            around_.push_back(around(entries_[at]));
        }
        const auto size = end - begin, hubs = size <= asked_.crowd ? size : std::min(asked_.hubs, size);
        for (std::size_t first = 0; first < hubs; ++first) {
            const auto own = around_[first];
            for (auto second = first + 1; second < size; ++second) {
                const auto& other = around_[second];
                if (count_bits(same(own, other) & own.inside & other.inside) >= asked_.least) compare(own, other);
            }
        }
    }

    void fetch_around(const Entry& entry) const {
        const auto* brief = corpus_.briefs.begin() + entry.word;
        fetch(entry.word < static_cast<std::int64_t>(asked_.near) ? corpus_.briefs.begin() : brief - asked_.near);
        fetch(brief);
        fetch(corpus_.bounds.begin() + entry.owner);
    }

    Around around(const Entry& entry) const {
        const auto low = corpus_.bounds[entry.owner], high = corpus_.bounds[entry.owner + 1];
        const auto before = std::min<std::int64_t>(entry.word - low, static_cast<std::int64_t>(asked_.near));
        const auto after = std::min<std::int64_t>(high - entry.word, static_cast<std::int64_t>(asked_.behind));
        const auto skipped = asked_.near - static_cast<std::size_t>(before), length = static_cast<std::size_t>(before + after);
        Around found{{}, static_cast<std::uint32_t>(((std::uint64_t{1} << length) - 1) << skipped), entry.owner, entry.word};
        const auto* from = corpus_.briefs.begin() + (entry.word - before);
        if (skipped == 0 && static_cast<std::size_t>(corpus_.briefs.end() - from) >= width) std::memcpy(found.briefs.data(), from, width);
        else std::memcpy(found.briefs.data() + skipped, from, length);
        return found;
    }

    // Words that are the same have the same byte; whether those with the same byte are the same is asked once for two documents
    // that agree.
    void compare(const Around& one, const Around& other) {
        if (one.owner == other.owner || pairs_.has(one.owner, other.owner)) return;
        const auto inside = one.inside & other.inside;
        const auto *own = corpus_.words.begin() + one.word, *their = corpus_.words.begin() + other.word;
        std::size_t found = 0;
        for (std::size_t at = 0; at < asked_.near + asked_.behind; ++at) {
            const auto step = static_cast<std::ptrdiff_t>(at) - static_cast<std::ptrdiff_t>(asked_.near);
            if (inside >> at & 1) found += own[step] == their[step] ? 1U : 0U;
        }
        if (found >= asked_.least) pairs_.add(one.owner, other.owner);
    }

    const Seeds& seeds_;
    const SeededCorpus& corpus_;
    const Agreeing asked_;
    std::size_t parts_ = 0;
    unsigned away_ = 59;
    std::vector<std::uint64_t> seen_;
    std::vector<std::size_t> kept_, lots_;
    std::vector<Entry> entries_, sorted_;
    std::vector<Around> around_;
    DistinctPairs pairs_;
};

}  // namespace

std::vector<std::int64_t> seed_pairs(const Seeds& seeds, const SeededCorpus& corpus, const Agreeing& asked) {
    return SeedPairs(seeds, corpus, asked).found();
}

}  // namespace dedup
