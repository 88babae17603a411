// Numbers rounded as Python's `round(value, 4)` rounds them.
#pragma once

#include <cmath>

namespace dedup {

// The double next to the decimal number of four places next to `value`, which is told by its exact value: of two as near,
// the even one. For 0 <= value < 2^38, so that all but the last step is exact.
//
// value * 10,000 is taken as a product and, only where that stands just between two whole numbers, what it was rounded by:
// no whole number is passed by rounding, as they all are doubles. The quotient of two whole numbers is the double next to
// it, which is what Python reads from the decimal's digits.
inline double rounded(double value) {
    constexpr double places = 10'000;
    const double product = value * places, below = std::floor(product), over = product - below - 0.5;
    double whole = over > 0 ? below + 1 : below;
    if (over == 0) {
        const double lost = std::fma(value, places, -product);
        whole = lost > 0 || (lost == 0 && std::fmod(below, 2) == 1) ? below + 1 : below;
    }
    return whole / places;
}

}  // namespace dedup
