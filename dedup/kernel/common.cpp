#include "common.hpp"

#include <limits>
#include <optional>
#include <stdexcept>
#include <string_view>
#include <utility>

#include "json.hpp"
#include "random_file.hpp"
#include "sketch.hpp"
#include "text_words.hpp"

namespace dedup {
namespace {

using Shingles = std::vector<std::uint64_t>;

// Where shingles stand in a set of less than `none`: a quarter of the places are taken at most, so that few have to be looked
// for twice.
template <class Place>
class Places {
public:
    static constexpr Place none = std::numeric_limits<Place>::max();

    // Make a set of shingles: each once, as they come first.
    void collect(const Shingles& shingles, Shingles& set) {
        clear(shingles.size());
        set.resize(shingles.size());
        std::size_t count = 0;
        for (const auto shingle : shingles) {
            auto& place = find(shingle, set);
            if (place != none) continue;
            place = static_cast<Place>(count);
            set[count++] = shingle;
        }
        set.resize(count);
    }

    // Tell of all of a set.
    void fill(const Shingles& set) {
        clear(set.size());
        for (std::size_t at = 0; at < set.size(); ++at) {
            auto slot = first(set[at]);
            while (slots_[slot] != none) slot = (slot + 1) & limit_;
            slots_[slot] = static_cast<Place>(at);
        }
    }

    // How many of these a set has, of which this tells. What stands behind one that both have is most often what stands
    // behind it there.
    std::int64_t count(const Shingles& others, const Shingles& set) {
        std::int64_t result = 0;
        std::size_t next = 0;
        for (const auto other : others) {
            if (next >= set.size() || set[next] != other) {
                const auto at = find(other, set);
                if (at == none) continue;
                next = at;
            }
            ++next;
            ++result;
        }
        return result;
    }

private:
    void clear(std::size_t most) {
        std::size_t size = 64;
        while (size < 4 * most) size *= 2;
        slots_.assign(size, none);
        limit_ = size - 1;
    }

    std::size_t first(std::uint64_t value) const { return static_cast<std::size_t>(value) & limit_; }  // shingles are mixed: any bits will do

    Place& find(std::uint64_t value, const Shingles& set) {
        auto slot = first(value);
        while (slots_[slot] != none && set[slots_[slot]] != value) slot = (slot + 1) & limit_;
        return slots_[slot];
    }

    std::vector<Place> slots_;
    std::size_t limit_ = 0;
};

// The same of sets of any size; of most the places take half of the first cache.
class Table {
public:
    void collect(const Shingles& shingles, Shingles& set) {
        are_many_ = shingles.size() >= Places<std::uint16_t>::none;
        are_many_ ? many_.collect(shingles, set) : few_.collect(shingles, set);
    }
    void fill(const Shingles& set) {
        are_many_ = set.size() >= Places<std::uint16_t>::none;
        are_many_ ? many_.fill(set) : few_.fill(set);
    }
    std::int64_t count(const Shingles& others, const Shingles& set) { return are_many_ ? many_.count(others, set) : few_.count(others, set); }

private:
    Places<std::uint16_t> few_;
    Places<std::uint32_t> many_;
    bool are_many_ = false;
};

// Reads texts from their files, of which one is open at a time.
class TextFiles {
public:
    explicit TextFiles(const TextPlaces& texts) : texts_(texts) {}

    // Nothing for one that only the definition can read; it lasts until the next one is asked for.
    std::optional<std::string_view> read(std::size_t number) {
        const auto* place = texts_.places.values + 3 * number;
        const auto start = place[1], end = place[2];
        if (start == end) return {};
        if (place[0] != open_) {
            file_.open(texts_.files[static_cast<std::size_t>(place[0])]);
            open_ = place[0];
        }
        const auto size = static_cast<std::size_t>(end - start);
        std::string_view text;
        const bool read = has_room(end, size) && file_.read(start, source_.data(), size) && strings_.read({source_.data(), size}, text);
        if (!read) throw std::invalid_argument("a text that is no string of JSON");
        return text;
    }

private:
    // Have room for so many bytes before `end`, if the file reaches so far: none is made for what is not there.
    bool has_room(std::int64_t end, std::size_t size) {
        char last;
        if (source_.size() >= size) return true;
        if (!file_.read(end - 1, &last, 1)) return false;
        source_.resize(size + size / 2);
        return true;
    }

