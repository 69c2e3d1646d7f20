#include "catalogue/scenario_keys.hpp"

#include <array>

namespace sockrig {
namespace {

constexpr std::array keys = {
    ScenarioKey{"", "claim", "one line", "", "What must hold, as one sentence; the reports show it as the title.",
                R"(claim = "Every byte comes back")"},
    ScenarioKey{"", "clause", "one line", "", "What demands it: an RFC section, a POSIX function, a manual page.",
                R"(clause = "RFC 862")"},
    ScenarioKey{"", "hint", "text", "", "Where somebody should look whose program fails here.",
                R"(hint = "recv() may return less than you asked for.")"},
    ScenarioKey{"", "about", "text", "none", "What is done, where the script does not say it plainly.",
                R"(about = "The client reads nothing until the server is stuck.")"},
    ScenarioKey{"", "role", "echo-server | discard-server | chargen-server | client | custom, or an array of them", "",
                "What the program under test may be. It is run once for each role that has a command.",
                R"(role = ["echo-server"])"},
    ScenarioKey{"", "level", "must | should", "",
                "must: a standard, or this very kernel, demands it. should: POSIX permits what is done here, though "
                "Linux rarely does it; --level must leaves it out.",
                R"(level = "should")"},
    ScenarioKey{
        "", "must_when", "handler", "the level holds for all",
        "Goes with level = \"should\" and a fault that interrupts or cuts a send: for a program that itself catches "
        "signals (or whose sends do not block) it is a must.",
        R"(must_when = "handler")"},
    ScenarioKey{
        "", "serves", "only-one | one | in-turn | at-once", "one",
        "The least that a server must promise (run --serves): one connection and then exit; one after another; "
        "many side by side. A server that promises less is skipped. only-one: skipped unless it promises just one.",
        R"(serves = "in-turn")"},
    ScenarioKey{"", "rounds", "2 to 1000", "once",
                "Role client. The script is carried out so often, the client started anew each time as soon as it has "
                "ended, against the same listener.",
                "rounds = 200"},
    ScenarioKey{"", "after", "an array of ids", "none",
                "Claims that must hold first: where one of them fails, this one is skipped because of it, not failed "
                "again.",
                R"(after = ["stream/text"])"},
    ScenarioKey{
        "", "explains", "dead-connection | cross-talk | unserved", "nothing",
        "The defect that this claim is about, however many others come upon it: where one of them fails of it and "
        "this one, too, the other is skipped because of this one. dead-connection: the program ends because the "
        "other side of a connection is gone. cross-talk: wrong bytes where several clients talk at once. unserved: "
        "a connection is accepted and then left alone.",
        R"(explains = "dead-connection")"},
    ScenarioKey{"[[fault]]", "kind", "a kind of fault (sockrig explain --faults)", "",
                "What is done to the program's calls, each [[fault]] on its own. Beside it stand the kind's own "
                "parameters, and which of the calls it meets: connection, at, skip, one-in and times.",
                R"(kind = "interrupted")"},
    ScenarioKey{"[world]", "namespaces", "true | false", "true if sysctl, mtu or port is given, else false",
                "It can only be shown in a private network; skipped where the machine refuses one.",
                R"(namespaces = true)"},
    ScenarioKey{"[world]", "sysctl", "a table of settings below net., each a whole number or a word",
                "as the kernel makes a new network", "Settings of the private network.",
                R"(sysctl = { "net.ipv4.tcp_syncookies" = 0 })"},
    ScenarioKey{"[world]", "mtu", "68 to 65535", "as it is", "The loopback's largest packet, in bytes.", "mtu = 536"},
    ScenarioKey{"[world]", "hosts", "an array of lines \"ADDRESS NAME…\"", "the machine's own hosts file",
                "What names mean: lines of a private hosts file; where the machine refuses one, they are told to "
                "getaddrinfo() and gethostbyname() by the shim, in this order.",
                R"(hosts = ["127.0.0.1 one.test"])"},
    ScenarioKey{"[world]", "host", "a name or an address", "127.0.0.1", "What {host} becomes in the program's command.",
                R"(host = "one.test")"},
    ScenarioKey{
        "[world]", "service", "a name", "the number of the port",
        "What {port} becomes in the program's command: a name for the port, known as those of /etc/services are.",
        R"(service = "rig-echo")"},
    ScenarioKey{"[world]", "port", "1 to 65535", "a free one, from the seed",
                "What {port} becomes in the program's command.", "port = 7"},
    ScenarioKey{
        "[subject]", "stdin", "closed, pipe", "a socket pair",
        "closed (servers only): it starts with its standard input closed. pipe: the end of its standard input is "
        "told by POLLHUP alone, without POLLIN; for small amounts, since splice(2) holds a pipe while it waits.",
        R"(stdin = "closed")"},
    ScenarioKey{
        "[subject]", "stdout", "pipe", "a socket pair",
        "pipe (clients only): send() does not work on it. It is read after 'subject: exits 0', and no more than "
        "4 KiB may come until then, since splice(2) holds a pipe while it waits.",
        R"(stdout = "pipe")"},
    ScenarioKey{"[subject]", "open_descriptors", "4 to 3000", "0, 1 and 2",
                "It starts with every number below this one taken, by descriptors that are never ready.",
                "open_descriptors = 2000"},
    ScenarioKey{"[peer]", "receive_buffer", "a SIZE from 1 B to 1 GiB", "the kernel's own",
                "Asked of the peer's sockets before they connect or listen (SO_RCVBUF).",
                R"(receive_buffer = "4 KiB")"},
    ScenarioKey{"[peer]", "send_buffer", "a SIZE from 1 B to 1 GiB", "the kernel's own", "The same for SO_SNDBUF.",
                R"(send_buffer = "4 KiB")"},
    ScenarioKey{"[peer]", "listens", "true | false", "true", "Role client only. false: nobody listens on its port.",
                R"(listens = false)"},
    ScenarioKey{"[peer]", "address", "a loopback address", "127.0.0.1 and ::1",
                "Role client only. The one address that the peer listens on: all others refuse.",
                R"(address = "127.0.0.3")"},
    ScenarioKey{"[script]", "peer", "a script (sockrig explain --script)", "a script for each role",
                "What is done, for all roles together. Either this, or a script for each role.",
                R"(peer = "a: connect, send 1 KiB, receive echo")"},
    ScenarioKey{"[script]", "echo-server", "a script", "'peer'", "What is done where the program is an echo server.",
                R"(echo-server = "a: connect, send 1 KiB, receive echo")"},
    ScenarioKey{"[script]", "discard-server", "a script", "'peer'", "The same for a discard server.",
                R"(discard-server = "a: connect, send 1 KiB")"},
    ScenarioKey{"[script]", "chargen-server", "a script", "'peer'", "The same for a character generator.",
                R"(chargen-server = "a: connect, receive 1 KiB of lines")"},
    ScenarioKey{"[script]", "client", "a script", "'peer'", "The same for a client.",
                R"(client = "a: accept, send 1 KiB")"},
    ScenarioKey{"[script]", "custom", "a script", "'peer'",
                "The same for a server with a protocol of its own; what it is asked is its dialogue (run --dialogue).",
                R"(custom = "a: plays the dialogue")"},
};

constexpr std::string_view example = R"toml(claim  = "Bytes come back in order when every receive returns at most three"
clause = "RFC 862; POSIX recv()"
role   = "echo-server"
level  = "must"
after  = ["stream/text"]
hint   = "recv() returns what is there: use its return value, not the size of your buffer."

[[fault]]
kind  = "short-recv"
bytes = 3

[script]
peer = """
a: connect
a: send 64 KiB
a: receive echo
a: shutdown write
a: receive end
"""
)toml";

}  // namespace

std::span<const ScenarioKey> scenario_keys() {
  return keys;
}

std::string_view scenario_example() {
  return example;
}

}  // namespace sockrig
