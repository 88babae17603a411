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

    // A byte for each character: of ASCII itself, else one that is none.
    const char* bytes() const { return bytes_.data(); }

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
