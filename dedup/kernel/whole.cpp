#include "whole.hpp"

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

}  // namespace dedup
