#include "faults/refused.hpp"

#include <array>

namespace sockrig {
namespace {

struct Reason {
  std::string_view word, why;
};

constexpr std::string_view reliable =
    "nothing licenses loss, repetition, reordering or corruption inside a TCP stream (RFC 9293 3.4): TCP hands over "
    "the "
    "bytes that were sent, or an error";
constexpr std::string_view valid_call = "nothing licenses that error on a valid call";
constexpr std::string_view own_choice =
    "nothing licenses an error of one's choice on a valid call: what can go wrong has a kind of its own, with its "
    "licence";
constexpr std::string_view never_blocks =
    "nothing licenses EAGAIN on a descriptor that blocks; on others the kernel gives it whenever nothing is there: let "
    "the script's peer be slow";
constexpr std::string_view real_reset = "a reset must be a real one: let the script's peer say 'reset'";

constexpr std::array<Reason, 28> refused_kinds = {{
    {"corrupt", reliable},
    {"corrupted", reliable},
    {"lose", reliable},
    {"lost", reliable},
    {"loss", reliable},
    {"drop", reliable},
    {"repeat", reliable},
    {"duplicate", reliable},
    {"reorder", reliable},
    {"reordered", reliable},
    {"ebadf", valid_call},
    {"efault", valid_call},
    {"enotsock", valid_call},
    {"einval", valid_call},
    {"eopnotsupp", valid_call},
    {"reset", real_reset},
    {"econnreset", real_reset},
    {"epipe", "EPIPE without SIGPIPE never happens: let the script's peer say 'reset'"},
    {"close", "Linux frees the descriptor whatever close() returns: an injected error would leave it open"},
    {"refused", "let the kernel do it: '[peer] listens = false'"},
    {"econnrefused", "let the kernel do it: '[peer] listens = false'"},
    {"error", own_choice},
    {"errno", own_choice},
    {"fail", own_choice},
    {"failed", own_choice},
    {"eagain", never_blocks},
    {"ewouldblock", never_blocks},
    {"eintr", "the kind is called 'interrupted'"},
}};

constexpr std::string_view never_waits = "no kernel interrupts it: it does not wait";

constexpr std::array<Reason, 14> refused_calls = {{
    {"close",
     "Linux frees the descriptor first, whatever close() returns, and POSIX 2024 says the opposite for EINTR: a "
     "program cannot be right under both"},
    {"poll", "say 'wait', which is poll, select and epoll_wait (signal(7) treats them alike)"},
    {"select", "say 'wait', which is poll, select and epoll_wait (signal(7) treats them alike)"},
    {"epoll_wait", "say 'wait', which is poll, select and epoll_wait (signal(7) treats them alike)"},
    {"read", "say 'recv', which is every call that receives"},
    {"write", "say 'send', which is every call that sends"},
    {"socket", never_waits},
    {"bind", never_waits},
    {"listen", never_waits},
    {"shutdown", never_waits},
    {"setsockopt", never_waits},
    {"getaddrinfo", "POSIX lists no EINTR for it"},
    {"resolve", "POSIX lists no EINTR for getaddrinfo()"},
    {"dup", never_waits},
}};

template <typename Table>
std::string find(const Table& table, std::string_view word) {
  for (const Reason& reason : table) {
    if (reason.word == word) return std::string(reason.why);
  }
  return "";
}

}  // namespace

std::string why_no_kind(std::string_view kind) {
  return find(refused_kinds, kind);
}

std::string why_no_parameter(std::string_view parameter) {
  return parameter == "error" || parameter == "errno" ? std::string(own_choice) : "";
}

std::string why_no_word(std::string_view kind, std::string_view parameter, std::string_view word) {
  return kind == "interrupted" && parameter == "call" ? find(refused_calls, word) : "";
}

}  // namespace sockrig
