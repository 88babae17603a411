#include "shares.hpp"

#include <cmath>
#include <cstdio>
#include <stdexcept>

namespace dedup {

void append_share(double share, std::string& out) {
    const auto whole = std::llround(share * 10000);
    if (!(share >= 0) || share > 1 || static_cast<double>(whole) / 10000 != share) throw std::invalid_argument("a share of more than four places");
    out.append(std::to_string(whole / 10000));
    out += '.';
    auto digits = std::to_string(10000 + whole % 10000).substr(1);
    while (digits.size() > 1 && digits.back() == '0') digits.pop_back();
    out.append(digits);
}

void append_percent(double share, std::string& out) {
    char written[32];
    out.append(written, static_cast<std::size_t>(std::snprintf(written, sizeof written, "%.0f%%", share * 100)));
}

}  // namespace dedup
