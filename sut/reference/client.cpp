// The reference client: stdin to the connection and the connection to stdout, both at once.
#include <unistd.h>

#include <array>
#include <atomic>
#include <cerrno>
#include <cstdio>
#include <cstdlib>
#include <optional>
#include <span>
#include <system_error>

#include "signals.hpp"
#include "socket.hpp"
#include "thread.hpp"

namespace sockrig {
namespace {

constexpr std::size_t buffer_size = std::size_t{16} * 1024;

std::size_t read_input(std::span<char> buffer) {
  for (;;) {
    const ssize_t count = read(STDIN_FILENO, buffer.data(), buffer.size());
    if (count >= 0) return static_cast<std::size_t>(count);
    if (errno != EINTR) check("stdin", -1);
  }
}

void write_output(std::span<const char> bytes) {
  while (!bytes.empty()) {
    const ssize_t count = write(STDOUT_FILENO, bytes.data(), bytes.size());
    if (count >= 0)
      bytes = bytes.subspan(static_cast<std::size_t>(count));
    else if (errno != EINTR)
      check("stdout", -1);
  }
}

// What the two threads share. It outlives both: the process ends before it does.
struct Client {
  Socket connection;
  std::atomic<bool> delivered = false;       // all of stdin was handed to the kernel
  std::optional<std::system_error> failure;  // of the sender; to be read once `failed`
  std::atomic<bool> failed = false;
};

void send_input(Client& client) {
  try {
    std::array<char, buffer_size> buffer;
    while (const std::size_t count = read_input(buffer)) client.connection.send_all(std::span(buffer).first(count));
    client.delivered = true;
    client.connection.end_sending();
  } catch (const std::system_error& error) {
    // What the server said before it went is still to be printed: the last word is the receiver's.
    client.failure = error;
    client.failed = true;
    client.connection.end_both();
  }
}

void talk(Client& client) {
  pthread_detach(start_thread([&] { send_input(client); }));
  std::array<char, buffer_size> buffer;
  while (const std::size_t count = client.connection.receive_some(buffer)) write_output(std::span(buffer).first(count));
  // The server has said all it had to say, but may still be listening. That is over when we have ended
  // our direction too, or when the server turns out to be gone.
  const int error = client.connection.wait_for_end();
  if (client.failed) throw *client.failure;
  if (error != 0) throw std::system_error(error, std::generic_category(), "connection");
  if (!client.delivered) throw std::system_error(EPIPE, std::generic_category(), "send");
}

}  // namespace
}  // namespace sockrig

int main(int count, char** arguments) {
  if (count != 3) {
    std::fputs("usage: reference-client HOST PORT\nPORT is a number or a service name.\n", stderr);
    return 2;
  }
  sockrig::Client client;
  try {
    sockrig::prepare_signals();
    client.connection = sockrig::Socket::connect_to(arguments[1], arguments[2]);
    sockrig::talk(client);
  } catch (const std::exception& error) {
    std::fprintf(stderr, "reference-client: %s\n", error.what());
    std::_Exit(1);
  }
  // Not `return`: the sending thread may be waiting for input that never comes, or still be on its way out.
  std::_Exit(0);
}
