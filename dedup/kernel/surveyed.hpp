// A block of text, and where in it stands what sentences and words are told apart by.
#pragma once

#include <cstdint>
#include <string_view>
#include <vector>

#include "bits.hpp"
#include "text_view.hpp"
#include "wide.hpp"

namespace dedup {

// Reads one block after the other, and keeps what it works with.
class Block {
public:
    // Take a block; all that is asked for below is of the one that was taken last, which is there as long.
    void take(const TextView& text);

    std::size_t size() const { return size_; }

    // A byte for each character: of ASCII itself, else one that is none.
    const char* bytes() const { return bytes_; }

    // The characters. Of a block that is ASCII, only the bytes are there.
    std::u32string_view text() const { return {text_.data(), is_ascii_ ? 0 : size_}; }
    char32_t code(std::size_t at) const { return is_ascii_ ? static_cast<unsigned char>(bytes_[at]) : text_[at]; }

    // The first place from `at` on that has a bit in one of two columns, the size of the block where none has.
    std::size_t next(std::uint64_t Survey::*one, std::uint64_t Survey::*other, std::size_t at) const {
        if (at >= size_) return size_;
        auto block = at / block_size;
        const auto bits_of = [&] { return survey_[block].*one | survey_[block].*other; };
        auto bits = bits_of() & (~std::uint64_t{0} << (at % block_size));
        while (bits == 0) {
            if (++block * block_size >= size_) return size_;
            bits = bits_of();
        }
        return block * block_size + lowest_bit(bits);
    }

    // What stands in each 64 characters.
    const Survey* survey() const { return survey_.data(); }

    bool has_breaks() const { return has_breaks_; }
    bool is_ascii() const { return is_ascii_; }

    // The letters of ASCII, as many as are capital and small.
    std::size_t capitals() const { return capitals_; }
    std::size_t smalls() const { return smalls_; }

private:
    const char* bytes_ = nullptr;
    std::size_t size_ = 0;
    std::vector<char32_t> text_;  // longer than a block, as those before it were
    std::vector<char> narrow_;
    std::vector<Survey> survey_;
    bool has_breaks_ = false, is_ascii_ = true;
    std::size_t capitals_ = 0, smalls_ = 0;
};

}  // namespace dedup
