#include "cutter.hpp"

#include <algorithm>
#include <stdexcept>
#include <string_view>

#include "markup.hpp"

namespace dedup {
namespace {

using Place = std::int64_t;

constexpr std::u32string_view quotes = U">|:}#%", opening = U"「『（【《〈“„‚", closing = U"。！？」』）】”’)]}\"'.,;:!?…»";
constexpr Place initials_reach = 40;  // characters in which the mark behind initials stands, if there are some

bool by_start(const CutSpan& one, const CutSpan& other) { return one.start < other.start; }

template <class Char>
class Cutter {
public:
    Cutter(const Char* text, std::size_t size, const BlockEdges& blocks, const Alphabet& alphabet, std::vector<CutSpan>& flags)
        : text_(text), size_(static_cast<Place>(size)), blocks_(blocks), alphabet_(alphabet), flags_(flags) {}

    void cut() {
        for (auto& flag : flags_) snap(flag);
        part();
        if (flags_.empty()) return;
        if (!remains()) empty();
        space();
        trim();
    }

private:
    bool is(Place at, std::uint32_t of) const { return (alphabet_.classes(static_cast<char32_t>(text_[at])) & of) != 0; }
    bool is_blank(Place at) const { return is(at, classes::blank); }
    bool is_sign(Place at) const { return !is(at, classes::blank | classes::alphanumeric); }
    bool stands(Place at, std::u32string_view any) const { return is_any(static_cast<char32_t>(text_[at]), any); }
    bool says(Place start, Place end) const {
        for (; start < end; ++start) {
            if (is(start, classes::alphanumeric)) return true;
        }
        return false;
    }
    Place line_of(Place at) const {  // where the line begins
        while (at > 0 && text_[at - 1] != '\n') --at;
        return at;
    }
    Place breaks(Place start, Place end) const { return std::count(text_ + start, text_ + std::max(start, end), static_cast<Char>('\n')); }
    Place stripped_end(Place start, Place end) const {
        while (end > start && is_blank(end - 1)) --end;
        return end;
    }
    // The number of the block that begins at a place or before it; -1 if none does.
    Place block_at(Place at) const { return std::upper_bound(blocks_.starts.begin(), blocks_.starts.end(), at) - blocks_.starts.begin() - 1; }
    Place start_of(Place block) const { return blocks_.starts[static_cast<std::size_t>(block)]; }
    Place end_of(Place block) const { return blocks_.ends[static_cast<std::size_t>(block)]; }
    void refuse_initials(Place start, Place end) const {
        for (; start < end; ++start) {
            if (text_[start] == '>' || text_[start] == ']') throw Unknown("what may be the initials of who is quoted");
        }
    }

    void snap(CutSpan& flag) const {  // _clinging
        const auto block = block_at(flag.start);
        if (block < 0) throw std::invalid_argument("a copy that stands in no block");
        const auto first = start_of(block), last = end_of(block);
        auto start = flag.start, end = std::min(flag.end, last);
        while (start > first && is_sign(start - 1) && !stands(start - 1, closing)) --start;
        if (start > first) {
            if (!says(first, start)) start = first;
            else refuse_initials(first, std::min(last, first + initials_reach));
        }
        while (end < last && is_sign(end) && !stands(end, opening)) {
            ++end;
            if (end > 1 && text_[end - 2] == ']' && text_[end - 1] == '(') throw Unknown("what may be where a link leads");
        }
        if (end < last && !says(end, last)) end = last;
        flag.start = start;
        flag.end = std::min(end, last);
    }

    void part() {  // _apart
        auto ascending = flags_;
        std::stable_sort(ascending.begin(), ascending.end(), by_start);
        const auto meet = [](const CutSpan& one, const CutSpan& after) { return one.end > after.start; };
        if (std::adjacent_find(ascending.begin(), ascending.end(), meet) != ascending.end()) {
            std::stable_sort(flags_.begin(), flags_.end(), [](const CutSpan& one, const CutSpan& other) {
                const auto own = one.start - one.end, others = other.start - other.end;
                return own != others ? own < others : one.start < other.start;
            });
            ascending.clear();
            for (const auto& flag : flags_) {
                const auto at = std::upper_bound(ascending.begin(), ascending.end(), flag, by_start);
                if ((at == ascending.begin() || (at - 1)->end <= flag.start) && (at == ascending.end() || flag.end <= at->start)) ascending.insert(at, flag);
            }
        }
        flags_ = std::move(ascending);
    }

