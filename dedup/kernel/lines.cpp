#include "lines.hpp"

#include <algorithm>
#include <array>
#include <stdexcept>

#include "bits.hpp"
#include "text.hpp"
#include "utf8.hpp"
#include "wide.hpp"

namespace dedup {
namespace {

constexpr std::string_view byte_order_mark = "\xEF\xBB\xBF";

// Reads one line after the other.
class LineReader {
public:
    LineReader(std::string_view piece, const Shape& shape, const LineLimits& limits, const Alphabet& alphabet)
        : piece_(piece), shape_(shape), limits_(limits), reader_(alphabet, WordReader::Which::drawn), sketcher_(shape),
          slots_(shape.bands * shape.rows), keys_(shape.bands) {}

    Lines read() {
        for (std::size_t at = 0; at < piece_.size(); ++out_.count) {
            const auto stop = piece_.find('\n', at);
            const auto next = stop == std::string_view::npos ? piece_.size() : stop + 1;
            add(at, next);
            at = next;
        }
        out_.keys = by_band();
        return std::move(out_);
    }

private:
    // The keys of a band one behind the other, of some lines at a time, so that what is read stays in the cache.
    std::vector<std::uint64_t> by_band() const {
        constexpr std::size_t together = 64;
        const auto count = out_.states.size();
        std::vector<std::uint64_t> result(out_.keys.size());
        for (std::size_t low = 0; low < count; low += together) {
            const auto high = std::min(count, low + together);
            for (std::size_t band = 0; band < shape_.bands; ++band) {
                for (auto at = low; at < high; ++at) result[band * count + at] = out_.keys[at * shape_.bands + band];
            }
        }
        return result;
    }

    void add(std::size_t start, std::size_t end) {
        const bool too_long = end - start > limits_.max_bytes;
        if (piece_.substr(start, byte_order_mark.size()) == byte_order_mark && !too_long) start += byte_order_mark.size();
        const auto whole = piece_.substr(start, end - start);
        if (!too_long && std::all_of(whole.begin(), whole.end(), [](char byte) { return is_bytes_space(static_cast<unsigned char>(byte)); })) return;
        auto line = whole;  // what goes to the definition stays as it is
        while (!line.empty() && is_json_space(line.back())) line.remove_suffix(1);
        while (!line.empty() && is_json_space(line.front())) line.remove_prefix(1);
        const auto state = too_long ? Lines::too_long : read_line(line);
        put(is_known(state) ? line : whole, state);
    }

    static bool is_known(Lines::State state) { return state == Lines::read || state == Lines::no_id; }

    // What a line is; what is known of it then stands in `record_`, `text_`, `known_` and `keys_`.
    Lines::State read_line(std::string_view line) {
        record_ = {};
        if (!read_record(line, record_) || !record_.text.is_string() || !record_.look_within()) return Lines::unknown;
        const std::array<const JsonValue*, 3> pages{&record_.html, &record_.raw_html, &record_.markdown};
        if (std::any_of(pages.begin(), pages.end(), [](const JsonValue* value) { return value->is_there(); })) return Lines::unknown;
        id_ = first_of(record_.ids), url_ = first_of(record_.urls), date_ = first_of(record_.dates);
        const std::array<const JsonValue*, 4> stated{&id_, &date_, &url_, &record_.site};
        const auto is_strange = [](const JsonValue* value) { return value->kind == JsonValue::other; };
        if (std::any_of(stated.begin(), stated.end(), is_strange)) return Lines::unknown;
        const bool named = id_.kind != JsonValue::missing;
        if (named && (id_.kind == JsonValue::null || id_.source.size() == 2)) return Lines::unknown;
        if (!record_.text.escaped) text_ = record_.text.source.substr(1, record_.text.source.size() - 2);
        else if (!strings_.read(record_.text.source, text_)) return Lines::unknown;
        known_.characters = record_.text.wide ? count_characters(text_) : text_.size();
        known_.digest = wide().digest(text_.data(), text_.size());
        if (limits_.words ? !read_words() : !is_utf8(text_)) return Lines::unknown;
        return named ? Lines::read : Lines::no_id;
    }

    // Sketch the words of the text; false where only the definition can tell them, or whether there are any.
    bool read_words() {
        if (!reader_.read(text_)) return false;
        const auto words = reader_.hashes();
        // A character of a script without spaces counts half.
        if (words.empty() || (known_.characters != text_.size() && words.size() < 2 * limits_.min_words)) return false;
        known_.print = {};
        const auto* behind = record_.text.source.data() + record_.text.source.size();
        fetch(behind, std::min(static_cast<std::size_t>(piece_.data() + piece_.size() - behind), 2 * record_.text.source.size()));
        if (words.size() >= limits_.min_words) known_.print = wide().digest(words.values, words.size() * sizeof(std::uint64_t));
        sketcher_.sketch(words.values, words.size(), slots_.data());
        make_keys(slots_.data(), shape_.bands, shape_.rows, keys_.data());
        return true;
    }

    void put(std::string_view line, Lines::State state) {
        const bool known = is_known(state);
        const auto start = line.data() - piece_.data();
        out_.states.push_back(state);
        out_.numbers.push_back(out_.count);
        out_.starts.push_back(start);
        out_.ends.push_back(start + static_cast<std::int64_t>(line.size()));
        const auto* text = known ? record_.text.source.data() : piece_.data();
        out_.text_starts.push_back(text - piece_.data());
        out_.text_ends.push_back(text - piece_.data() + static_cast<std::int64_t>(known ? record_.text.source.size() : 0));
        if (!known) known_ = {};
        out_.characters.push_back(static_cast<std::int64_t>(known_.characters));
        out_.words.push_back(known ? static_cast<std::int64_t>(reader_.hashes().size()) : 0);
        put_halves(known_.digest, out_.digests);
        put_halves(known_.print, out_.prints);
        if (!known) std::fill(keys_.begin(), keys_.end(), 0);
        out_.keys.insert(out_.keys.end(), keys_.begin(), keys_.end());
        put_string(known ? id_ : JsonValue{}, out_.ids);
        put_string(known ? date_ : JsonValue{}, out_.dates);
        put_string(known ? url_ : JsonValue{}, out_.urls);
        put_string(known ? record_.site : JsonValue{}, out_.sites);
    }

    static void put_halves(const Digest& digest, std::vector<std::uint64_t>& out) {
        out.push_back(digest.high);
        out.push_back(digest.low);
    }

    static void put_string(const JsonValue& value, Strings& out) {
        if (value.is_string()) append_if_string(value.source, out.bytes);  // which it is
        out.end();
    }

    struct Known {
        std::size_t characters = 0;
        Digest digest{}, print{};
    };

    const std::string_view piece_;
    const Shape shape_;
    const LineLimits limits_;
    WordReader reader_;
    Sketcher sketcher_;
    std::vector<std::uint32_t> slots_;
    std::vector<std::uint64_t> keys_;
    JsonRecord record_;
    JsonValue id_, url_, date_;
    StringReader strings_;
    std::string_view text_;
    Known known_;
    Lines out_;
};

}  // namespace

Lines read_lines(std::string_view piece, const Shape& shape, const LineLimits& limits, const Alphabet& alphabet) {
    return LineReader(piece, shape, limits, alphabet).read();
}

}  // namespace dedup
