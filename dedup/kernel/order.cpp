#include "order.hpp"

#include <algorithm>
#include <numeric>
#include <string_view>

namespace dedup {
namespace {

std::string_view string(const Ragged<std::uint8_t>& strings, std::size_t number) {
    const auto own = strings[number];
    return {reinterpret_cast<const char*>(own.values), own.size()};
}

// How many bytes all strings begin with alike.
std::size_t common_prefix(const Ragged<std::uint8_t>& strings) {
    auto prefix = string(strings, 0);
    for (std::size_t number = 1; number < strings.size() && !prefix.empty(); ++number) {
        const auto own = string(strings, number);
        const auto size = std::min(prefix.size(), own.size());
        prefix = prefix.substr(0, static_cast<std::size_t>(std::mismatch(prefix.begin(), prefix.begin() + size, own.begin()).first - prefix.begin()));
    }
    return prefix.size();
}

// Eight bytes from a place on, the first one uppermost; zeros behind the end.
std::uint64_t leading(std::string_view string, std::size_t at) {
    std::uint64_t result = 0;
    for (std::size_t byte = at; byte < at + 8; ++byte) result = result << 8 | (byte < string.size() ? static_cast<unsigned char>(string[byte]) : 0);
    return result;
}

bool is_ascending(const Ragged<std::uint8_t>& strings, bool& distinct) {
    for (std::size_t number = 1; number < strings.size(); ++number) {
        const auto told = string(strings, number - 1).compare(string(strings, number));
        if (told > 0) return false;
        distinct = distinct && told != 0;
    }
    return true;
}

}  // namespace

Order order(const Ragged<std::uint8_t>& strings) {
    Order out;
    out.numbers.resize(strings.size());
    std::iota(out.numbers.begin(), out.numbers.end(), 0);
    if (is_ascending(strings, out.distinct)) return out;
    // Most are told apart by the first eight bytes behind those that all have.
    struct Entry {
        std::uint64_t first;
        std::int64_t number;
    };
    const auto prefix = common_prefix(strings);
    std::vector<Entry> entries;
    entries.reserve(strings.size());
    for (const auto number : out.numbers) entries.push_back({leading(string(strings, static_cast<std::size_t>(number)), prefix), number});
    const auto compared = [&](const Entry& left, const Entry& right) {
        return string(strings, static_cast<std::size_t>(left.number)).compare(string(strings, static_cast<std::size_t>(right.number)));
    };
    std::sort(entries.begin(), entries.end(), [&](const Entry& left, const Entry& right) {
        if (left.first != right.first) return left.first < right.first;
        const auto told = compared(left, right);
        return told != 0 ? told < 0 : left.number < right.number;
    });
    out.distinct = true;
    for (std::size_t at = 0; at < entries.size(); ++at) {
        out.numbers[at] = entries[at].number;
        if (at > 0 && compared(entries[at - 1], entries[at]) == 0) out.distinct = false;
    }
    return out;
}

}  // namespace dedup
