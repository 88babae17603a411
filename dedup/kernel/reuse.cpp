#include "reuse.hpp"

#include <algorithm>
#include <cstring>
#include <numeric>
#include <stdexcept>
#include <utility>

#include "bits.hpp"
#include "marked.hpp"
#include "rounded.hpp"
#include "sketch.hpp"

#if defined(__SSE2__)
#include <emmintrin.h>
#endif

namespace dedup {
namespace {

// The shingles of two spans of words in a table, each in the first free slot from the one that its upper bits name on. Where
// to look for them takes long, as made-up ones may see to, they are sorted.
class Shingles {
public:
    // Of all that is in either, the share that is in both.
    double common_share(Span<std::uint64_t> left, Span<std::uint64_t> right, std::size_t length) {
        make_shingles(left.begin(), left.size(), length, sides_[0]);
        make_shingles(right.begin(), right.size(), length, sides_[1]);
        const auto count = sides_[0].size() + sides_[1].size();
        unsigned bits = 4;
        while (bits < 40 && (std::size_t{1} << bits) < 2 * count) ++bits;
        away_ = 64 - bits;
        looks_ = looks_each * (count + 8);
        slots_.assign(std::size_t{1} << bits, {});
        either_ = both_ = 0;
        return put(0) && put(1) ? share(both_, either_) : sorted_share();
    }

private:
    struct Slot {
        std::uint64_t shingle = 0, sides = 0;  // the sides that have it, a bit each; none where the slot is free
    };
    static constexpr std::size_t looks_each = 8;

    static double share(std::size_t both, std::size_t either) {
        return static_cast<double>(both) / static_cast<double>(std::max<std::size_t>(1, either));
    }

    // False where that takes too long.
    bool put(std::size_t side) {
        const std::uint64_t own = side + 1;
        const auto last = slots_.size() - 1;
        for (const auto each : sides_[side]) {
            auto at = static_cast<std::size_t>(each >> away_);
            while (slots_[at].sides != 0 && slots_[at].shingle != each) {
                if (looks_-- == 0) return false;
                at = (at + 1) & last;
            }
            const auto sides = slots_[at].sides;
            either_ += sides == 0;
            both_ += (sides | own) == 3 && sides != 3;
            slots_[at] = {each, sides | own};
        }
        return true;
    }

    double sorted_share() {
        for (auto& side : sides_) {
            std::sort(side.begin(), side.end());
            side.erase(std::unique(side.begin(), side.end()), side.end());
        }
        std::size_t both = 0;
        for (auto one = sides_[0].begin(), other = sides_[1].begin(); one != sides_[0].end() && other != sides_[1].end();) {
            const bool first = *one <= *other, second = *other <= *one;
            both += first && second;
            one += first;
            other += second;
        }
        return share(both, sides_[0].size() + sides_[1].size() - both);
    }

    std::array<std::vector<std::uint64_t>, 2> sides_;
    std::vector<Slot> slots_;
    unsigned away_ = 0;
    std::size_t looks_ = 0, either_ = 0, both_ = 0;
};

bool is_letter_or_figure(std::uint8_t byte) {
    const auto letter = static_cast<std::uint8_t>((byte | 0x20U) - 'a'), figure = static_cast<std::uint8_t>(byte - '0');
    return (letter < 26) | (figure < 10);
}

bool continues(std::uint8_t byte) { return (byte & 0xC0) == 0x80; }

// Whether a text is ASCII: all of it is looked at, eight bytes at a time.
bool is_ascii(Span<std::uint8_t> text) {
    std::uint64_t high = 0, eight;
    std::size_t at = 0;
    for (; at + sizeof eight <= text.size(); at += sizeof eight) {
        std::memcpy(&eight, text.begin() + at, sizeof eight);
        high |= eight;
    }
    for (; at < text.size(); ++at) high |= text[at];
    return (high & 0x8080808080808080U) == 0;
}

// A text by code points.
class Points {
public:
    explicit Points(Span<std::uint8_t> text) : text_(text) {
        std::size_t count = 0;
        is_plain_ = is_ascii(text);
        for (std::size_t at = 0; !is_plain_ && at < text.size(); ++at) {
            if (!continues(text[at]) && count++ % step == 0) known_.push_back(at);
        }
        count_ = is_plain_ ? text.size() : count;
    }

    // The byte at which a code point begins; of the one behind the last, where the text ends.
    std::size_t byte(std::int32_t point) const {
        const auto wanted = static_cast<std::size_t>(point);
        if (point < 0 || wanted > count_) throw std::invalid_argument("a span lies outside its text");
        if (is_plain_ || wanted == count_) return is_plain_ ? wanted : text_.size();
        auto at = known_[wanted / step];
        for (auto left = wanted % step; left > 0; --left) {
            do ++at;
            while (continues(text_[at]));  // there is one more code point, so that it ends
        }
        return at;
    }

private:
    static constexpr std::size_t step = 64;

    Span<std::uint8_t> text_;
    std::vector<std::size_t> known_;  // where each 64th begins
    std::size_t count_;
    bool is_plain_;
};

// Tells letters and figures.
class Letters {
public:
    explicit Letters(const LoadAlphanumeric& load) : load_(load) {}

