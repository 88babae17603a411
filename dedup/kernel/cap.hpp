// What is paired of a bucket: the first `crowd` entries each with each, those behind them with the first `hubs`, and those behind
// the first `reach` with the first alone. So what is paired of the first ones does not depend on what comes behind them.
#pragma once

#include <algorithm>
#include <cstddef>

namespace dedup {

struct Cap {
    std::size_t crowd, hubs, reach;

    // How many entries of a bucket of `size` are the first of a pair.
    std::size_t firsts(std::size_t size) const { return std::min(size, std::max(crowd, hubs)); }

    // Where those end that the entry `first` is paired with.
    std::size_t end(std::size_t first, std::size_t size) const {
        if (first >= hubs) return std::min(size, crowd);
        return first == 0 ? size : std::min(size, std::max(crowd, reach));
    }
};

}  // namespace dedup
