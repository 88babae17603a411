// Columns as they are read: a pointer and a length, and ragged ones.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <stdexcept>

namespace dedup {

template <class T>
struct Span {
    const T* values;
    std::size_t count;

    const T* begin() const { return values; }
    const T* end() const { return values + count; }
    std::size_t size() const { return count; }
    bool empty() const { return count == 0; }
    const T& operator[](std::size_t at) const { return values[at]; }
    bool operator==(const Span& other) const { return std::equal(begin(), end(), other.begin(), other.end()); }
    bool operator<(const Span& other) const {
        return std::lexicographical_compare(begin(), end(), other.begin(), other.end());
    }
};

// Rows of different lengths: row i is values[bounds[i]:bounds[i + 1]].
template <class T>
class Ragged {
public:
    // Throws std::invalid_argument where the bounds leave the values or go back.
    Ragged(Span<T> values, Span<std::int64_t> bounds) : values_(values), bounds_(bounds) {
        const bool whole = !bounds.empty() && bounds[0] >= 0 && std::is_sorted(bounds.begin(), bounds.end()) &&
                           static_cast<std::uint64_t>(bounds[bounds.size() - 1]) <= values.size();
        if (!whole) throw std::invalid_argument("bounds that are none");
    }
    std::size_t size() const { return bounds_.size() - 1; }
    Span<T> operator[](std::size_t row) const {
        return {values_.values + bounds_[row], static_cast<std::size_t>(bounds_[row + 1] - bounds_[row])};
    }

private:
    Span<T> values_;
    Span<std::int64_t> bounds_;
};

}  // namespace dedup
