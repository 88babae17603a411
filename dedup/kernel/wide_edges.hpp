// Where runs of letters begin and end in many blocks: included where compilers are told how to put the bits of one.
#pragma once

#include "wide.hpp"

namespace dedup {

// `put` is called as `Wide::put_bits` is.
template <class Put>
DEDUP_INLINE std::size_t edges_of(const Masks* masks, std::size_t blocks, std::uint32_t first, bool* inside, std::uint32_t** out, Put put) {
    std::uint64_t open = *inside;
    auto* next = *out;
    std::size_t block = 0;
    for (; block < blocks && masks[block].high == 0; ++block, first += block_size) {
        const auto letters = masks[block].letters;
        next = put(letters ^ (letters << 1 | open), first, next);
        open = letters >> (block_size - 1);
    }
    *inside = open != 0;
    *out = next;
    return block;
}

}  // namespace dedup
