#include "quotations.hpp"

#include <algorithm>
#include <array>
#include <iterator>

namespace dedup {
namespace {

// As in `dedup/quotations.py` and `dedup/align.py`, which say what they are.
constexpr std::size_t telling = 4, least = 2;
constexpr Place widest_gap = 24;

Span<std::uint64_t> part(Span<std::uint64_t> words, Place low, Place high) {
    return {words.begin() + low, static_cast<std::size_t>(high - low)};
}

// `_different`, or `telling` where there are as many or more.
std::size_t different(Span<std::uint64_t> words) {
    std::array<std::uint64_t, telling> seen{};
    std::size_t count = 0;
    for (const auto word : words) {
        const auto end = seen.begin() + static_cast<std::ptrdiff_t>(count);
        if (std::find(seen.begin(), end, word) == end) seen[count++] = word;
        if (count == telling) break;
    }
    return count;
}

// `_sentence_before`
Place sentence_before(Place end, Span<std::uint8_t> marks, const std::vector<std::uint8_t>& taken) {
    for (auto low = end - 1; low >= 0 && (marks[low] & mark::quoted) && !taken[low]; --low) {
        if (marks[low] & mark::starts_sentence) return low;
    }
    return end;
}

// `_sentence_behind`
Place sentence_behind(Place start, Span<std::uint8_t> marks, const std::vector<std::uint8_t>& taken) {
    const auto size = static_cast<Place>(marks.size());
    for (auto high = start; high < size && (marks[high] & mark::quoted) && !taken[high];) {
        ++high;
        if (high == size || (marks[high] & mark::starts_sentence)) return high;
    }
    return start;
}

// Where a sequence first stands in another, `last` where it does not: Knuth, Morris and Pratt's way, so that words that come
// again and again do not cost the product of both lengths.
template <class At>
At found(At first, At last, At wanted, std::size_t size, std::vector<std::size_t>& failures) {
    failures.assign(size, 0);
    for (std::size_t at = 1, same = 0; at < size; ++at) {
        while (same > 0 && wanted[at] != wanted[same]) same = failures[same - 1];
        if (wanted[at] == wanted[same]) ++same;
        failures[at] = same;
    }
    for (std::size_t same = 0; first != last; ++first) {
        if (same == 0 && (first = std::find(first, last, *wanted)) == last) break;
        while (same > 0 && *first != wanted[same]) same = failures[same - 1];
        if (*first == wanted[same]) ++same;
        if (same == size) return first - static_cast<std::ptrdiff_t>(size - 1);
    }
    return last;
}

}  // namespace

void add_whole_lines(const Runs& runs, Span<std::uint8_t> marks, const std::vector<Place>& line_starts, Stretch sentence,
                     std::vector<Stretch>& out) {
    if (!(marks[sentence.start] & mark::quoted)) return;
    const auto first = std::upper_bound(line_starts.begin(), line_starts.end(), sentence.start);
    const auto last = std::lower_bound(first, line_starts.end(), sentence.end);
    // The edges of lines are both ends of the sentence, and what starts between them.
    for (const auto& run : runs.touching(sentence)) {
        auto next = std::lower_bound(first, last, run.start);
        auto edge = run.start <= sentence.start ? sentence.start : next == last ? sentence.end : *next++;
        while (edge < sentence.end) {
            const auto end = next == last ? sentence.end : *next++;
            if (end > run.end()) break;
            out.push_back({edge, end});
            edge = end;
        }
    }
}

// `_last_before`: the first place where the words stand backwards, seen from the end.
Place LeadingOn::last_before(Span<std::uint64_t> words, Span<std::uint64_t> keeper, Place end) {
    const auto size = static_cast<Place>(words.size());
    const auto count = different(words);
    const auto low = count >= telling ? 0 : std::max<Place>(0, end - widest_gap - size);
    if (count < least || size > end - low) return -1;
    const auto own = part(keeper, low, end);
    const auto last = std::make_reverse_iterator(own.begin());
    const auto at = found(std::make_reverse_iterator(own.end()), last, std::make_reverse_iterator(words.end()), words.size(), failures_);
    return at == last ? -1 : low + static_cast<Place>(at.base() - own.begin()) - size;
}

// `_first_behind`
Place LeadingOn::first_behind(Span<std::uint64_t> words, Span<std::uint64_t> keeper, Place start) {
    const auto size = static_cast<Place>(words.size());
    const auto count = different(words);
    const auto whole = static_cast<Place>(keeper.size());
    const auto high = count >= telling ? whole : std::min(whole, start + widest_gap + size);
    if (count < least || size > high - start) return -1;
    const auto own = part(keeper, start, high);
    const auto at = found(own.begin(), own.end(), words.begin(), words.size(), failures_);
    return at == own.end() ? -1 : start + static_cast<Place>(at - own.begin());
}

void LeadingOn::add(Stretch copy, Stretch keeper_copy, AlignedWords document, Span<std::uint64_t> keeper,
                    std::vector<std::uint8_t>& taken, Chain& out) {
    const auto take = [&](Place low, Place high) {
        std::fill(taken.begin() + low, taken.begin() + high, std::uint8_t{1});
    };
    auto place = keeper_copy.start;
    for (auto start = copy.start;;) {
        const auto low = sentence_before(start, document.marks, taken);
        if (low == start || (place = last_before(part(document.hashes, low, start), keeper, place)) < 0) break;
        take(low, start);
        out.push_back({low, place, start - low});
        start = low;
    }
    place = keeper_copy.end;
    for (auto end = copy.end;;) {
        const auto high = sentence_behind(end, document.marks, taken);
        if (high == end || (place = first_behind(part(document.hashes, end, high), keeper, place)) < 0) break;
        take(end, high);
        out.push_back({end, place, high - end});
        place += high - end;
        end = high;
    }
}

}  // namespace dedup
