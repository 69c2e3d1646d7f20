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
constexpr unsigned receiving = modifier_slowly | idle;

constexpr VerbRow verbs[] = {
    {A::connection, V::connect, S::servers, idle, "connect", "the peer opens a connection to the server"},
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
    {A::connection, V::receive_end, S::both, receiving, "receive end",
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
    {A::connection, V::play_broken_off, S::servers, idle, "breaks off the dialogue in every message",
     "a connection for each message, which the client ends in the middle of it"},
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
     "as many as were counted before, once it waits"},
    {A::subject, V::memory_under, S::both, 0, "memory stays under SIZE", "peak growth of resident memory"},
    {A::subject, V::meets_dead, S::both, 0, "meets a dead connection",
     "condition: a send failed because the other side was gone, or SIGPIPE could not end it; else nothing is claimed"},

    {A::kernel, V::counter_rises, S::both, 0, "COUNTER rises", "evidence: the kernel's counter is higher than before"},
    {A::kernel, V::time_wait, S::both, 0, "TIME_WAIT on the port",
     "evidence: a connection of the port is in TIME_WAIT"},
};

constexpr ModifierRow modifiers[] = {
    {modifier_payload, "of text", "lines of text (the default)"},
    {modifier_payload, "of binary", "bytes of every value"},
    {modifier_pieces, "in pieces of SIZE", "each piece once the subject waits"},
    {modifier_slowly, "slowly", "reads only when nothing else can move"},
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
      return StepMeaning::evidence;
    case V::meets_dead:
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
  }
  return "?";
}

bool is_reserved(std::string_view word) {
  static constexpr std::array<std::string_view, 12> words = {"subject", "second", "kernel", "stdin", "stdout", "echo",
                                                             "end",     "lines",  "in",     "turn",  "peer",   "port"};
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
