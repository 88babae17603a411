// What of a quotation is a copy. The definition is `dedup/quotations.py`.
#pragma once

#include <cstdint>
#include <vector>

#include "align.hpp"
#include "runs.hpp"

namespace dedup {

// Add the lines of a sentence, which begin at `line_starts` (ascending), that agree word by word: `whole_lines`.
void add_whole_lines(const Runs& runs, Span<std::uint8_t> marks, const std::vector<Place>& line_starts, Stretch sentence,
                     std::vector<Stretch>& out);

// Leads copies on by the sentences of a quotation before and behind them.
class LeadingOn {
public:
    // Add the runs that `led_on` gives of a copy, where `keeper` is what it is led on in.
    void add(Stretch copy, Stretch keeper_copy, AlignedWords document, Span<std::uint64_t> keeper, std::vector<std::uint8_t>& taken,
             Chain& out);

private:
    Place last_before(Span<std::uint64_t> words, Span<std::uint64_t> keeper, Place end);
    Place first_behind(Span<std::uint64_t> words, Span<std::uint64_t> keeper, Place start);

    std::vector<std::size_t> failures_;
};

}  // namespace dedup
