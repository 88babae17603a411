#include "seeds.hpp"

#include <algorithm>
#include <cstring>
#include <limits>
#include <stdexcept>

#include "bits.hpp"
#include "fetch.hpp"
#include "same_bytes.hpp"

namespace dedup {
namespace {

constexpr std::size_t bits_an_entry = 16;  // of those that come once, an eighth is sorted in vain
constexpr std::size_t ahead = 24;          // entries whose words are fetched before they are read
constexpr std::size_t chunk = 2048;        // entries that are looked at together: memory gives much at once sooner than one by one
constexpr std::size_t together = 32;       // places that are compared together: what is wanted of all is fetched first

}  // namespace

// The seeds of a range, looked at in the room of a finder.
class SeedRange {
public:
    SeedRange(const Seeds& seeds, const SeededCorpus& corpus, const Agreeing& asked, std::size_t kept, SeedPairs& room)
        : seeds_(seeds), corpus_(corpus), asked_(asked), most_(kept), seen_(room.seen_), kept_(room.kept_), lots_(room.lots_), entries_(room.entries_),
          sorted_(room.sorted_), around_(room.around_), alike_(room.alike_), pairs_(room.pairs_) {
        check();
        parts_ = seeds.firsts.empty() ? 0 : seeds.edges.size() / seeds.firsts.size() - 1;
    }

    std::vector<std::uint32_t> found() {
        for (std::size_t part = 0; part < parts_; ++part) {
            mark_repeated(part);
            entries_.clear();
            for (std::size_t shard = 0; shard < seeds_.firsts.size(); ++shard) keep_repeated(part, shard);
            sort();
            drop_single();
            for (std::size_t begin = 0, end = 0; begin < entries_.size(); begin = end) {
                end = end_of(std::min(entries_.size(), begin + chunk) - 1);
                auto last = end;  // where the last bucket begins, if it is a large one
                while (end - begin > 2 * chunk && last > begin && entries_[last - 1].hash() == entries_[end - 1].hash()) --last;
                pair_all(begin, last);
                pair_large(last, end);
            }
        }
        compare();
        return std::move(found_);
    }

private:
    using Entry = SeedPairs::Entry;
    using Around = SeedPairs::Around;
    static constexpr std::size_t width = SeedPairs::width;

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

