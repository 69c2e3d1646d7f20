// One end of a conversation with the subject: a connection of the peer, or its standard input or output.
//
// Decides how bytes are moved and compared; never what should be moved (that is the script's) nor what it means.
#pragma once

#include <netinet/in.h>

#include <cstdint>
#include <string>

#include "record/record.hpp"
#include "run/check.hpp"
#include "run/journal.hpp"

namespace sockrig {

enum class Moved { nothing, something, refused };  // refused: the other side does not take or give any more

struct Endpoint {
  Channel channel;
  Journal* journal = nullptr;  // where its moves are written down; null = nowhere
  Descriptor socket;           // of a connection; pipes belong to the Subject
  int input = -1;              // what is read from, -1 = none
  int output = -1;             // what is written to
  bool connected = false;
  bool was_reset = false;                    // by us
  std::optional<std::uint64_t> told_of_end;  // what had come when the subject was seen to know that we had ended ours
  bool broken = false;                       // it was reset before anybody looked: what came before is still to be read

  // Sends bytes of the outgoing stream up to offset `limit`, as the kernel takes them, at most `most` calls.
  // `one_by_one`: a byte a call, so a byte a segment.
  Moved send_until(std::uint64_t limit, bool one_by_one = false);
  // Receives up to `most` bytes and compares them; sets channel.ended at the end.
  Moved receive(std::size_t most);
  // Ends the sending direction.
  void shut_down();
  // Writes a move down. `text`: of a dialogue, the bytes themselves.
  void note(PeerAct act, std::uint64_t offset = 0, std::uint64_t bytes = 0, std::string_view text = {}) const;
};

sockaddr_in loopback_v4(std::uint16_t port);

// Opens a connection to the subject without waiting for it to be established; `address`: "127.0.0.2", "" = 127.0.0.1.
// Throws std::system_error.
void begin_connect(Endpoint& endpoint, std::uint16_t port, std::uint64_t receive_buffer, std::uint64_t send_buffer,
                   const std::string& address = "");
// After its descriptor became writable: "" if it is established, else the error's text.
std::string finish_connect(Endpoint& endpoint);

// The peer listens on loopback, IPv4 and (if the machine has it) IPv6; or on one address of it, if one is given.
struct Listeners {
  Descriptor v4, v6;
};
Listeners listen_on_loopback(const std::string& address, std::uint16_t port, std::uint64_t receive_buffer,
                             std::uint64_t send_buffer);
// Takes a waiting connection, if there is one.
bool accept_into(const Listeners& listeners, Endpoint& endpoint);

void acknowledge(const Endpoint& endpoint);  // sends an acknowledgement that the kernel still delays (TCP_QUICKACK)
void close_in_peace(
    Endpoint& endpoint);         // ends both directions; what is unread is drained first, so that it causes no reset
void reset(Endpoint& endpoint);  // RST

}  // namespace sockrig
