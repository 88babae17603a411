#include "word_keys.hpp"

#include <algorithm>
#include <cstring>
#include <limits>
#include <stdexcept>

#include "hash.hpp"
#include "marked.hpp"

namespace dedup {

// The signature of a document: of every slot the least of its blocks that were sketched and of the shingles that are in
// none of these.
class KeysReader::Least {
public:
    Least(KeysReader& reader, std::size_t count) : own_(reader), shingles_(count == 0 ? 0 : count < reader.shape_.shingle ? 1 : count - reader.shape_.shingle + 1) {
        // That of no shingle.
        std::fill(own_.all_.begin(), own_.all_.end(), std::numeric_limits<std::uint32_t>::max());
        own_.rest_.clear();
    }

    // The slots are those of the block words[first:end].
    void add(std::size_t first, std::size_t end) {
        if (end - first < own_.shape_.shingle) return;  // its one shingle is none of the document
        lower();
        rest(first);
        from_ = end - own_.shape_.shingle + 1;
    }

    void finish() {
        const auto* values = own_.values_.data();
        if (from_ > 0) {
            rest(shingles_);
            if (own_.rest_.empty()) return;
            own_.sketcher_.lower(own_.rest_.data(), own_.rest_.size(), own_.slots_.data());
        } else {
            own_.sketcher_.lower(values, shingles_, own_.slots_.data());
        }
        lower();
    }

private:
    // Put those from the first one that was in no block up to one.
    void rest(std::size_t end) {
        const auto* values = own_.values_.data();
        if (from_ < end) own_.rest_.insert(own_.rest_.end(), values + from_, values + end);
    }

    void lower() {
        auto* __restrict all = own_.all_.data();
        const auto* __restrict slots = own_.slots_.data();
        for (std::size_t at = 0, size = own_.all_.size(); at < size; ++at) all[at] = std::min(all[at], slots[at]);
    }

    KeysReader& own_;
    const std::size_t shingles_;
    std::size_t from_ = 0;  // where the first shingle begins that was in no block
};

void KeysReader::add(const std::uint64_t* words, const std::uint8_t* marks, std::size_t count) {
    const auto document = static_cast<std::int32_t>(out_.prints.size() / 2);
    sketcher_.spread(words, count, values_);
    Least all(*this, count);
    for (std::size_t first = 0; first < count;) {
        auto end = first + 1;
        for (std::uint64_t eight = 0; end + sizeof eight <= count; end += sizeof eight) {
            std::memcpy(&eight, marks + end, sizeof eight);
            if (eight & starts_block * 0x0101010101010101U) break;
        }
        while (end < count && !(marks[end] & starts_block)) ++end;
        if (end - first >= min_words_) {
            if (end - first < shape_.shingle) sketcher_.sketch(words + first, end - first, slots_.data());
            else sketcher_.lower(values_.data() + first, end - first - shape_.shingle + 1, slots_.data());
            put(slots_, out_.keys);
            out_.signed_.push_back(document);
            all.add(first, end);
        }
        first = end;
    }
    all.finish();
    put(all_, out_.document_keys);
    const auto digest = wide().digest(words, count * sizeof *words);
    XXH128_canonical_t print;
    XXH128_canonicalFromHash(&print, {digest.low, digest.high});
    std::uint64_t halves[2];
    static_assert(sizeof halves == sizeof print, "two halves of a print");
    std::memcpy(halves, &print, sizeof print);
    out_.prints.insert(out_.prints.end(), halves, halves + 2);
}

void KeysReader::put(const std::vector<std::uint32_t>& slots, std::vector<std::uint64_t>& keys) const {
    const auto at = keys.size();
    keys.resize(at + shape_.bands);
    make_keys(slots.data(), shape_.bands, shape_.rows, keys.data() + at);
}

WordKeys word_keys(const Passages& documents, const std::uint8_t* marks, std::size_t min_words, const Shape& shape) {
    KeysReader reader(shape, min_words);
    for (std::size_t at = 0; at < documents.size; ++at) {
        const auto first = documents.bounds[at];
        reader.add(documents.words + first, marks + first, static_cast<std::size_t>(documents.bounds[at + 1] - first));
    }
    return reader.take();
}

PartedSeeds parted(const Seeds& seeds, unsigned bits) {
    if (bits < 1 || bits > 16) throw std::invalid_argument("no such ranges");
    const auto part = [bits](std::uint64_t hash) { return static_cast<std::size_t>(hash >> (64 - bits)); };
    PartedSeeds out;
    out.parts.assign((std::size_t{1} << bits) + 1, 0);
    for (const auto hash : seeds.hashes) ++out.parts[part(hash) + 1];
    for (std::size_t at = 1; at < out.parts.size(); ++at) out.parts[at] += out.parts[at - 1];
    auto next = out.parts;
    out.hashes.resize(seeds.hashes.size());
    out.places.resize(seeds.hashes.size());
    for (std::size_t at = 0; at < seeds.hashes.size(); ++at) {
        const auto place = seeds.places[at];
        if (place < 0 || place > std::numeric_limits<std::uint32_t>::max()) throw std::invalid_argument("a place that is too large");
        const auto to = static_cast<std::size_t>(next[part(seeds.hashes[at])]++);
        out.hashes[to] = static_cast<std::uint32_t>(seeds.hashes[at] >> (32 - bits));
        out.places[to] = static_cast<std::uint32_t>(place);
    }
    return out;
}

}  // namespace dedup
