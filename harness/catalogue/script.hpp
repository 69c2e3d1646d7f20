// The script of a scenario: a small line language that reads like what a teacher would say.
//
//   script := { line }            top to bottom; a line is done before the next one begins
//   line   := actor ":" steps [ "&" ]     a closing "&": goes on together with the lines that follow
//   actor  := "subject" | "second" | "kernel" | "port" | "queue" | "stdin" | "stdout" | NAME
//           | COUNT NAME                  that many connections of that name, side by side
//           | COUNT NAME "in turn"        the same, each doing all the steps before the next begins
//   steps  := together { "," together }   one after the other
//   together := step { "&" step }         at the same time
//   "#" begins a comment. SIZE := NUMBER [ "B" | "KiB" | "MiB" | "GiB" ].
//
// Decides syntax only: which verbs an actor has and what arguments they take is the table in
// script.cpp. It must never grow expressions, variables or conditions.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "catalogue/diagnostic.hpp"

namespace sockrig {

// port: the server's, before it has it. queue: of the peer's own listener, where the subject is a client.
enum class ActorKind { connection, subject, second, kernel, standard_input, standard_output, port, queue };

enum class StepVerb {
  // connection (stdin has send and end; stdout has receive and receive_end)
  connect,         // "connect": the peer opens a connection to the server under test
  accept,          // "accept": the peer takes the client under test
  send,            // "send SIZE [of text|of binary]": the actor's next bytes
  send_up_to,      // "send up to SIZE": until SIZE is sent, or the subject is shown to take no more
  receive,         // "receive SIZE": exactly so many of the bytes that are due
  receive_echo,    // "receive echo": all that this connection sent so far and has not yet got back
  receive_from,    // "receive stdin" (a connection), "receive a" (stdout): all that SOURCE was given so far
  receive_lines,   // "receive SIZE of lines": that many bytes of RFC 864's rotating lines
  echo,            // "echo stdin": receives all that stdin was given so far and sends it back, holding 64 KiB at most
  receive_end,     // "receive end": the other side's end of stream, and not a byte before it
  shutdown_write,  // "shutdown write"
  close,           // "close": both directions; unread data is drained first, so that no reset is caused
  reset,           // "reset": RST (SO_LINGER 0)
  vanish,          // "vanish within SIZE": closes or resets after a seeded random number of bytes moved
  // connection, role custom; each opens the connections that it needs, and all but the last verb close them
  play,             // "plays the dialogue"
  play_glued,       // "plays the dialogue glued together": all that is sent goes out at once
  play_cut,         // "plays the dialogue cut at every position": a connection each, the rest once the subject waits
  play_glued_cut,   // "plays the dialogue glued together but for a cut in every message": a connection for each cut
  play_broken_off,  // "breaks off the dialogue in every message": a connection each, ended in the middle of a message
  play_stopped,     // "stops in a message of the dialogue": as far as half of a message; the connection stays open
  play_unheard,     // "sends the dialogue": all that the client says, at once, and nothing is received; it stays open
  play_beginning,   // "begins the dialogue": its first message and the answers to it; the connection stays open
  end,              // stdin: "end": end of file on the subject's standard input
  // subject, second
  start,               // "start"; without a line that says so the subject is started before the first line
  stop,                // "stop": SIGSTOP to all its processes
  resume,              // "continue": SIGCONT
  kill,                // "kill": SIGKILL to all its processes
  terminate,           // "terminate": SIGTERM to its first process
  restart,             // "restart": start the same command again at once (it must have ended)
  listens,             // "listens": shown by the kernel to listen on the port
  waits,               // "waits": every thread of it is shown to be waiting
  lives,               // "lives": it has not ended
  exits,               // "exits": it ends by itself, however
  exits_zero,          // "exits 0"
  complains,           // "complains": it ends by itself with a non-zero status and a message on stderr or stdout
  exits_or_complains,  // "ends": it ends by itself, not by a signal (any status)
  count_descriptors,   // "count descriptors": remembers how many are open while it waits
  keeps_descriptors,   // "keeps its descriptors": as many as counted before, once it waits
  memory_under,        // "memory stays under SIZE": peak resident growth since it listened
  meets_dead,          // "meets a dead connection": a send of it failed because the other side was gone, or its sends
                       // cannot raise a SIGPIPE that would end it (a condition)
  is_held,             // "is held": a call of it is held just before it goes to the kernel (a condition)
  is_released,         // "is released": that call goes on, once every reset by the peer has arrived
  releases_port,       // "releases the port": the kernel shows no listener of its on the port any more
  makes_children,      // "has a child": a process that it did not have when it listened lives (a condition)
  has_no_zombies,      // "has no zombies": no child of it has ended without being waited for
  kill_first,          // "kill its first process": SIGKILL to that one only
  told_to_stop,        // "is told to stop": as declared on the command line (--stop)
  closes_once,         // "closes each descriptor once": no number was closed that had been a socket's and was closed
  frees_memory,        // "frees its memory itself": no garbage collector decides when (a condition)
  count_memory,        // "count memory": remembers how much is resident while it waits
  memory_grows,        // "memory grows by at most SIZE": resident memory against the count, once it waits
  // subject, second: how it is set up, and what it is denied

