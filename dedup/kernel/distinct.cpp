#include "distinct.hpp"

#include <string>

#include "hash.hpp"

namespace dedup {
namespace {

// The texts that were met, found by their hash. They are compared as well: what a page says is not trusted to differ in
// its hash where it differs.
class Known {
public:
    Known(const Spans& spans, const std::int64_t* groups, Distinct& out) : spans_(spans), groups_(groups), out_(out) {
        std::size_t slots = 16;
        while (slots < 2 * spans.size) slots *= 2;
        slots_.resize(slots);
    }

    // The number of a span's text, which `text` holds; a new one where it was not met.
    std::int32_t number_of(std::size_t span, const std::u32string& text) {
        const auto group = static_cast<std::uint64_t>(groups_[span]);
        const auto hash = hash_of({reinterpret_cast<const char*>(text.data()), text.size() * sizeof(char32_t)}) ^ (group * 0x9E3779B97F4A7C15U);
        for (auto at = hash;; ++at) {
            auto& slot = slots_[at & (slots_.size() - 1)];
            if (slot.number < 0) {
                slot = {hash, static_cast<std::int32_t>(out_.firsts.size())};
                out_.firsts.push_back(static_cast<std::int64_t>(span));
                return slot.number;
            }
            if (slot.hash == hash && same(slot.number, span, text)) return slot.number;
        }
    }

private:
    struct Slot {
        std::uint64_t hash = 0;
        std::int32_t number = -1;
    };

    bool same(std::int32_t number, std::size_t span, const std::u32string& text) const {
        const auto first = static_cast<std::size_t>(out_.firsts[static_cast<std::size_t>(number)]);
        return groups_[first] == groups_[span] && spans_.holds(first, text);
    }

    const Spans& spans_;
    const std::int64_t* groups_;
    Distinct& out_;
    std::vector<Slot> slots_;
};

}  // namespace

Distinct distinct(const Spans& spans, const std::int64_t* groups) {
    Distinct out;
    out.numbers.reserve(spans.size);
    Known known(spans, groups, out);
    std::u32string text;
    for (std::size_t at = 0; at < spans.size; ++at) {
        spans.read(at, text);
        out.numbers.push_back(known.number_of(at, text));
    }
    return out;
}

}  // namespace dedup
