// What records tell of documents that go as a whole: the definition is `dedup.whole.tails`.
#pragma once

#include <cstdint>

#include "lines.hpp"
#include "spans.hpp"

namespace dedup {

// Documents that go: of each the id of its keeper, how many characters that has, how many words the document has, how alike
// they are, and the share of its shingles that the keeper has.
struct WholeGone {
    Ragged<std::uint8_t> keepers;
    Span<std::int64_t> characters, words;
    Span<double> jaccard, containment;
};

// What the record of each says behind the text. Throws std::invalid_argument where a share is none.
Strings whole_tails(const WholeGone& gone);

}  // namespace dedup