    std::size_t slot_of(std::uint32_t hash) const { return static_cast<std::size_t>((hash * 0x9E3779B97F4A7C15U) >> away_); }

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
        const auto before = entries_.size();
        entries_.resize(before + count);
        auto* next = entries_.data() + before;
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
            const auto reach = inside(place - bounds[owner], bounds[behind] - place);
            const auto order = std::uint64_t{seeds_.hashes[kept_[row]]} << 32 | static_cast<std::uint32_t>(corpus_.ranks[owner]);
            *next++ = {order, place, static_cast<std::uint32_t>(owner), reach};
        }
        entries_.resize(static_cast<std::size_t>(next - entries_.data()));
    }

    // Of the words around a seed those that are of its document, which has so many before it and from it on.
    std::uint32_t inside(std::int64_t before, std::int64_t after) const {
        const auto skipped = asked_.near - std::min(static_cast<std::size_t>(before), asked_.near);
        const auto end = asked_.near + std::min(static_cast<std::size_t>(after), asked_.behind);
        return static_cast<std::uint32_t>(((std::uint64_t{1} << end) - 1) & ~((std::uint64_t{1} << skipped) - 1));
    }

    // By some bits of their hashes, mixed, first, into about half as many lots as there are entries: the order of hashes is of no
    // account.
    void sort() {
        unsigned bits = 1;
        while (bits < 16 && (entries_.size() >> bits) > 2) ++bits;
        const auto lot_of = [bits](const Entry& entry) { return static_cast<std::size_t>((entry.hash() * 0xC2B2AE3D27D4EB4FU) >> (64 - bits)); };
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

    // Where the bucket of an entry ends.
    std::size_t end_of(std::size_t at) const {
        const auto hash = entries_[at].hash();
        while (at < entries_.size() && entries_[at].hash() == hash) ++at;
        return at;
    }

    // Seeds of one document alone: there may be as many as it has words.
    void drop_single() {
        std::size_t count = 0;
        for (std::size_t begin = 0, end = 0; begin < entries_.size(); begin = end) {
            end = end_of(begin);
            if (entries_[begin].owner == entries_[end - 1].owner) continue;  // they stand in the order of their documents
            for (auto at = begin; at < end; ++at) entries_[count++] = entries_[at];
        }
        entries_.resize(count);
    }

    // The pairs of whole buckets: what stands around an entry is fetched once, not for every pair.
    void pair_all(std::size_t low, std::size_t high) {
        if (around_.size() < high - low) around_.resize(high - low);
        look(low, high, around_.data());
        for (std::size_t begin = low, end = low; begin < high; begin = end) {
            end = end_of(begin);
            const auto* around = around_.data() + (begin - low);
            pair(around, asked_.cap.firsts(end - begin), around, {0, end - begin}, end - begin);
        }
    }

    // Those of a large one: around its first entries, which the others are paired with a chunk at a time.
    void pair_large(std::size_t low, std::size_t high) {
        const auto size = high - low, heads = asked_.cap.firsts(size);
        if (around_.size() < heads + chunk) around_.resize(heads + chunk);
        look(low, low + heads, around_.data());
        pair(around_.data(), heads, around_.data(), {0, heads}, size);
        auto* others = around_.data() + heads;
        for (auto from = heads, to = heads; from < size; from = to) {
            to = std::min(size, from + chunk);
            look(low + from, low + to, others);
            pair(around_.data(), heads, others, {from, to}, size);
        }
    }

    void look(std::size_t low, std::size_t high, Around* out) const {
        for (auto at = low; at < high; ++at) {
            if (at + ahead < high) fetch_around(entries_[at + ahead]);
            look_around(entries_[at], out[at - low]);
        }
    }

    // The pairs of the first entries of a bucket of `size` with those in some rows of it.
    void pair(const Around* around, std::size_t firsts, const Around* others, Rows rows, std::size_t size) {
        for (std::size_t first = 0; first < firsts; ++first) {
            const auto own = around[first];
            const auto end = std::min(rows.high, asked_.cap.end(first, size));
            for (auto second = std::max(rows.low, first + 1); second < end; ++second) {
                const auto& other = others[second - rows.low];
                const auto inside = own.inside & other.inside;
                if (count_bits(same_bytes(own.briefs.data(), other.briefs.data()) & inside) < asked_.least || own.owner == other.owner) continue;
                pairs_.fetch(own.owner, other.owner);
                alike_.push_back({own.word, other.word, inside, own.owner, other.owner});
                if (alike_.size() == together) compare();
            }
        }
    }

    // Where the words around a seed begin; it may be before the first of all.
    std::int64_t low_of(const Entry& entry) const { return entry.word - static_cast<std::int64_t>(asked_.near); }

    void fetch_around(const Entry& entry) const {
        const auto low = low_of(entry), last = static_cast<std::int64_t>(corpus_.briefs.size()) - 1;
        fetch(corpus_.briefs.begin() + std::max<std::int64_t>(0, low));
        fetch(corpus_.briefs.begin() + std::min(last, low + static_cast<std::int64_t>(width) - 1));
    }

    void look_around(const Entry& entry, Around& out) const {
        out.inside = entry.inside;
        out.owner = entry.owner;
        out.word = entry.word;
        const auto low = low_of(entry), size = static_cast<std::int64_t>(corpus_.briefs.size());
        const auto from = std::max<std::int64_t>(0, low), end = std::min(size, low + static_cast<std::int64_t>(width));
        if (end - from == width) std::memcpy(out.briefs.data(), corpus_.briefs.begin() + low, width);
        else std::memcpy(out.briefs.data() + (from - low), corpus_.briefs.begin() + from, static_cast<std::size_t>(end - from));
    }

    // Words that are the same have the same byte. Whether those with the same byte are the same is asked once for two documents
    // that agree.
    void compare() {
        const auto is_known = [&](const SeedPairs::Alike& each) { return pairs_.has(each.owner, each.other); };
        alike_.erase(std::remove_if(alike_.begin(), alike_.end(), is_known), alike_.end());
        const auto *words = corpus_.words.begin();
        const auto near = static_cast<std::int64_t>(asked_.near), behind = static_cast<std::int64_t>(asked_.behind);
        for (const auto& each : alike_) {
            for (const auto word : {each.word, each.other_word}) {
                const auto low = std::max<std::int64_t>(0, word - near), high = std::min(word + behind, static_cast<std::int64_t>(corpus_.words.size()));
                for (auto at = low; at < high; at += 8) fetch(words + at);
            }
        }
        for (const auto& each : alike_) {
            std::size_t found = 0;
            for (auto step = -near; step < behind; ++step) {
                if (each.inside >> (step + near) & 1) found += words[each.word + step] == words[each.other_word + step] ? 1U : 0U;
            }
            if (found < asked_.least || !pairs_.add(each.owner, each.other, most_)) continue;
            found_.push_back(each.owner);
            found_.push_back(each.other);
        }
        alike_.clear();
    }

    const Seeds& seeds_;
    const SeededCorpus& corpus_;
    const Agreeing asked_;
    const std::size_t most_;
    std::size_t parts_ = 0;
    unsigned away_ = 59;
    std::vector<std::uint64_t>& seen_;
    std::vector<std::size_t>&kept_, &lots_;
    std::vector<Entry>&entries_, &sorted_;
    std::vector<Around>& around_;
    std::vector<SeedPairs::Alike>& alike_;
    DistinctPairs& pairs_;
    std::vector<std::uint32_t> found_;
};

std::vector<std::uint32_t> SeedPairs::find(const Seeds& seeds, const SeededCorpus& corpus, const Agreeing& asked, std::size_t kept) {
    pairs_.forget_more_than(kept);
    alike_.clear();  // should there have been an error
    return SeedRange(seeds, corpus, asked, kept, *this).found();
}

}  // namespace dedup
