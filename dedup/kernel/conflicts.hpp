// Where a sentence that two texts share tells something else in each. The definition is `dedup/conflicts.py`.
#pragma once

#include <bitset>
#include <cstdint>
#include <vector>

#include "align.hpp"
#include "misread.hpp"
#include "runs.hpp"

namespace dedup {

// A document and its keeper, with their numbers.
struct Pair {
    std::int64_t document_number, keeper_number;
    AlignedWords document, keeper;
};

// What spells words: `dedup.conflicts.Spelling`. Asked only where a figure or a name may differ.
class Speller {
public:
    virtual ~Speller() = default;
    // Put the words of a stretch of a document, by its number, into `out`, with their shapes.
    virtual void spell(std::int64_t document, Stretch words, std::vector<Spelled>& out) = 0;
};

// A set of words: `dedup.telling.telling_words`.
class WordSet {
public:
    explicit WordSet(Span<std::uint64_t> hashes);
    bool has(std::uint64_t hash) const;

private:
    std::bitset<1 << 16> may_;  // by the lower bits: most words are told apart by them
    std::vector<std::uint64_t> sorted_;
};

// Finds the conflicts of one chain after the other.
class Conflicts {
public:
    // Without a speller no word is taken to be misread.
    Conflicts(const WordSet& telling, Speller* speller) : telling_(telling), speller_(speller) {}

    // Look at another pair, which must stay where it is.
    void take(const Pair& pair);

    // `find_conflicts` of a chain, in stretches that ascend and do not meet.
    void find(const Chain& chain, const std::vector<Stretch>& shared);

    const std::vector<Place>& words() const { return found_; }  // ascending
    Place slots() const { return slots_; }

private:
    struct Gap {
        Stretch here, there;
    };
    // The words of a gap, own_[first:last], that are figures or names which the keeper lacks there.
    struct Candidate {
        Gap gap;
        std::size_t first, last;
        bool swapped;
    };

    void find_gaps(const Chain& chain, const std::vector<Stretch>& shared);
    void find_candidates();
    void add_own(const Gap& gap);
    bool is_telling(const AlignedWords& words, Place at);
    bool has_capital_nouns();

    const WordSet& telling_;
    Speller* speller_;
    const Pair* pair_ = nullptr;
    std::vector<Gap> gaps_;
    std::vector<Candidate> candidates_;
    std::vector<Place> own_, found_, misread_;
    Place slots_ = 0;
    std::vector<std::uint64_t> names_, known_;
    bool knows_names_ = false;
    int capital_nouns_ = -1;  // not counted yet

    // Of words that may be misread: `_misread`.
    struct Misread {
        std::vector<Place> sure, names, unsure;
        std::size_t noise = 0, plain = 0;
    };
    void find_misread();
    void compare(const Gap& gap, Misread& told);
    void compare(Place at, const Spelled& own, Misread& told) const;
    bool is_joined() const;

    std::vector<Spelled> ours_, theirs_;
};

}  // namespace dedup
