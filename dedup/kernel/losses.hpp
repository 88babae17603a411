// What documents lose that passages go of: the records of it, and what is left of their texts. The definition is
// `dedup/relay.py`.
#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "characters.hpp"
#include "lines.hpp"
#include "spans.hpp"

namespace dedup {

// Documents, row by row: their texts and ids in UTF-8, where their blocks start and end in characters,
// and the columns of `dedup.flags.Columns` of the copies in them.
struct Losing {
    Ragged<std::uint8_t> texts, ids;
    Ragged<std::int32_t> block_starts, block_ends;
    Ragged<std::int32_t> places;  // seven numbers a copy; of the keeper its place among `keepers`
    Ragged<double> likeness;      // three numbers
    Ragged<std::uint8_t> keepers; // their ids in UTF-8

    // Throws std::invalid_argument where the columns do not fit together.
    void check() const;
};

// Row by row; those left to the definition have nothing.
struct Losses {
    Strings records, left;             // `left` is nothing where all goes
    std::vector<std::uint8_t> losing;  // whether something goes
    std::array<std::int64_t, 4> counts{};  // passages and their characters, documents and theirs
    std::vector<std::int64_t> unknown;
};

Losses losses(const Losing& losing, const Alphabet& alphabet);

}  // namespace dedup
