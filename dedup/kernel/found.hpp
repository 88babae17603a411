// The passages that were found, document by document, in the order in which keepers are decided.
#pragma once

#include <vector>

#include "cluster.hpp"
#include "copies.hpp"

namespace dedup::deciding {

struct FoundPassage {
    Place keeper;
    Passage passage;
};

class FoundPassages {
public:
    // Throws std::invalid_argument where the passages are none of these documents, or nothing orders the documents.
    FoundPassages(const MarkedDocuments& documents, const AlignedPassages& found, const Standing& standing);

    // Go on to the first document, or the next one, of which something may go: the best keeper first. Whether there is one.
    bool next();
    Place document() const { return document_; }

    // Its passages in the order in which they are let go: what other documents keep, the longest first; then what stands
    // further up in the document itself, from the top. Of a copy only that.
    std::vector<FoundPassage> best_first() const;

private:
    struct Row {
        Place rank, passage, pair;  // of the document; a passage of no pair is a copy

        bool operator<(const Row& row) const { return rank != row.rank ? rank < row.rank : passage < row.passage; }
    };

    void check_standing() const;
    void check_passage(const Row& row) const;
    Place size_of(Place document) const { return static_cast<Place>(documents_[document].size()); }
    Passage passage_of(Place row) const;

    const MarkedDocuments& documents_;
    const AlignedPassages& found_;
    const Standing& standing_;
    std::vector<Row> rows_;  // by rank
    std::size_t first_ = 0, end_ = 0;
    Place document_ = -1;
};

}  // namespace dedup::deciding
