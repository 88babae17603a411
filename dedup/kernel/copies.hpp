// What of a document is a copy of what its keeper has. The definition is `dedup/passages.py`.
#pragma once

#include <cstdint>
#include <functional>
#include <vector>

namespace dedup::deciding {

using Place = std::int64_t;

// As in `dedup/passages.py` and `dedup/conflicts.py`, which say what they are.
constexpr Place own_run = 6, edge = 2, piece = 4;
constexpr double own_share = 0.6, tolerance = 0.25;
// dedup.words.Mark
constexpr std::uint8_t starts_sentence = 1, figure = 2, name = 4, heading = 16, starts_line = 64;

// Words of a document and of its keeper that agree one by one.
struct Run {
    Place start, other, length;

    Place end() const { return start + length; }
    Place other_end() const { return other + length; }
    bool operator<(const Run& run) const;
};

// Ascending and apart in the document.
using Runs = std::vector<Run>;

struct Passage {
    Place start, end;
    Runs runs;

    Place agreed() const;
    bool operator<(const Passage& passage) const;
};

struct Alike {
    Place start, end, keeper_start, keeper_end;
    double similarity, containment;
};

// A sentence of a passage: its words, and which of the passage's runs are its. There is one at least, and none goes on
// beyond it.
struct Sentence {
    Place start, end, first_run, end_run;
};

// How alike a span of a document is to the keeper's from the first to the last of the runs, of which there is one at least.
Alike alike(const Runs& runs, Place start, Place end);

// The parts of runs that lie in a span of the document.
Runs clipped(const Runs& runs, Place start, Place end);

bool is_enough(double similarity, double containment, double threshold);
bool is_copy(const Runs& runs, Place start, Place end, double threshold);
bool is_shared(const Runs& runs, Place start, Place end);

// Call `take` with neighbouring sentences as one passage if they are alike enough, else without the worst of them, and so on.
void alike_enough(const std::vector<Sentence>& sentences, const Runs& runs, double threshold,
                  const std::function<void(const Passage&)>& take);

}  // namespace dedup::deciding
