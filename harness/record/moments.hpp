// The timeline of a record as one, in the order of time.
#pragma once

#include <algorithm>
#include <cstdint>
#include <vector>

#include "record/record.hpp"

namespace sockrig {

// When it happened; of a call, when it returned.
template <typename Moment>
requires requires(Moment& m) {
  m.ended_ns;
} || requires(Moment& m) {
  m.time_ns;
}
auto& time_of(Moment& moment) {
  if constexpr (requires { moment.ended_ns; })
    return moment.ended_ns;
  else
    return moment.time_ns;
}

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
        if (at < all.size() && (first == none || time_of(all[at]) < earliest)) {
          first = kind;
          earliest = time_of(all[at]);
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
