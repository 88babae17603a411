#include "whole.hpp"

#include <algorithm>
#include <numeric>
#include <stdexcept>

#include "json.hpp"
#include "rounded.hpp"
#include "shares.hpp"

namespace dedup {
namespace {

bool is_share(double value) { return value >= 0 && value <= 1; }

}  // namespace

Strings whole_tails(const WholeGone& gone) {
    Strings out;
    std::string why;
    for (std::size_t at = 0; at < gone.keepers.size(); ++at) {
        const double jaccard = gone.jaccard[at], containment = gone.containment[at];
        if (!is_share(jaccard) || !is_share(containment)) throw std::invalid_argument("a share that is none");
        const auto own = gone.keepers[at];
        const std::string_view name(reinterpret_cast<const char*>(own.values), own.size());
        why.clear();
        append_percent(jaccard, why);
        why.append(" of the shingles of this document and ").append(name).append(" are in both.");
        auto& tail = out.bytes;
        tail.append(",\"reason\":\"duplicate\",\"kind\":\"document\",\"why\":");
        append_quoted(why, tail);
        tail.append(",\"evidence\":{\"words\":");
        append_number(gone.words[at], tail);
        tail.append(",\"containment\":");
        append_share(rounded(containment), tail);
        tail.append(",\"jaccard\":");
        append_share(rounded(jaccard), tail);
        tail.append("},\"keeper\":{\"id\":");
        append_quoted(name, tail);
        tail.append(",\"start\":0,\"end\":");
        append_number(gone.characters[at], tail);
        tail.append("},\"similarity\":");
        append_share(rounded(jaccard), tail);
        tail += '}';
        out.end();
    }
    return out;
}

Settled settled(Span<std::int64_t> pairs, std::size_t documents) {
    if (pairs.size() % 2 != 0) throw std::invalid_argument("a pair of one");
    Settled out;
    out.keepers.resize(documents);
    std::iota(out.keepers.begin(), out.keepers.end(), 0);
    out.pairs.assign(documents, -1);
    for (std::size_t at = 0; at < pairs.size(); at += 2) {
        const auto first = pairs[at], second = pairs[at + 1];
        if (first < 0 || second < 0 || static_cast<std::size_t>(std::max(first, second)) >= documents) throw std::invalid_argument("a pair of no document");
        const auto keeper = static_cast<std::size_t>(first), document = static_cast<std::size_t>(second);
        if (out.keepers[document] != second || out.keepers[keeper] != first) continue;
        out.keepers[document] = first;
        out.pairs[document] = static_cast<std::int64_t>(at / 2);
    }
    return out;
}

}  // namespace dedup