    bool remains() const {
        const auto behind = [&](Place at) {
            return std::upper_bound(flags_.begin(), flags_.end(), at, [](Place place, const CutSpan& flag) { return place < flag.start; }) - flags_.begin();
        };
        for (std::size_t block = 0; block < blocks_.starts.size(); ++block) {
            const Place start = blocks_.starts[block], end = blocks_.ends[block];
            auto at = start;
            for (auto flag = std::max<Place>(0, behind(start) - 1), stop = behind(end); flag < stop; ++flag) {
                const auto& own = flags_[static_cast<std::size_t>(flag)];
                if (says(at, own.start)) return true;
                at = std::max(at, own.end);
            }
            if (says(at, end)) return true;
        }
        return false;
    }

    void empty() {  // _emptied
        for (std::size_t at = 0; at < flags_.size(); ++at) {
            flags_[at].end = at + 1 < flags_.size() ? flags_[at + 1].start : size_;
            if (at > 0) continue;
            flags_[at].start = 0;
        }
    }

    void space() {  // _spaced
        const auto first = blocks_.starts.empty() ? size_ : start_of(0);
        Place before = 0;
        for (std::size_t at = 0; at < flags_.size(); ++at) {
            auto& flag = flags_[at];
            const auto limit = at + 1 < flags_.size() ? flags_[at + 1].start : size_;
            auto end = std::min(limit, next_start(flag.end));
            if (at + 1 < flags_.size() && !says_more(end, limit)) end = limit;
            const auto told = flag.start;
            auto start = std::max(quote_start(told), before);
            with_break(before, flag.end, start, end);
            flag.start = at == 0 && told <= first ? 0 : start;
            flag.end = end;
            before = end;
        }
    }

    bool says_more(Place start, Place end) const {  // _says
        if (!says(start, end)) return false;
        refuse_initials(start, end);
        return true;
    }

    Place next_start(Place at) const {  // _next_start
        const auto block = block_at(at);
        const auto end = end_of(std::max<Place>(block, 0));
        while (at < end && is_blank(at)) ++at;
        if (at < end) return at;
        return block + 1 < static_cast<Place>(blocks_.starts.size()) ? start_of(block + 1) : size_;
    }

    Place quote_start(Place at) const {  // _quote_start
        auto line = line_of(at);
        if (!stands(line, quotes) && !is_blank(line)) return at;
        if (!are_quoting(line, stands(at, quotes) ? at + 1 : at)) return at;
        auto start = line;
        while (line > 0) {
            line = line_of(line - 1);
            if (!are_quoting(line, start)) break;
            start = line;
        }
        return start;
    }

    bool are_quoting(Place start, Place end) const {  // _is_quoting
        while (start < end && is_blank(start)) ++start;
        end = stripped_end(start, end);
        if (start == end) return false;
        for (; start < end; ++start) {
            if (!stands(start, quotes) && text_[start] != ' ' && text_[start] != '\t') return false;
        }
        return true;
    }

    void with_break(Place before, Place from, Place& start, Place& end) const {  // _with_break
        const auto stays = stripped_end(before, start), own = breaks(stays, start);
        if (stays == before || stripped_end(from, end) > from || breaks(from, end) <= own) return;
        if (own == 0) {
            start = stays;
            end = from;
            return;
        }
        auto at = from;
        for (auto left = own; left > 0; ++at) {
            if (text_[at] == '\n') --left;
            else if (text_[at] != ' ' && text_[at] != '\t') throw Unknown("other breaks of lines");
        }
        end = at;
    }

    void trim() {  // _tail
        auto& last = flags_.back();
        if (last.end < size_) return;
        auto index = flags_.size() - 1;
        while (index > 0 && flags_[index - 1].end == flags_[index].start) --index;
        const auto start = flags_[index].start;
        if (start == 0) return;
        const auto begin = stripped_end(index > 0 ? flags_[index - 1].end : 0, start);
        last.end = std::max(stripped_end(last.start, size_), last.start + 1);
        flags_[index].start = begin;
    }

    const Char* text_;
    const Place size_;
    const BlockEdges& blocks_;
    const Alphabet& alphabet_;
    std::vector<CutSpan>& flags_;
};

}  // namespace

void cut_spans(const TextView& text, const BlockEdges& blocks, const Alphabet& alphabet, std::vector<CutSpan>& flags) {
    const auto size = static_cast<Place>(text.size);
    if (blocks.starts.size() != blocks.ends.size()) throw std::invalid_argument("columns of different lengths");
    Place before = 0;
    for (std::size_t at = 0; at < blocks.starts.size(); ++at) {
        if (blocks.starts[at] < before || blocks.ends[at] < blocks.starts[at] || blocks.ends[at] > size) throw std::invalid_argument("a block that lies outside its text");
        before = blocks.ends[at];
    }
    for (const auto& flag : flags) {
        if (flag.start < 0 || flag.end <= flag.start || flag.end > size) throw std::invalid_argument("a copy that lies outside its text");
    }
    text.visit([&](auto* characters) { Cutter(characters, text.size, blocks, alphabet, flags).cut(); });
}

}  // namespace dedup
