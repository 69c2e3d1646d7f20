// The timeline of a record as one, in the order of time.
#pragma once

#include <algorithm>
#include <cstdint>
#include <vector>

#include "record/record.hpp"

namespace sockrig {

// Calls visit(moment) for each call, move, look, fact, life event and piece of output. What is of one kind stays in its
// own order, whatever its times say: calls stand as they returned. Where two overlap there is no order between them.
template <typename Visit>
void for_each_moment(const Record& record, Visit visit) {
  const auto merge = [&](const auto&... kinds) {
    std::size_t next[sizeof...(kinds)] = {};
    constexpr std::size_t none = sizeof...(kinds);
    for (;;) {
      std::size_t kind = 0, first = none;
      std::uint64_t earliest = 0;
      const auto compare = [&](const auto& all) {
        const std::size_t at = next[kind];
        if (at < all.size() && (first == none || all[at].time_ns < earliest)) {
          first = kind;
          earliest = all[at].time_ns;
        }
        ++kind;
      };
      (compare(kinds), ...);
      if (first == none) return;
      kind = 0;
      const auto take = [&](const auto& all) {
        if (kind++ == first) visit(all[next[first]++]);
      };
      (take(kinds), ...);
    }
  };
  merge(record.moves, record.events, record.looks, record.facts, record.lives, record.writes);
}

}  // namespace sockrig
