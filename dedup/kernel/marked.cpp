#include "marked.hpp"

#include <algorithm>

#include "room.hpp"
#include "sentences.hpp"
#include "surveyed.hpp"
#include "text_words.hpp"
#include "word_ranks.hpp"

namespace dedup {
namespace {

// words.Mark
enum : std::uint8_t { starts_sentence = 1, figure = 2, name = 4, unspaced = 8, heading = 16, quoted = 32, starts_line = 64 };

// The words of one block after the other.
class Marker {
public:
    Marker(const Unread& unread, const Alphabet& alphabet, MarkedWords& out)
        : unread_(unread), alphabet_(alphabet), reader_(alphabet, unread.known ? WordReader::Which::all : WordReader::Which::read, true), out_(out) {}

    // Add the words of a span. It is looked at before what stands in front of it is: C++ does not say which of several
    // arguments comes first.
    void add_span(const Spans& spans, std::size_t at, std::uint8_t kind) {
        const auto text = spans.part(at);
        add(text, spans.starts[at], spans.before(at), kind);
    }

    // Add the words of a block, which begins at `start` of its text, behind the character `before`; `kind` is the marks
    // that all of them have.
    void add(const TextView& text, std::int32_t start, char32_t before, std::uint8_t kind) {
        if (!reader_.read(text)) throw Unknown("a block whose words only the definition can tell");
        block_.take(text);
        // It may be where a link leads whose text ends the block before.
        if (!unread_.known && before == U']' && block_.size() > 0 && block_.code(0) == U'(') throw Unknown("what may be the target of a link");
        read_sentences(block_, before, alphabet_, sentences_);
        const auto next = size_, count = reader_.hashes().size();
        if (out_.size() < next + count) out_.resize(with_more(next + count));
        const auto kept = put_places(start, next);
        size_ += kept;
        const Found found{out_.starts.data() + next, out_.ends.data() + next, out_.marks.data() + next, kept, start};
        if (ranks_.take(block_, kept)) {
            put_natures_of_ascii(found, kind);
            mark_sentences(found, [this](std::size_t, std::size_t place) { return ranks_.from(place); });
        } else {
            put_natures(found, kind);
            mark_sentences(found, [&found](std::size_t word, std::size_t place) {
                while (word < found.size && found.start(word) < place) ++word;
                return word;
            });
        }
        if (kind & quoted) mark_lines(found);
        if (kept > 0) found.marks[0] |= starts_block;
    }

    // How many words there are; what stands in the columns behind them means nothing.
    std::size_t size() const { return size_; }
    void shrink(std::size_t size) { size_ = size; }

private:
    // The words of a block that are read: where they stand in the text, in which the block begins at `block`.
    struct Found {
        const std::int32_t *starts, *ends;
        std::uint8_t* marks;
        std::size_t size;
        std::int32_t block;

        std::size_t start(std::size_t word) const { return static_cast<std::size_t>(starts[word] - block); }
        std::size_t end(std::size_t word) const { return static_cast<std::size_t>(ends[word] - block); }
    };

    // Put the words that are read behind the first `next` rows; how many they are.
    std::size_t put_places(std::int32_t start, std::size_t next) {
        const auto hashes = reader_.hashes();
        const auto starts = reader_.starts(), ends = reader_.ends();
        if (unread_.size == 0) {
            const auto count = hashes.size();
            std::copy(hashes.begin(), hashes.end(), out_.hashes.data() + next);
            auto *to = out_.starts.data() + next, *to_end = out_.ends.data() + next;
            for (std::size_t word = 0; word < count; ++word) to[word] = start + static_cast<std::int32_t>(starts[word]);
            for (std::size_t word = 0; word < count; ++word) to_end[word] = start + static_cast<std::int32_t>(ends[word]);
            return count;
        }
        std::size_t kept = next;
        for (std::size_t word = 0; word < hashes.size(); ++word) {
            const auto place = start + static_cast<std::int32_t>(starts[word]);
            out_.hashes[kept] = hashes[word];
            out_.starts[kept] = place;
            out_.ends[kept] = start + static_cast<std::int32_t>(ends[word]);
            kept += is_unread(place) ? 0 : 1;
        }
        return kept - next;
    }

    // Of a block whose words have ranks: the few that are names or figures are gone to.
    void put_natures_of_ascii(const Found& found, std::uint8_t kind) const {
        std::fill_n(found.marks, found.size, kind);
        if (!is_shouted()) ranks_.for_names([&](std::size_t word) { found.marks[word] = kind | name; });
        ranks_.for_figures([&](std::size_t word) { found.marks[word] = kind | figure; });
    }

    void put_natures(const Found& found, std::uint8_t kind) const {
        const unsigned names = is_shouted() ? 0 : name;
        const auto* bytes = block_.bytes();
        const auto *__restrict starts = found.starts, *__restrict ends = found.ends;
        auto* __restrict marks = found.marks;
        for (std::size_t word = 0, size = found.size; word < size; ++word) {
            // Without a branch for names: where the next one stands cannot be guessed.
            const auto capital = static_cast<unsigned char>(bytes[starts[word] - found.block] - 'A') < 26 && ends[word] - starts[word] > 1;
            marks[word] = static_cast<std::uint8_t>(kind | (capital ? names : 0));
        }
        // Of those with a figure or what is no ASCII each is looked at by itself.
        std::size_t word = 0;
        for (auto at = next_special(0); at < block_.size(); at = next_special(at + 1)) {
            while (word < found.size && found.end(word) <= at) ++word;
            if (word == found.size) return;
            if (found.start(word) > at) continue;
            found.marks[word] = kind | nature_of_any(found.start(word), found.end(word), names);
            at = found.end(word) - 1;
        }
    }
    std::size_t next_special(std::size_t at) const { return block_.next(&Survey::digits, &Survey::high, at); }

