// Which blocks of a page trafilatura's answer holds. The definition is `dedup/verdict.py`.
#pragma once

#include <cstdint>
#include <vector>

#include "spans.hpp"

namespace dedup {

// Of every block, by the hashes of its words, whether a line of the answer is granted to it.
std::vector<std::uint8_t> kept_blocks(const Ragged<std::uint64_t>& blocks, const Ragged<std::uint64_t>& lines);

}  // namespace dedup
