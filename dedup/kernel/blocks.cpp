#include "blocks.hpp"

#include <algorithm>
#include <limits>
#include <unordered_set>
#include <utility>

#include "block_lines.hpp"
#include "block_links.hpp"
#include "text.hpp"

namespace dedup {
namespace {

// The numbers of `dedup.table.TAGS`; `none` is of a line that goes on with what stands before it.
enum class Tag : std::uint8_t { paragraph, heading, item, quote, row, caption, code, rule, matter, none };

constexpr std::uint32_t wrapped = 40, long_line = 120;  // WRAPPED and LONG_LINE

class BlockReader {
public:
    BlockReader(std::string_view text, const Alphabet& alphabet, TextBlocks& out) : text_(text), alphabet_(alphabet), out_(out), base_(out.size()) {}

    void read(BlocksAsked asked) {
        find_lines(text_, lines_);
        const auto from = take_matter();
        find_quoted(from);
        take_groups(from);
        mark_headline();
        if (asked.links) add_links();
        if (asked.unread) add_unread();
    }

private:
    // Lines that the same mark may quote.
    struct Run {
        std::string_view mark;
        std::size_t first, end;
    };

    std::string_view line(std::size_t at) const { return text_.substr(lines_[at].start, lines_[at].end - lines_[at].start); }
    std::string_view block(std::size_t at) const {
        const auto start = static_cast<std::size_t>(out_.starts[at]);
        return text_.substr(start, static_cast<std::size_t>(out_.ends[at]) - start);
    }

    void put(std::size_t first, std::size_t last, Tag tag) {
        out_.starts.push_back(static_cast<std::int32_t>(lines_[first].start));
        out_.ends.push_back(static_cast<std::int32_t>(lines_[last].end));
        out_.firsts.push_back(static_cast<std::int32_t>(lines_[first].first));
        out_.lasts.push_back(static_cast<std::int32_t>(lines_[last].last));
        out_.tags.push_back(static_cast<std::uint8_t>(tag));
    }

    std::size_t take_matter();
    void find_quoted(std::size_t from);
    std::vector<Run> runs(std::size_t from) const;
    std::string_view quoting(std::size_t at) const;
    bool is_quoted(const Run& run) const;
    void deepen(std::size_t at, std::string_view mark);
    void take_groups(std::size_t from);
    void cut(std::size_t first, std::size_t end);
    Tag kind(std::size_t at, std::size_t part) const;
    void put_part(std::size_t first, std::size_t end, Tag tag);
    bool are_own(std::size_t first, std::size_t end) const;
    void mark_headline();
    void add_links();
    void add_unread();

