#include "features.hpp"

#include <algorithm>
#include <array>
#include <cmath>

namespace dedup {

namespace {

// ── texts ───────────────────────────────────────────────────────────────────────────────────────────────────────────

constexpr bool is_quote(std::uint32_t letter) { return letter == '"' || letter == 0x201D; }
constexpr bool closes(std::uint32_t letter) { return is_quote(letter) || letter == 0x2019 || letter == ')'; }
constexpr bool ends_sentence(std::uint32_t letter) {
    return letter == '.' || letter == '!' || letter == '?' || letter == 0x3002 || letter == 0xFF01 || letter == 0xFF1F;
}
constexpr bool stops(std::uint32_t letter) { return ends_sentence(letter) || letter == 0x2026 || letter == ':'; }
constexpr bool is_comma(std::uint32_t letter) {
    return letter == ',' || letter == 0xFF0C || letter == 0x3001 || letter == 0x060C;
}

bool is_space(std::uint32_t letter, const Letters& letters) {
    if (letter < 0x80) return letter == ' ' || (letter >= 9 && letter <= 13) || (letter >= 0x1C && letter <= 0x1F);
    return letters.is_space(letter);
}
bool is_digit(std::uint32_t letter, const Letters& letters) {
    return letter < 0x80 ? letter >= '0' && letter <= '9' : letters.is_decimal(letter);
}
bool is_capital(std::uint32_t letter, const Letters& letters) {
    if (letter < 0x80) return letter >= 'A' && letter <= 'Z';
    return letters.is_alphanumeric(letter) && !letters.is_decimal(letter);
}

template <class Character>
bool stops_as_a_sentence(Span<Character> text, const Letters& letters) {
    auto end = text.size();
    while (end > 0 && is_space(text[end - 1], letters)) --end;
    for (; end > 0 && closes(text[end - 1]); --end) {
        if (is_quote(text[end - 1])) return true;
    }
    return end > 0 && stops(text[end - 1]);
}

// ── pages ───────────────────────────────────────────────────────────────────────────────────────────────────────────

constexpr double unit = 256;
constexpr double furthest = 100;  // blocks between a block and the nearest that is kept, at most
constexpr double running_words = 15, running_links = 0.3;
constexpr std::size_t around_features = 7, page_features = 8;
constexpr std::size_t words_at = 0, stop_at = 2, links_at = text_features, places_at = links_at + 1;
constexpr std::ptrdiff_t reach = 6;  // blocks to each side that count for the density

std::int16_t in_units(double value) {
    return static_cast<std::int16_t>(std::min(32767.0, std::max(-32768.0, std::nearbyint(value * unit))));
}

// What the blocks of one place have together.
struct Around {
    double words = 0, linked = 0, stopped = 0, kept = 0, blocks = 0;
};

class Rows {
public:
    explicit Rows(const Seen& seen)
        : seen_(seen), size_(seen.size()), width_(feature_count(seen)), middle_(places_at + seen.place_width + tag_features),
          rows_(size_ * width_) {
        for (std::size_t row = 0; row < size_; ++row) total_ += seen.words[row];
        total_ = std::max(1.0, total_);
        for (std::size_t group = 0; group < place_groups; ++group) add_up(group);
    }

    std::vector<std::int16_t> take() {
        const auto page = of_page();
        double before = 0;
        for (std::size_t row = 0; row < size_; ++row) {
            fill_own(row);
            before += seen_.words[row];
            put(middle_, row, static_cast<double>(row) / static_cast<double>(std::max<std::size_t>(1, size_ - 1)));
            put(middle_ + 1, row, before / total_);
            for (std::size_t group = 0; group < place_groups; ++group) fill_around(row, group);
            put(kept_at(), row, seen_.kept[row] ? 1 : 0);
            put(kept_at() + 5, row, seen_.told[row]);
            std::copy(page.begin(), page.end(), at(kept_at() + 6, row));
            put(width_ - 1, row, density(row));
        }
        fill_distances();
        look_around();
        return std::move(rows_);
    }

private:
    std::int16_t* at(std::size_t column, std::size_t row) { return rows_.data() + row * width_ + column; }
    void put(std::size_t column, std::size_t row, double value) { *at(column, row) = in_units(value); }
    std::size_t kept_at() const { return middle_ + 2 + place_groups * around_features; }
    double stop(std::size_t row) const { return seen_.texts[row * text_features + stop_at]; }
    std::size_t group_of(std::size_t row, std::size_t group) const {
        return static_cast<std::size_t>(seen_.groups[static_cast<std::size_t>(seen_.places[row]) * place_groups + group]);
    }