  begins_or_complains,    // "listens or complains", "connects or complains": if it complains the script is over
  delivers_or_complains,  // "exits 0 or complains": with 0 only if all that is due came
  runs_out,               // "runs out of descriptors": RLIMIT_NOFILE becomes what it has
  has_again,              // "has descriptors again"
  meets_shortage,         // "meets the shortage": a call of it failed for want of descriptors or memory (a condition)
  rests,                  // "rests": every thread of it waits, if only for a while: it does not spin
  // port
  port_taken,       // "is taken": another program, the peer, listens on it
  port_kept,        // "stays taken": nobody else listens on it
  meets_refusal,    // "meets a refusal": an attempt of it to connect failed (a condition)
  tries_again,      // "tries again": it tried to connect again after a failure (a condition)
  uses_new_socket,  // "uses a new socket": no attempt was made on a socket whose attempt had failed
  holds_no_dead,    // "holds no dead sockets": each TCP socket that it has open is connected, or listens
  frees_results,    // "frees its results": each list of getaddrinfo() is freed once, at the latest at its end
  // kernel: evidence; if it does not hold the result is inconclusive
  counter_rises,  // "ListenOverflows rises"
  time_wait,      // "TIME_WAIT on the port"
  // queue
  queue_fills,             // "is full": with connections of the peer's own, so that the next one finds no room
  queue_turns_away,        // "turns the client away": the kernel dropped its request (evidence)
  queue_turns_away_again,  // "turns the client away again": and dropped it when it was repeated, a second later
  queue_drains,            // "drains": those connections are accepted and closed
};

enum class Payload { text, binary };

struct Step {
  StepVerb verb{};
  std::uint64_t bytes = 0;  // SIZE
  Payload payload = Payload::text;
  std::uint64_t piece = 0;  // "in pieces of SIZE": each piece once the subject waits; 0 = no pieces
  bool slowly = false;      // "slowly" (receive): reads only when nothing else can move
  bool dribbling = false;   // "dribbling" (send): one byte a segment
  bool or_less = false;     // "or less" (receive): done, too, when the connection ends
  bool once_idle = false;   // "once the subject waits" (any step of a connection, stdin): begins only then
  std::string name;         // receive_from: the source; counter_rises: the counter; connect: the address, if given
  std::string text;         // as written
  int column = 0;           // in its line of the file, 1-based
  bool operator==(const Step&) const = default;
};

struct ScriptLine {
  ActorKind actor{};
  std::string name;         // "a", "clients", "subject"
  std::uint32_t count = 1;  // connections of that name
  bool in_turn = false;
  bool background = false;               // closed with "&"
  std::vector<std::vector<Step>> steps;  // in order; the inner ones at the same time
  std::string text;                      // as written, without the comment
  int line = 0;                          // of the file, 1-based
  bool operator==(const ScriptLine&) const = default;
};
using Script = std::vector<ScriptLine>;

// Whether any step of it is such a one: predicate(line, step).
template <typename Predicate>
bool any_step(const Script& script, Predicate predicate) {
  for (const ScriptLine& line : script) {
    for (const auto& together : line.steps) {
      for (const Step& step : together) {
        if (predicate(line, step)) return true;
      }
    }
  }
  return false;
}
// Whether it holds a call of the subject: only then does a fault of the kind "held" concern its role.
inline bool holds_subject(const Script& script) {
  return any_step(script, [](const ScriptLine&, const Step& step) { return step.verb == StepVerb::is_held; });
}
// Whether it says itself when the subject starts.
inline bool starts_subject(const Script& script) {
  return any_step(script, [](const ScriptLine& line, const Step& step) {
    return line.actor == ActorKind::subject && step.verb == StepVerb::start;
  });
}

// `first_line`, `first_column` (of the first line) and `file` place the diagnostics; `client_role` says whose verbs are
// allowed (accept or connect, stdin…). Lines with a problem are left out.
Script parse_script(std::string_view text, const std::string& file, int first_line, bool client_role, Diagnostics& out,
                    int first_column = 1);

// What it means when a step does not hold: the subject failed; what the kernel should have shown was not shown, so that
// nothing is proved; or the claim is not about a program that does this.
enum class StepMeaning { claim, evidence, condition };
StepMeaning meaning_of(StepVerb verb);

// A dialogue of which only a part is held: its connection is like any other afterwards.
inline bool leaves_open(StepVerb verb) {
  return verb == StepVerb::play_beginning || verb == StepVerb::play_stopped || verb == StepVerb::play_unheard;
}
// What can only be done with a dialogue.
inline bool is_dialogue_verb(StepVerb verb) {
  return verb == StepVerb::play || verb == StepVerb::play_glued || verb == StepVerb::play_cut ||
         verb == StepVerb::play_glued_cut || verb == StepVerb::play_broken_off || leaves_open(verb);
}

// Of these, what opens a connection for each cut that it makes.
inline bool makes_cuts(StepVerb verb) {
  return verb == StepVerb::play_cut || verb == StepVerb::play_glued_cut || verb == StepVerb::play_broken_off;
}

// "1 MiB" → 1048576. False if it is not a size.
bool parse_size(std::string_view text, std::uint64_t& bytes);

// The verbs with their arguments, one line each, for `sockrig explain --script` and "did you mean".
struct VerbHelp {
  ActorKind actor;
  std::string_view form;
  std::string_view meaning;
};
const std::vector<VerbHelp>& script_verbs();

}  // namespace sockrig
