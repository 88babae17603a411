#include "common.hpp"

#include <memory>
#include <stdexcept>
#include <string>

#include "json.hpp"
#include "sketch.hpp"
#include "text_words.hpp"

namespace dedup {
namespace {

// Tells which shingles are of a set. It is emptied by taking a new mark, so that the next set costs its own size only.
class Table {
public:
    void clear(std::size_t most) {
        std::size_t size = 64;
        while (size < 2 * most) size *= 2;
        if (size > slots_.size()) slots_.assign(size, {});
        limit_ = slots_.size() - 1;
        if (++mark_ == 0) {
            slots_.assign(slots_.size(), {});
            mark_ = 1;
        }
    }

    // Whether it was not there.
    bool add(std::uint64_t value) {
        auto& slot = find(value);
        if (slot.mark == mark_) return false;
        slot = {value, mark_};
        return true;
    }

    bool holds(std::uint64_t value) { return find(value).mark == mark_; }

private:
    struct Slot {
        std::uint64_t value = 0;
        std::uint32_t mark = 0;
    };

    Slot& find(std::uint64_t value) {
        auto at = static_cast<std::size_t>(value) & limit_;  // shingles are mixed: any bits will do
        while (slots_[at].mark == mark_ && slots_[at].value != value) at = (at + 1) & limit_;
        return slots_[at];
    }

    std::vector<Slot> slots_;
    std::size_t limit_ = 0;
    std::uint32_t mark_ = 0;
};

// Reads texts when they are first asked for.
class Sets {
public:
    Sets(const JsonTexts& texts, std::size_t shingle, const Alphabet& alphabet)
        : texts_(texts), shingle_(shingle), reader_(alphabet, WordReader::Which::drawn), sets_(texts.sources.size()) {}

    // The shingles of a text, each once; null where only the definition can read it.
    const std::vector<std::uint64_t>* of(std::size_t number) {
        auto& own = sets_[number];
        if (!own.read) read(texts_.sources[number], own);
        return own.known ? &own.values : nullptr;
    }

    std::size_t size() const { return sets_.size(); }

private:
    struct Set {
        bool read = false, known = false;
        std::vector<std::uint64_t> values;
    };

    void read(std::string_view source, Set& out) {
        out.read = true;
        if (source.empty()) return;
        if (!is_json_string(source)) throw std::invalid_argument("a text that is no string of JSON");
        text_.clear();
        append_string(source, text_);
        out.known = reader_.read(text_);
        if (!out.known) return;
        make_shingles(reader_.hashes().values, reader_.hashes().size(), shingle_, shingles_);
        table_.clear(shingles_.size());
        out.values.reserve(shingles_.size());
        for (const auto each : shingles_) {
            if (table_.add(each)) out.values.push_back(each);
        }
    }

    const JsonTexts& texts_;
    const std::size_t shingle_;
    WordReader reader_;
    Table table_;
    std::string text_;
    std::vector<std::uint64_t> shingles_;
    std::vector<Set> sets_;
};

}  // namespace

InCommon in_common(const JsonTexts& texts, Span<std::int64_t> pairs, std::size_t shingle, const Alphabet& alphabet) {
    if (pairs.size() % 2 != 0) throw std::invalid_argument("a pair of one");
    for (const auto number : pairs) {
        if (number < 0 || static_cast<std::size_t>(number) >= texts.sources.size()) throw std::invalid_argument("a pair of no text");
    }
    InCommon out;
    Sets sets(texts, shingle, alphabet);
    Table table;
    for (std::size_t at = 0; at < pairs.size(); at += 2) {
        const auto* keeper = sets.of(static_cast<std::size_t>(pairs[at]));
        const auto* document = sets.of(static_cast<std::size_t>(pairs[at + 1]));
        std::int64_t common = 0;
        if (keeper != nullptr && document != nullptr) {
            if (at == 0 || pairs[at] != pairs[at - 2]) {
                table.clear(keeper->size());
                for (const auto each : *keeper) table.add(each);
            }
            for (const auto each : *document) common += table.holds(each) ? 1 : 0;
        }
        out.common.push_back(common);
    }
    for (std::size_t number = 0; number < sets.size(); ++number) {
        const auto* own = sets.of(number);
        out.sizes.push_back(own != nullptr ? static_cast<std::int64_t>(own->size()) : 0);
        if (own == nullptr) out.unknown.push_back(static_cast<std::int64_t>(number));
    }
    return out;
}

}  // namespace dedup
