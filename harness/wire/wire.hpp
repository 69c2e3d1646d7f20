// The memory that the runner and the shim share: rules go in, events and counters come out.
//
// Decides the layout and nothing else. It must never hold a pointer, a type whose size depends on
// the machine, or anything that needs a constructor: it is mapped by programs that this project
// did not compile. Whoever changes it raises `version`.
#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>

namespace sockrig::wire {

inline constexpr std::uint32_t magic = 0x47524b53;  // "SKRG"
inline constexpr std::uint32_t version = 9;
inline constexpr const char* region_variable = "SOCKRIG_REGION";  // environment: path of the region

inline constexpr std::uint32_t max_rules = 32;
inline constexpr std::uint32_t max_processes = 1024;
inline constexpr std::uint32_t max_sockets = 4096;
inline constexpr std::uint32_t max_images = 32;
inline constexpr std::uint32_t ring_size = 1u << 14;  // events; a power of two
inline constexpr std::uint32_t max_names = 4;
inline constexpr std::uint32_t max_addresses = 8;  // of one name
inline constexpr std::uint32_t name_size = 64;     // with the NUL at the end

// A family is what a rule names and a person says; the exact function is the Call.
// clang-format off
#define SOCKRIG_FAMILIES(X)                                                                                   \
  X(none) X(socket) X(bind) X(listen) X(accept) X(connect) X(recv) X(send) X(wait) X(shutdown) X(close)       \
  X(option) X(resolve) X(process)
// clang-format on

enum class Family : std::uint32_t {
#define X(name) name,
  SOCKRIG_FAMILIES(X)
#undef X
      count
};
static_assert(static_cast<std::size_t>(Family::count) <= 16);  // Socket::ordinals
constexpr const char* name_of(Family f) {
  constexpr const char* table[] = {
#define X(name) #name,
      SOCKRIG_FAMILIES(X)
#undef X
  };
  return f < Family::count ? table[static_cast<std::size_t>(f)] : "?";
}
constexpr std::uint32_t bit(Family f) {
  return 1u << static_cast<std::uint32_t>(f);
}
inline constexpr std::uint32_t data_families = bit(Family::recv) | bit(Family::send);
constexpr bool moves_data(Family f) {
  return (bit(f) & data_families) != 0;
}
// Calls that are on no connection, whatever their descriptor is: accept and connect are there to make one.
inline constexpr std::uint32_t unconnected_families = bit(Family::socket) | bit(Family::bind) | bit(Family::listen) |
                                                      bit(Family::accept) | bit(Family::connect) | bit(Family::wait) |
                                                      bit(Family::resolve) | bit(Family::process);

// X(name as the program wrote it, family). The order is part of the format: append only.
// clang-format off
#define SOCKRIG_CALLS(X)                                                                                      \
  X(socket, socket) X(bind, bind) X(listen, listen) X(accept, accept) X(accept4, accept)                      \
  X(connect, connect) X(recv, recv) X(recvfrom, recv) X(recvmsg, recv) X(recvmmsg, recv)                      \
  X(read, recv) X(readv, recv) X(send, send) X(sendto, send) X(sendmsg, send) X(sendmmsg, send)               \
  X(write, send) X(writev, send) X(sendfile, send) X(splice, send) X(poll, wait) X(ppoll, wait)               \
  X(select, wait) X(pselect, wait) X(epoll_wait, wait) X(epoll_pwait, wait) X(epoll_pwait2, wait)             \
  X(shutdown, shutdown) X(close, close) X(close_range, close) X(closefrom, close) X(dup, none)                \
  X(dup2, close) X(dup3, close) X(fcntl, option) X(setsockopt, option) X(epoll_ctl, option)                   \
  X(ioctl, option) X(fclose, close) X(getaddrinfo, resolve) X(freeaddrinfo, resolve)                          \
  X(fork, process) X(vfork, process) X(exec, process) X(posix_spawn, process)
// clang-format on

enum class Call : std::uint16_t {
#define X(name, family) name,
  SOCKRIG_CALLS(X)
#undef X
      count
};

constexpr Family family_of(Call c) {
  constexpr Family table[] = {
#define X(name, family) Family::family,
      SOCKRIG_CALLS(X)
#undef X
  };
  return c < Call::count ? table[static_cast<std::size_t>(c)] : Family::none;
}

constexpr const char* name_of(Call c) {
  constexpr const char* table[] = {
#define X(name, family) #name,
      SOCKRIG_CALLS(X)
#undef X
  };
  return c < Call::count ? table[static_cast<std::size_t>(c)] : "?";
}

// What the shim can do to a call. Fault kinds compile to these; the shim knows no kind.
enum class Verb : std::uint32_t { pass, clamp, fail_before, fail_after, interrupt, delay, hold };

// How much a clamp lets through. All of them leave at least 1 and at most asked - 1.
enum class Size : std::uint32_t { fixed, random_part, all_but_one, half };

// Where a signal that interrupts, or that could have cut a send, may come from.
enum class Handler : std::uint32_t {
  own,    // only a handler that the program installed itself
  given,  // if the program has none, the shim installs one without SA_RESTART
};

// Why a rule that applied did not fire (doc/licences.md). Each is counted per rule.
enum class Withheld : std::uint32_t {
  too_small,        // nothing smaller could be asked for (0 or 1 byte)
  non_blocking,     // the descriptor does not block: the kernel would never do this here
  no_handler,       // no signal is caught, and the rule may not install a handler
  restarts,         // the caught signal restarts this call (SA_RESTART)
  signal_blocked,   // this thread blocks the signal
  ready,            // the call would not have waited, so no signal could have cut it
  wait_all,         // MSG_WAITALL
  low_water,        // SO_RCVLOWAT asks for more
  peek,             // MSG_PEEK: nothing is consumed, asking again must show no less
  not_stream,       // not a TCP socket
  several_at_once,  // a call for several messages, or from one descriptor to another: no one count could be told
  end_queued,       // the other side's end of stream is queued: all data is there
  edge_triggered,   // a short count would promise an edge that never comes
  blocking,         // the descriptor blocks: the kernel would wait instead
  not_ready,        // nothing was ready: the kernel itself would wait, or say so
  alive,            // the connection is alive: the kernel would hand it out
  under_way,        // this socket's connection is being made, or is there
  numeric,          // a numeric address: nobody has to be asked
  in_handler,       // a signal that the program catches is blocked: its handler may be what calls
  count
};

struct Rule {
  std::uint32_t id;  // 1-based; what Event::rule refers to
  Verb verb;
  std::uint32_t families;    // OR of bit(Family)
  Size size;                 // clamp of a transfer
  std::uint32_t bytes;       // clamp of a transfer, Size::fixed: it moves at most so many
  std::uint32_t backlog;     // clamp of listen: the longest queue
  std::uint32_t longest_us;  // delay: the longest, in microseconds
  std::uint32_t only_gone;   // fail_after of accept; 1: only where the connection is gone already
  std::uint32_t after_part;  // interrupt of send; 1: after a part of it was taken
  std::int32_t error;        // fail_before, fail_after: errno
  Handler handler;           // interrupt
  // Which of the calls of `families`. A call is counted, with others of its family, on its connection, whichever
  // process makes it, or, where it is on none, in its process: that number (Event::ordinal) is what `at` and `skip`
  // mean.
  std::uint32_t connection;  // only calls on the connection of this number; 0 = all calls
  std::uint32_t at;          // only the call of this number, also where the rule is withheld there; 0 = all
  std::uint32_t skip;        // those up to this number pass
  std::uint32_t one_in;      // each of the others with chance 1 in `one_in`, by hash; 1 = always
  // Fire at most so often, on all connections and in all processes together; 0 = no limit. Where a rule is withheld it
  // has not fired. Calls that were begun before the last firing may still fire, and then `fired` is more.
  std::uint64_t limit;
  // Written by the shim:
  std::atomic<std::uint64_t> seen;  // calls of `families`, on `connection`
  std::atomic<std::uint64_t> fired;
  std::atomic<std::uint64_t> fired_own;  // of these, where the program as it is could have met it
  std::atomic<std::uint32_t> withheld[static_cast<std::size_t>(Withheld::count)];
};

// An executable file that the shim was loaded with. Its index + 1 is what events call their image.
struct Image {
  std::atomic<std::uint32_t> complete;  // 1: the path is written
  char path[508];                       // as /proc/self/exe says, ending in 0; a longer one is not written down
};

// A process (one address space; exec begins a new one) that the shim is in.
struct Process {
  std::atomic<std::int32_t> pid;  // written last; 0 = slot free
  std::int32_t parent;
  std::uint32_t key;                      // the path of births, hashed: same seed, same run, whatever the pid
  std::atomic<std::uint32_t> children;    // born so far; the next child's ordinal
  std::atomic<std::uint64_t> alarm_at;    // CLOCK_MONOTONIC ns at which SIGALRM was asked for; 0 = not asked for
  std::atomic<std::uint64_t> timers_off;  // POSIX timers that it has and that are not armed (timer_settime(2))
};

enum SocketFlag : std::uint32_t {
  socket_listener = 1,
  socket_accepted = 2,
  socket_connected = 4,
  socket_non_blocking = 8,
  socket_edge_triggered = 16,
  socket_reuse_before_bind = 32,
  socket_reuse_after_bind = 64,
  socket_bound = 128,
  socket_closed = 256,
  socket_no_delay = 512,
  socket_sigpipe_kills = 1024,  // its first send would have raised a SIGPIPE that ends the program
  socket_linger_zero = 2048,    // SO_LINGER on, with 0 seconds: its close resets the connection
  socket_timed_recv = 4096,     // SO_RCVTIMEO was set
};

// A TCP socket that the shim saw, from birth to close.
//
// It is a connection, and has the number of one, once an accept() has returned it to the program or a connect() on it
// has succeeded or is under way. Connections are numbered from 1 over all processes, in the order in which they came to
// be; one that was brought along, or made out of sight, comes to be when it is first seen. Copies of a descriptor (dup,
// fork, exec) are the same socket.
struct Socket {
  std::atomic<std::uint64_t> cookie;          // SO_COOKIE; 0 = slot free
  std::int32_t pid;                           // where it was born
  std::int32_t fd;                            // the number it had then
  std::uint32_t birth;                        // n-th socket of that process, from 0
  std::atomic<std::uint32_t> flags;           // SocketFlag
  std::uint16_t local_port, remote_port;      // host byte order; 0 = not known yet
  std::atomic<std::uint32_t> inside_caller;   // of the call that has not returned yet, as Event::caller
  std::atomic<std::int32_t> connect_error;    // errno of a connect that was made to fail: the socket is of no use now
  std::atomic<std::uint32_t> connection;      // its number; 0 = it is none
  std::atomic<std::uint64_t> received, sent;  // bytes that the program was told of
  std::atomic<std::uint32_t> recv_calls, send_calls;
  std::atomic<std::uint32_t> ends;          // times a receive returned 0
  std::atomic<std::uint32_t> ordinals[16];  // calls on the connection so far, per Family
  std::atomic<std::uint32_t> inside;        // that call: Call + 1, and its image in the upper half; 0 = none
};

enum EventFlag : std::uint16_t {
  event_injected = 1,
  event_withheld = 2,
  event_no_signal = 4,  // a send with MSG_NOSIGNAL
  event_held = 8,       // what it was told is the kernel's all the same
};

// Of a rule among those of a call.
constexpr std::uint32_t rule_bit(std::uint32_t id) {
  return 1u << (id - 1);
}
static_assert(max_rules <= 32);

struct Event {
  std::atomic<std::uint64_t> sequence;  // index + 1, stored last (release): the slot is complete
  std::uint64_t begun_ns, ended_ns;     // CLOCK_MONOTONIC, when the call was made and when it returned
  std::int32_t pid, tid;
  Call call;
  std::uint16_t flags;  // EventFlag
  std::int32_t fd;
  std::int32_t socket;  // index into sockets, -1 = none
  std::uint32_t rules;  // rule_bit(id) of each rule that fired or held it; where none did, of the one that was withheld
  std::int64_t asked;   // bytes asked for, backlog, how, timeout in ms …, as the program said it
  std::int64_t result;  // as the program was told
  std::int16_t error;   // errno if result < 0
  std::uint8_t withheld;  // Withheld, if event_withheld
  std::uint8_t image;     // 1-based index into images; 0 = unknown
  std::uint32_t caller;   // address that the call returns to, counted from the executable's address 0; 0 = elsewhere
  // Where it stands among the program's calls: what `connection` and `at` of a rule have to be to meet it.
  std::uint32_t connection;  // whose call it is, or, of accept and connect, the one that it made; 0 = none
  std::uint32_t ordinal;  // the n-th call of its family, from 1: of its connection, whichever process calls, or of its
                          // process if it is on none; 0 = no rule can meet it
};

// What getaddrinfo() is to know where there can be no private files.
struct Address {
  std::uint32_t family;     // 4 or 6; 0 = none
  unsigned char bytes[16];  // network byte order
};
struct Name {
  char name[name_size];  // "" = none
  Address addresses[max_addresses];
};
struct Names {
  Name hosts[max_names];
  char service[name_size];           // "" = none
  std::uint32_t port;                // of that service
  std::atomic<std::uint32_t> asked;  // times that somebody asked for one of them
};

// The one call of a run that is held before it goes to the kernel, and its way: none, held, released. The shim makes it
// `held` and waits on it (futex(2)); the runner makes it `released`.
enum HoldState : std::uint32_t { hold_none = 0, hold_held = 1, hold_released = 2 };
struct Hold {
  std::atomic<std::uint32_t> state;  // HoldState
  std::atomic<std::int32_t> pid;     // whose call it is, as it numbers itself; written before
};

struct Region {
  std::uint32_t magic, version;
  std::uint64_t size;  // of the whole region in bytes
  std::uint64_t seed;
  std::uint32_t rule_count;
  std::uint32_t trace_all;  // 1: every call makes an event; 0: all but uneventful data calls may be left out when the
                            // ring is full
  std::atomic<std::uint32_t> process_count, socket_count, connection_count;
  std::atomic<std::uint64_t> head;     // events ever claimed by writers
  std::atomic<std::uint64_t> tail;     // events consumed by the reader
  std::atomic<std::uint64_t> dropped;  // events lost because the ring was full
  // Numbers closed that a socket of the process had had and that were closed already (EBADF). A sweep over many numbers
  // in a row, as daemons do, is taken back when it is seen to be one.
  std::atomic<std::int64_t> closed_twice;
  Rule rules[max_rules];
  std::atomic<std::uint32_t> image_count;
  Image images[max_images];
  Process processes[max_processes];
  Socket sockets[max_sockets];
  Names names;
  Hold hold;
  Event ring[ring_size];
};

static_assert(std::atomic<std::uint64_t>::is_always_lock_free && std::atomic<std::uint32_t>::is_always_lock_free);
static_assert(sizeof(Hold) == 8 && sizeof(Rule) == 176 && sizeof(Process) == 32 && sizeof(Image) == 512);
static_assert(sizeof(Socket) == 136 && sizeof(Event) == 80);

// The one source of chance: no state, no clock, no pid (doc/architecture.md, law 6).
constexpr std::uint64_t mix(std::uint64_t x) {
  x += 0x9e3779b97f4a7c15u;
  x = (x ^ (x >> 30)) * 0xbf58476d1ce4e5b9u;
  x = (x ^ (x >> 27)) * 0x94d049bb133111ebu;
  return x ^ (x >> 31);
}
constexpr std::uint64_t chance(std::uint64_t seed, std::uint32_t rule, std::uint32_t process, std::uint32_t birth,
                               Family family, std::uint32_t ordinal) {
  return mix(mix(mix(seed ^ (std::uint64_t{rule} << 32 | process)) ^
                 (std::uint64_t{birth} << 32 | static_cast<std::uint32_t>(family))) ^
             ordinal);
}

}  // namespace sockrig::wire
