// A row of the kernel's own table of TCP sockets: sock_diag(7).
#pragma once

#include <cstdint>

namespace sockrig {

enum class TcpState : std::uint8_t {  // as the kernel numbers them
  established = 1,
  syn_sent,
  syn_received,
  fin_wait1,
  fin_wait2,
  time_wait,
  closed,
  close_wait,
  last_ack,
  listen,
  closing,
  new_syn_received,
};

struct KernelSocket {
  TcpState state{};
  std::uint8_t timer = 0;  // 0 none, 1 retransmission, 2 keepalive, 3 TIME_WAIT, 4 zero-window probe
  std::uint16_t local_port = 0, remote_port = 0;  // host byte order
  std::uint32_t receive_queue = 0;                // bytes not yet read; of a listener: connections not yet accepted
  std::uint32_t send_queue = 0;                   // bytes not yet acknowledged; of a listener: the backlog
  std::uint32_t inode = 0;
  std::uint32_t tries = 0;  // how often in a row what was sent first had to be sent again
  bool full = false;        // the memory for what is not yet read is used up: what comes now is dropped
  bool operator==(const KernelSocket&) const = default;
};

}  // namespace sockrig
