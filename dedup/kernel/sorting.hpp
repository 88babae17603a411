// Numbers in order. The definition is `dedup.runs.sorted_once`.
#pragma once

#include <cstddef>
#include <cstdint>

namespace dedup {

// Sort values where they are, each once, to the front; how many those are. What is behind them is of no meaning.
//
// By ranges of bits from the lowest on, of those only in which some values differ: Knuth, The Art of Computer Programming
// 3, 5.2.5, algorithm R; takes as much memory again while it runs. Values that are in long runs already are merged, in half of that.
std::size_t sort_once(std::int64_t* values, std::size_t count);

}  // namespace dedup
