// Where sentences begin. The definition is `dedup.text.sentences`.
#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "characters.hpp"
#include "surveyed.hpp"

namespace dedup {

// Put the places where the sentences of a block begin and the last one ends into `out`, in order; for an empty block,
// nothing. `before` is the character that stands before the block, 0 if none does.
void read_sentences(const Block& block, char32_t before, const Alphabet& alphabet, std::vector<std::size_t>& out);

}  // namespace dedup
