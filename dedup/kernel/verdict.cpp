#include "verdict.hpp"

#include <algorithm>
#include <array>
#include <bitset>
#include <cstdlib>
#include <map>
#include <numeric>
#include <tuple>

namespace dedup {

namespace {

using Words = Span<std::uint64_t>;

constexpr std::size_t gram = 4;      // words in a shingle
constexpr std::ptrdiff_t near = 12;  // blocks between a short block of the article and the one before it
constexpr std::int32_t none = -1;

std::uint64_t mix(const std::uint64_t* words) {
    std::uint64_t state = 0;
    for (std::size_t at = 0; at < gram; ++at) {
        state = (state + words[at]) * 0x9E3779B97F4A7C15U;
        state ^= state >> 29;
    }
    return state;
}

// The shingles of all lines that differ. Sorted, not hashed: no page can make it slow.
class Shingles {
public:
    struct Entry {
        std::uint64_t key;
        const std::uint64_t* words;
        std::int32_t line;
    };
    using Range = std::pair<const Entry*, const Entry*>;

    void add(Words line, std::int32_t number) {
        for (std::size_t at = 0; at + gram <= line.size(); ++at) {
            const auto key = mix(line.values + at);
            entries_.push_back({key, line.values + at, number});
            seen_.set(key >> 48);
        }
    }
    void finish() {
        std::sort(entries_.begin(), entries_.end(), [](const Entry& one, const Entry& other) {
            const auto order = compare(one, other);
            return order != 0 ? order < 0 : one.line < other.line;
        });
        const auto end = std::unique(entries_.begin(), entries_.end(), [](const Entry& one, const Entry& other) {
            return compare(one, other) == 0 && one.line == other.line;
        });
        entries_.erase(end, entries_.end());
    }
    // The lines that hold four words, in order.
    Range find(const std::uint64_t* words) const {
        const Entry wanted{mix(words), words, none};
        if (!seen_.test(wanted.key >> 48)) return {nullptr, nullptr};
        const auto less = [](const Entry& one, const Entry& other) { return compare(one, other) < 0; };
        const auto [low, high] = std::equal_range(entries_.begin(), entries_.end(), wanted, less);
        const auto* first = entries_.data();
        return {first + (low - entries_.begin()), first + (high - entries_.begin())};
    }

private:
    static int compare(const Entry& one, const Entry& other) {
        if (one.key != other.key) return one.key < other.key ? -1 : 1;
        for (std::size_t at = 0; at < gram; ++at) {
            if (one.words[at] != other.words[at]) return one.words[at] < other.words[at] ? -1 : 1;
        }
        return 0;
    }

    std::vector<Entry> entries_;
    std::bitset<1 << 16> seen_;  // most words of a page stand in no line
};

class Verdict {
public:
    Verdict(const Ragged<std::uint64_t>& blocks, const Ragged<std::uint64_t>& lines) : blocks_(blocks), lines_(lines) {
        for (std::size_t number = 0; number < lines.size(); ++number) {
            const auto line = lines[number];
            const auto at = static_cast<std::int32_t>(number);
            const auto [known, added] = numbers_.try_emplace(line, at);
            if (added) shingles_.add(line, at);
            firsts_.push_back(known->second);
        }
        shingles_.finish();
        copies_.resize(lines.size());
        for (const auto first : firsts_) ++copies_[index(first)];
        hits_.resize(lines.size());
    }

    std::vector<std::uint8_t> kept() {
        for (std::size_t block = 0; block < blocks_.size(); ++block) granted_.push_back(claim(blocks_[block]));
        grant();
        grant_short(1);
        grant_short(-1);
        std::vector<std::uint8_t> kept(granted_.size());
        std::transform(granted_.begin(), granted_.end(), kept.begin(), [](std::int32_t line) { return line != none; });
        return kept;
    }

private:
    static std::size_t index(std::int32_t number) { return static_cast<std::size_t>(number); }

    // The line that a block claims. Of lines that are alike, it is the first: as many shingles stand in each.
    std::int32_t claim(Words words) {
        if (words.size() < gram) return none;
        const auto [first, last] = shingles_.find(words.values);
        if (last - first == 1 && copies_[index(first->line)] == 1 && lines_[index(first->line)] == words) return first->line;
        const auto same = numbers_.find(words);
        if (same != numbers_.end()) return first_holding(words, same->second);
        std::size_t covered = 0, end = 0;
        std::vector<std::int32_t> touched;
        for (std::size_t at = 0; at + gram <= words.size(); ++at) {
            const auto [low, high] = shingles_.find(words.values + at);
            if (low == high) continue;
            covered += at + gram - std::max(at, end);
            end = at + gram;
            for (const auto* entry = low; entry != high; ++entry) {
                if (hits_[index(entry->line)]++ == 0) touched.push_back(entry->line);
            }
        }
        auto best = none;
        for (const auto line : touched) {
            const auto mine = hits_[index(line)], most = best == none ? 0 : hits_[index(best)];
            if (mine > most || (mine == most && line < best)) best = line;
        }
        for (const auto line : touched) hits_[index(line)] = 0;
        return covered * 2 >= words.size() ? best : none;
    }

