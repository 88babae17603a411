// Documents that go as a whole: which, and what records tell of them. The definitions are `dedup.whole` and `dedup.gone`.
#pragma once

#include <cstdint>
#include <vector>

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

// What the record of each says behind the text: `dedup.gone.tails_of`. Throws std::invalid_argument where a share is none.
Strings whole_tails(const WholeGone& gone);

// Documents as far as they are decided: `dedup.settle.taken`. Throws std::invalid_argument where a pair is none, or they do not ascend.
struct Taken {
    std::vector<std::int64_t> keepers, pairs, wanted;
};
Taken taken(Span<std::int64_t> pairs, std::size_t documents, Span<std::uint8_t> likeness, std::size_t most);

}  // namespace dedup
