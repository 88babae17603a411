#include "text_words.hpp"

#include <algorithm>
#include <cstring>
#include <type_traits>

#include "bits.hpp"
#include "room.hpp"

namespace dedup {
namespace {

constexpr std::uint64_t all = ~std::uint64_t{0};

// The bits below a number from 0 to 63.
std::uint64_t below(std::size_t bit) { return (std::uint64_t{1} << bit) - 1; }

// Fold a part of a text that begins at `at` into the same place of the room, where there are 64 bytes behind it.
template <class Text>
void fold_part(const Text& text, std::size_t at, std::size_t size, bool drawn, std::vector<char>& room, Masks* masks) {
    const auto blocks = size / block_size, rest = size % block_size;
    char* to = room.data() + at;
    if constexpr (sizeof(*text.data) == 1) {
        const char* from = reinterpret_cast<const char*>(text.data) + at;
        wide().fold(from, blocks, drawn, to, masks);
        if (rest == 0) return;
        std::memcpy(to + blocks * block_size, from + blocks * block_size, rest);
    } else {
        const auto* from = text.data + at;
        if constexpr (sizeof *from == 2) wide().fold_two(from, blocks, drawn, to, masks);
        else wide().fold_four(from, blocks, drawn, to, masks);
        if (rest == 0) return;
        if constexpr (sizeof *from == 2) wide().narrow_two(from + blocks * block_size, rest, to + blocks * block_size);
        else wide().narrow_four(from + blocks * block_size, rest, to + blocks * block_size);
    }
    to += blocks * block_size;
    std::memset(to + rest, 0, block_size - rest);
    wide().fold(to, 1, drawn, to, masks + blocks);
}

// Whether a text may begin with the initials of a quotation: text.py's INITIALS, or more.
template <class Text>
bool may_begin_with_initials(const Text& text) {
    const auto ascii = [&](std::size_t at) { return at < text.count && text.is_ascii(at) ? static_cast<char>(text.data[at]) : '\0'; };
    const auto is_name = [](char code) { return (code >= 'A' && code <= 'Z') || (code >= 'a' && code <= 'z') || code == '.'; };
    std::size_t at = 0;
    while (at < 12 && ascii(at) != '\0' && std::string_view(">|:}% \t").find(ascii(at)) != std::string_view::npos) ++at;
    const auto first = at;
    while (at < first + 11 && is_name(ascii(at))) ++at;
    if (at == first) return false;
    if (ascii(at) == ' ') ++at;
    return ascii(at) == '>' || ascii(at) == ']';
}

// The end of the target of a Markdown link that begins at a place behind its "]", or that place if none does: text.py's
// _TARGET.
template <class Text>
std::size_t end_of_target(const Text& text, std::size_t start, const Alphabet& alphabet) {
    auto at = start + 1;
    const auto is = [&](char code) { return at < text.count && text.is_ascii(at) && static_cast<char>(text.data[at]) == code; };
    // Go over characters without brackets, and without white space if told so, at most so many; how many there were.
    const auto skip = [&](std::size_t limit, std::uint32_t without) {
        std::size_t count = 0;
        for (; count < limit && at < text.count && !is('(') && !is(')'); ++count) {
            const auto own = text.read(at);
            if (alphabet.classes(own.code) & without) break;
            at += own.size;
        }
        return count;
    };
    for (int part = 0; part < 50; ++part) {
        if (skip(2000, classes::space) > 0) continue;
        const auto before = at;
        if (!is('(')) break;
        ++at;
        skip(500, 0);
        if (!is(')')) {
            at = before;
            break;
        }
        ++at;
    }
    return is(')') ? at + 1 : start;
}

// Whether a text is nothing but ASCII and holds a line that is drawn.
template <class Text>
bool is_drawn(const Text& text) {
    using Code = std::remove_const_t<std::remove_pointer_t<decltype(text.data)>>;
    const auto* end = text.data + text.count;
    bool lines;
    if constexpr (sizeof(Code) == 1) lines = text.count > 0 && std::memchr(text.data, '_', text.count) != nullptr;
    else lines = std::find(text.data, end, Code{'_'}) != end;
    return lines && std::all_of(text.data, end, [](Code code) { return static_cast<std::make_unsigned_t<Code>>(code) < 0x80; });
}

}  // namespace

bool WordReader::read(std::string_view utf8) { return try_all(Utf8{utf8.data(), utf8.size()}); }

bool WordReader::read(const TextView& text) {
    return text.visit([&](auto* characters) {
        return try_all(Codes<std::remove_const_t<std::remove_pointer_t<decltype(characters)>>>{characters, text.size});
    });
}

template <class Text>
bool WordReader::try_all(const Text& text) {
    if (text.count >= most) return false;
    try {
        if (which_ == Which::read && may_begin_with_initials(text)) return false;
        places_ = asked_places_;
        read_all(text);
        if (which_ == Which::read) leave_unread(text);
    } catch (const Unknown&) {
        return false;
    }
    return true;
}

// Take out the words that stand where Markdown links lead.
template <class Text>
void WordReader::leave_unread(const Text& text) {
    const auto next_target = [&](std::size_t from) { return std::string_view(room_.data(), text.count).find("](", from); };
    auto found = next_target(0);
    if (found == std::string_view::npos) return;
    if (!places_) {
        places_ = true;
        read_all(text);
    }
    std::size_t word = 0, kept = 0;
    const auto keep = [&] {
        hashes_[kept] = hashes_[word];
        starts_[kept] = starts_[word];
        ends_[kept++] = ends_[word++];
    };
    for (; found != std::string_view::npos; found = next_target(found)) {
        const auto start = ++found, end = end_of_target(text, start, alphabet_);
        if (end == start) continue;
        while (word < count_ && starts_[word] < start) keep();
        while (word < count_ && starts_[word] < end) ++word;
        found = end - 1;  // the next one may follow its last character
    }
    while (word < count_) keep();
    count_ = kept;
}

template <class Text>
void WordReader::read_all(const Text& text) {
    constexpr std::size_t ahead = 64;
    const auto size = text.count, most_edges = 2 * std::min(stretch, size) + 4;  // each place a word, with an open one before
    const bool drawn = which_ == Which::drawn && is_drawn(text);
    if (room_.size() < size + block_size) room_.resize(size + block_size + Fold::width);
    masks_.resize(stretch / block_size);
    if (edges_.size() < most_edges + ahead) edges_.resize(most_edges + ahead);
    next_edge_ = edges_.data();
    count_ = 0;
    apart_ = size + block_size;
    slow_.clear();
    bool inside = false;  // whether a word is open: it begins at the last edge
    for (std::size_t at = 0; at < size;) {
        const auto own = std::min(stretch, size - at);
        fold_part(text, at, own, drawn, room_, masks_.data());
        from_ = at;
        const auto blocks = (own + block_size - 1) / block_size;
        for (std::size_t block = 0; block < blocks; ++block) {
            const auto base = at + block * block_size;
            if (from_ <= base) block += wide().put_edges(masks_.data() + block, blocks - block, static_cast<std::uint32_t>(base), &inside, &next_edge_);
            if (block < blocks) inside = read_block(text, at + block * block_size, masks_[block], inside);
        }
        at = std::max(at + own, from_);
        if (at >= size && inside) *next_edge_++ = static_cast<std::uint32_t>(size);
        take_words();
        apart_ = size + block_size;
    }
}

// Read a block, of which all before `from_` was read; whether a word is open behind it.
template <class Text>
bool WordReader::read_block(const Text& text, std::size_t base, Masks masks, bool inside) {
    // What of the block was not read yet; false if nothing.
    const auto drop_read = [&] {
        if (from_ <= base) return true;
        if (from_ - base >= block_size) return false;
        masks.letters &= all << (from_ - base);
        masks.high &= all << (from_ - base);
        return true;
    };
    const auto edges = [&] { return masks.letters ^ (masks.letters << 1 | std::uint64_t{inside}); };
    if (!drop_read()) return false;
    while (masks.high != 0) {
        const auto bit = lowest_bit(masks.high);
        const auto own = text.read(base + bit);
        if (!(alphabet_.classes(own.code) & (classes::letter | classes::unspaced | classes::mark | classes::invisible))) {
            const auto after = bit + own.size;  // as a quote or a dash does, it parts words and is none
            masks.high = after < block_size ? masks.high & (all << after) : 0;
            if (after > block_size) from_ = base + after;
            continue;
        }
        next_edge_ = wide().put_bits(edges() & below(bit), static_cast<std::uint32_t>(base), next_edge_);
        const bool open = bit > 0 ? masks.letters >> (bit - 1) & 1 : inside;
        from_ = read_slowly(text, open ? *--next_edge_ : base + bit, base + block_size);
        inside = false;
        if (!drop_read()) return false;
    }
    next_edge_ = wide().put_bits(edges(), static_cast<std::uint32_t>(base), next_edge_);
    return masks.letters >> (block_size - 1);
}

// Read the word that begins at a place, if one does, and what follows without a character of ASCII between; where to go on.
template <class Text>
std::size_t WordReader::read_slowly(const Text& text, std::size_t at, std::size_t stop) {
    do {
        const auto own = text.read(at);
        if (begins_word(alphabet_.classes(own.code))) {
            const auto number = static_cast<std::size_t>(next_edge_ - edges_.data()) / 2;
            const auto read = put_word(text, at);
            if (places_) slow_.push_back({number, static_cast<std::uint32_t>(at), static_cast<std::uint32_t>(read.end)});
            at = read.next;
        } else {
            at += own.size;
        }
    } while (at < stop && at < text.count && !text.is_ascii(at));
    return at;
}

template <class Text>
Fold::Read WordReader::put_word(const Text& text, std::size_t at) {
    // A word may be as long as the text; few are.
    for (std::size_t places = 256;; places *= 8) {
        const auto limit = std::min(text.count, at + places);
        const auto needed = apart_ + (limit - at + 1) * Fold::width;
        if (needed >= 2 * most) throw Unknown("a text that is too long");
        if (room_.size() < needed) room_.resize(needed);
        Fold fold(alphabet_, room_.data() + apart_);
        const auto read = fold.put_word(text, at, limit);
        if (read.next >= limit && limit < text.count) continue;
        *next_edge_++ = static_cast<std::uint32_t>(apart_);
        apart_ += fold.size();
        *next_edge_++ = static_cast<std::uint32_t>(apart_);
        return read;
    }
}

// Hash the words of a stretch, and begin the next one; the last one may be open.
void WordReader::take_words() {
    const auto size = static_cast<std::size_t>(next_edge_ - edges_.data());
    const auto words = size / 2;
    if (hashes_.size() < count_ + words) hashes_.resize(with_more(count_ + words));
    wide().hash(room_.data(), edges_.data(), words, hashes_.data() + count_);
    if (places_) {
        starts_.resize(std::max(starts_.size(), hashes_.size()));
        ends_.resize(starts_.size());
        for (std::size_t word = 0; word < words; ++word) {
            starts_[count_ + word] = edges_[2 * word];
            ends_[count_ + word] = edges_[2 * word + 1];
        }
        for (const auto& each : slow_) {
            starts_[count_ + each.number] = each.start;
            ends_[count_ + each.number] = each.end;
        }
        slow_.clear();
    }
    count_ += words;
    edges_[0] = edges_[2 * words];  // a word that is open, if there is one
    next_edge_ = edges_.data() + size % 2;
}

void count_characters(std::string_view utf8, std::vector<std::uint32_t>& places) {
    std::size_t at = 0;
    std::uint32_t count = 0;
    for (auto& place : places) {
        for (; at < place; ++at) count += (static_cast<unsigned char>(utf8[at]) & 0xC0) != 0x80;
        place = count;
    }
}

}  // namespace dedup