    // The first line that holds all shingles of a block, as the line does that is `same`. It holds the rarest of them:
    // where all paragraphs begin alike, to count what each line holds would take the square of their number.
    std::int32_t first_holding(Words words, std::int32_t same) const {
        std::vector<Shingles::Range> found;
        for (std::size_t at = 0; at + gram <= words.size(); ++at) found.push_back(shingles_.find(words.values + at));
        const auto size = [](const Shingles::Range& each) { return each.second - each.first; };
        const auto [low, high] = *std::min_element(found.begin(), found.end(), [&](const auto& one, const auto& other) { return size(one) < size(other); });
        for (const auto* entry = low; entry != high && entry->line < same; ++entry) {
            const auto holds = [&](const Shingles::Range& each) {
                const auto* at = std::lower_bound(each.first, each.second, entry->line, [](const Shingles::Entry& one, std::int32_t line) { return one.line < line; });
                return at != each.second && at->line == entry->line;
            };
            if (std::all_of(found.begin(), found.end(), holds)) return entry->line;
        }
        return same;
    }

    void grant() {
        std::vector<std::vector<std::size_t>> rivals(lines_.size());
        for (std::size_t block = 0; block < granted_.size(); ++block) {
            if (granted_[block] != none) rivals[index(granted_[block])].push_back(block);
        }
        std::vector<std::size_t> alone;
        for (const auto& claimants : rivals) {
            if (claimants.size() == 1) alone.push_back(claimants[0]);
        }
        std::sort(alone.begin(), alone.end());
        for (std::size_t line = 0; line < rivals.size(); ++line) grant_line(line, rivals[line], alone);
    }

    void grant_line(std::size_t line, const std::vector<std::size_t>& claimants, const std::vector<std::size_t>& alone) {
        const auto room = copies_[line] * lines_[line].size();
        std::size_t asked = 0;
        for (const auto block : claimants) asked += blocks_[block].size();
        if (4 * asked <= 5 * room) return;  // the parts of one paragraph, or blocks that all stand in the answer
        std::vector<std::tuple<bool, std::size_t, std::size_t>> order;
        for (const auto block : claimants) order.emplace_back(!(blocks_[block] == lines_[line]), distance(block, alone), block);
        std::sort(order.begin(), order.end());
        std::size_t taken = 0;
        for (const auto& [differs, far, block] : order) {
            if (taken >= room) granted_[block] = none;
            taken += blocks_[block].size();
        }
    }

    static std::size_t distance(std::size_t block, const std::vector<std::size_t>& others) {
        if (others.empty()) return 0;
        const auto next = std::lower_bound(others.begin(), others.end(), block);
        auto least = static_cast<std::size_t>(-1);
        if (next != others.end()) least = *next - block;
        if (next != others.begin()) least = std::min(least, block - *(next - 1));
        return least;
    }

    // Grant lines to blocks too short for a shingle, going down or up from a granted neighbour.
    void grant_short(std::ptrdiff_t step) {
        std::vector<bool> taken(lines_.size());
        for (const auto line : granted_) {
            if (line != none) taken[index(line)] = true;
        }
        const auto count = static_cast<std::ptrdiff_t>(granted_.size());
        auto last = none;
        std::ptrdiff_t age = 0;
        for (std::ptrdiff_t passed = 0; passed < count; ++passed, ++age) {
            const auto at = static_cast<std::size_t>(step > 0 ? passed : count - 1 - passed);
            const auto size = blocks_[at].size();
            if (granted_[at] == none && last != none && size > 0 && size < gram && age < near) {
                granted_[at] = line_near(blocks_[at], last, step, taken);
                if (granted_[at] != none) taken[index(granted_[at])] = true;
            }
            if (granted_[at] != none) {
                last = granted_[at];
                age = 0;
            }
        }
    }

    std::int32_t line_near(Words words, std::int32_t last, std::ptrdiff_t step, const std::vector<bool>& taken) const {
        for (const auto at : {last + step, last + 2 * step}) {
            if (at < 0 || at >= static_cast<std::ptrdiff_t>(lines_.size())) continue;
            const auto line = static_cast<std::size_t>(at);
            if (!taken[line] && lines_[line] == words) return static_cast<std::int32_t>(line);
        }
        return none;
    }

    const Ragged<std::uint64_t>& blocks_;
    const Ragged<std::uint64_t>& lines_;
    std::map<Words, std::int32_t> numbers_;  // the first of the lines that are alike
    std::vector<std::int32_t> firsts_;
    std::vector<std::size_t> copies_, hits_;
    std::vector<std::int32_t> granted_;
    Shingles shingles_;
};

}  // namespace

std::vector<std::uint8_t> kept_blocks(const Ragged<std::uint64_t>& blocks, const Ragged<std::uint64_t>& lines) {
    return Verdict(blocks, lines).kept();
}

}  // namespace dedup