    void fill_own(std::size_t row) {
        for (std::size_t column = 0; column < text_features; ++column) {
            put(column, row, seen_.texts[row * text_features + column]);
        }
        put(links_at, row, seen_.links[row]);
        const auto place = static_cast<std::size_t>(seen_.places[row]);
        std::copy_n(seen_.place_rows.begin() + place * seen_.place_width, seen_.place_width, at(places_at, row));
        if (seen_.tags[row] < tag_features) put(places_at + seen_.place_width + seen_.tags[row], row, 1);
    }

    void add_up(std::size_t group) {
        auto& own = around_[group];
        for (std::size_t row = 0; row < size_; ++row) {
            const auto number = group_of(row, group);
            if (number >= own.size()) own.resize(number + 1);
            auto& sums = own[number];
            const auto words = seen_.words[row], kept = seen_.kept[row] ? words : 0;
            sums.words += words;
            sums.linked += words * seen_.links[row];
            sums.stopped += words * stop(row);
            sums.kept += kept;
            sums.blocks += 1;
            kept_[group] += kept;
        }
    }

    void fill_around(std::size_t row, std::size_t group) {
        const auto& sums = around_[group][group_of(row, group)];
        const auto some = std::max(1.0, sums.words);
        const std::array<double, around_features> values{
            std::log1p(sums.words), sums.linked / some, std::log1p(sums.blocks), sums.words / total_,
            sums.stopped / some, sums.kept / some, sums.kept / std::max(1.0, kept_[group])};
        for (std::size_t column = 0; column < around_features; ++column) {
            put(middle_ + 2 + group * around_features + column, row, values[column]);
        }
    }

    // How far the next and the last kept block are, and whether a block stands before or after all of them.
    void fill_distances() {
        double far = furthest;
        bool none = true;
        for (std::size_t row = size_; row-- > 0;) {
            far = seen_.kept[row] ? 0 : std::min(furthest, far + 1);
            none = none && !seen_.kept[row];
            put(kept_at() + 1, row, std::log1p(far));
            put(kept_at() + 4, row, none ? 1 : 0);
        }
        const auto any = !none;
        far = furthest;
        none = true;
        for (std::size_t row = 0; row < size_; ++row) {
            // The last one is before the block, never the block itself.
            far = std::min(furthest, far + 1);
            put(kept_at() + 2, row, std::log1p(far));
            none = none && !seen_.kept[row];
            put(kept_at() + 3, row, any && none ? 1 : 0);
            if (!any) put(kept_at() + 4, row, 0);
            if (seen_.kept[row]) far = 0;
        }
    }

    std::array<std::int16_t, page_features> of_page() const {
        double words = 0, kept = 0, linked = 0, running = 0, running_kept = 0;
        for (std::size_t row = 0; row < size_; ++row) {
            const auto own = seen_.words[row];
            const auto runs = own >= running_words && seen_.links[row] < running_links ? own : 0;
            words += own;
            linked += own * seen_.links[row];
            running += runs;
            kept += seen_.kept[row] ? own : 0;
            running_kept += seen_.kept[row] ? runs : 0;
        }
        const auto some = std::max(1.0, words);
        return {in_units(kept / some), in_units(std::log1p(kept)), in_units(std::log1p(static_cast<double>(size_))),
                in_units(std::log1p(some)), in_units(linked / some), in_units(std::log1p(running)),
                in_units(running_kept / std::max(1.0, running)), in_units(seen_.says)};
    }

    // Unlinked words around a block, those of whole sentences counted twice.
    double density(std::size_t row) const {
        static const auto weights = [] {
            std::array<double, 2 * reach + 1> values{};
            for (auto step = -reach; step <= reach; ++step) {
                values[static_cast<std::size_t>(step + reach)] = std::exp(-static_cast<double>(std::abs(step)) / 2.0);
            }
            return values;
        }();
        double sum = 0;
        const auto own = static_cast<std::ptrdiff_t>(row), size = static_cast<std::ptrdiff_t>(size_);
        for (auto other = std::max<std::ptrdiff_t>(0, own - reach); other < std::min(size, own + reach + 1); ++other) {
            const auto each = static_cast<std::size_t>(other);
            sum += seen_.words[each] * (1 - seen_.links[each]) * (1 + stop(each)) *
                   weights[static_cast<std::size_t>(other - own + reach)];
        }
        return std::log1p(std::max(0.0, sum));
    }

