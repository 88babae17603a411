#include "marked.hpp"

#include <algorithm>

#include "sentences.hpp"
#include "surveyed.hpp"
#include "text_words.hpp"

namespace dedup {
namespace {

// words.Mark
enum : std::uint8_t { starts_sentence = 1, figure = 2, name = 4, unspaced = 8, heading = 16, quoted = 32, starts_line = 64 };

// The words of one block after the other.
class Marker {
public:
    Marker(const Unread& unread, const Alphabet& alphabet, MarkedWords& out)
        : unread_(unread), alphabet_(alphabet), reader_(alphabet, WordReader::Which::all, true), out_(out) {}

    // Add the words of a block, which begins at `start` of its text, behind the character `before`; `kind` is the marks
    // that all of them have.
    void add(const TextView& text, std::int32_t start, char32_t before, std::int32_t number, std::uint8_t kind) {
        if (!reader_.read(text)) throw Unknown("a block whose words only the definition can tell");
        block_.take(text);
        read_sentences(block_, before, alphabet_, sentences_);
        const auto count = reader_.hashes().size();
        const auto hashes = reader_.hashes();
        const auto starts = reader_.starts(), ends = reader_.ends();
        const bool shouted = is_shouted();
        std::size_t line = 0;  // where the next line begins that none of whose words is added
        std::size_t sentence = 0;
        std::uint8_t first = 0;
        auto next = out_.grow(count);
        for (std::size_t word = 0; word < count; ++word) {
            const auto begin = starts[word], end = ends[word];
            for (; sentences_[sentence] <= begin; ++sentence) first = starts_sentence;
            const auto place = start + static_cast<std::int32_t>(begin);
            if (is_unread(place)) continue;
            const bool leads = (kind & quoted) && begin >= line;
            if (leads) line = block_.next(&Survey::breaks, &Survey::breaks, begin);
            out_.hashes[next] = hashes[word];
            out_.starts[next] = place;
            out_.ends[next] = start + static_cast<std::int32_t>(end);
            out_.marks[next] = static_cast<std::uint8_t>(first | nature(begin, end, first || shouted) | kind | (leads ? starts_line : 0));
            out_.spans[next++] = number;
            first = 0;
        }
        out_.shrink(next);
    }

private:
    // Whether a word stands where nobody reads. Of places in order the number of those up to it tells.
    bool is_unread(std::int32_t at) const {
        return unread_.size > 0 && (std::upper_bound(unread_.places, unread_.places + unread_.size, at) - unread_.places) % 2 == 1;
    }

    // Whether the block is set in capitals: they name nothing then.
    bool is_shouted() const {
        auto capital = block_.capitals(), small = block_.smalls();
        for (auto at = next_high(0); at < block_.text().size(); at = next_high(at + 1)) {
            const auto own = alphabet_.classes(block_.text()[at]);
            capital += (own & classes::capital) ? 1 : 0;
            small += (own & classes::small) ? 1 : 0;
        }
        return capital > small;
    }
    std::size_t next_high(std::size_t at) const { return block_.next(&Survey::high, &Survey::high, at); }

    std::uint8_t nature(std::size_t begin, std::size_t end, bool plain_case) const {
        if (end - begin > block_size || block_.any(&Survey::high, begin, end)) return nature_of_any(begin, end, plain_case);
        if (block_.any(&Survey::digits, begin, end)) return figure;
        return !plain_case && end - begin > 1 && block_.has(&Survey::capitals, begin) ? name : 0;
    }

    // The same of a word that is no ASCII, or long.
    std::uint8_t nature_of_any(std::size_t begin, std::size_t end, bool plain_case) const {
        const auto& block = block_.text();
        for (auto at = begin; at < end; ++at) {
            if (alphabet_.classes(block[at]) & classes::decimal) return figure;
        }
        const auto own = alphabet_.classes(block[begin]);
        if (own & classes::unspaced) return unspaced;
        return !plain_case && (own & classes::capital) && letters(begin, end) > 1 ? name : 0;
    }

    // How many characters are neither marks nor invisible.
    std::ptrdiff_t letters(std::size_t begin, std::size_t end) const {
        const auto* first = block_.text().data();
        return std::count_if(first + begin, first + end, [&](char32_t code) {
            return !(alphabet_.classes(code) & (classes::mark | classes::invisible));
        });
    }

    const Unread& unread_;
    const Alphabet& alphabet_;
    WordReader reader_;
    Block block_;
    std::vector<std::size_t> sentences_;
    MarkedWords& out_;
};

}  // namespace

MarkedWords marked_words(const Spans& spans, const std::uint8_t* kinds, const Unread& unread, const Alphabet& alphabet) {
    MarkedWords out;
    Marker marker(unread, alphabet, out);
    for (std::size_t at = 0; at < spans.size; ++at) {
        marker.add(spans.part(at), spans.starts[at], spans.before(at), static_cast<std::int32_t>(at), kinds[at]);
    }
    return out;
}

}  // namespace dedup
