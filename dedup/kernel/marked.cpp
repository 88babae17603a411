#include "marked.hpp"

#include <algorithm>
#include <string>

#include "hash.hpp"
#include "sentences.hpp"
#include "words.hpp"

namespace dedup {
namespace {

// words.Mark
enum : std::uint8_t { starts_sentence = 1, figure = 2, name = 4, unspaced = 8, heading = 16, quoted = 32, starts_line = 64 };

// Whether a block is set in capitals: they name nothing then.
bool is_shouted(const std::u32string& block, const Alphabet& alphabet) {
    std::size_t capital = 0, small = 0;
    for (const auto code : block) {
        const auto own = alphabet.classes(code);
        capital += (own & classes::capital) ? 1 : 0;
        small += (own & classes::small) ? 1 : 0;
    }
    return capital > small;
}

// The words of one block after the other.
class Marker {
public:
    Marker(const Unread& unread, const Alphabet& alphabet, MarkedWords& out) : unread_(unread), alphabet_(alphabet), out_(out) {}

    // Add the words of a block, which begins at `start` of its text, behind the character `before`; `kind` is the marks
    // that all of them have.
    void add(const std::u32string& block, std::int32_t start, char32_t before, std::int32_t number, std::uint8_t kind) {
        read_sentences(block, before, alphabet_, sentences_);
        const bool shouted = is_shouted(block, alphabet_);
        std::size_t line = 0;  // where the next line begins that none of whose words is added
        for (std::size_t at = 0; at + 1 < sentences_.size(); ++at) {
            std::uint8_t first = starts_sentence;
            for_words(block, sentences_[at], sentences_[at + 1], alphabet_, folded_, [&](std::size_t begin, std::size_t end) {
                if (is_unread(start + static_cast<std::int32_t>(begin))) return;
                out_.hashes.push_back(hash_of(folded_));
                out_.starts.push_back(start + static_cast<std::int32_t>(begin));
                out_.ends.push_back(start + static_cast<std::int32_t>(end));
                const auto own = nature(block, begin, end, first || shouted);
                const bool leads = (kind & quoted) && begin >= line;
                if (leads) line = std::min(block.find_first_of(U"\r\n", begin), block.size());
                out_.marks.push_back(static_cast<std::uint8_t>(first | own | kind | (leads ? starts_line : 0)));
                out_.spans.push_back(number);
                first = 0;
            });
        }
    }

private:
    // Whether a word stands where nobody reads. Of places in order the number of those up to it tells.
    bool is_unread(std::int32_t at) const {
        return unread_.size > 0 && (std::upper_bound(unread_.places, unread_.places + unread_.size, at) - unread_.places) % 2 == 1;
    }

    std::uint8_t nature(const std::u32string& block, std::size_t begin, std::size_t end, bool plain_case) const {
        for (auto at = begin; at < end; ++at) {
            if (alphabet_.classes(block[at]) & classes::decimal) return figure;
        }
        const auto own = alphabet_.classes(block[begin]);
        if (own & classes::unspaced) return unspaced;
        return !plain_case && (own & classes::capital) && letters(block, begin, end) > 1 ? name : 0;
    }

    // How many characters are neither marks nor invisible.
    std::ptrdiff_t letters(const std::u32string& block, std::size_t begin, std::size_t end) const {
        return std::count_if(block.data() + begin, block.data() + end, [&](char32_t code) {
            return !(alphabet_.classes(code) & (classes::mark | classes::invisible));
        });
    }

    const Unread& unread_;
    const Alphabet& alphabet_;
    MarkedWords& out_;
    std::vector<std::size_t> sentences_;
    std::string folded_;
};

}  // namespace

MarkedWords marked_words(const Spans& spans, const std::uint8_t* kinds, const Unread& unread, const Alphabet& alphabet) {
    MarkedWords out;
    Marker marker(unread, alphabet, out);
    std::u32string block;
    for (std::size_t at = 0; at < spans.size; ++at) {
        spans.read(at, block);
        marker.add(block, spans.starts[at], spans.before(at), static_cast<std::int32_t>(at), kinds[at]);
    }
    return out;
}

}  // namespace dedup
