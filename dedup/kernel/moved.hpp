// Where the words of documents went. The definition is `dedup/moved.py`.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <vector>

#include "copies.hpp"
#include "spans.hpp"

namespace dedup::deciding {

constexpr std::int32_t lost = -2;

// Words of a document that went, all to one keeper (or `lost`), where they stand as they do here.
struct Gone {
    std::int32_t start, end, keeper, place;
};

// What went of a document: a few stretches of words, ascending, of which none overlaps another.
class Stretches {
public:
    Stretches() = default;
    Stretches(const Gone* first, const Gone* end) : first_(first), end_(end) {}

    // Call `take` with the stretches that went, ascending; those that stand side by side at the keeper, too, as one.
    template <class Take>
    void each(Take take) const {
        for (auto gone = first_; gone != end_;) {
            auto stretch = *gone++;
            for (; gone != end_ && gone->start == stretch.end && goes_on(stretch, *gone); ++gone) stretch.end = gone->end;
            take(stretch);
        }
    }

    // Call `take` with the parts of a span that stay so far, of which none touches another.
    template <class Take>
    void staying(Place start, Place end, Take take) const {
        for (auto gone = first_behind(start); gone != end_ && gone->start < end; ++gone) {
            if (start < gone->start) take(start, Place{gone->start});
            start = gone->end;
        }
        if (start < end) take(start, end);
    }

    bool stays(Place start, Place end) const;

    // Call `take` with the parts of a run in this document, which is `keeper`, as runs in the documents that keep them.
    void follow(const Run& run, Place keeper, const std::function<void(Place, const Run&)>& take) const;

    // The first stretch that ends behind a word.
    const Gone* first_behind(Place start) const;

private:
    // Whether a stretch goes on with the one behind it.
    static bool goes_on(const Gone& one, const Gone& next) {
        return next.keeper == one.keeper && (one.keeper == lost || next.place - next.start == one.place - one.start);
    }

    const Gone *first_ = nullptr, *end_ = nullptr;
};

// What went of all documents, one of which is being decided on.
class Moves {
public:
    explicit Moves(std::size_t documents) : rows_of_(documents) {}

    // Remember what went of a document before.
    void add(Place document, const std::vector<Gone>& all);

    // Go on to a document, of which nothing is known yet.
    void open(Place document);

    // Let a span of that document go, of which all stays, with those of the runs that are its own: what agrees of it.
    void take(Place start, Place end, const Runs& runs, Place keeper);

    // Remember what went of that document, if anything.
    void close();

    // What went of a document so far. Good until the next call of `add`, `take` or `close`.
    Stretches operator[](Place document) const;

private:
    std::vector<std::uint32_t> rows_of_;  // of a document, from 1; 0 where nothing went
    std::vector<std::size_t> bounds_{0};
    std::vector<Gone> rows_, open_;
    Place document_ = -1;
};

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
