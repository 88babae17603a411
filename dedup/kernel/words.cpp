#include "words.hpp"

#include <algorithm>

#include "hash.hpp"

namespace dedup {

void read_words(const std::u32string& text, const Alphabet& alphabet, Words& out) {
    out.ends.clear();
    out.joined.resize((text.size() + 1) * Fold::width);  // with the gap before a word
    Fold fold(alphabet, out.joined.data());
    for (std::size_t at = 0; (at = next_word(text, at, text.size(), alphabet)) < text.size();) {
        if (!out.ends.empty()) fold.put_gap();
        at = fold.put_word(Codes<char32_t>{text.data(), text.size()}, at, text.size()).next;
        out.ends.push_back(fold.size());
    }
    out.joined.resize(fold.size());
}

namespace {

// Makes the prints of one block after the other, and keeps what it works with.
class Printer {
public:
    Printer(const Alphabet& alphabet, Prints& out) : alphabet_(alphabet), out_(out) {}

    // All or nothing is added.
    void add(std::u32string& text) {
        make_plain(text, alphabet_);
        read_words(text, alphabet_, words_);
        make_slots(text, alphabet_, slots_);
        read_words(slots_, alphabet_, frame_);
        std::size_t told = 0;
        for (std::size_t at = 0; at < frame_.size(); ++at) told += is_slot(frame_[at]) ? 0 : 1;
        out_.exact.push_back(words_.size() > 0 ? hash_of(words_.joined) : 0);
        out_.frame.push_back(told >= enough ? hash_of(frame_.joined) : 0);
        for (std::size_t at = 0; at < words_.size(); ++at) out_.words.push_back(hash_of(words_[at]));
        out_.bounds.push_back(static_cast<std::int64_t>(out_.words.size()));
    }

    void leave(std::size_t number) {
        out_.exact.push_back(0);
        out_.frame.push_back(0);
        out_.bounds.push_back(out_.bounds.back());
        out_.unknown.push_back(static_cast<std::int64_t>(number));
    }

private:
    static bool is_slot(std::string_view word) { return word.size() == 1 && (word[0] == 'n' || word[0] == '0'); }

    static constexpr std::size_t enough = 3;  // words of a frame that are no slots

    const Alphabet& alphabet_;
    Prints& out_;
    std::u32string slots_;
    Words words_, frame_;
};

}  // namespace

namespace {

// Of a text with these words: two letters of an unspaced script are one.
std::int64_t count_of(const std::u32string& text, const Words& words, const Alphabet& alphabet) {
    const auto unspaced = std::count_if(text.begin(), text.end(), [&](char32_t code) { return (alphabet.classes(code) & (classes::unspaced | classes::mark)) == classes::unspaced; });
    return static_cast<std::int64_t>(words.size()) - unspaced / 2;
}

}  // namespace

Bare bare(const Spans& spans, const Alphabet& alphabet) {
    Bare out;
    Words words;
    for (std::size_t at = 0; at < spans.size; ++at) {
        std::u32string text;
        std::int64_t count = 0;
        spans.read(at, text);
        try {
            make_plain(text, alphabet);
            read_words(text, alphabet, words);
            count = count_of(text, words, alphabet);
        } catch (const Unknown&) {
            text.clear();
            out.unknown.push_back(static_cast<std::int64_t>(at));
        }
        out.texts.push_back(std::move(text));
        out.counts.push_back(count);
    }
    return out;
}

WordColumns word_columns(const Spans& spans, const Alphabet& alphabet) {
    WordColumns out;
    std::u32string text;
    Words words;
    for (std::size_t at = 0; at < spans.size; ++at) {
        spans.read(at, text);
        std::int64_t count = 0;
        try {
            read_words(text, alphabet, words);
            for (std::size_t word = 0; word < words.size(); ++word) out.hashes.push_back(hash_of(words[word]));
            count = count_of(text, words, alphabet);
        } catch (const Unknown&) {
            out.unknown.push_back(static_cast<std::int64_t>(at));
        }
        out.counts.push_back(count);
        out.bounds.push_back(static_cast<std::int64_t>(out.hashes.size()));
    }
    return out;
}

Prints prints(const Spans& spans, const Alphabet& alphabet) {
    Prints out;
    Printer printer(alphabet, out);
    std::u32string text;
    for (std::size_t at = 0; at < spans.size; ++at) {
        spans.read(at, text);
        try {
            printer.add(text);
        } catch (const Unknown&) {
            printer.leave(at);
        }
    }
    return out;
}

}  // namespace dedup
