#include "sketch.hpp"

#include <algorithm>
#include <stdexcept>

#include "room.hpp"
#include "wide.hpp"

namespace dedup {
namespace {

// The place of the last of the least.
std::size_t least_of(const std::vector<std::uint64_t>& hashes, std::size_t first, std::size_t end) {
    auto found = first;
    for (auto at = first; at < end; ++at) found = hashes[at] <= hashes[found] ? at : found;
    return found;
}

// How many shingles there are of so many words; throws as `make_shingles` does.
std::size_t shingle_count(std::size_t words, std::size_t length) {
    if (length == 0 || length > longest_shingle) throw std::invalid_argument("no shingle has so many words");
    return words == 0 ? 0 : words < length ? 1 : words - length + 1;
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
    out.resize(shingle_count(count, length));
    wide().join(words, out.size(), std::min(count, length), out.data());
}

Sketcher::Sketcher(const Shape& shape) : shingle_(shape.shingle), multipliers_(shape.bands * shape.rows), increments_(multipliers_.size()) {
    for (std::size_t band = 0, slot = 0; band < shape.bands; ++band) {
        for (std::size_t row = 0; row < shape.rows; ++row, ++slot) {
            multipliers_[row * shape.bands + band] = shape.multipliers[slot];
            increments_[row * shape.bands + band] = shape.increments[slot];
        }
    }
}

void Sketcher::sketch(const std::uint64_t* words, std::size_t count, std::uint32_t* slots) {
    spread(words, count, values_);
    lower(values_.data(), shingle_count(count, shingle_), slots);
}

void Sketcher::spread(const std::uint64_t* words, std::size_t count, std::vector<std::uint32_t>& values) const {
    const auto size = shingle_count(count, shingle_);
    if (values.size() < size) values.resize(size);
    wide().spread(words, size, std::min(count, shingle_), values.data());
}

void Sketcher::lower(const std::uint32_t* values, std::size_t count, std::uint32_t* slots) const {
    wide().lower(values, count, {multipliers_.data(), increments_.data(), multipliers_.size()}, slots);
}

void make_keys(const std::uint32_t* slots, std::size_t bands, std::size_t rows, std::uint64_t* keys) {
    wide().keys(slots, bands, rows, keys);
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
    const auto size = size_ = shingle_count(count, shingle_);
    if (size == 0) return;
    if (shingles_.size() < size) {
        shingles_.resize(with_more(size));
        found_.resize(shingles_.size() + 8);
        places_.resize(shingles_.size() + 8);
    }
    wide().join(words, size, std::min(count, shingle_), shingles_.data());
    std::size_t found = 0;
    if (size <= window_) put(static_cast<std::size_t>(std::min_element(shingles_.data(), shingles_.data() + size) - shingles_.data()), first, found);
    else if (window_ == 4) found = least_of_four(first);
    else found = least_of_each(first);
    const auto needed = out_.hashes.size() + found;
    if (out_.hashes.capacity() < needed) reserve(with_more(needed));
    out_.hashes.insert(out_.hashes.end(), found_.data(), found_.data() + found);
    out_.places.insert(out_.places.end(), places_.data(), places_.data() + found);
}

void SeedsReader::put(std::size_t at, std::int64_t first, std::size_t& found) {
    found_[found] = shingles_[at];
    places_[found++] = first + static_cast<std::int64_t>(at);
}

std::size_t SeedsReader::least_of_each(std::int64_t first) {
    std::size_t found = 0;
    auto last = least_of(shingles_, 0, window_);
    put(last, first, found);
    for (std::size_t start = 1; start + window_ <= size_; ++start) {
        const auto end = start + window_ - 1;  // the one that came in; the least stays what it was while it is there
        const auto least = last < start ? least_of(shingles_, start, end + 1) : shingles_[end] <= shingles_[last] ? end : last;
        if (least != last) put(least, first, found);
        last = least;
    }
    return found;
}

std::size_t SeedsReader::least_of_four(std::int64_t first) {
    const auto size = size_;
    const auto* hashes = shingles_.data();
    std::size_t found = 0;
    // Those near the ends one by one.
    const auto put_least = [&](std::size_t at) {
        std::size_t before = 0, behind = 0;
        while (before < 3 && before < at && hashes[at - before - 1] >= hashes[at]) ++before;
        while (behind < 3 && at + behind + 1 < size && hashes[at + behind + 1] > hashes[at]) ++behind;
        if (before + behind >= 3) put(at, first, found);
    };
    for (std::size_t at = 0; at < std::min<std::size_t>(3, size); ++at) put_least(at);
    if (size > 6) found += wide().least(hashes + 3, size - 6, first + 3, found_.data() + found, places_.data() + found);
    for (auto at = std::max<std::size_t>(3, size - 3); at < size; ++at) put_least(at);
    return found;
}

Seeds seeds(const Passages& passages, std::size_t shingle, std::size_t window) {
    SeedsReader reader(shingle, window);
    for_passages(passages, [&](const std::uint64_t* words, std::size_t count, std::int64_t first) { reader.add(words, count, first); });
    return reader.take();
}

}  // namespace dedup
