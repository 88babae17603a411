// Where the words of documents went. The definition is `dedup/moved.py`.
#pragma once

#include <cstdint>
#include <functional>
#include <unordered_map>
#include <utility>
#include <vector>

#include "copies.hpp"
#include "spans.hpp"

namespace dedup::deciding {

constexpr std::int32_t lost = -2;

// Words of a document that went, all to one keeper (or `lost`), where they stand as they do here.
struct Gone {
    std::int32_t start, end, keeper, place;
};

// What went of a document: a few stretches of words, so that all documents can be remembered.
class Moved {
public:
    Moved() = default;
    // Stretches that went, ascending, of which none overlaps another.
    explicit Moved(std::vector<Gone>&& all) : all_(std::move(all)) {}

    // Call `take` with the stretches that went, ascending; those that stand side by side at the keeper, too, as one.
    template <class Take>
    void each(Take take) const {
        for (auto gone = all_.begin(); gone != all_.end();) {
            auto stretch = *gone++;
            for (; gone != all_.end() && gone->start == stretch.end && goes_on(stretch, *gone); ++gone) stretch.end = gone->end;
            take(stretch);
        }
    }

    // Call `take` with the parts of a span that stay so far, of which none touches another.
    template <class Take>
    void staying(Place start, Place end, Take take) const {
        for (auto gone = first_behind(start); gone != all_.end() && gone->start < end; ++gone) {
            if (start < gone->start) take(start, Place{gone->start});
            start = gone->end;
        }
        if (start < end) take(start, end);
    }

    bool stays(Place start, Place end) const;

    // Let a span go, of which all stays, with those of the runs that are its own: what agrees of it.
    void take(Place start, Place end, const Runs& runs, Place keeper);

    // Call `take` with the parts of a run in this document, which is `keeper`, as runs in the documents that keep them.
    void follow(const Run& run, Place keeper, const std::function<void(Place, const Run&)>& take) const;

    // Give back the room that no more stretches will need.
    void close() { all_.shrink_to_fit(); }

private:
    // Whether a stretch goes on with the one behind it.
    static bool goes_on(const Gone& one, const Gone& next) {
        return next.keeper == one.keeper && (one.keeper == lost || next.place - next.start == one.place - one.start);
    }

    std::vector<Gone>::const_iterator first_behind(Place start) const;

    std::vector<Gone> all_;  // ascending
};

// The documents that something went from.
using Moves = std::unordered_map<Place, Moved>;

// What is asked of a document to tell who keeps its words.
struct Asked {
    const Moves& moves;
    Span<std::uint8_t> marks;
    Span<std::int64_t> order;
    double threshold;
};

// Call `take` with a passage by the documents that really keep it, each with the part that is a copy of it; what `take`
// changes of `moves` is seen from there on.
void settle(const Passage& passage, Place keeper, const Asked& asked, const std::function<void(Place, const Passage&)>& take);

}  // namespace dedup::deciding
