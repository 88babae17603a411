// XXH3, as the package `xxhash` has it: the same library, whose header lies in third_party/.
#pragma once

#include <cstdint>
#include <string_view>

#define XXH_INLINE_ALL
#include <xxhash.h>

namespace dedup {

// xxhash.xxh3_64_intdigest(bytes)
inline std::uint64_t hash_of(std::string_view bytes) { return XXH3_64bits(bytes.data(), bytes.size()); }

}  // namespace dedup
