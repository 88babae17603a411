#include "shares.hpp"

#include <cmath>
#include <stdexcept>

namespace dedup {

void append_share(double share, std::string& out) {
    constexpr std::int64_t places = 10'000;
    const auto whole = std::llround(share * places);
    if (!(share >= 0) || share > 1 || static_cast<double>(whole) / places != share) throw std::invalid_argument("a share of more than four places");
    out += whole == places ? '1' : '0';
    out += '.';
    const auto first = out.size();
    append_number(places + whole % places, out);
    out.erase(first, 1);
    while (out.size() > first + 1 && out.back() == '0') out.pop_back();
}

// Half a per cent goes to the even one, as in Python, where the product is rounded by its exact value.
void append_percent(double share, std::string& out) {
    append_number(static_cast<std::int64_t>(std::nearbyint(share * 100)), out);
    out += '%';
}

}  // namespace dedup
