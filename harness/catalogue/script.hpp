// The script of a scenario: a small line language that reads like what a teacher would say.
//
//   script := { line }            top to bottom; a line is done before the next one begins
//   line   := actor ":" steps [ "&" ]     a closing "&": goes on together with the lines that follow
//   actor  := "subject" | "second" | "kernel" | "stdin" | "stdout" | NAME
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

enum class ActorKind { connection, subject, second, kernel, standard_input, standard_output };

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
  play_broken_off,  // "breaks off the dialogue in every message": a connection each, ended in the middle of a message
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
  // kernel: evidence; if it does not hold the result is inconclusive
  counter_rises,  // "ListenOverflows rises"
  time_wait,      // "TIME_WAIT on the port"
};

enum class Payload { text, binary };

struct Step {
  StepVerb verb{};
  std::uint64_t bytes = 0;  // SIZE
  Payload payload = Payload::text;
  std::uint64_t piece = 0;  // "in pieces of SIZE": each piece once the subject waits; 0 = no pieces
  bool slowly = false;      // "slowly" (receive): reads only when nothing else can move
  bool dribbling = false;   // "dribbling" (send): one byte a segment
  bool once_idle = false;   // "once the subject waits" (any step of a connection, stdin): begins only then
  std::string name;         // receive_from: the source; counter_rises: the counter
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

// `first_line`, `first_column` (of the first line) and `file` place the diagnostics; `client_role` says whose verbs are
// allowed (accept or connect, stdin…). Lines with a problem are left out.
Script parse_script(std::string_view text, const std::string& file, int first_line, bool client_role, Diagnostics& out,
                    int first_column = 1);

// What it means when a step does not hold: the subject failed; what the kernel should have shown was not shown, so that
// nothing is proved; or the claim is not about a program that does this.
enum class StepMeaning { claim, evidence, condition };
StepMeaning meaning_of(StepVerb verb);

// What can only be done with a dialogue.
inline bool is_dialogue_verb(StepVerb verb) {
  return verb == StepVerb::play || verb == StepVerb::play_glued || verb == StepVerb::play_cut ||
         verb == StepVerb::play_broken_off || verb == StepVerb::play_beginning;
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
