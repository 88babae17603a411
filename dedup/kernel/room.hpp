// Memory that is used again and again.
#pragma once

#include <cstddef>
#include <memory>
#include <new>
#include <type_traits>

#if defined(__linux__)
#include <sys/mman.h>
#endif

namespace dedup {

// How many rows to have where so many are needed: some more, so that few of those to come need more; of a text of 19 MB in
// one paragraph twice as many as are needed, all set to nothing, took 140 MB.
inline std::size_t with_more(std::size_t rows) { return rows + rows / 4 + 64; }

// Room for values that are written before they are read: nothing is set. Where it is large, in pages of 2 MB if the system
// has them: to write to a thousand places at once then costs no looks into the table of pages, and to have it takes 512
// times fewer faults.
template <class Value>
class Room {
    static_assert(std::is_trivial_v<Value>, "nothing is constructed");

public:
    // Room for so many. What was in it is lost where it grows.
    //
    // Throws std::bad_alloc.
    Value* of(std::size_t count) {
        if (count <= count_) return values_.get();
        values_.reset();  // before there is more, so that both are never held
        count_ = 0;
        const auto large = count > 2 * page / sizeof(Value);
        const auto aligned = large ? page : line;
        const auto bytes = (count * sizeof(Value) + aligned - 1) / aligned * aligned;
        values_ = {static_cast<Value*>(::operator new(bytes, std::align_val_t{aligned})), Free{aligned}};
#if defined(__linux__) && defined(MADV_HUGEPAGE)
        if (large) madvise(values_.get(), bytes, MADV_HUGEPAGE);  // an advice: it may fail
#endif
        count_ = count;
        return values_.get();
    }
    const Value* begin() const { return values_.get(); }

private:
    static constexpr std::size_t page = std::size_t{1} << 21, line = 64;
    struct Free {
        std::size_t aligned = line;

        void operator()(Value* values) const { ::operator delete(values, std::align_val_t{aligned}); }
    };

    std::unique_ptr<Value, Free> values_;
    std::size_t count_ = 0;
};

}  // namespace dedup
