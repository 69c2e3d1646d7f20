// The reference server: echo, discard, chargen or lines, correct in every way that sockrig knows to ask for.
#include <fcntl.h>
#include <poll.h>
#include <unistd.h>

#include <atomic>
#include <cerrno>
#include <cstdio>
#include <cstdlib>
#include <limits>
#include <string>
#include <string_view>
#include <system_error>
#include <vector>

#include "connections.hpp"
#include "services.hpp"
#include "signals.hpp"
#include "socket.hpp"

namespace sockrig {
namespace {

struct Options {
  Service service = nullptr;
  std::string host = "localhost";
  std::string port;
  std::size_t at_once = std::numeric_limits<std::size_t>::max();  // connections served at a time
  std::size_t in_all = std::numeric_limits<std::size_t>::max();   // connections served before we exit
};

[[noreturn]] void usage() {
  std::fputs(
      "usage: reference-server echo|discard|chargen|lines --port PORT [--host HOST] [--serves one|in-turn|at-once]\n"
      "PORT is a number or a service name. HOST is the local address, \"localhost\" unless given.\n",
      stderr);
  std::exit(2);
}

Options parse(int count, char** arguments) {
  Options options;
  const auto service = count > 1 ? service_named(arguments[1]) : std::nullopt;
  if (!service) usage();
  options.service = *service;
  for (int i = 2; i < count; i += 2) {
    const std::string_view key = arguments[i];
    if (i + 1 == count) usage();
    const std::string_view value = arguments[i + 1];
    if (key == "--host")
      options.host = value;
    else if (key == "--port")
      options.port = value;
    else if (key == "--serves" && value == "one")
      options.at_once = options.in_all = 1;
    else if (key == "--serves" && value == "in-turn")
      options.at_once = 1;
    else if (key != "--serves" || value != "at-once")
      usage();
  }
  if (options.port.empty()) usage();
  return options;
}

// The acceptor sleeps in poll(). A byte in this pipe wakes it when something has changed that is not a
// new client: a signal came, or a connection has ended. (A flag alone would be missed by a poll() that
// was just about to begin.)
int wake_pipe[2] = {-1, -1};
std::atomic<bool> stop_requested = false;

void wake() {
  const int saved = errno;  // Also called in a signal handler, between any two instructions.
  [[maybe_unused]] const ssize_t full_is_fine = write(wake_pipe[1], "", 1);
  errno = saved;
}

void request_stop(int) {
  stop_requested = true;
  wake();
}

// Waits until there is something to do; returns the listeners at which somebody knocks.
std::vector<Socket*> wait_for_clients(std::vector<Socket>& listeners, bool accepting, int timeout_ms) {
  std::vector<pollfd> waiting = {{.fd = wake_pipe[0], .events = POLLIN, .revents = 0}};
  for (const Socket& listener : listeners)
    if (accepting) waiting.push_back({.fd = listener.descriptor(), .events = POLLIN, .revents = 0});
  std::vector<Socket*> ready;
  if (poll(waiting.data(), waiting.size(), timeout_ms) == -1) {
    if (errno != EINTR) check("poll", -1);
    return ready;
  }
  char bytes[64];
  while (read(wake_pipe[0], bytes, sizeof bytes) > 0) continue;
  for (std::size_t i = 1; i < waiting.size(); ++i)
    if (waiting[i].revents != 0) ready.push_back(&listeners[i - 1]);
  return ready;
}

// Without a descriptor or memory the client stays in the queue until there is one again. Without a thread it was
// accepted already: it is closed, and only the next ones wait.
bool is_shortage(const std::system_error& error) {
  const int code = error.code().value();
  return code == EMFILE || code == ENFILE || code == ENOBUFS || code == ENOMEM || code == EAGAIN;
}

void serve(const Options& options) {
  check("pipe", pipe2(wake_pipe, O_CLOEXEC | O_NONBLOCK));
  on_stop_signal(request_stop);
  std::vector<Socket> listeners = Socket::listen_on(options.host, options.port);
  Connections connections(options.service, wake);
  std::size_t accepted = 0;
  bool shortage = false;
  while (!stop_requested && (accepted < options.in_all || connections.count() > 0)) {
    // In a shortage the listeners stay ready, and poll() would return at once, again and again.
    const bool accepting = !shortage && connections.count() < options.at_once;
    const auto ready = wait_for_clients(listeners, accepting, shortage ? 50 : -1);
    shortage = false;
    for (Socket* listener : ready) {
      if (accepted == options.in_all || connections.count() >= options.at_once) break;
      try {
        auto connection = listener->accept();
        if (!connection) continue;
        connections.serve(std::move(*connection));
        ++accepted;
      } catch (const std::system_error& error) {
        if (!is_shortage(error)) throw;
        shortage = true;
      }
    }
    if (accepted == options.in_all) listeners.clear();
  }
  listeners.clear();  // First nobody new comes in; then the connections are ended, as they go out of scope.
}

}  // namespace
}  // namespace sockrig

int main(int count, char** arguments) {
  const sockrig::Options options = sockrig::parse(count, arguments);
  try {
    sockrig::prepare_signals();
    sockrig::serve(options);
    return 0;
  } catch (const std::exception& error) {
    std::fprintf(stderr, "reference-server: %s\n", error.what());
    return 1;
  }
}
