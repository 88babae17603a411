#include "common.hpp"

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

// Where shingles stand in a set of some: a quarter of the places are taken at most, so that few have to be looked for twice.
class Table {
public:
    // Make room for so many.
    void clear(std::size_t most) {
        std::size_t size = 64;
        while (size < 4 * most) size *= 2;
        slots_.assign(size, none);
        limit_ = size - 1;
    }

    // Add a value behind the others, if it is not there.
    void add(std::uint64_t value, std::vector<std::uint64_t>& values) {
        auto& slot = find(value, values);
        if (slot != none) return;
        slot = static_cast<std::uint32_t>(values.size());
        values.push_back(value);
    }

    // Tell of all of a set.
    void fill(const std::vector<std::uint64_t>& values) {
        clear(values.size());
        for (std::uint32_t at = 0; at < values.size(); ++at) {
            auto slot = first(values[at]);
            while (slots_[slot] != none) slot = (slot + 1) & limit_;
            slots_[slot] = at;
        }
    }

    // How many of these a set has, of which this tells. What stands behind one that both have is most often what stands
    // behind it there.
    std::int64_t count(const std::vector<std::uint64_t>& others, const std::vector<std::uint64_t>& values) {
        std::int64_t result = 0;
        std::size_t next = 0;
        for (const auto other : others) {
            if (next >= values.size() || values[next] != other) {
                const auto at = find(other, values);
                if (at == none) continue;
                next = at;
            }
            ++next;
            ++result;
        }
        return result;
    }

private:
    static constexpr std::uint32_t none = 0xFFFFFFFF;

    std::size_t first(std::uint64_t value) const { return static_cast<std::size_t>(value) & limit_; }  // shingles are mixed: any bits will do

    std::uint32_t& find(std::uint64_t value, const std::vector<std::uint64_t>& values) {
        auto slot = first(value);
        while (slots_[slot] != none && values[slots_[slot]] != value) slot = (slot + 1) & limit_;
        return slots_[slot];
    }

    std::vector<std::uint32_t> slots_;
    std::size_t limit_ = 0;
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
        if (source_.size() < size) source_.resize(size + size / 2);
        std::string_view text;
        if (!file_.read(start, source_.data(), size) || !strings_.read({source_.data(), size}, text)) throw std::invalid_argument("a text that is no string of JSON");
        return text;
    }

private:
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
    const std::vector<std::uint64_t>* of(std::size_t number) {
        auto& own = sets_[number];
        if (!own.read) read(texts_.read(number), own);
        return own.known ? &own.values : nullptr;
    }

    // One use of a text is over.
    void leave(std::size_t number) {
        if (--uses_[number] > 0) return;
        spare_.push_back(std::move(sets_[number].values));
        sets_[number].values = {};
    }

private:
    struct Set {
        bool read = false, known = false;
        std::vector<std::uint64_t> values;
    };

    void read(std::optional<std::string_view> text, Set& out) {
        out.read = true;
        out.known = text && reader_.read(*text);
        if (!out.known) return;
        make_shingles(reader_.hashes().values, reader_.hashes().size(), shingle_, shingles_);
        table_.clear(shingles_.size());
        if (!spare_.empty()) {
            out.values = std::move(spare_.back());
            spare_.pop_back();
            out.values.clear();
        }
        for (const auto each : shingles_) table_.add(each, out.values);
    }

    TextFiles texts_;
    const std::size_t shingle_;
    WordReader reader_;
    Table table_;
    std::vector<std::uint64_t> shingles_;
    std::vector<Set> sets_;
    std::vector<std::uint32_t> uses_;
    std::vector<std::vector<std::uint64_t>> spare_;
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
    const auto set = [&](std::size_t number) {
        const auto* own = sets.of(number);
        is_unknown[number] = own == nullptr ? 1 : 0;
        if (own != nullptr) out.sizes[number] = static_cast<std::int64_t>(own->size());
        return own;
    };
    Table table;
    for (std::size_t at = 0; at < pairs.size(); at += 2) {
        const auto first = static_cast<std::size_t>(pairs[at]), second = static_cast<std::size_t>(pairs[at + 1]);
        const auto *keeper = set(first), *document = set(second);
        if (keeper != nullptr && document != nullptr) {
            if (at == 0 || pairs[at] != pairs[at - 2]) table.fill(*keeper);
            out.common[at / 2] = table.count(*document, *keeper);
        }
        sets.leave(first);
        sets.leave(second);
    }
    for (std::size_t number = 0; number < is_unknown.size(); ++number) {
        if (is_unknown[number] != 0) out.unknown.push_back(static_cast<std::int64_t>(number));
    }
    return out;
}

}  // namespace dedup
