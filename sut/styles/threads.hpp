// A thread for each connection, for the styles that differ only in how they receive and send.
#pragma once

#include <system_error>
#include <thread>

#include "common.hpp"

namespace sockrig {

// `serve` gets a connected, blocking socket, and does not close it.
[[noreturn]] inline void run_threads(int listener, void (*serve)(int connection)) {
  for (;;) {
    const int connection = accept_next(listener);
    try {
      std::thread([serve, connection] {
        serve(connection);
        close(connection);
      }).detach();
    } catch (const std::system_error&) {
      close(connection);  // No thread for this client, but perhaps for the next.
    }
  }
}

}  // namespace sockrig
