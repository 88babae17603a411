#include "whole.hpp"

#include <algorithm>
#include <limits>
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

Taken taken(Span<std::int64_t> pairs, std::size_t documents, Span<std::uint8_t> likeness, std::size_t most) {
    if (pairs.size() != likeness.size()) throw std::invalid_argument("columns of different lengths");
    if (documents > std::numeric_limits<std::uint32_t>::max()) throw std::invalid_argument("more documents than can be numbered");
    enum class State : std::uint8_t { stays, goes, open };
    enum Likeness : std::uint8_t { unknown, alike, other };
    Taken out;
    out.keepers.resize(documents);
    std::iota(out.keepers.begin(), out.keepers.end(), 0);
    out.pairs.assign(documents, -1);
    std::vector<State> states(documents, State::stays);
    for (std::size_t at = 0; at < pairs.size();) {
        const auto document = static_cast<std::size_t>(pairs[at]) / std::max<std::size_t>(1, documents);
        if (pairs[at] < 0 || document >= documents) throw std::invalid_argument("a pair of no document");
        bool open = false, goes = false;
        for (std::size_t asked = 0; at < pairs.size(); ++at) {
            if (at > 0 && pairs[at] <= pairs[at - 1]) throw std::invalid_argument("pairs do not ascend");
            const auto keeper = static_cast<std::size_t>(pairs[at]) - document * documents;
            if (keeper >= documents) break;  // of the next document
            if (keeper >= document) throw std::invalid_argument("a pair of no document");
            if (goes || states[keeper] == State::goes || likeness[at] == other) continue;
            if (likeness[at] == alike && states[keeper] == State::stays) {
                goes = true;  // for this one, if for none of those before it
                if (open) continue;
                out.keepers[document] = static_cast<std::int64_t>(keeper);
                out.pairs[document] = static_cast<std::int64_t>(at);
                continue;
            }
            open = true;
            if (likeness[at] == unknown && asked++ < most) out.wanted.push_back(static_cast<std::int64_t>(at));
        }
        states[document] = goes ? State::goes : open ? State::open : State::stays;
    }
    return out;
}

}  // namespace dedup
