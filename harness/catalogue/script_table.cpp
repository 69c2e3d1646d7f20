#include "catalogue/script_table.hpp"

#include <algorithm>
#include <array>

namespace sockrig {
namespace {

using A = ActorKind;
using V = StepVerb;
using S = Side;

constexpr unsigned idle = modifier_once_idle;
constexpr unsigned sending = modifier_payload | modifier_pieces | modifier_dribbling | idle;
constexpr unsigned receiving = modifier_slowly | modifier_or_less | idle;

constexpr VerbRow verbs[] = {
    {A::connection, V::connect, S::servers, idle, "connect", "the peer opens a connection to the server"},
    {A::connection, V::connect, S::servers, idle, "connect to ADDRESS", "the same through that loopback address"},
    {A::connection, V::accept, S::clients, idle, "accept", "the peer takes the client's connection"},
    {A::connection, V::send, S::both, sending, "send SIZE", "the connection's next bytes"},
    {A::connection, V::send_up_to, S::both, sending, "send up to SIZE",
     "until SIZE is sent, or the subject is shown to take no more"},
    {A::connection, V::receive, S::both, receiving, "receive SIZE", "exactly so many of the bytes that are due"},
    {A::connection, V::receive_echo, S::servers, receiving, "receive echo",
     "all that this connection sent so far and has not yet got back"},
    {A::connection, V::receive_from, S::clients, receiving, "receive stdin",
     "all that the client was given on its standard input so far"},
    {A::connection, V::echo, S::clients, 0, "echo stdin",
     "sends back what the client was given on its standard input, as an echo server with a small buffer would"},
    {A::connection, V::receive_lines, S::servers, receiving, "receive SIZE of lines",
     "that many bytes of RFC 864's rotating lines"},
    {A::connection, V::receive_end, S::both, receiving & ~modifier_or_less, "receive end",
     "the other side's end of stream, and not a byte before it"},
    {A::connection, V::shutdown_write, S::both, idle, "shutdown write", "ends the peer's sending direction"},
    {A::connection, V::close, S::both, idle, "close", "ends both directions; what is unread is drained first"},
    {A::connection, V::reset, S::both, idle, "reset", "a reset (RST) instead of an end"},
    {A::connection, V::vanish, S::both, idle, "vanish within SIZE",
     "closes or resets after a random number of bytes, from the seed"},
    {A::connection, V::play, S::servers, idle, "plays the dialogue",
     "role custom: a connection on which the dialogue is held as it is written"},
    {A::connection, V::play_glued, S::servers, idle, "plays the dialogue glued together",
     "the same, but all that the client sends goes out at once"},
    {A::connection, V::play_cut, S::servers, idle, "plays the dialogue cut at every position",
     "the same on a connection for each position of each message, whose rest is sent once the subject waits"},
    {A::connection, V::play_glued_cut, S::servers, idle,
     "plays the dialogue glued together but for a cut in every message",
     "a connection for each message; all goes out at once, but what follows the cut only once the subject waits"},
    {A::connection, V::play_broken_off, S::servers, idle, "breaks off the dialogue in every message",
     "a connection for each message, which the client ends in the middle of it"},
    {A::connection, V::play_stopped, S::servers, idle, "stops in a message of the dialogue",
     "a connection on which the dialogue is held as far as a part of a message, and which stays open"},
    {A::connection, V::play_unheard, S::servers, idle, "sends the dialogue",
     "a connection on which all that the client says goes out at once; it stays open, and nothing is received"},
    {A::connection, V::play_beginning, S::servers, idle, "begins the dialogue",
     "a connection on which the first message is sent and answered, and which stays open"},

    {A::standard_input, V::send, S::clients, sending & ~modifier_dribbling, "send SIZE",
     "the next bytes of the client's standard input"},
    {A::standard_input, V::send_up_to, S::clients, sending & ~modifier_dribbling, "send up to SIZE",
     "until SIZE is written, or the client is shown to take no more"},
    {A::standard_input, V::end, S::clients, idle, "end", "end of file on the client's standard input"},

    {A::standard_output, V::receive, S::clients, modifier_slowly, "receive SIZE",
     "exactly so many of the bytes that the client must print"},
    {A::standard_output, V::receive_from, S::clients, modifier_slowly, "receive NAME",
     "all that was sent on connection NAME so far"},
    {A::standard_output, V::receive_end, S::clients, modifier_slowly, "receive end",
     "the end of the client's output, and not a byte before it"},

    {A::subject, V::start, S::both, 0, "start", "starts it; without such a line it is started before the first line"},
    {A::subject, V::stop, S::both, 0, "stop", "SIGSTOP to all its processes"},
    {A::subject, V::resume, S::both, 0, "continue", "SIGCONT to all its processes"},
    {A::subject, V::kill, S::both, 0, "kill", "SIGKILL to all its processes"},
    {A::subject, V::terminate, S::both, 0, "terminate", "SIGTERM to its first process"},
    {A::subject, V::restart, S::both, 0, "restart", "the same command again at once; it must have ended"},
    {A::subject, V::listens, S::servers, 0, "listens", "the kernel shows it listening on the port"},
    {A::subject, V::waits, S::both, 0, "waits", "every thread of it is shown to be waiting"},
    {A::subject, V::lives, S::both, 0, "lives", "it has not ended"},
    {A::subject, V::exits, S::both, 0, "exits", "it ends by itself, however"},
    {A::subject, V::exits_zero, S::both, 0, "exits 0", "it ends by itself with status 0"},
    {A::subject, V::complains, S::both, 0, "complains", "it ends by itself with a message and a status other than 0"},
    {A::subject, V::exits_or_complains, S::both, 0, "ends", "it ends by itself, not by a signal, with any status"},
    {A::subject, V::count_descriptors, S::both, 0, "count descriptors", "remembers how many are open while it waits"},
    {A::subject, V::keeps_descriptors, S::both, 0, "keeps its descriptors",
     "once it waits, as many as were counted before; of pipes and event loops a few more, and any number if its "
     "run-time "
     "closes them when it sees fit"},
    {A::subject, V::memory_under, S::both, 0, "memory stays under SIZE", "peak growth of resident memory"},
    {A::subject, V::meets_dead, S::both, 0, "meets a dead connection",
     "condition: a send failed because the other side was gone, or SIGPIPE could not end it; else nothing is claimed"},
    {A::subject, V::is_held, S::servers, 0, "is held",
     "condition: a call of it is held just before it goes to the kernel (fault 'held'); else nothing is claimed"},
    {A::subject, V::is_released, S::servers, 0, "is released",
     "the call that is held goes on, once the kernel shows that each reset of the peer's has arrived"},
    {A::subject, V::releases_port, S::servers, 0, "releases the port",
     "the kernel shows no listener of its on the port any more"},
    {A::subject, V::makes_children, S::servers, 0, "has a child",
     "condition: a process lives that it did not have when it listened; else nothing is claimed"},
    {A::subject, V::has_no_zombies, S::servers, 0, "has no zombies",
     "none of its children has ended without being waited for"},
    {A::subject, V::kill_first, S::servers, 0, "kill its first process", "SIGKILL to the process that was started"},
    {A::subject, V::told_to_stop, S::servers, 0, "is told to stop",
     "as run --stop says, by a signal or by a line on its standard input; skipped where nothing is said"},
    {A::subject, V::closes_once, S::both, 0, "closes each descriptor once",
     "no number was closed that had been a socket's and was closed already, but for sweeps over all numbers"},
    {A::subject, V::frees_memory, S::both, 0, "frees its memory itself",
     "condition: no run-time is in it that frees memory when it sees fit; else nothing is claimed"},
    {A::subject, V::count_memory, S::both, 0, "count memory", "remembers how much is resident while it waits"},
    {A::subject, V::memory_grows, S::both, 0, "memory grows by at most SIZE",
     "resident memory compared with the count, once it waits"},

    {A::queue, V::queue_fills, S::clients, 0, "is full",
     "the peer fills the queue of its own listener: the next connection finds no room"},
    {A::queue, V::queue_turns_away, S::clients, 0, "turns the client away",
     "evidence: the kernel dropped the client's request (ListenOverflows)"},
    {A::queue, V::queue_turns_away_again, S::clients, 0, "turns the client away again",
     "the request was dropped when the kernel repeated it, or the client has ended"},
    {A::queue, V::queue_drains, S::clients, 0, "drains", "what filled it is accepted and closed"},
    {A::subject, V::meets_refusal, S::clients, 0, "meets a refusal",
     "condition: an attempt to connect failed; else nothing is claimed"},
    {A::subject, V::tries_again, S::clients, 0, "tries again",
     "condition: after an attempt to connect failed it made another one; else nothing is claimed"},
    {A::subject, V::uses_new_socket, S::clients, 0, "uses a new socket",
     "no socket is connected again whose attempt had failed"},
    {A::subject, V::holds_no_dead, S::clients, 0, "holds no dead sockets",
     "once it waits: each TCP socket that it has open is connected, or listens"},
    {A::subject, V::frees_results, S::both, 0, "frees its results",
     "each list of getaddrinfo() is freed once, by its end at the latest; SIGTERM ends it if need be"},
    {A::subject, V::begins_or_complains, S::servers, 0, "listens or complains",
     "it listens; or it ends with a message and a status other than 0, and the script is over"},
    {A::subject, V::begins_or_complains, S::clients, 0, "connects or complains",
     "it connects; or it ends with a message and a status other than 0, and the script is over"},
    {A::subject, V::delivers_or_complains, S::both, 0, "exits 0 or complains",
     "it ends with status 0 if all that was due came, or with a message and another status"},
    {A::subject, V::runs_out, S::both, 0, "runs out of descriptors",
     "once it waits, the limit (RLIMIT_NOFILE) of all its processes becomes what they have"},
    {A::subject, V::has_again, S::both, 0, "has descriptors again", "the limit is what it was"},
    {A::subject, V::meets_shortage, S::both, 0, "meets the shortage",
     "condition: a call failed for want of descriptors or memory; else nothing is claimed"},
    {A::subject, V::rests, S::both, 0, "rests", "every thread of it waits, if only for a while: it does not spin"},

    {A::port, V::port_taken, S::servers, 0, "is taken", "another program, the peer, listens on the server's port"},
    {A::port, V::port_kept, S::servers, 0, "stays taken", "nobody but the peer listens on the port"},

    {A::kernel, V::counter_rises, S::both, 0, "COUNTER rises", "evidence: the kernel's counter is higher than before"},
    {A::kernel, V::time_wait, S::both, 0, "TIME_WAIT on the port",
     "evidence: a connection of the port is in TIME_WAIT"},
};

constexpr ModifierRow modifiers[] = {
    {modifier_payload, "of text", "lines of text (the default)"},
    {modifier_payload, "of binary", "bytes of every value"},
    {modifier_pieces, "in pieces of SIZE", "each piece once the subject waits"},
    {modifier_slowly, "slowly", "reads only when nothing else can move"},
    {modifier_or_less, "or less", "as far as they come: done, too, when the connection ends or is reset"},
    {modifier_dribbling, "dribbling", "one byte a segment"},
    {modifier_once_idle, "once the subject waits", "begins only when every thread of it waits"},
};

}  // namespace

std::span<const VerbRow> verb_table() {
  return verbs;
}
std::span<const ModifierRow> modifier_table() {
  return modifiers;
}

const std::vector<VerbHelp>& script_verbs() {
  static const std::vector<VerbHelp> all = [] {
    std::vector<VerbHelp> out;
    for (const VerbRow& row : verbs) out.push_back({row.actor, row.form, row.meaning});
    return out;
  }();
  return all;
}

StepMeaning meaning_of(StepVerb verb) {
  switch (verb) {
    case V::counter_rises:
    case V::time_wait:
    case V::queue_turns_away:
      return StepMeaning::evidence;
    case V::is_held:
    case V::meets_dead:
    case V::meets_shortage:
    case V::meets_refusal:
    case V::tries_again:
    case V::makes_children:
    case V::frees_memory:
      return StepMeaning::condition;
    default:
      return StepMeaning::claim;
  }
}

std::string_view to_string(ActorKind actor) {
  switch (actor) {
    case A::connection:
      return "a connection";
    case A::subject:
      return "subject";
    case A::second:
      return "second";
    case A::kernel:
      return "kernel";
    case A::standard_input:
      return "stdin";
    case A::standard_output:
      return "stdout";
    case A::port:
      return "port";
    case A::queue:
      return "queue";
  }
  return "?";
}

bool is_reserved(std::string_view word) {
  static constexpr std::array<std::string_view, 13> words = {
      "subject", "second", "kernel", "queue", "stdin", "stdout", "echo", "end", "lines", "in", "turn", "peer", "port"};
  return std::find(words.begin(), words.end(), word) != words.end();
}

const std::vector<std::string>& kernel_counters() {
  static const std::vector<std::string> names = {
      "ListenOverflows",
      "ListenDrops",
      "SyncookiesSent",
      "SyncookiesRecv",
      "SyncookiesFailed",
      "TCPReqQFullDrop",
      "TCPBacklogDrop",
      "TCPReqQFullDoCookies",
      "TCPAbortOnData",
      "TCPAbortOnClose",
      "TCPAbortOnTimeout",
      "TCPAbortOnLinger",
      "TCPAbortFailed",
      "TCPTimeouts",
      "TCPSynRetrans",
      "TCPFromZeroWindowAdv",
      "TCPToZeroWindowAdv",
      "TCPWantZeroWindowAdv",
      "TW",
      "EmbryonicRsts",
      "TCPRcvCollapsed",
      "PruneCalled",
      "TCPLostRetransmit",
  };
  return names;
}

}  // namespace sockrig
