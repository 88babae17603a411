// A block of text, and where in it stands what sentences and words are told apart by.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "text_view.hpp"
#include "wide.hpp"

namespace dedup {

// Reads one block after the other, and keeps what it works with.
class Block {
public:
    // Take a block; all that is asked for below is of the one that was taken last.
    void take(const TextView& text);

    const std::u32string& text() const { return text_; }

    // Whether of a part of at most 64 characters one has a bit in a column of the survey.
    bool any(std::uint64_t Survey::*column, std::size_t begin, std::size_t end) const {
        const auto first = begin / 64, shift = begin % 64;
        auto bits = survey_[first].*column >> shift;
        if (shift > 0) bits |= survey_[first + 1].*column << (64 - shift);  // there is always one block more
        return end - begin >= 64 ? bits != 0 : (bits & ((std::uint64_t{1} << (end - begin)) - 1)) != 0;
    }
    bool has(std::uint64_t Survey::*column, std::size_t at) const { return survey_[at / 64].*column >> (at % 64) & 1; }

    // The first place from `at` on that has a bit in one of two columns, the size of the block where none has.
    std::size_t next(std::uint64_t Survey::*one, std::uint64_t Survey::*other, std::size_t at) const;

    bool has_breaks() const { return has_breaks_; }
    bool is_ascii() const { return is_ascii_; }

    // The letters of ASCII, as many as are capital and small.
    std::size_t capitals() const { return capitals_; }
    std::size_t smalls() const { return smalls_; }

private:
    std::u32string text_;
    std::vector<char> bytes_;
    std::vector<Survey> survey_;
    bool has_breaks_ = false, is_ascii_ = true;
    std::size_t capitals_ = 0, smalls_ = 0;
};

}  // namespace dedup
