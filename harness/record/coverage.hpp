// Did the shim see all that went through the program? The peer knows every byte of every connection.
//
// Decides which bytes must have passed the program's calls, as a lower bound: what the peer was sent, the program sent;
// what came back as an echo, it received; what it was sent and lies in no queue, it received. It must never take a
// byte for unseen that may still be on its way, or that a reset destroyed.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "record/record.hpp"

namespace sockrig {

// "" = all were seen; else where some were not: "on a it received at least 4096 bytes, and 512 were seen".
struct Unseen {
  std::string received, sent;
  bool none() const { return received.empty() && sent.empty(); }
};
Unseen unseen_bytes(const std::vector<Channel>& channels, const std::vector<SocketRecord>& sockets);

// Bytes of ours that the program may not have taken, from the kernel's queues: unacknowledged on our side of the
// connection, unread on the program's. Nothing if one side is gone, since then the queues are, too. Where the network
// is shared others may use the connection's port; not between the same two.
std::optional<std::uint64_t> bytes_on_the_way(std::uint16_t connection_port, std::uint16_t service_port,
                                              const std::vector<KernelSocket>& sockets);

}  // namespace sockrig
