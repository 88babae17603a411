// Keepers: which copy of a passage stays. The definition is `dedup/cluster.py`.
#pragma once

#include <cstdint>
#include <vector>

#include "spans.hpp"

namespace dedup {

// The words of documents: those of document d are [bounds[d], bounds[d + 1]), with their marks.
class MarkedDocuments {
public:
    // Throws std::invalid_argument where the columns are none of words.
    MarkedDocuments(Span<std::uint8_t> marks, Span<std::int64_t> bounds) : marks_(marks, bounds) {}

    std::size_t size() const { return marks_.size(); }
    // The marks of a document, which is one of them.
    Span<std::uint8_t> operator[](std::int64_t document) const { return marks_[static_cast<std::size_t>(document)]; }

private:
    Ragged<std::uint8_t> marks_;
};

// Passages that better keepers have: `dedup.cluster.Found`.
struct AlignedPassages {
    Span<std::int64_t> pairs, bounds, spans, run_bounds, runs;
};

// What decides which document keeps a passage: `dedup.cluster.Standing`; `sites` is empty where none must differ. Of a
// document that is `undecided` nothing is told, and its passages are not looked at.
constexpr std::int64_t undecided = -1;
struct Standing {
    Span<std::int64_t> order, copies;
    double threshold;
    Span<std::uint64_t> sites;
};

// What went of documents before, which are undecided: the stretches of `documents[i]` are the rows [bounds[i], bounds[i + 1])
// of `rows`, ascending, as of `dedup.moved.Stretches`.
struct Before {
    Span<std::int64_t> documents, bounds;
    Span<std::int32_t> rows;
};

// `dedup.cluster.Decisions`.
struct Decisions {
    std::vector<std::int64_t> documents, bounds{0}, remains_bounds{0}, moved_bounds{0};
    std::vector<std::uint8_t> whole;
    std::vector<std::int32_t> spans, keepers, remains, moved;  // four values of each duplicate, one, two, four
    std::vector<double> likeness;                       // two of each
};

// What goes from which document.
//
// Throws std::invalid_argument where the passages or stretches are none of these documents.
Decisions decide(const MarkedDocuments& documents, const AlignedPassages& found, const Standing& standing, const Before& before);

// Of `count` things the least that each is linked with, over others, too: `pairs` has two of them in each row.
//
// Throws std::invalid_argument where a pair is of something else.
std::vector<std::int64_t> linked(std::size_t count, Span<std::int64_t> pairs);

}  // namespace dedup
