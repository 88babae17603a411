// Which word of a block of ASCII stands at a place.
#pragma once

#include <cstdint>
#include <vector>

#include "bits.hpp"
#include "surveyed.hpp"

namespace dedup {

// Words of ASCII are runs of letters and figures: how many there are before a place is counted in bits.
class WordRanks {
public:
    // Take a block of which so many words were read. False if it is not ASCII, or these are not all of its words: nothing
    // else may be asked then.
    bool take(const Block& block, std::size_t words) {
        if (!block.is_ascii()) return false;
        survey_ = block.survey();
        const auto blocks = (block.size() + block_size - 1) / block_size;
        if (parts_.size() <= blocks) parts_.resize(2 * blocks + 1);
        std::size_t count = 0;
        std::uint64_t open = 0;
        for (std::size_t at = 0; at < blocks; ++at) {
            const auto own = letters(at);
            parts_[at] = {own & ~(own << 1 | open), count};
            count += count_bits(parts_[at].begins);
            open = own >> (block_size - 1);
        }
        parts_[blocks] = {0, count};  // where a place is the end of the block
        blocks_ = blocks;
        return count == words;
    }

    // The first word that begins at a place or behind it.
    std::size_t from(std::size_t place) const {
        const auto& own = parts_[place / block_size];
        return own.before + count_bits(own.begins & ((std::uint64_t{1} << (place % block_size)) - 1));
    }

    // Call `take` with each word that begins with a capital and has more letters.
    template <class Take>
    void for_names(Take take) const {
        for (std::size_t at = 0; at < blocks_; ++at) {
            const auto behind = letters(at) >> 1 | (at + 1 < blocks_ ? letters(at + 1) << (block_size - 1) : 0);
            for (auto bits = parts_[at].begins & survey_[at].capitals & behind; bits != 0; bits &= bits - 1) take(from(at * block_size + lowest_bit(bits)));
        }
    }

    // Call `take` with each word that holds a figure, once for each run of figures in it.
    template <class Take>
    void for_figures(Take take) const {
        std::uint64_t open = 0;
        for (std::size_t at = 0; at < blocks_; ++at) {
            const auto digits = survey_[at].digits;
            for (auto bits = digits & ~(digits << 1 | open); bits != 0; bits &= bits - 1) take(from(at * block_size + lowest_bit(bits) + 1) - 1);
            open = digits >> (block_size - 1);
        }
    }

private:
    // Of 64 characters: where words begin, and how many begin before them.
    struct Part {
        std::uint64_t begins;
        std::size_t before;
    };

    std::uint64_t letters(std::size_t at) const { return survey_[at].capitals | survey_[at].smalls | survey_[at].digits; }

    const Survey* survey_ = nullptr;
    std::vector<Part> parts_;
    std::size_t blocks_ = 0;
};

}  // namespace dedup
