#include "sketch.hpp"

#include <algorithm>
#include <stdexcept>

#include "wide_sketch.hpp"

namespace dedup {
namespace {

// The place of the last of the least.
std::size_t least_of(const std::vector<std::uint64_t>& hashes, std::size_t first, std::size_t end) {
    auto found = first;
    for (auto at = first; at < end; ++at) found = hashes[at] <= hashes[found] ? at : found;
    return found;
}

// Call `take` with each passage's words, their number and the first one's place.
template <class Take>
void for_passages(const Passages& passages, Take take) {
    for (std::size_t at = 0; at < passages.size; ++at) {
        const auto first = passages.bounds[at];
        take(passages.words + first, static_cast<std::size_t>(passages.bounds[at + 1] - first), first);
    }
}

}  // namespace

void Passages::check(std::size_t count) const {
    if (bounds[0] != 0 || bounds[size] != static_cast<std::int64_t>(count) || !std::is_sorted(bounds, bounds + size + 1)) {
        throw std::invalid_argument("the bounds are not those of the words");
    }
}

void make_shingles(const std::uint64_t* words, std::size_t count, std::size_t length, std::vector<std::uint64_t>& out) {
    if (length == 0 || length > longest_shingle) throw std::invalid_argument("no shingle has so many words");
    out.resize(count == 0 ? 0 : count < length ? 1 : count - length + 1);
    wide().join(words, out.size(), std::min(count, length), out.data());
}

void Sketcher::sketch(const std::uint64_t* words, std::size_t count, std::uint32_t* slots) {
    make_shingles(words, count, shape_.shingle, shingles_);
    values_.resize(shingles_.size());
    wide().spread(shingles_.data(), shingles_.size(), values_.data());
    wide().lower(values_.data(), values_.size(), {shape_.multipliers, shape_.increments, shape_.bands * shape_.rows}, slots);
}

namespace {

// The keys of so many bands from `first` on: each step waits for the one before, those of other bands need not.
template <std::size_t count>
void make_keys_of(const std::uint32_t* slots, std::size_t first, std::size_t rows, std::uint64_t* keys) {
    std::uint64_t states[count];
    for (std::size_t each = 0; each < count; ++each) states[each] = first + each + 1;
    for (std::size_t row = 0; row < rows; ++row) {
        for (std::size_t each = 0; each < count; ++each) states[each] = mix(states[each] * step + slots[(first + each) * rows + row]);
    }
    std::copy_n(states, count, keys + first);
}

}  // namespace

void make_keys(const std::uint32_t* slots, std::size_t bands, std::size_t rows, std::uint64_t* keys) {
    constexpr std::size_t together = 4;
    std::size_t band = 0;
    for (; band + together <= bands; band += together) make_keys_of<together>(slots, band, rows, keys);
    for (; band < bands; ++band) make_keys_of<1>(slots, band, rows, keys);
}

std::vector<std::uint64_t> band_keys(const Passages& passages, const Shape& shape) {
    Sketcher sketcher(shape);
    std::vector<std::uint32_t> slots(shape.bands * shape.rows);
    std::vector<std::uint64_t> keys(passages.size * shape.bands);
    auto* next = keys.data();
    for_passages(passages, [&](const std::uint64_t* words, std::size_t count, std::int64_t) {
        sketcher.sketch(words, count, slots.data());
        make_keys(slots.data(), shape.bands, shape.rows, next);
        next += shape.bands;
    });
    return keys;
}

void SeedsReader::add(const std::uint64_t* words, std::size_t count, std::int64_t first) {
    make_shingles(words, count, shingle_, shingles_);
    const auto size = shingles_.size();
    if (size == 0) return;
    if (places_.size() < size) places_.resize(2 * size);
    std::size_t found = 0;
    if (size <= window_) places_[found++] = std::min_element(shingles_.begin(), shingles_.end()) - shingles_.begin();
    else if (window_ == 4) found = least_of_four();
    else found = least_of_each();
    // In their place: they ascend.
    for (std::size_t each = 0; each < found; ++each) {
        shingles_[each] = shingles_[static_cast<std::size_t>(places_[each])];
        places_[each] += first;
    }
    out_.hashes.insert(out_.hashes.end(), shingles_.data(), shingles_.data() + found);
    out_.places.insert(out_.places.end(), places_.data(), places_.data() + found);
}

std::size_t SeedsReader::least_of_each() {
    std::size_t found = 0;
    auto last = least_of(shingles_, 0, window_);
    places_[found++] = static_cast<std::int64_t>(last);
    for (std::size_t start = 1; start + window_ <= shingles_.size(); ++start) {
        const auto end = start + window_ - 1;  // the one that came in; the least stays what it was while it is there
        const auto least = last < start ? least_of(shingles_, start, end + 1) : shingles_[end] <= shingles_[last] ? end : last;
        if (least != last) places_[found++] = static_cast<std::int64_t>(least);
        last = least;
    }
    return found;
}

// A shingle is the last of the least of a window if so many in a row before it are no less, and behind it greater, that
// these fill one. Without a branch: two of five are, and which cannot be guessed.
std::size_t SeedsReader::least_of_four() {
    const auto size = shingles_.size();
    const auto* hashes = shingles_.data();
    std::size_t found = 0;
    // Whether the one that stands 1, 2, 3 places behind is greater, of those before: the lowest bit of the last. Before the
    // first there are none that are no less.
    unsigned greater1 = ~0U, greater2 = ~0U, greater3 = ~0U;
    const auto put = [&](std::size_t at, unsigned behind1, unsigned behind2, unsigned behind3) {
        const auto before = ~greater1, before2 = before & ~(greater2 >> 1), before3 = before2 & ~(greater3 >> 2);
        const auto both2 = behind1 & behind2, all3 = both2 & behind3;
        places_[found] = static_cast<std::int64_t>(at);
        found += (before3 | (before2 & behind1) | (before & both2) | all3) & 1;
        greater1 = greater1 << 1 | behind1;
        greater2 = greater2 << 1 | behind2;
        greater3 = greater3 << 1 | behind3;
    };
    std::size_t at = 0;
    for (; at + 3 < size; ++at) put(at, hashes[at + 1] > hashes[at], hashes[at + 2] > hashes[at], hashes[at + 3] > hashes[at]);
    for (; at < size; ++at) put(at, at + 1 < size && hashes[at + 1] > hashes[at], at + 2 < size && hashes[at + 2] > hashes[at], 0);
    return found;
}

Seeds seeds(const Passages& passages, std::size_t shingle, std::size_t window) {
    SeedsReader reader(shingle, window);
    for_passages(passages, [&](const std::uint64_t* words, std::size_t count, std::int64_t first) { reader.add(words, count, first); });
    return reader.take();
}

}  // namespace dedup