    // Mark the first word of each sentence, which is no name for its capital. `first_from` gives the first word from one on
    // that begins at a place or behind it.
    template <class FirstFrom>
    void mark_sentences(const Found& found, FirstFrom first_from) const {
        std::size_t word = 0;
        for (std::size_t at = 0; at + 1 < sentences_.size(); ++at) {
            word = first_from(word, sentences_[at]);
            if (word == found.size) return;
            if (found.start(word) >= sentences_[at + 1]) continue;
            found.marks[word] = static_cast<std::uint8_t>((found.marks[word] & ~name) | starts_sentence);
        }
    }

    void mark_lines(const Found& found) const {
        std::size_t line = 0;  // where the next line begins that none of whose words was met
        for (std::size_t word = 0; word < found.size; ++word) {
            if (found.start(word) < line) continue;
            line = block_.next(&Survey::breaks, &Survey::breaks, found.start(word));
            found.marks[word] |= starts_line;
        }
    }

    // Whether a word stands where nobody reads. Of places in order the number of those up to it tells.
    bool is_unread(std::int32_t at) const {
        return unread_.size > 0 && (std::upper_bound(unread_.places, unread_.places + unread_.size, at) - unread_.places) % 2 == 1;
    }

    // Whether the block is set in capitals: they name nothing then.
    bool is_shouted() const {
        auto capital = block_.capitals(), small = block_.smalls();
        for (auto at = next_high(0); at < block_.size(); at = next_high(at + 1)) {
            const auto own = alphabet_.classes(block_.code(at));
            capital += (own & classes::capital) ? 1 : 0;
            small += (own & classes::small) ? 1 : 0;
        }
        return capital > small;
    }
    std::size_t next_high(std::size_t at) const { return block_.next(&Survey::high, &Survey::high, at); }

    // The nature of a word that is no ASCII, or long.
    std::uint8_t nature_of_any(std::size_t begin, std::size_t end, bool names) const {
        for (auto at = begin; at < end; ++at) {
            if (alphabet_.classes(block_.code(at)) & classes::decimal) return figure;
        }
        const auto own = alphabet_.classes(block_.code(begin));
        if (own & classes::unspaced) return unspaced;
        return names && (own & classes::capital) && letters(begin, end) > 1 ? name : 0;
    }

    // How many characters are neither marks nor invisible.
    std::size_t letters(std::size_t begin, std::size_t end) const {
        std::size_t count = 0;
        for (auto at = begin; at < end; ++at) count += alphabet_.classes(block_.code(at)) & (classes::mark | classes::invisible) ? 0 : 1;
        return count;
    }

    const Unread& unread_;
    const Alphabet& alphabet_;
    WordReader reader_;
    Block block_;
    WordRanks ranks_;
    std::vector<std::size_t> sentences_;
    MarkedWords& out_;
    std::size_t size_ = 0;
};

constexpr Unread unknown_unread{false, nullptr, 0};

}  // namespace

class MarkedReader::Marker : public dedup::Marker {
    using dedup::Marker::Marker;
};

MarkedReader::MarkedReader(const Alphabet& alphabet) : marker_(std::make_unique<Marker>(unknown_unread, alphabet, words_)) {}

MarkedReader::~MarkedReader() = default;

std::size_t MarkedReader::size() const { return marker_->size(); }

bool MarkedReader::read(const Spans& spans, const std::uint8_t* kinds, std::size_t first, std::size_t end) {
    marker_->shrink(0);
    try {
        for (auto at = first; at < end; ++at) marker_->add_span(spans, at, kinds[at]);
    } catch (const Unknown&) {
        marker_->shrink(0);
        return false;
    }
    return true;
}

MarkedWords marked_words(const Spans& spans, const std::uint8_t* kinds, const Unread& unread, const Alphabet& alphabet) {
    MarkedWords out;
    Marker marker(unread, alphabet, out);
    for (std::size_t at = 0; at < spans.size; ++at) marker.add_span(spans, at, kinds[at]);
    out.resize(marker.size());
    return out;
}

MarkedTexts marked_texts(const Spans& spans, const std::uint8_t* kinds, Span<std::int64_t> bounds, const Alphabet& alphabet) {
    MarkedTexts out;
    MarkedReader reader(alphabet);
    for (std::size_t text = 0; text + 1 < bounds.size(); ++text) {
        const auto first = static_cast<std::size_t>(bounds[text]), end = static_cast<std::size_t>(bounds[text + 1]);
        if (!reader.read(spans, kinds, first, end)) out.unknown.push_back(static_cast<std::int64_t>(text));
        out.words.add(reader.words(), reader.size());
        out.bounds.push_back(static_cast<std::int64_t>(out.words.size()));
    }
    return out;
}

}  // namespace dedup
