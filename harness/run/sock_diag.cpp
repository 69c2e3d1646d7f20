#include "run/sock_diag.hpp"

#include <arpa/inet.h>
#include <linux/inet_diag.h>
#include <linux/netlink.h>
#include <linux/rtnetlink.h>
#include <linux/sock_diag.h>
#include <linux/tcp.h>
#include <netinet/in.h>
#include <sys/socket.h>

#include <algorithm>
#include <array>
#include <cstring>

namespace sockrig {
namespace {

constexpr std::uint8_t no_details = 0;
constexpr std::uint8_t tries_and_memory = 1 << (INET_DIAG_INFO - 1) | 1 << (INET_DIAG_SKMEMINFO - 1);

// Older kernels tell less: what they do not tell stays 0.
template <typename Wanted>
Wanted copied(const rtattr* attribute) {
  Wanted out{};
  std::memcpy(&out, RTA_DATA(attribute), std::min<std::size_t>(sizeof out, RTA_PAYLOAD(attribute)));
  return out;
}

void read_details(const nlmsghdr* header, const inet_diag_msg* message, KernelSocket& socket) {
  auto left = static_cast<unsigned>(header->nlmsg_len - NLMSG_LENGTH(sizeof *message));
  for (auto* a = reinterpret_cast<const rtattr*>(message + 1); RTA_OK(a, left); a = RTA_NEXT(a, left)) {
    if (a->rta_type == INET_DIAG_INFO) socket.tries = copied<tcp_info>(a).tcpi_backoff;
    if (a->rta_type != INET_DIAG_SKMEMINFO) continue;
    const auto memory = copied<std::array<std::uint32_t, SK_MEMINFO_VARS>>(a);
    socket.full = memory[SK_MEMINFO_RMEM_ALLOC] > memory[SK_MEMINFO_RCVBUF];
  }
}

}  // namespace

SockDiag::SockDiag()
    : netlink_(check("socket(NETLINK_SOCK_DIAG)", ::socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_SOCK_DIAG))) {}

std::vector<KernelSocket> SockDiag::list() {
  std::vector<KernelSocket> out;
  dump(AF_INET, ~0u, tries_and_memory, out);
  dump(AF_INET6, ~0u, tries_and_memory, out);
  return out;
}

std::vector<KernelSocket> SockDiag::alive() {
  constexpr std::uint32_t states = ~(1u << static_cast<unsigned>(TcpState::time_wait));
  std::vector<KernelSocket> out;
  dump(AF_INET, states, tries_and_memory, out);
  dump(AF_INET6, states, tries_and_memory, out);
  return out;
}

std::vector<KernelSocket> SockDiag::listeners() {
  constexpr std::uint32_t listening = 1u << static_cast<unsigned>(TcpState::listen);
  std::vector<KernelSocket> out;
  dump(AF_INET, listening, no_details, out);
  dump(AF_INET6, listening, no_details, out);
  return out;
}

void SockDiag::dump(int family, std::uint32_t states, std::uint8_t details, std::vector<KernelSocket>& out) {
  struct {
    nlmsghdr header;
    inet_diag_req_v2 request;
  } message{};
  message.header.nlmsg_len = sizeof message;
  message.header.nlmsg_type = SOCK_DIAG_BY_FAMILY;
  message.header.nlmsg_flags = NLM_F_REQUEST | NLM_F_DUMP;
  message.request.sdiag_family = static_cast<std::uint8_t>(family);
  message.request.sdiag_protocol = IPPROTO_TCP;
  message.request.idiag_states = states;
  message.request.idiag_ext = details;
  check("send to sock_diag", ::send(netlink_.get(), &message, sizeof message, 0));

  alignas(nlmsghdr) static std::array<char, 1 << 16> buffer;
  for (;;) {
    const ssize_t got = ::recv(netlink_.get(), buffer.data(), buffer.size(), 0);
    if (got < 0 && errno == EINTR) continue;
    check("recv from sock_diag", got);
    auto left = static_cast<unsigned>(got);
    for (auto* h = reinterpret_cast<nlmsghdr*>(buffer.data()); NLMSG_OK(h, left); h = NLMSG_NEXT(h, left)) {
      if (h->nlmsg_type == NLMSG_DONE) return;
      if (h->nlmsg_type == NLMSG_ERROR) {
        const int error = -reinterpret_cast<const nlmsgerr*>(NLMSG_DATA(h))->error;
        if (error == ENOENT) return;  // the kernel has no such family, e.g. IPv6 switched off
        throw std::system_error(error, std::generic_category(), "sock_diag");
      }
      const auto* m = reinterpret_cast<const inet_diag_msg*>(NLMSG_DATA(h));
      out.push_back({.state = static_cast<TcpState>(m->idiag_state),
                     .timer = m->idiag_timer,
                     .local_port = ntohs(m->id.idiag_sport),
                     .remote_port = ntohs(m->id.idiag_dport),
                     .receive_queue = m->idiag_rqueue,
                     .send_queue = m->idiag_wqueue,
                     .inode = m->idiag_inode});
      read_details(h, m, out.back());
    }
  }
}

}  // namespace sockrig
