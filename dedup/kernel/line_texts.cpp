#include "line_texts.hpp"

#include <algorithm>
#include <memory>
#include <stdexcept>

#include "json.hpp"
#include "text.hpp"
#include "text_view.hpp"
#include "utf8.hpp"

namespace dedup {
namespace {

// The numbers of `dedup.table.TAGS`, and what matching must know of their words (`dedup.words.Mark`).
constexpr std::uint8_t tag_heading = 1, tag_quote = 3, tag_rule = 7, mark_heading = 16, mark_quoted = 32;

// Characters as Python has them, in as many bytes each as the largest of them needs. The bytes are UTF-8.
class Wide {
public:
    explicit Wide(std::string_view utf8) {
        char32_t most = 0;
        for (std::size_t at = 0; at < utf8.size();) most = std::max(most, next(utf8, at));
        width_ = most < 0x100 ? 1 : most < 0x10000 ? 2 : 4;
        room_.resize(count_characters(utf8) * static_cast<std::size_t>(width_) / 4 + 1);
        if (width_ == 1) fill(utf8, reinterpret_cast<std::uint8_t*>(room_.data()));
        else if (width_ == 2) fill(utf8, reinterpret_cast<std::uint16_t*>(room_.data()));
        else fill(utf8, room_.data());
    }

    TextView view() const { return {room_.data(), size_, width_}; }

private:
    static char32_t next(std::string_view utf8, std::size_t& at) {
        const auto lead = static_cast<unsigned char>(utf8[at++]);
        if (lead < 0x80) return lead;
        const int more = lead < 0xE0 ? 1 : lead < 0xF0 ? 2 : 3;
        char32_t code = lead & (0x3FU >> more);
        for (int each = 0; each < more; ++each) code = (code << 6) | (static_cast<unsigned char>(utf8[at++]) & 0x3FU);
        return code;
    }

    template <class Unit>
    void fill(std::string_view utf8, Unit* out) {
        for (std::size_t at = 0; at < utf8.size(); ++size_) out[size_] = static_cast<Unit>(next(utf8, at));
    }

    std::vector<std::uint32_t> room_;
    std::size_t size_ = 0;
    int width_ = 1;
};

// Reads the blocks of one text after the other, then the words of all.
class TextsReader {
public:
    TextsReader(const Alphabet& alphabet, std::size_t most) : alphabet_(alphabet) { out_.texts.reserve(most); }

    void add(std::string_view source) {
        const auto start = out_.texts.size(), first = out_.blocks.size();
        is_there_.push_back(!source.empty());
        if (!source.empty()) {
            if (!is_json_string(source)) throw std::invalid_argument("a text that is no string of JSON");
            append_string(source, out_.texts);
            read_blocks(std::string_view(out_.texts).substr(start), alphabet_, out_.blocks, {false, false});
        }
        const auto owner = static_cast<std::int64_t>(out_.text_bounds.size() - 1);
        for (auto at = first; at < out_.blocks.size(); ++at) {
            const auto tag = out_.blocks.tags[at];
            if (tag == tag_rule) continue;
            owners_.push_back(owner);
            starts_.push_back(out_.blocks.firsts[at]);
            ends_.push_back(out_.blocks.lasts[at]);
            kinds_.push_back(tag == tag_heading ? mark_heading : tag == tag_quote ? mark_quoted : 0);
        }
        out_.text_bounds.push_back(static_cast<std::int64_t>(out_.texts.size()));
        out_.block_bounds.push_back(static_cast<std::int64_t>(out_.blocks.size()));
        bounds_.push_back(static_cast<std::int64_t>(owners_.size()));
    }

    LineTexts read() {
        const auto count = out_.text_bounds.size() - 1;
        Spans spans{{}, owners_.data(), starts_.data(), ends_.data(), owners_.size()};
        spans.texts.reserve(count);
        for (std::size_t at = 0; at < count; ++at) spans.texts.push_back(view(at));
        out_.words = marked_texts(spans, kinds_.data(), {bounds_.data(), bounds_.size()}, alphabet_);
        leave_empty();
        return std::move(out_);
    }

private:
    TextView view(std::size_t at) {
        const auto start = static_cast<std::size_t>(out_.text_bounds[at]), end = static_cast<std::size_t>(out_.text_bounds[at + 1]);
        const auto text = std::string_view(out_.texts).substr(start, end - start);
        if (count_characters(text) == text.size()) return {text.data(), text.size(), 1};
        wide_.emplace_back(std::make_unique<Wide>(text));
        return wide_.back()->view();
    }

    // Texts without a word, too: there may be nothing in them that is seen.
    void leave_empty() {
        auto& words = out_.words;
        words.unknown.clear();  // they have none, either
        for (std::size_t at = 0; at + 1 < words.bounds.size(); ++at) {
            if (words.bounds[at] == words.bounds[at + 1] && is_there_[at]) words.unknown.push_back(static_cast<std::int64_t>(at));
        }
    }

    const Alphabet& alphabet_;
    LineTexts out_;
    std::vector<std::int64_t> owners_, bounds_{0};
    std::vector<std::int32_t> starts_, ends_;
    std::vector<std::uint8_t> kinds_;
    std::vector<bool> is_there_;
    std::vector<std::unique_ptr<Wide>> wide_;
};

}  // namespace

LineTexts line_texts(std::string_view piece, Span<std::int64_t> starts, Span<std::int64_t> ends, const Alphabet& alphabet) {
    if (starts.size() != ends.size()) throw std::invalid_argument("columns of different lengths");
    TextsReader reader(alphabet, piece.size());
    for (std::size_t at = 0; at < starts.size(); ++at) {
        const auto start = static_cast<std::size_t>(starts[at]), end = static_cast<std::size_t>(ends[at]);
        if (starts[at] < 0 || end < start || end > piece.size()) throw std::invalid_argument("a text that does not lie in the piece");
        reader.add(piece.substr(start, end - start));
    }
    return reader.read();
}

}  // namespace dedup
