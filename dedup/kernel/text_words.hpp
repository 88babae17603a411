// All words of a text, straight from its bytes: their hashes, and where they stand.
//
// Knows nothing of Python: any thread may have its own `WordReader`. The one `Alphabet` may be shared; where a character is
// met that is new to it, it calls its `Load`, which for Python's takes the lock of the interpreter: a thread that waits for
// others here must not hold that.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>
#include <vector>

#include "characters.hpp"
#include "fold.hpp"
#include "spans.hpp"
#include "text_view.hpp"
#include "wide.hpp"

namespace dedup {

// Reads one text after the other, and keeps what it works with.
class WordReader {
public:
    enum class Which {
        all,    // as `dedup.text.matches` finds them
        drawn,  // ... and "_" is a letter where all is ASCII: `dedup.sketch.whole_words`
        read,   // without what `dedup.text.unread` names of the text as one block: `dedup.sketch.signatures`
    };

    // `places`: where the words stand is asked for, too.
    explicit WordReader(const Alphabet& alphabet, Which which, bool places = false) : alphabet_(alphabet), which_(which), asked_places_(places) {}

    // Read the words of a text in UTF-8; places are bytes. The bytes need not be valid.
    //
    // False where only the definition knows what to do: there are characters that are folded with others, or bytes that
    // `bytes.decode` does not take, or what may be the initials of a quotation, or 2 GiB. What was read is undefined then.
    bool read(std::string_view utf8);

    // The same of a str; places are characters.
    bool read(const TextView& text);

    // Of the text that was read last: valid until the next one is. The hash is that of `dedup.text.word_hash`.
    Span<std::uint64_t> hashes() const { return {hashes_.data(), count_}; }
    Span<std::uint32_t> starts() const { return {starts_.data(), asked_places_ ? count_ : 0}; }
    Span<std::uint32_t> ends() const { return {ends_.data(), asked_places_ ? count_ : 0}; }

private:
    // So many bytes are folded, parted and hashed at a time: what that takes stays in the first cache.
    static constexpr std::size_t stretch = 4096;
    static constexpr std::size_t most = std::size_t{1} << 31;  // bytes: places are 32 bits wide, with what is folded apart

    struct Slow {
        std::size_t number;  // of the word, in its stretch
        std::uint32_t start, end;
    };

    template <class Text>
    bool try_all(const Text& text);
    template <class Text>
    void read_all(const Text& text);
    template <class Text>
    void leave_unread(const Text& text);
    template <class Text>
    bool read_block(const Text& text, std::size_t base, Masks masks, bool inside);
    template <class Text>
    std::size_t read_slowly(const Text& text, std::size_t at, std::size_t stop);
    template <class Text>
    Fold::Read put_word(const Text& text, std::size_t at);
    void take_words();

    const Alphabet& alphabet_;
    const Which which_;
    const bool asked_places_;
    bool places_ = false;               // whether places are kept of the text at hand
    std::vector<char> room_;            // the text in lower case; behind it, the words that are folded one by one
    std::size_t apart_ = 0;             // where the next of these goes
    std::vector<Masks> masks_;
    std::vector<std::uint32_t> edges_;  // of words, in the room: each begins at one and ends at the next
    std::uint32_t* next_edge_ = nullptr;
    std::size_t from_ = 0;  // what stands before this place was read
    std::vector<Slow> slow_;
    std::vector<std::uint64_t> hashes_;
    std::vector<std::uint32_t> starts_, ends_;
    std::size_t count_ = 0;
};

// Make of places in a text in UTF-8, in order, the number of characters before each. The text is valid.
void count_characters(std::string_view utf8, std::vector<std::uint32_t>& places);

}  // namespace dedup
