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

void make_keys(const std::uint32_t* slots, std::size_t bands, std::size_t rows, std::uint64_t* keys) {
    for (std::size_t band = 0; band < bands; ++band) {
        std::uint64_t state = band + 1;
        for (std::size_t row = 0; row < rows; ++row) state = mix(state * step + slots[band * rows + row]);
        keys[band] = state;
    }
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
    if (shingles_.empty()) return;
    const auto size = out_.hashes.size();
    out_.hashes.resize(size + shingles_.size());
    out_.places.resize(size + shingles_.size());
    auto* hashes = out_.hashes.data() + size;
    auto* places = out_.places.data() + size;
    const auto put = [&](std::size_t at) {
        *hashes++ = shingles_[at];
        *places++ = first + static_cast<std::int64_t>(at);
    };
    if (shingles_.size() <= window_) {
        put(static_cast<std::size_t>(std::min_element(shingles_.begin(), shingles_.end()) - shingles_.begin()));
    } else {
        auto last = least_of(shingles_, 0, window_);
        put(last);
        for (std::size_t start = 1; start + window_ <= shingles_.size(); ++start) {
            const auto end = start + window_ - 1;  // the one that came in; the least stays what it was while it is there
            const auto found = last < start ? least_of(shingles_, start, end + 1) : shingles_[end] <= shingles_[last] ? end : last;
            if (found != last) put(found);
            last = found;
        }
    }
    const auto end = static_cast<std::size_t>(hashes - out_.hashes.data());
    out_.hashes.resize(end);
    out_.places.resize(end);
}

Seeds seeds(const Passages& passages, std::size_t shingle, std::size_t window) {
    SeedsReader reader(shingle, window);
    for_passages(passages, [&](const std::uint64_t* words, std::size_t count, std::int64_t first) { reader.add(words, count, first); });
    return reader.take();
}

}  // namespace dedup
