// What happened in one run, raw: what the peer moved, how the subject ended, what the kernel showed, what the shim
// wrote. No verdict, and nothing that a verdict would have to ask a clock for.
//
// Plain values, no pointer into anything: a record can be written down, read back (record/record_file.hpp) and judged
// again. It is bounded: of a long run the middle of the timeline is left out, and counted; channels, counters and the
// first bytes that went wrong never are. Times are CLOCK_MONOTONIC nanoseconds of the machine that it was made on.
// Where two calls overlap there is no order between them, and no verdict may rest on one.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "catalogue/script.hpp"
#include "record/call_event.hpp"
#include "record/ending.hpp"
#include "record/look.hpp"
#include "record/payload.hpp"
#include "record/timeline.hpp"

namespace sockrig {

enum class Ended { no, end, reset };  // of a direction: still open, end of stream, reset

// A connection of the peer, or the subject's standard input or output.
struct Channel {
  std::string name;              // "a", "clients[17]", "stdin"
  std::uint16_t local_port = 0;  // the peer's; 0 = not a connection
  Stream outgoing;               // what it sends
  std::uint64_t planned = 0;     // bytes that the script's sends so far were to send
  std::uint64_t sent = 0;        // bytes that the kernel took
  bool shut = false;             // its sending direction was ended
  bool lines = false;            // it expects rotating lines instead of a stream
  std::string source;            // whose bytes it expects: "a" (its own: an echo), "stdin"; "" = none so far
  Stream expected;
  std::uint64_t due = 0;  // bytes that the script's receives so far were to receive
  std::uint64_t received = 0;
  std::optional<std::uint64_t> differs_at;   // offset of the first wrong byte
  std::string window;                        // the bytes from there on, as many as came, at most 4 KiB
  Ended ended = Ended::no;                   // its receiving direction
  std::vector<std::uint16_t> earlier_ports;  // of connections of the same name before this one
  std::optional<std::uint64_t> on_the_way;   // bytes of ours that still lay in the kernel's queues at the end
  bool operator==(const Channel&) const = default;
};

enum class StepOutcome { not_reached, begun, met, unmet };

struct StepRecord {
  std::string text;  // "clients: receive echo"
  StepOutcome outcome = StepOutcome::not_reached;
  StepMeaning meaning = StepMeaning::claim;
  std::string note;  // "clients[17]: got 17 of 1048576 bytes"
  StepVerb verb{};
  ActorKind actor{};
  bool operator==(const StepRecord&) const = default;
};

inline std::string bytes(std::uint64_t n) {
  return std::to_string(n) + (n == 1 ? " byte" : " bytes");
}

// Why a run ended before its script did.
enum class Stop {
  none,        // the script was carried out
  unmet,       // a step was contradicted by what the peer or the kernel saw
  standstill,  // proved: the subject waits for what cannot come
  spinning,    // it used processor time, or received end of stream again and again, and nothing moved
  gone,        // no process of the subject is left
  deadline,    // it waits with timeouts, and nothing moved for the deadline
  too_much,    // it went over a limit (memory, processes)
};

struct Unmet {
  std::size_t step = 0;  // index into steps
  std::string code;      // "wrong-bytes", "ended-early", "reset", "not-listening", …
  std::string what;      // one sentence
  std::optional<std::size_t> channel;
  bool operator==(const Unmet&) const = default;
};

// Where a dialogue stood when it went wrong, or when nothing more came.
struct DialogueRecord {
  std::string connection;     // "a"
  std::string situation;      // "line 3 was cut after 2 bytes of 6"; "" = it was held as it is written
  int line = 0;               // of the dialogue's file; 0 = it had not begun
  bool sending = false;       // the line is the client's and was not taken; else it is the server's answer
  bool end = false;           // the end of the stream was due
  bool nothing = false;       // nothing more was due
  std::string expected, got;  // from `from` on, not always all of it; empty: nothing was due or nothing came
  std::uint64_t from = 0;     // offset in the line's bytes: what stands before it came right
  std::uint64_t total = 0, got_total = 0;  // bytes of the line, and that came in its place
  bool operator==(const DialogueRecord&) const = default;
};

struct RuleRecord {
  std::uint64_t seen = 0, fired = 0, fired_own = 0;
  std::uint32_t withheld[static_cast<std::size_t>(wire::Withheld::count)] = {};
  bool operator==(const RuleRecord&) const = default;
};

// A TCP socket of the subject as the shim saw it.
struct SocketRecord {
  std::int32_t pid = 0, fd = -1;
  std::uint32_t birth = 0, flags = 0;
  std::uint32_t connection = 0;  // its number, as a fault's `connection` names it; 0 = it is none
  std::uint16_t local_port = 0, remote_port = 0;
  std::uint64_t received = 0, sent = 0;
  std::uint32_t recv_calls = 0, send_calls = 0, ends = 0;
  wire::Call inside = wire::Call::count;  // the call that had not returned; count = none
  std::uint8_t image = 0;                 // and where it was made, as in CallEvent
  std::uint32_t caller = 0;
  bool operator==(const SocketRecord&) const = default;
};

// A process of the subject that had a socket open when the run stopped.
struct Holder {
  std::int32_t pid = 0;  // as it numbers itself
  std::uint32_t inode = 0;
  bool operator==(const Holder&) const = default;
};

// Where calls were made: image and caller of a CallEvent → "server.cpp:42". Only what debug information tells.
using Places = std::map<std::pair<std::uint8_t, std::uint32_t>, std::string>;

struct Record {
  std::uint16_t port = 0;
  std::uint32_t round = 1;  // the one that steps and channels tell of
  std::vector<StepRecord> steps;
  std::vector<Channel> channels;
  Stop stop = Stop::none;
  std::optional<Unmet> unmet;
  std::optional<DialogueRecord> dialogue;  // if the unmet step is one of a dialogue
  Look last_look;                          // if the script was not carried out
  std::vector<std::uint16_t> listening;    // ports that the subject listened on when last looked at
  std::optional<Ending> subject_ending,
      second_ending;             // how they ended by themselves or by a step, before the rig ended them
  bool ended_by_script = false;  // a step killed or terminated the subject
  std::string output;
  std::map<std::string, std::int64_t> kernel;  // evidence, by name
  // The timeline, by kind, each in the order in which it happened:
  std::uint64_t began_ns = 0;  // when the rig began
  LeftOut left_out;
  std::vector<PeerMove> moves;
  std::vector<LookTaken> looks;
  std::vector<KernelFact> facts;
  std::vector<LifeEvent> lives;
  std::vector<OutputPiece> writes;
  // The shim's:
  std::size_t processes_attached = 0;
  std::vector<RuleRecord> rules;  // in the order of the scenario's faults
  std::vector<SocketRecord> sockets;
  std::vector<CallEvent> events;
  std::uint64_t events_dropped = 0;  // by the shim, because its ring was full
  // If the script was not carried out, or the subject was killed by a signal:
  std::vector<Holder> holders;
  Places places;
  std::vector<std::string> out_of_sight;     // what of the program ran where the shim could not see it (coverage.hpp)
  std::optional<std::uint64_t> names_asked;  // where the shim tells what names mean: how often it was asked
  double duration_ms = 0;
  bool operator==(const Record&) const = default;
};

}  // namespace sockrig
