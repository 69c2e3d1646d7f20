// A scenario: one claim about a program that uses TCP sockets, read from one file and checked.
//
// Decides what a scenario file may say. It must never look at the machine: whether something can be
// done here is the runner's business.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "catalogue/diagnostic.hpp"
#include "catalogue/script.hpp"
#include "faults/fault.hpp"

namespace sockrig {

enum class Role { echo_server, discard_server, chargen_server, client, custom };
enum class Level { must, should };
enum class Serves { one, in_turn, at_once };  // in this order: each also does what stands before it

std::string_view to_string(Role r);    // "echo-server"
std::string option_of(Role r);         // "--echo-server", "--custom-server": how a command for it is given
std::string_view to_string(Level l);   // "must"
std::string_view to_string(Serves s);  // "at-once"
std::optional<Role> parse_role(std::string_view text);
std::optional<Level> parse_level(std::string_view text);
std::optional<Serves> parse_serves(std::string_view text);
inline bool is_server(Role r) {
  return r != Role::client;
}

// Defects that show in whatever claim comes upon them.
inline constexpr std::string_view dead_connection = "dead-connection";  // it ends because the other side is gone
inline constexpr std::string_view cross_talk = "cross-talk";  // wrong bytes where several clients talk at once
inline constexpr std::string_view unserved = "unserved";      // a connection is accepted, and then left alone

struct Scenario {
  std::string id;       // "stream/short-recv-one": chapter/name, from the path
  std::string chapter;  // "stream"
  std::string file;     // as opened
  std::string text;     // of that file, whole
  std::string claim;    // what must hold, one sentence
  std::string clause;   // RFC section, POSIX function, man page
  std::string hint;     // what a student should look at when it fails
  std::string about;    // optional: what is done, when the script does not say it plainly
  Level level = Level::must;
  bool must_with_handler = false;  // level "should", but must where the program catches signals itself
  Serves serves = Serves::one;     // the least a server must declare for this to apply
  bool only_one = false;           // "only-one": applies only to a server that serves one connection and then exits
  std::uint32_t rounds = 1;        // role client: the script is carried out so often, the client started anew each time
  std::vector<std::string> after;  // ids of claims that must hold first
  std::string explains;            // the defect that this claim is about, wherever else it shows; "" = none
  std::vector<Role> roles;
  std::map<Role, Script> scripts;  // one per role
  std::vector<Fault> faults;
  // [world]
  bool needs_namespaces = false;               // "namespaces = true": cannot be shown without a private network
  std::map<std::string, std::string> sysctls;  // "net.ipv4.tcp_syncookies" → "0"; implies needs_namespaces
  std::uint32_t mtu = 0;                       // loopback MTU; 0 = as it is; implies needs_namespaces
  std::vector<std::string> hosts;              // lines of a hosts file for the subject
  std::string host;                            // what {host} becomes; "" = the loopback address
  std::string service;                         // a name for the port, which {port} becomes; "" = its number
  std::uint16_t port = 0;                      // what {port} becomes; 0 = a free one; implies needs_namespaces
  // [subject]
  bool input_closed = false;           // its standard input is closed when it starts
  bool input_is_pipe = false;          // … or a pipe, and not a socket: its end is told by POLLHUP alone
  bool output_is_pipe = false;         // a client's standard output is a pipe, which is read when it has ended
  std::uint32_t open_descriptors = 0;  // every number below is taken when it starts
  // [peer]
  std::uint64_t receive_buffer = 0,
                send_buffer = 0;  // bytes asked of the peer's sockets before connect or listen; 0 = default
  bool listens = true;            // client role: false = nobody listens on the port
  std::string listen_address;     // client role: the one address that the peer listens on; "" = the loopback ones
};

struct Catalogue {
  std::vector<Scenario> scenarios;  // sorted by chapter order of the catalogue, then by file name
  Diagnostics problems;
};

// Chapters in the order in which a TCP channel lives: resolve, socket, bind, listen, accept, connect, stream, duplex,
// shutdown, close, time-wait, failure. Unknown chapters come last, by name.
int chapter_rank(std::string_view chapter);

// "stream/short-recv-one": chapter and name, of small letters, digits and '-'. Files and folders are named after it.
bool is_scenario_id(std::string_view id);

inline constexpr std::size_t most_scenario_bytes = 256 << 10;

// One file. `root` is the scenarios folder, so that root/stream/x.toml is "stream/x".
std::optional<Scenario> load_scenario(const std::string& root, const std::string& file, Diagnostics& problems);
// The same from text: pure.
std::optional<Scenario> parse_scenario(std::string_view text, const std::string& id, const std::string& file,
                                       Diagnostics& problems);
// Every *.toml below root; also checks `after` across files.
Catalogue load_catalogue(const std::string& root);

}  // namespace sockrig
