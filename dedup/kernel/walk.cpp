#include "walk.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

#include "text.hpp"
#include "tokens.hpp"

namespace dedup {
namespace {

constexpr std::string_view separator = "\n\n";  // html.SEPARATOR
constexpr std::string_view cells = " | ";       // html_blocks.CELLS
constexpr std::size_t cell_characters = 100;    // html_blocks._CELL
constexpr std::size_t path_characters = 400;    // html_blocks._PATH
constexpr int siblings_compared = 6;
constexpr auto npos = std::string_view::npos;

// bytes.isspace, of a text that is not empty
bool is_space(std::string_view text) {
    return std::all_of(text.begin(), text.end(), [](char byte) { return is_bytes_space(static_cast<unsigned char>(byte)); });
}

// round(linked / length, 3) as Python rounds: what lies half-way goes where the quotient's own digits have it.
double share_of(std::int32_t linked, std::size_t characters) {
    if (linked == 0) return 0;
    const auto length = static_cast<std::int64_t>(characters), doubled = std::int64_t{2000} * linked;
    auto thousandths = (doubled + length) / (2 * length);
    if (doubled % (2 * length) == length) {
        const auto quotient = static_cast<double>(linked) / static_cast<double>(length);
        const auto over = std::fma(quotient, 2000, -static_cast<double>(2 * thousandths - 1));  // of its half, exactly
        if (over < 0 || (over == 0 && thousandths % 2 != 0)) --thousandths;
    }
    return static_cast<double>(thousandths) / 1000;
}

}  // namespace

Page read_page(std::string_view xml) {
    // No result is longer than its XML: a separator takes no more than the tag that it stands for.
    if (xml.size() > static_cast<std::size_t>(std::numeric_limits<std::int32_t>::max()))
        throw Unknown("more than 2 GB");
    Walk walk;
    Tokens tokens(xml);
    Marks marks;
    while (tokens.next()) {
        const auto [markup, mark] = marks.of(tokens.markup);
        if (mark.act == Act::hide) tokens.skip();
        walk.read(mark, markup);
        walk.read_escaped(tokens.text);
    }
    return walk.finish();
}

void Walk::read(Mark mark, std::string_view markup) {
    switch (mark.act) {
        case Act::pass:
        case Act::hide: break;
        case Act::enter: enter(mark, markup); break;
        case Act::leave: leave(mark.row); break;
        case Act::empty: flush(); break;
        case Act::enter_link: ++link_depth_; break;
        case Act::leave_link: --link_depth_; break;
        case Act::end_line: buffer_ += '\v'; break;
    }
}

// Whether a text is more than the white space between two blocks.
bool Walk::shows(std::string_view text) const {
    return !text.empty() && (!buffer_.empty() || open_.back().tag == Tag::code || !is_space(text));
}

void Walk::read_escaped(std::string_view text) {
    if (!shows(text)) return;
    const auto before = buffer_.size();
    append_unescaped(text, buffer_);
    count_links(before);
}

void Walk::read_plain(std::string_view text) {
    if (!shows(text)) return;
    const auto before = buffer_.size();
    buffer_ += text;
    count_links(before);
}

// Count the characters of links in what was read from there on.
void Walk::count_links(std::size_t from) {
    if (link_depth_ != 0) linked_ += static_cast<std::int32_t>(count_visible(std::string_view(buffer_).substr(from)));
}

void Walk::enter(Mark mark, std::string_view markup) {
    flush();
    const auto outer = open_.back();
    open_.push_back({place_in(outer.place, markup), mark.tag.value_or(outer.tag)});
    if (mark.row) rows_.push_back({blocks_.size()});
}

void Walk::leave(bool row) {
    flush();
    if (open_.size() == 1 || (row && rows_.empty())) throw std::invalid_argument("an end tag without a start tag");
    open_.pop_back();
    if (row) join_cells();
}

// ── blocks ──────────────────────────────────────────────────────────────────────────────────────────────────────────

void Walk::flush() {
    if (buffer_.empty()) return;
    if (open_.back().tag == Tag::code || buffer_.find('\v') != npos) {
        add_parts();
    } else {
        const auto start = begin_block();
        append_squeezed(buffer_, text_);
        end_block(start, linked_);
    }
    buffer_.clear();
    linked_ = 0;
}

// The blocks of a text with line breaks: two <br> end a paragraph.
void Walk::add_parts() {
    const std::string_view raw = buffer_;
    const auto visible = static_cast<double>(std::max<std::size_t>(count_visible(raw), 1));
    if (open_.back().tag == Tag::code) return add_lines(raw, '\n', visible);
    for (std::size_t at = 0; at <= raw.size();) {
        const auto end = std::min(raw.find("\v\v", at), raw.size());
        add_lines(raw.substr(at, end - at), '\v', visible);
        at = end + 2;
    }
}

// The block of a part's lines, none of them empty. `visible` are all characters seen, over which the links are shared out.
void Walk::add_lines(std::string_view part, char separator, double visible) {
    const bool code = open_.back().tag == Tag::code;
    const auto start = begin_block();
    for (std::size_t at = 0; at <= part.size();) {
        const auto end = std::min(part.find(separator, at), part.size());
        const auto line = part.substr(at, end - at);
        at = end + 1;
        if (skip_space(line, 0) == line.size()) continue;
        if (text_.size() > start) text_ += '\n';
        if (code) text_ += stripped_right(line);
        else append_squeezed(line, text_);
    }
    const auto share = static_cast<double>(count_visible(std::string_view(text_).substr(start))) / visible;
    end_block(start, static_cast<std::int32_t>(std::nearbyint(linked_ * share)));  // to even, as Python rounds
}

// Where the text of the next block begins.
std::size_t Walk::begin_block() {
    if (!blocks_.empty()) text_ += separator;
    return text_.size();
}

// End the block that was begun; none of it is left where it is empty.
void Walk::end_block(std::size_t start, std::int32_t linked) {
    if (text_.size() == start) {
        text_.resize(start - (blocks_.empty() ? 0 : separator.size()));
        return;
    }
    const auto text = std::string_view(text_).substr(start);
    blocks_.push_back({start, text.size(), count_characters(text), open_.back().tag, linked, path()});
}

// ── table rows ──────────────────────────────────────────────────────────────────────────────────────────────────────

// Make one block of the short cells of the row that ends. What keeps a row from that keeps the rows around it, too, so
// that no block is looked at twice for nothing.
void Walk::join_cells() {
    const auto row = rows_.back();
    rows_.pop_back();
    const auto count = blocks_.size() - row.first;
    if (count < 2 && row.whole) return;
    if (!row.whole || !are_cells(row.first)) {
        if (!rows_.empty()) rows_.back().whole = false;
        return;
    }
    auto joined = blocks_[row.first];
    std::string text(text_, joined.start, joined.size);
    for (auto at = row.first + 1; at < blocks_.size(); ++at) {
        const auto& cell = blocks_[at];
        text.append(cells).append(text_, cell.start, cell.size);
        joined.characters += cells.size() + cell.characters;
        joined.linked += cell.linked;
    }
    text_.replace(joined.start, npos, text);
    joined.size = text.size();
    blocks_.resize(row.first, joined);
    blocks_.push_back(joined);
}

bool Walk::are_cells(std::size_t first) const {
    return std::all_of(blocks_.begin() + static_cast<std::ptrdiff_t>(first), blocks_.end(), [](const Block& block) {
        return block.tag == Tag::row && block.characters <= cell_characters;
    });
}

// ── paths ───────────────────────────────────────────────────────────────────────────────────────────────────────────

// The place of an element. Only the last few of its siblings are compared: a page of elements that all differ must not
// cost its square, and places that are alike by chance get the same path all the same.
std::int32_t Walk::place_in(std::int32_t outer, std::string_view markup) {
    const auto newest = at(outer).newest;
    auto number = newest;
    for (int left = siblings_compared; number >= 0 && left > 0; --left, number = at(number).older) {
        if (at(number).markup == markup) return number;
    }
    number = static_cast<std::int32_t>(places_.size());
    places_.push_back({markup, outer, newest, -1, -1, {}, 0});
    return at(outer).newest = number;
}

// The number of the path of the element that is open.
std::int32_t Walk::path() {
    const auto place = open_.back().place;
    if (at(place).path < 0) {
        const auto next = static_cast<std::int32_t>(path_numbers_.size());
        at(place).path = path_numbers_.try_emplace(path_text(), next).first->second;
    }
    return at(place).path;
}

// The steps of the open elements, of which the innermost characters count.
std::string Walk::path_text() {
    std::size_t characters = 0, outermost = open_.size();
    while (outermost > 1 && characters < path_characters) {
        characters += with_step(open_[--outermost].place).characters + 1;
    }
    std::string text;
    for (auto level = outermost; level < open_.size(); ++level) {
        if (level > 1) text += '/';
        text += at(open_[level].place).step;
    }
    const auto length = outermost > 1 ? characters : characters - std::min<std::size_t>(characters, 1);
    if (length > path_characters) text.erase(0, first_characters(text, length - path_characters).size());
    return text;
}

const Walk::Place& Walk::with_step(std::int32_t number) {
    auto& place = at(number);
    if (place.step.empty()) {
        place.step = step_of(place.markup);
        place.characters = count_characters(place.step);
    }
    return place;
}

// ── the end ─────────────────────────────────────────────────────────────────────────────────────────────────────────

Page Walk::finish() {
    flush();
    Page page;
    std::vector<std::int32_t> numbers(path_numbers_.size(), -1);  // the cells that were joined to another leave gaps
    std::int32_t count = 0;
    std::size_t start = 0;
    for (const auto& block : blocks_) {
        auto& number = numbers[static_cast<std::size_t>(block.path)];
        if (number < 0) number = count++;
        page.starts.push_back(static_cast<std::int32_t>(start));
        page.ends.push_back(static_cast<std::int32_t>(start + block.characters));
        page.links.push_back(share_of(block.linked, block.characters));
        page.path_numbers.push_back(number);
        page.tags.push_back(static_cast<std::uint8_t>(block.tag));
        start += block.characters + separator.size();
    }
    page.text = std::move(text_);
    page.paths.resize(static_cast<std::size_t>(count));
    for (const auto& [path, number] : path_numbers_) {
        const auto place = numbers[static_cast<std::size_t>(number)];
        if (place >= 0) page.paths[static_cast<std::size_t>(place)] = path;
    }
    return page;
}

}  // namespace dedup
