#include <stdexcept>

#include "lines.hpp"
#include "shares.hpp"

namespace dedup {
namespace {

void append_hex(std::uint64_t value, Bytes& out) {
    static constexpr char digits[] = "0123456789abcdef";
    char written[16];
    for (int at = 0; at < 16; ++at) written[at] = digits[(value >> (60 - 4 * at)) & 15];
    out.append(written, sizeof written);
}

// Writes one line after the other.
class LineWriter {
public:
    LineWriter(std::string_view piece, const LinesRead& lines, const Going& going) : piece_(piece), lines_(lines), going_(going) {}

    Written write() {
        const auto& rows = lines_.rows;
        if (rows.empty()) return {};
        const auto first = static_cast<std::size_t>(rows[0]), last = static_cast<std::size_t>(rows[rows.size() - 1]);
        out_.clean.reserve(static_cast<std::size_t>(lines_.ends[last] - lines_.starts[first]) + rows.size());
        out_.sources.reserve(rows.size() * (going_.place.size() + 160));
        for (std::size_t number = 0; number < rows.size(); ++number) {
            const auto at = static_cast<std::size_t>(rows[number]);
            id_.clear();
            if (lines_.states[at] == Lines::read) append_quoted(view(lines_.ids[at]), id_);
            else put_place(at, id_);
            if (going_.goes[number] < 0) keep(at);
            else if (!going_.left) remove(at, static_cast<std::size_t>(going_.goes[number]));
            else change(at, static_cast<std::size_t>(going_.goes[number]));
            put_source(at, number);
        }
        flush();
        return std::move(out_);
    }

private:
    static std::string_view view(Span<std::uint8_t> bytes) { return {reinterpret_cast<const char*>(bytes.values), bytes.size()}; }

    std::string_view source(std::int64_t start, std::int64_t end) const {
        return piece_.substr(static_cast<std::size_t>(start), static_cast<std::size_t>(end - start));
    }

    template <class Out>
    void put_place(std::size_t at, Out& out) const {
        out.append(going_.place);
        append_number(going_.first + lines_.numbers[at], out);
        out += '"';
    }

    // Lines that are kept wait for those behind them, to be copied at once: one byte between two is a line break.
    void keep(std::size_t at) {
        if (lines_.states[at] == Lines::no_id) {
            put_start(at);
            out_.clean.append(source(start_, lines_.ends[at]));
            out_.clean += '\n';
            return;
        }
        const auto start = lines_.starts[at];
        if (kept_ == kept_end_ || start != kept_end_ + 1) {
            flush();
            kept_ = start;
        }
        kept_end_ = lines_.ends[at];
    }

    void flush() {
        if (kept_ == kept_end_) return;
        out_.clean.append(source(kept_, kept_end_));
        out_.clean += '\n';
        kept_ = kept_end_;
    }

    // Put the id in front of a line that has none; `start_` is where the rest of the line begins.
    void put_start(std::size_t at) {
        flush();
        start_ = lines_.starts[at];
        if (lines_.states[at] != Lines::no_id) return;
        out_.clean.append("{\"id\":");
        out_.clean.append(id_);
        out_.clean += ',';
        for (++start_; start_ < lines_.text_starts[at] && is_json_space(piece_[static_cast<std::size_t>(start_)]);) ++start_;
    }

    // A line that parts of its text go of.
    void change(std::size_t at, std::size_t number) {
        out_.removed.append(view(going_.tails[number]));
        const auto left = view((*going_.left)[number]);
        if (left.empty()) return;
        put_start(at);
        out_.clean.append(source(start_, lines_.text_starts[at]));
        append_quoted(left, out_.clean);
        out_.clean.append(source(lines_.text_ends[at], lines_.ends[at]));
        out_.clean += '\n';
    }

    void remove(std::size_t at, std::size_t number) {
        const auto text = source(lines_.text_starts[at], lines_.text_ends[at]);
        std::string_view characters;
        if (!strings_.read(text, characters)) throw std::invalid_argument("a text that is no string of JSON");
        auto& out = out_.removed;
        out.append("{\"id\":");
        out.append(id_);
        out.append(",\"start\":0,\"end\":");
        append_number(lines_.characters[at], out);
        out.append(",\"text\":");
        append_quoted(characters, out);
        out.append(view(going_.tails[number]));
        out += '\n';
    }

    void put_source(std::size_t at, std::size_t number) {
        const auto site = view(going_.names[static_cast<std::size_t>(going_.sites[number])]), date = view(going_.dates[number]);
        auto& out = out_.sources;
        out.reserve(2 * id_.size() + going_.place.size() + site.size() + date.size() + 256);
        out.append("{\"id\":");
        out.append(id_);
        out.append(",\"place\":");
        put_place(at, out);
        out.append(",\"format\":\"text\",\"encoding\":null,\"exact\":true,\"characters\":");
        append_number(lines_.characters[at], out);
        out.append(",\"digest\":\"");
        append_hex(lines_.digests[2 * at], out);
        append_hex(lines_.digests[2 * at + 1], out);
        out += '"';
        put_known(",\"site\":", site);
        put_known(",\"date\":", date);
        out.append("}\n");
    }

    void put_known(std::string_view name, std::string_view value) {
        if (value.empty()) return;
        out_.sources.append(name);
        append_quoted(value, out_.sources);
    }

    const std::string_view piece_;
    const LinesRead& lines_;
    const Going& going_;
    Written out_;
    std::string id_;
    StringReader strings_;
    std::int64_t start_ = 0;
    std::int64_t kept_ = 0, kept_end_ = 0;  // what waits
};

}  // namespace

void LinesRead::check(std::string_view piece) const {
    const auto count = states.size();
    for (const auto* each : {&numbers, &starts, &ends, &text_starts, &text_ends, &characters}) {
        if (each->size() != count) throw std::invalid_argument("columns of different lengths");
    }
    if (digests.size() != 2 * count || ids.size() != count) throw std::invalid_argument("columns of different lengths");
    const auto size = static_cast<std::int64_t>(piece.size());
    std::int64_t row = -1, end = 0;
    for (const auto at : rows) {
        if (at <= row || static_cast<std::size_t>(at) >= count) throw std::invalid_argument("there is no such row");
        const bool inside = end <= starts[at] && starts[at] < ends[at] && ends[at] <= size && starts[at] <= text_starts[at] &&
                            text_starts[at] < text_ends[at] && text_ends[at] - text_starts[at] >= 2 && text_ends[at] <= ends[at];
        if (numbers[at] < 0 || numbers[at] > size) throw std::invalid_argument("there is no such line");
        if (!inside) throw std::invalid_argument("a line that does not lie in the piece");
        row = at;
        end = ends[at];
    }
}

void Going::check(std::size_t rows) const {
    if (goes.size() != rows || sites.size() != rows || dates.size() != rows) throw std::invalid_argument("columns of different lengths");
    for (const auto number : goes) {
        if (number >= static_cast<std::int64_t>(tails.size())) throw std::invalid_argument("there is no such tail");
    }
    for (const auto number : sites) {
        if (number < 0 || static_cast<std::size_t>(number) >= names.size()) throw std::invalid_argument("there is no such site");
    }
    if (first < 0 || first > std::int64_t{1} << 53) throw std::invalid_argument("there is no such line");
    if (left && left->size() != tails.size()) throw std::invalid_argument("a tail has what is left of its text, or none has");
}

Written write_lines(std::string_view piece, const LinesRead& lines, const Going& going) {
    lines.check(piece);
    going.check(lines.rows.size());
    return LineWriter(piece, lines, going).write();
}

}  // namespace dedup