    // How many runs of them there are.
    std::int64_t runs(Span<std::uint8_t> text) {
        std::int64_t count = 0;
        bool inside = false;
        for (std::size_t at = 0; at < text.size(); ++at) {
#if defined(__SSE2__)
            for (; at + 16 <= text.size() && add_sixteen(text.begin() + at, inside, count); at += 16) {}
            if (at == text.size()) break;
#endif
            const auto byte = text[at];
            if (continues(byte)) continue;
            const bool own = byte < 0x80 ? is_letter_or_figure(byte) : is_alphanumeric(text, at);
            count += own & !inside;
            inside = own;
        }
        return count;
    }

private:
#if defined(__SSE2__)
    // The same of 16 bytes of ASCII; none is added where not all are.
    static bool add_sixteen(const std::uint8_t* text, bool& inside, std::int64_t& count) {
        const auto bytes = _mm_loadu_si128(reinterpret_cast<const __m128i*>(text));
        if (_mm_movemask_epi8(bytes) != 0) return false;
        const auto between = [](__m128i each, char low, char high) {
            return _mm_and_si128(_mm_cmpgt_epi8(each, _mm_set1_epi8(static_cast<char>(low - 1))), _mm_cmplt_epi8(each, _mm_set1_epi8(static_cast<char>(high + 1))));
        };
        const auto letters = between(_mm_or_si128(bytes, _mm_set1_epi8(0x20)), 'a', 'z');
        const auto own = static_cast<std::uint32_t>(_mm_movemask_epi8(_mm_or_si128(letters, between(bytes, '0', '9'))));
        count += static_cast<std::int64_t>(count_bits(own & ~(own << 1 | (inside ? 1U : 0U))));
        inside = own >> 15 != 0;
        return true;
    }
#endif

    bool is_alphanumeric(Span<std::uint8_t> text, std::size_t at) {
        const auto lead = text[at];
        std::uint32_t code = lead >= 0xF0 ? lead & 0x07U : lead >= 0xE0 ? lead & 0x0FU : lead & 0x1FU;
        for (++at; at < text.size() && continues(text[at]); ++at) code = ((code << 6) | (text[at] & 0x3FU)) & 0x1FFFFF;
        const auto number = code / 256;
        auto page = pages_.find(number);
        if (page == pages_.end()) page = pages_.emplace(number, load_(number)).first;
        return page->second[code % 256] != 0;
    }

    const LoadAlphanumeric& load_;
    std::map<std::uint32_t, Alphanumeric> pages_;
};

}  // namespace

std::vector<double> jaccard(Span<std::uint64_t> words, Span<std::int64_t> places, std::size_t shingle) {
    if (shingle == 0) throw std::invalid_argument("a shingle has a word at least");
    std::vector<double> shares;
    shares.reserve(places.size() / 4);
    Shingles shingles;
    const auto side = [&](const std::int64_t* span) {
        const bool inside = 0 <= span[0] && span[0] <= span[1] && static_cast<std::uint64_t>(span[1]) <= words.size();
        if (!inside) throw std::invalid_argument("a span lies outside the words");
        return Span<std::uint64_t>{words.begin() + span[0], static_cast<std::size_t>(span[1] - span[0])};
    };
    for (const auto* row = places.begin(); row != places.end(); row += 4) {
        const auto left = side(row), right = side(row + 2);
        if (left == right) {
            shares.push_back(left.empty() ? 0 : 1);
            continue;
        }
        shares.push_back(rounded(shingles.common_share(left, right, shingle)));
    }
    return shares;
}

BlockEdges block_edges(Span<std::uint8_t> marks, Span<std::int64_t> spans) {
    BlockEdges found;
    for (std::size_t row = 0; 2 * row < spans.size(); ++row) {
        const auto low = spans[2 * row], high = spans[2 * row + 1];
        const bool inside = 0 <= low && low <= high && static_cast<std::uint64_t>(high) <= marks.size();
        if (!inside) throw std::invalid_argument("a span lies outside the words");
        for (auto word = low + 1; word < high;) {
            std::uint64_t eight = 0;  // few words begin a block: most are passed over eight at a time
            if (high - word >= 8) {
                std::memcpy(&eight, marks.begin() + word, sizeof eight);
                if ((eight & 0x8080808080808080U) == 0) {
                    word += 8;
                    continue;
                }
            }
            if (marks[static_cast<std::size_t>(word)] & starts_block) {
                found.rows.push_back(static_cast<std::int64_t>(row));
                found.words.push_back(word);
            }
            ++word;
        }
    }
    return found;
}

std::vector<std::int64_t> Written::count(const LoadAlphanumeric& load) const {
    if (spans.size() != 2 * owners.size() || reaches.size() != owners.size()) throw std::invalid_argument("columns of different lengths");
    std::vector<std::int64_t> counts;
    counts.reserve(owners.size());
    Letters letters(load);
    Points points({nullptr, 0});
    for (std::size_t row = 0; row < owners.size(); ++row) {
        if (owners[row] < 0 || static_cast<std::size_t>(owners[row]) >= texts.size()) throw std::invalid_argument("there is no such text");
        const auto text = texts[static_cast<std::size_t>(owners[row])];
        if (row == 0 || owners[row] != owners[row - 1]) points = Points(text);
        auto low = points.byte(spans[2 * row]), high = points.byte(spans[2 * row + 1]);
        if (reaches[row] & 1) {
            while (low > 0 && text[low - 1] != '\n') --low;
        }
        if (reaches[row] & 2) {
            while (high < text.size() && text[high] != '\n') ++high;
        }
        counts.push_back(low < high ? letters.runs({text.begin() + low, high - low}) : 0);
    }
    return counts;
}

}  // namespace dedup
