// What happened besides the subject's calls, moment by moment: the peer's own moves, what the kernel showed when it was
// looked at, the life of the processes, and when the program wrote something.
//
// Decides what is written down of each. Times as in record.hpp.
#pragma once

#include <cstdint>
#include <string>

#include "record/ending.hpp"
#include "record/look.hpp"

namespace sockrig {

// What the peer did at its end of a connection, or of the subject's standard input or output, and what it met there.
enum class PeerAct {
  connects,    // asked for a connection
  connected,   // and has it
  refused,     // and was refused
  accepted,    // took one of the subject's
  sent,        // bytes, from an offset of its outgoing stream on
  received,    // bytes, from an offset of what the subject sends on
  met_end,     // the end of the subject's stream
  met_reset,   // the connection was reset
  turned_off,  // it takes no more: EPIPE, ECONNRESET
  shut_down,   // ended its own direction
  closed,
  reset,  // sent a RST
};

struct PeerMove {
  std::uint64_t time_ns = 0;  // when it had been done
  std::string channel;        // "a", "clients[17]", "stdin"
  std::uint16_t port = 0;     // of the connection, as Channel::local_port; 0 = not a connection
  PeerAct act{};
  std::uint64_t offset = 0, bytes = 0;  // sent, received
  std::string text;                     // of a dialogue: those bytes, at most 256 of them
  bool operator==(const PeerMove&) const = default;
};

// A look at all of the subject's threads and at the kernel's queues, in short.
struct LookTaken {
  std::uint64_t time_ns = 0;
  Motion motion{};
  std::uint32_t threads = 0;                          // that waited
  std::uint32_t sockets = 0;                          // rows of the kernel's table
  std::uint64_t receive_queues = 0, send_queues = 0;  // bytes in them together, listeners left out
  bool operator==(const LookTaken&) const = default;
};

// A number that the kernel gave, as it stands in Record::kernel in the end.
struct KernelFact {
  std::uint64_t time_ns = 0;
  std::string name;
  std::int64_t value = 0;
  bool operator==(const KernelFact&) const = default;
};

// What became of the subject's processes, as the rig did or saw it.
struct LifeEvent {
  enum class What {
    started,
    signalled,  // by the script: `code` is the signal
    ended,      // seen to have: `ending`
    told,       // on its standard input, to stop
  };
  std::uint64_t time_ns = 0;
  What what{};
  bool second = false;   // the second subject
  std::int32_t pid = 0;  // as the rig numbers it; 0 = all of its processes
  std::int32_t code = 0;
  Ending ending{};
  bool operator==(const LifeEvent&) const = default;
};

// The program wrote by then: so many bytes of Record::output, from an offset on, are from this look or before it.
struct OutputPiece {
  std::uint64_t time_ns = 0;
  bool second = false;
  std::uint64_t offset = 0, bytes = 0;  // in what that subject wrote
  bool operator==(const OutputPiece&) const = default;
};

// What a bounded timeline holds no more, kind by kind: from the middle, since beginning and end are what explains it.
struct LeftOut {
  std::uint64_t calls = 0, moves = 0, looks = 0, facts = 0, lives = 0, writes = 0;
  bool operator==(const LeftOut&) const = default;
};

}  // namespace sockrig
