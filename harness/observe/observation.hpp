// What a record says once its pieces are put together: which faults fired, whether the shim saw what the peer saw, who
// waits for what. Facts in the words of the script; no verdict yet.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "observe/divergence.hpp"
#include "plan/run_spec.hpp"
#include "run/coverage.hpp"
#include "run/record.hpp"

namespace sockrig {

struct FaultFacts {
  std::string text, kind;
  std::uint64_t seen = 0, fired = 0, fired_own = 0;
  std::map<wire::Withheld, std::uint64_t> withheld;
};

struct Observation {
  Record record;
  std::vector<FaultFacts> faults;
  bool attached = false;                 // the shim is in at least one process
  bool data_seen = false;                // and saw data move on every connection on which the peer saw it move
  Unseen unseen;                         // by direction: where more moved than the shim saw
  std::optional<Divergence> divergence;  // of the channel that the unmet step names
  std::vector<std::string> waits;        // "in send() on a, which has 131072 bytes unread"
  std::string blocked_call;  // "send", if all threads that wait on a connection are in the same call; else ""
  std::string blocked_on;    // and the connection's name, if it is one
  std::optional<SocketRecord> spun_on;  // the socket that was at its end of stream more than once too often
  std::string spun_name;
  std::vector<std::string> injected;  // the last injected calls, as `exec --trace` would print them
};

Observation observe(const RunSpec& spec, Record record);

std::string_view to_string(wire::Withheld w);  // "the descriptor does not block"
std::string to_string(const CallEvent& e);     // "send(fd 5) asked 4096 → 7"

}  // namespace sockrig
