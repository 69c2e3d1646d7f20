// What a record says once its pieces are put together: which faults fired, whether the shim saw what the peer saw, who
// waits for what. Facts in the words of the script; no verdict yet.
#pragma once

#include <algorithm>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "observe/divergence.hpp"
#include "plan/run_spec.hpp"
#include "record/coverage.hpp"
#include "record/record.hpp"

namespace sockrig {

struct FaultFacts {
  std::string text, kind;
  RulePlan rule;
  std::uint64_t seen = 0, fired = 0, fired_own = 0;
  std::map<wire::Withheld, std::uint64_t> withheld;
};

struct Observation {
  Record record;
  std::vector<FaultFacts> faults;
  bool serves = false;                   // the subject is a server
  bool attached = false;                 // the shim is in at least one process
  bool data_seen = false;                // and saw data move on every connection on which the peer saw it move
  Unseen unseen;                         // by direction: where more moved than the shim saw
  std::optional<Divergence> divergence;  // of the channel that the unmet step names
  std::vector<std::string>
      waits;  // who waits for the network first: "waits in send() on a, which has 131072 bytes unread", "sleeps"
  std::string blocked_call;  // "send", if all threads that wait on a connection are in the same call; else ""
  std::string blocked_on;    // and the connection's name, if it is one
  std::optional<SocketRecord> spun_on;  // the socket that was at its end of stream more than once too often
  std::string spun_name;
  std::vector<std::string> injected;  // the injected calls before it went wrong, as `exec --trace` would print them
};

// Run-time systems have threads of their own, which wait for one another: only who waits for the network may serve it.
bool waits_for_network(const Waiting& w);

inline bool any_fired(const Observation& o) {
  return std::ranges::any_of(o.faults, [](const FaultFacts& f) { return f.fired > 0; });
}

Observation observe(const RunSpec& spec, Record record);

std::string_view to_string(wire::Withheld w);  // "the call does not block"
// "send(fd 5) asked 4096 → 7", "connect(fd 5, port 7000) → 0"; where a fault fired or was withheld, or if `placed`,
// with its place among the program's calls behind it: " [connection 2, send 3]".
std::string to_string(const CallEvent& e, bool placed = false);

// " at server.cpp:42", or "" where no line is known.
std::string place_of(const Record& record, std::uint8_t image, std::uint32_t caller);
inline std::string place_of(const Record& record, const CallEvent& e) {
  return place_of(record, e.image, e.caller);
}

// Whether nothing was left out of the timeline before the call (one of record.events), so that the sum of what was
// moved up to it is an offset.
bool is_counted(const Record& record, const CallEvent& e);

// The socket that a call was made on; null if none is known.
const SocketRecord* socket_of(const Record& record, const CallEvent& e);

// Whether it is the subject's end of the connection; a stream of the program's own, stdin or stdout, has none.
inline bool is_end_of(const SocketRecord& s, const Channel& c) {
  return c.local_port != 0 && (s.remote_port == c.local_port || s.local_port == c.local_port);
}

// The subject's end of a connection in the kernel's table, which lists the peer's end, too; null if it is gone.
const KernelSocket* subjects_end(const Observation& o, const Channel& c);

// The channel of a connection, by the port that is not the service's; null = none.
const Channel* channel_at(const Record& record, std::uint16_t local_port, std::uint16_t remote_port);

}  // namespace sockrig
