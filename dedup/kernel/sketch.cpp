#include "sketch.hpp"

#include <algorithm>
#include <stdexcept>

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
    const auto size = shingle_count(count, shingle_);
    if (values_.size() < size) values_.resize(size);
    wide().spread(words, size, std::min(count, shingle_), values_.data());
    wide().lower(values_.data(), size, {multipliers_.data(), increments_.data(), multipliers_.size()}, slots);
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

Seeds seeds(const Passages& passages, std::size_t shingle, std::size_t window) {
    Seeds out;
    std::vector<std::uint64_t> shingles;
    for_passages(passages, [&](const std::uint64_t* words, std::size_t count, std::int64_t first) {
        make_shingles(words, count, shingle, shingles);
        const auto add = [&](std::size_t at) {
            out.hashes.push_back(shingles[at]);
            out.places.push_back(first + static_cast<std::int64_t>(at));
        };
        if (shingles.empty()) return;
        if (shingles.size() <= window) return add(static_cast<std::size_t>(std::min_element(shingles.begin(), shingles.end()) - shingles.begin()));
        auto last = least_of(shingles, 0, window);
        add(last);
        for (std::size_t start = 1; start + window <= shingles.size(); ++start) {
            const auto end = start + window - 1;  // the one that came in; the least stays what it was while it is there
            const auto found = last < start ? least_of(shingles, start, end + 1) : shingles[end] <= shingles[last] ? end : last;
            if (found != last) add(found);
            last = found;
        }
    });
    return out;
}

}  // namespace dedup