    std::string_view text_;
    const Alphabet& alphabet_;
    TextBlocks& out_;
    std::size_t base_;  // the number of the first block
    std::vector<TextLine> lines_;
};

// _matter: the lines of front matter, as blocks; how many lines they are, with blank ones above.
std::size_t BlockReader::take_matter() {
    std::size_t first = 0;
    while (first < lines_.size() && lines_[first].empty()) ++first;
    const bool framed = first < lines_.size() && line(first) == "---";
    int known = 0;
    auto at = first + framed;
    const auto start = at;
    for (; at < lines_.size(); ++at) {
        const auto own = line(at);
        const auto key = key_size(own, alphabet_);
        const bool folded = at > start && !own.empty() && (lines_[at].indented || (framed && own != "---"));
        if (key == 0 && !folded) break;
        known += key != 0 && known < 2 && is_matter_key(own.substr(0, key), alphabet_);
    }
    const bool closed = !framed || (at < lines_.size() && line(at) == "---");
    if (known < 2 || !closed) return 0;
    const auto end = at + framed;
    for (auto each = first; each < end; ++each) {
        if (!lines_[each].empty()) put(each, each, Tag::matter);
    }
    return end;
}

// _quoted: deepen the lines of quotations that only several lines together show.
void BlockReader::find_quoted(std::size_t from) {
    const auto found = runs(from);
    std::unordered_set<std::string_view> names;
    for (const auto& run : found) {
        if (run.mark != "#" && run.end - run.first > 1) names.insert(run.mark);
    }
    for (const auto& run : found) {
        if (run.mark == "#" ? !is_quoted(run) : names.count(run.mark) == 0) continue;
        for (auto at = run.first; at < run.end; ++at) deepen(at, run.mark);
    }
}

std::vector<BlockReader::Run> BlockReader::runs(std::size_t from) const {
    std::vector<Run> found;
    Fence fence;
    for (auto at = from; at < lines_.size(); ++at) {
        if (fence.mark != 0) {
            if (closes(line(at), fence)) fence = {};
            continue;
        }
        fence = fence_of(line(at));
        const auto mark = fence.mark != 0 ? std::string_view() : quoting(at);
        if (mark.empty()) continue;
        if (!found.empty() && found.back().end == at && found.back().mark == mark) ++found.back().end;
        else found.push_back({mark, at, at + 1});
    }
    return found;
}

std::string_view BlockReader::quoting(std::size_t at) const {
    const auto own = line(at);
    if (own.empty()) return {};
    if (own.front() == '#') return is_numbered(own) ? own.substr(0, 1) : std::string_view();
    const auto found = initials(own);
    return own.substr(found.start, found.end - found.start);
}

bool BlockReader::is_quoted(const Run& run) const {
    int bare = 0;
    for (auto at = run.first; at < run.end && bare < 2; ++at) bare += is_bare(line(at));
    if (bare < 2) return false;
    bool goes_on = false;
    for (auto at = run.first; at < run.end; ++at) {
        const auto own = numbered(line(at), alphabet_);
        if (own.apart && (own.marked || own.alone || (goes_on && own.small))) return true;
        goes_on = lines_[at].characters() >= wrapped;
    }
    return false;
}

void BlockReader::deepen(std::size_t at, std::string_view mark) {
    const auto own = line(at);
    const auto start = own.find(mark), end = start + mark.size();
    const auto rest = std::min(own.find_first_not_of(quotes, end), own.size());
    const auto marks = [&](std::string_view part) {
        return static_cast<std::uint32_t>(std::count_if(part.begin(), part.end(), [](char byte) { return byte != ' ' && byte != '\t'; }));
    };
    lines_[at].depth = 1 + marks(own.substr(0, start)) + marks(own.substr(end, rest - end));
    lines_[at].bare = rest < own.size();
}

// _groups: lines that stand together.
void BlockReader::take_groups(std::size_t from) {
    std::size_t first = from;
    bool open = false;
    Fence fence;
    const auto close = [&](std::size_t end) {
        if (open) cut(first, end);
        open = false;
    };
    for (auto at = from; at < lines_.size(); ++at) {
        if (fence.mark != 0) {
            if (!closes(line(at), fence)) continue;
            close(at + 1);
            fence = {};
            continue;
        }
        fence = fence_of(line(at));
        const auto& own = lines_[at];
        if (!own.bare || fence.mark != 0 || (open && own.depth != lines_[at - 1].depth)) close(at);
        if (own.bare && !open) first = at;
        open = open || own.bare;
    }
    close(lines_.size());
}

// _cut: a group as blocks.
void BlockReader::cut(std::size_t first, std::size_t end) {
    if (end - first > 1 && fence_of(line(first)).mark != 0) {
        auto last = end - 1;
        while (lines_[last].empty()) --last;
        put(first, last, Tag::code);
        return;
    }
    const auto usual = lines_[first].depth > 0 ? Tag::quote : Tag::paragraph;
    auto part = first;  // where the lines begin that are no block yet
    auto current = usual;
    for (auto at = first; at < end; ++at) {
        const auto own = kind(at, part);
        if (own == Tag::heading && part < at && is_underline(line(at))) {
            put(part, at, Tag::heading);
            part = at + 1;
            current = usual;
            continue;
        }
        if (own != Tag::none) {
            put_part(part, at, current);
            part = at;
        }
        if (own == Tag::heading || own == Tag::row || own == Tag::rule) {
            put(at, at, own);
            part = at + 1;
            current = usual;
        } else if (own != Tag::none) {
            current = own;
        } else if (part == at) {
            current = usual;
        }
    }
    put_part(part, end, current);
}

// _kind: what a line starts that stands behind those of a part.
Tag BlockReader::kind(std::size_t at, std::size_t part) const {
    if (lines_[at].depth > 0) return Tag::none;
    const auto own = line(at);
    if (at - part == 1 && lines_[at].characters() >= 3 && is_underline(own) && lines_[part].characters() <= long_line) return Tag::heading;
    if (is_heading(own)) return Tag::heading;
    if (is_rule(own)) return Tag::rule;
    if (is_row(own)) return Tag::row;
    return is_item(own, alphabet_) ? Tag::item : Tag::none;
}

// _paragraphs: lines as one block, or as one each.
void BlockReader::put_part(std::size_t first, std::size_t end, Tag tag) {
    if (first == end) return;
    if (tag != Tag::paragraph || end - first == 1 || !are_own(first, end)) {
        put(first, end - 1, tag);
        return;
    }
    for (; first < end; ++first) put(first, first, tag);
}

bool BlockReader::are_own(std::size_t first, std::size_t end) const {
    const auto all = [&](auto holds) {
        for (auto at = first; at < end; ++at) {
            if (!holds(line(at))) return false;
        }
        return true;
    };
    const auto begin = lines_.begin() + static_cast<std::ptrdiff_t>(first), stop = lines_.begin() + static_cast<std::ptrdiff_t>(end);
    const auto brief = std::count_if(begin, stop, [](const TextLine& each) { return each.characters() <= long_line; });
    if (static_cast<std::size_t>(brief) <= (end - first) / 2) return true;  // the median is longer
    return all([](std::string_view each) { return ends_sentence(each); }) || all([&](std::string_view each) { return key_size(each, alphabet_) != 0; });
}

// _first_heading
void BlockReader::mark_headline() {
    constexpr auto matter = static_cast<std::uint8_t>(Tag::matter), paragraph = static_cast<std::uint8_t>(Tag::paragraph);
    auto at = base_;
    while (at < out_.size() && out_.tags[at] == matter) ++at;
    if (at + 1 >= out_.size() || out_.tags[at] != paragraph || out_.lasts[at] - out_.firsts[at] > static_cast<std::int32_t>(long_line)) return;
    if (is_one_line(block(at)) && !ends_sentence(block(at))) out_.tags[at] = static_cast<std::uint8_t>(Tag::heading);
}

void BlockReader::add_links() {
    for (auto at = base_; at < out_.size(); ++at) out_.links.push_back(link_share(block(at), alphabet_));
}

void BlockReader::add_unread() {
    std::vector<std::pair<std::size_t, std::size_t>> found;
    for (auto at = base_; at < out_.size(); ++at) {
        auto seen = static_cast<std::size_t>(out_.starts[at]), characters = static_cast<std::size_t>(out_.firsts[at]);
        found.clear();
        find_unread(text_, seen, static_cast<std::size_t>(out_.ends[at]), found);
        const auto place = [&](std::size_t to) {
            characters += count_characters(text_.substr(seen, to - seen));
            seen = to;
            return static_cast<std::int32_t>(characters);
        };
        for (const auto& [start, end] : found) {
            out_.unread_starts.push_back(static_cast<std::int32_t>(start));
            out_.unread_ends.push_back(static_cast<std::int32_t>(end));
            out_.unread_firsts.push_back(place(start));
            out_.unread_lasts.push_back(place(end));
        }
    }
}

}  // namespace

bool read_blocks(std::string_view utf8, const Alphabet& alphabet, TextBlocks& out, BlocksAsked asked) {
    if (utf8.size() > static_cast<std::size_t>(std::numeric_limits<std::int32_t>::max())) return false;
    BlockReader(utf8, alphabet, out).read(asked);
    return true;
}

}  // namespace dedup