    const TextPlaces& texts_;
    RandomFile file_;
    std::int64_t open_ = -1;
    std::vector<char> source_;
    StringReader strings_;
};

// Reads texts when they are first asked for, and forgets them once they have been asked for the last time, so that what is
// compared stays in the cache.
class Sets {
public:
    Sets(const TextPlaces& texts, Span<std::int64_t> pairs, std::size_t shingle, const Alphabet& alphabet)
        : texts_(texts), shingle_(shingle), reader_(alphabet, WordReader::Which::drawn), sets_(texts.size()), uses_(texts.size()) {
        for (const auto number : pairs) uses_[static_cast<std::size_t>(number)] += 1;
    }

    // The shingles of a text, each once; null where only the definition can read it.
    const Shingles* of(std::size_t number) {
        auto& own = sets_[number];
        if (!own.read) read(number, own, others_);
        return own.known ? &own.values : nullptr;
    }

    // The same of one that others are counted against.
    const Shingles* keeper(std::size_t number) {
        auto& own = sets_[number];
        if (!own.read) read(number, own, keeper_);
        else if (own.known && held_ != number) keeper_.fill(own.values);
        if (own.known) held_ = number;
        return own.known ? &own.values : nullptr;
    }

    // How many of these the keeper has that was asked for last.
    std::int64_t count(const Shingles& others) { return keeper_.count(others, sets_[held_].values); }

    // One use of a text is over.
    void leave(std::size_t number) {
        if (--uses_[number] > 0) return;
        spare_.push_back(std::move(sets_[number].values));
        sets_[number].values = {};
    }

private:
    struct Set {
        bool read = false, known = false;
        Shingles values;
    };

    // Leaves a table of them, too.
    void read(std::size_t number, Set& out, Table& table) {
        out.read = true;
        const auto text = texts_.read(number);
        out.known = text && reader_.read(*text);
        if (!out.known) return;
        make_shingles(reader_.hashes().values, reader_.hashes().size(), shingle_, shingles_);
        if (!spare_.empty()) {
            out.values = std::move(spare_.back());
            spare_.pop_back();
        }
        table.collect(shingles_, out.values);
    }

    TextFiles texts_;
    const std::size_t shingle_;
    WordReader reader_;
    Table keeper_, others_;  // of the keeper, and of what was read besides
    std::size_t held_ = std::numeric_limits<std::size_t>::max();  // the keeper
    Shingles shingles_;
    std::vector<Set> sets_;
    std::vector<std::uint32_t> uses_;
    std::vector<Shingles> spare_;
};

}  // namespace

InCommon in_common(const TextPlaces& texts, Span<std::int64_t> pairs, std::size_t shingle, const Alphabet& alphabet) {
    if (pairs.size() % 2 != 0 || texts.places.size() % 3 != 0) throw std::invalid_argument("a pair of one, or a place of less");
    for (const auto number : pairs) {
        if (number < 0 || static_cast<std::size_t>(number) >= texts.size()) throw std::invalid_argument("a pair of no text");
    }
    for (std::size_t at = 0; at < texts.places.size(); at += 3) {
        const auto* place = texts.places.values + at;
        const bool is_one = 0 <= place[0] && static_cast<std::size_t>(place[0]) < texts.files.size() && 0 <= place[1] && place[1] <= place[2];
        if (!is_one) throw std::invalid_argument("a text that lies in no file");
    }
    InCommon out;
    out.sizes.resize(texts.size());
    out.common.resize(pairs.size() / 2);
    std::vector<std::uint8_t> is_unknown(texts.size());
    Sets sets(texts, pairs, shingle, alphabet);
    const auto note = [&](std::size_t number, const Shingles* own) {
        is_unknown[number] = own == nullptr ? 1 : 0;
        if (own != nullptr) out.sizes[number] = static_cast<std::int64_t>(own->size());
        return own != nullptr;
    };
    for (std::size_t at = 0; at < pairs.size(); at += 2) {
        const auto first = static_cast<std::size_t>(pairs[at]), second = static_cast<std::size_t>(pairs[at + 1]);
        const bool has_keeper = note(first, sets.keeper(first));
        const auto* document = sets.of(second);
        if (note(second, document) && has_keeper) out.common[at / 2] = sets.count(*document);
        sets.leave(first);
        sets.leave(second);
    }
    for (std::size_t number = 0; number < is_unknown.size(); ++number) {
        if (is_unknown[number] != 0) out.unknown.push_back(static_cast<std::int64_t>(number));
    }
    return out;
}

}  // namespace dedup
