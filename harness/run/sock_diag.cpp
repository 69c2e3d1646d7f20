#include "run/sock_diag.hpp"

#include <arpa/inet.h>
#include <linux/inet_diag.h>
#include <linux/netlink.h>
#include <linux/sock_diag.h>
#include <netinet/in.h>
#include <sys/socket.h>

#include <array>

namespace sockrig {

SockDiag::SockDiag()
    : netlink_(check("socket(NETLINK_SOCK_DIAG)", ::socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_SOCK_DIAG))) {}

std::vector<KernelSocket> SockDiag::list() {
  std::vector<KernelSocket> out;
  dump(AF_INET, ~0u, out);
  dump(AF_INET6, ~0u, out);
  return out;
}

std::vector<KernelSocket> SockDiag::listeners() {
  constexpr std::uint32_t listening = 1u << static_cast<unsigned>(TcpState::listen);
  std::vector<KernelSocket> out;
  dump(AF_INET, listening, out);
  dump(AF_INET6, listening, out);
  return out;
}

void SockDiag::dump(int family, std::uint32_t states, std::vector<KernelSocket>& out) {
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
    }
  }
}

}  // namespace sockrig
