// What one look at the subject showed: what each of its threads waits for, and the kernel's queues at that moment.
//
// Decides the vocabulary; how a look is taken, and what it proves, is the standstill detector's (run/standstill.hpp).
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "record/kernel_socket.hpp"

namespace sockrig {

enum class Motion {
  moving,      // something runs, or something is on its way
  dozing,      // every thread waits, but some with a timeout, a timer or an alarm: it may go on by itself
  standstill,  // every thread waits, none with a timeout: it cannot go on by itself
  gone,        // no process is left
};

// A thread that waits, as it was found.
struct Waiting {
  std::int32_t pid = 0, tid = 0;
  std::string call;                               // "recv", "accept", "poll", "futex", …; "" = stopped by a signal
  int fd = -1;                                    // what it waits on, if the call names one
  std::string target;                             // what the descriptor is: "socket:[…]", "pipe:[…]"
  std::uint16_t local_port = 0, remote_port = 0;  // if it is a TCP socket
  bool listener = false;
  std::uint32_t receive_queue = 0, send_queue = 0;
  bool timed = false;     // it will wake up by itself
  bool sleeping = false;  // it waits for time alone: nanosleep
  bool operator==(const Waiting&) const = default;
};

// Whether a call, as the kernel names it, sends.
inline bool is_send_call(std::string_view call) {
  return call.starts_with("send") || call.starts_with("write");
}

struct Look {
  Motion motion = Motion::moving;
  bool attentive = false;  // dozing, but some thread waits for events: others may sleep for reasons of their own
  std::vector<Waiting> threads;
  std::vector<KernelSocket> sockets;
  bool operator==(const Look&) const = default;
};

}  // namespace sockrig
