#include "losses.hpp"

#include <stdexcept>

#include "cutter.hpp"
#include "json.hpp"
#include "markup.hpp"
#include "shares.hpp"
#include "text.hpp"
#include "utf8.hpp"

namespace dedup {
namespace {

constexpr std::size_t place_width = 7, likeness_width = 3;
enum : std::size_t { place_start, place_end, place_keeper, place_keeper_start, place_keeper_end, place_words, place_document };

std::string_view bytes(const Span<std::uint8_t>& own) { return {reinterpret_cast<const char*>(own.values), own.size()}; }

// A text, as characters and as bytes.
class Text {
public:
    explicit Text(std::string_view utf8) : utf8_(utf8) {
        if (count_characters(utf8) == utf8.size()) return;
        if (!is_utf8(utf8)) throw Unknown("a text that is no UTF-8");
        for (std::size_t at = 0; at < utf8.size();) {
            places_.push_back(static_cast<std::uint32_t>(at));
            characters_.push_back(next(at));
        }
        places_.push_back(static_cast<std::uint32_t>(utf8.size()));
    }

    TextView view() const {
        if (places_.empty()) return {utf8_.data(), utf8_.size(), 1};
        return {characters_.data(), characters_.size(), 4};
    }
    std::string_view part(std::int64_t start, std::int64_t end) const {
        const auto first = byte(start);
        return utf8_.substr(first, byte(end) - first);
    }
    std::int64_t size() const { return static_cast<std::int64_t>(view().size); }

private:
    std::size_t byte(std::int64_t at) const { return places_.empty() ? static_cast<std::size_t>(at) : places_[static_cast<std::size_t>(at)]; }

    std::uint32_t next(std::size_t& at) const {
        const auto lead = static_cast<unsigned char>(utf8_[at++]);
        if (lead < 0x80) return lead;
        const int more = lead < 0xE0 ? 1 : lead < 0xF0 ? 2 : 3;
        std::uint32_t code = lead & (0x3FU >> more);
        for (int each = 0; each < more; ++each) code = (code << 6) | (static_cast<unsigned char>(utf8_[at++]) & 0x3FU);
        return code;
    }

    std::string_view utf8_;
    std::vector<std::uint32_t> characters_, places_;
};

// The definition tells of a share that has more places.
void append_told(double share, std::string& out) {
    try {
        append_share(share, out);
    } catch (const std::invalid_argument& error) {
        throw Unknown(error.what());
    }
}

class Loser {
public:
    Loser(const Losing& all, const Alphabet& alphabet) : all_(all), alphabet_(alphabet) {}

    Losses read() {
        for (std::size_t row = 0; row < all_.texts.size(); ++row) {
            const auto records = out_.records.bytes.size(), left = out_.left.bytes.size();
            const auto counts = out_.counts;
            bool loses = false;
            try {
                loses = add(row);
            } catch (const Unknown&) {
                out_.records.bytes.resize(records);
                out_.left.bytes.resize(left);
                out_.counts = counts;
                out_.unknown.push_back(static_cast<std::int64_t>(row));
            }
            out_.losing.push_back(loses ? 1 : 0);
            out_.records.end();
            out_.left.end();
        }
        return std::move(out_);
    }

private:
    bool add(std::size_t row) {
        const auto places = all_.places[row];
        flags_.clear();
        for (std::size_t at = 0; at < places.size() / place_width; ++at) {
            flags_.push_back({places[at * place_width + place_start], places[at * place_width + place_end], at});
        }
        if (flags_.empty()) return false;
        const Text text(bytes(all_.texts[row]));
        cut_spans(text.view(), {all_.block_starts[row], all_.block_ends[row]}, alphabet_, flags_);
        std::int64_t last = 0;
        const auto start = out_.left.bytes.size();
        for (const auto& flag : flags_) {
            put_record(row, text, flag);
            out_.left.bytes.append(text.part(last, flag.start));
            last = flag.end;
        }
        out_.left.bytes.append(text.part(last, text.size()));
        const auto left = std::string_view(out_.left.bytes).substr(start);
        if (skip_space(left, 0) == left.size()) out_.left.bytes.resize(start);
        return !flags_.empty();
    }

    void put_record(std::size_t row, const Text& text, const CutSpan& flag) {
        const auto* place = all_.places[row].values + flag.number * place_width;
        const auto* likeness = all_.likeness[row].values + flag.number * likeness_width;
        const auto keeper = bytes(all_.keepers[static_cast<std::size_t>(place[place_keeper])]);
        const bool whole = place[place_document] != 0;
        auto& out = out_.records.bytes;
        out.append("{\"id\":");
        append_quoted(bytes(all_.ids[row]), out);
        out.append(",\"start\":");
        append_number(flag.start, out);
        out.append(",\"end\":");
        append_number(flag.end, out);
        out.append(",\"text\":");
        append_quoted(text.part(flag.start, flag.end), out);
        out.append(whole ? ",\"reason\":\"duplicate\",\"kind\":\"document\",\"why\":" : ",\"reason\":\"duplicate\",\"kind\":\"passage\",\"why\":");
        why_.clear();
        append_percent(likeness[1], why_);
        why_.append(" of its ");
        append_number(place[place_words], why_);
        why_.append(" words stand in ");
        why_.append(keeper);
        why_ += '.';
        append_quoted(why_, out);
        out.append(",\"evidence\":{\"words\":");
        append_number(place[place_words], out);
        out.append(",\"containment\":");
        append_told(likeness[1], out);
        out.append(",\"jaccard\":");
        append_told(likeness[2], out);
        out.append("},\"keeper\":{\"id\":");
        append_quoted(keeper, out);
        out.append(",\"start\":");
        append_number(place[place_keeper_start], out);
        out.append(",\"end\":");
        append_number(place[place_keeper_end], out);
        out.append("},\"similarity\":");
        append_told(likeness[0], out);
        out.append("}\n");
        out_.counts[whole ? 2 : 0] += 1;
        out_.counts[whole ? 3 : 1] += flag.end - flag.start;
    }

    const Losing& all_;
    const Alphabet& alphabet_;
    Losses out_;
    std::vector<CutSpan> flags_;
    std::string why_;
};

}  // namespace

void Losing::check() const {
    const auto count = texts.size();
    for (const auto size : {ids.size(), block_starts.size(), block_ends.size(), places.size(), likeness.size()}) {
        if (size != count) throw std::invalid_argument("columns of different lengths");
    }
    for (std::size_t row = 0; row < count; ++row) {
        const auto own = places[row];
        const auto copies = own.size() / place_width;
        if (copies * place_width != own.size() || likeness[row].size() != copies * likeness_width) throw std::invalid_argument("columns of different lengths");
        for (std::size_t at = 0; at < copies; ++at) {
            const auto keeper = own[at * place_width + place_keeper];
            if (keeper < 0 || static_cast<std::size_t>(keeper) >= keepers.size()) throw std::invalid_argument("there is no such keeper");
            const auto share = likeness[row][at * likeness_width + 1];
            if (!(share >= 0 && share <= 1)) throw std::invalid_argument("a share that is none");
        }
    }
}

Losses losses(const Losing& losing, const Alphabet& alphabet) {
    losing.check();
    return Loser(losing, alphabet).read();
}

}  // namespace dedup
