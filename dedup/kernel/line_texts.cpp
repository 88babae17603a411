#include "line_texts.hpp"

#include <algorithm>
#include <stdexcept>

#include "code_points.hpp"
#include "json.hpp"
#include "text_view.hpp"

namespace dedup {
namespace {

// The numbers of `dedup.table.TAGS`, and what matching must know of their words (`dedup.words.Mark`).
constexpr std::uint8_t tag_heading = 1, tag_quote = 3, tag_rule = 7, mark_heading = 16, mark_quoted = 32;

// Characters as Python has them, in as many bytes each as the largest of them needs.
class Wide {
public:
    // Valid until the next text is. What is not UTF-8 is read in some way.
    TextView view(std::string_view utf8) {
        // Of several bytes, the first one tells how large the character is.
        unsigned char lead = 0;
        for (const auto byte : utf8) lead = std::max(lead, static_cast<unsigned char>(byte));
        if (lead < 0x80) return {utf8.data(), utf8.size(), 1};
        const int width = lead < 0xC4 ? 1 : lead < 0xF0 ? 2 : 4;
        room_.resize(std::max(room_.size(), utf8.size() * static_cast<std::size_t>(width) / sizeof room_[0] + 1));
        if (width == 1) return {room_.data(), fill(utf8, reinterpret_cast<std::uint8_t*>(room_.data())), width};
        if (width == 2) return {room_.data(), fill(utf8, reinterpret_cast<std::uint16_t*>(room_.data())), width};
        return {room_.data(), fill(utf8, room_.data()), width};
    }

private:
    // How many characters these are.
    template <class Unit>
    static std::size_t fill(std::string_view utf8, Unit* const first) {
        constexpr std::size_t together = 16;
        auto* out = first;
        for (std::size_t at = 0; at < utf8.size();) {
            if (utf8.size() - at >= together && is_ascii(utf8.substr(at, together))) {
                for (std::size_t each = 0; each < together; ++each) out[each] = static_cast<Unit>(utf8[at + each]);
                at += together;
                out += together;
            } else {
                const auto own = code_at(utf8, at);
                *out++ = static_cast<Unit>(own.code);
                at += own.size;
            }
        }
        return static_cast<std::size_t>(out - first);
    }

    std::vector<std::uint32_t> room_;
};

// Reads one text after the other: its blocks, its words and what they are found by, while it is in the cache.
class TextsReader {
public:
    TextsReader(const KeysAsked& asked, const Alphabet& alphabet, std::size_t most)
        : alphabet_(alphabet), marked_(alphabet), keys_(asked.shape, asked.min_words), seeds_(asked.seed_shingle, asked.seed_window), seed_bits_(asked.seed_bits) {
        out_.texts.reserve(most);
        out_.words.reserve(most / 5);  // as many as English has: columns that grow are copied, and their memory is new each time
        seeds_.reserve(most / 12);
        spans_.texts.resize(1);
    }

    void add(std::string_view source) {
        const auto start = out_.texts.size(), first = out_.blocks.size();
        if (!source.empty()) {
            if (!append_if_string(source, out_.texts)) throw std::invalid_argument("a text that is no string of JSON");
            read_blocks(std::string_view(out_.texts).substr(start), alphabet_, out_.blocks, {false, false});
        }
        out_.text_bounds.push_back(static_cast<std::int64_t>(out_.texts.size()));
        out_.block_bounds.push_back(static_cast<std::int64_t>(out_.blocks.size()));
        read_words(std::string_view(out_.texts).substr(start), first);
        const auto& words = marked_.words();
        const auto count = marked_.size();
        keys_.add(words.hashes.data(), words.marks.data(), count);
        seeds_.add(words.hashes.data(), count, out_.bounds.back());
        out_.words.add(words, count);
        // A text without a word, too: there may be nothing in it that is seen.
        if (count == 0 && !source.empty()) out_.unknown.push_back(static_cast<std::int64_t>(out_.bounds.size() - 1));
        out_.bounds.push_back(static_cast<std::int64_t>(out_.words.size()));
    }

    LineTexts take() {
        out_.keys = keys_.take();
        out_.seeds = parted(seeds_.take(), seed_bits_);
        return std::move(out_);
    }

private:
    // The words of the blocks from `first` on, but for rules.
    void read_words(std::string_view text, std::size_t first) {
        starts_.clear();
        ends_.clear();
        kinds_.clear();
        for (auto at = first; at < out_.blocks.size(); ++at) {
            const auto tag = out_.blocks.tags[at];
            if (tag == tag_rule) continue;
            starts_.push_back(out_.blocks.firsts[at]);
            ends_.push_back(out_.blocks.lasts[at]);
            kinds_.push_back(tag == tag_heading ? mark_heading : tag == tag_quote ? mark_quoted : 0);
        }
        owners_.resize(std::max(owners_.size(), starts_.size()));
        spans_.texts[0] = wide_.view(text);
        spans_.owners = owners_.data();
        spans_.starts = starts_.data();
        spans_.ends = ends_.data();
        spans_.size = starts_.size();
        marked_.read(spans_, kinds_.data(), 0, starts_.size());
    }

    const Alphabet& alphabet_;
    MarkedReader marked_;
    KeysReader keys_;
    SeedsReader seeds_;
    const unsigned seed_bits_;
    LineTexts out_;
    Wide wide_;
    Spans spans_{};
    std::vector<std::int64_t> owners_;  // all 0: there is one text
    std::vector<std::int32_t> starts_, ends_;
    std::vector<std::uint8_t> kinds_;
};

}  // namespace

LineTexts line_texts(std::string_view piece, Span<std::int64_t> starts, Span<std::int64_t> ends, const KeysAsked& asked, const Alphabet& alphabet) {
    if (starts.size() != ends.size()) throw std::invalid_argument("columns of different lengths");
    TextsReader reader(asked, alphabet, piece.size());
    for (std::size_t at = 0; at < starts.size(); ++at) {
        const auto start = static_cast<std::size_t>(starts[at]), end = static_cast<std::size_t>(ends[at]);
        if (starts[at] < 0 || end < start || end > piece.size()) throw std::invalid_argument("a text that does not lie in the piece");
        reader.add(piece.substr(start, end - start));
    }
    return reader.take();
}

}  // namespace dedup