    // Some features of those so many steps further on, 0 past the ends.
    void look_around() {
        struct Window {
            std::size_t column;
            std::ptrdiff_t step;
        };
        const Window windows[] = {{words_at, -2}, {words_at, -1}, {words_at, 1}, {words_at, 2}, {links_at, -2},
                                  {links_at, -1}, {links_at, 1}, {links_at, 2}, {stop_at, -1}, {stop_at, 1},
                                  {places_at, -1}, {places_at, 1}, {kept_at(), -1}, {kept_at(), 1}};
        auto to = kept_at() + 6 + page_features;
        for (const auto& window : windows) {
            for (std::size_t row = 0; row < size_; ++row) {
                const auto other = static_cast<std::ptrdiff_t>(row) + window.step;
                const auto there = other >= 0 && other < static_cast<std::ptrdiff_t>(size_);
                *at(to, row) = there ? *at(window.column, static_cast<std::size_t>(other)) : std::int16_t{0};
            }
            ++to;
        }
    }

    const Seen& seen_;
    std::size_t size_, width_, middle_;
    std::vector<std::int16_t> rows_;
    double total_ = 0;
    std::array<std::vector<Around>, place_groups> around_;
    std::array<double, place_groups> kept_{};
};

void check(const Seen& seen) {
    const auto size = seen.size();
    const auto places = seen.place_width > 0 ? seen.place_rows.size() / seen.place_width : 0;
    const bool whole = seen.texts.size() == size * text_features && seen.links.size() == size && seen.told.size() == size &&
                       seen.kept.size() == size && seen.tags.size() == size && seen.places.size() == size &&
                       seen.place_rows.size() == places * seen.place_width && seen.groups.size() == places * place_groups;
    const auto is_place = [&](std::int32_t place) { return place >= 0 && static_cast<std::size_t>(place) < places; };
    const auto is_group = [&](std::int32_t group) { return group >= 0 && static_cast<std::size_t>(group) < places; };
    if (!whole || !std::all_of(seen.places.begin(), seen.places.end(), is_place) ||
        !std::all_of(seen.groups.begin(), seen.groups.end(), is_group)) {
        throw std::invalid_argument("columns that are not of one page");
    }
}

}  // namespace

template <class Character>
void look_at_text(Span<Character> text, std::int64_t words, const Letters& letters, double* out) {
    std::size_t sentences = 0, commas = 0, digits = 0, capitals = 0;
    bool fresh = true;  // at the start of the text, or after white space
    for (std::size_t at = 0; at < text.size(); ++at) {
        const std::uint32_t letter = text[at];
        if (is_capital(letter, letters)) {
            capitals += fresh ? 1 : 0;
        } else if (is_digit(letter, letters)) {
            ++digits;
        } else if (is_comma(letter)) {
            ++commas;
        } else if (ends_sentence(letter)) {
            sentences += at + 1 == text.size() || is_quote(text[at + 1]) || is_space(text[at + 1], letters) ? 1 : 0;
        }
        fresh = is_space(letter, letters);
    }
    const auto some = static_cast<double>(std::max<std::int64_t>(1, words));
    const auto length = static_cast<double>(std::max<std::size_t>(1, text.size()));
    out[0] = std::log1p(static_cast<double>(words));
    out[1] = length / some;
    out[2] = stops_as_a_sentence(text, letters) ? 1 : 0;
    out[3] = static_cast<double>(sentences) / some;
    out[4] = static_cast<double>(commas) / some;
    out[5] = static_cast<double>(digits) / length;
    out[6] = static_cast<double>(capitals) / some;
}

template void look_at_text(Span<std::uint8_t>, std::int64_t, const Letters&, double*);
template void look_at_text(Span<std::uint16_t>, std::int64_t, const Letters&, double*);
template void look_at_text(Span<std::uint32_t>, std::int64_t, const Letters&, double*);

std::size_t feature_count(const Seen& seen) {
    return places_at + seen.place_width + tag_features + 2 + place_groups * around_features + 6 + page_features + 14 + 1;
}

std::vector<std::int16_t> features(const Seen& seen) {
    check(seen);
    return Rows(seen).take();
}

}  // namespace dedup
