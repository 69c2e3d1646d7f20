// The model socket class: what a TCP program needs, and nothing that it can get wrong.
//
// Decides how calls that are cut short, interrupted or refused are dealt with, so that no caller has
// to. It must never show a descriptor number as its interface, take end of stream for an error or an
// error for end of stream, or let a vanished peer kill the process.
//
// A call that fails throws std::system_error, which says what was tried ("bind 127.0.0.1:7: Address
// already in use"). A name that does not resolve throws std::runtime_error.
#pragma once

#include <cstddef>
#include <optional>
#include <span>
#include <string>
#include <vector>

namespace sockrig {

class Socket {
 public:
  Socket() = default;  // holds nothing
  explicit Socket(int descriptor) : descriptor_(descriptor) {}
  ~Socket() { close(); }

  // One descriptor has one owner: a copy would close it a second time, perhaps after the number
  // has been given to somebody else.
  Socket(const Socket&) = delete;
  Socket& operator=(const Socket&) = delete;
  Socket(Socket&& other) noexcept;
  Socket& operator=(Socket&& other) noexcept;

  // Connects to the first address of `host` that answers. `service` is a port number or a name.
  static Socket connect_to(const std::string& host, const std::string& service);

  // One listener for each address of `host` that this machine has; never an empty list. Listeners do
  // not block: whoever was announced by poll() may be gone before accept() comes for it.
  static std::vector<Socket> listen_on(const std::string& host, const std::string& service);

  // The next connection, or nothing if nobody is there (any more). Throws where this process, rather
  // than one client, is in trouble: no descriptors, no memory.
  std::optional<Socket> accept();

  // At least one byte and at most buffer.size(); 0 means end of stream and nothing else.
  std::size_t receive_some(std::span<char> buffer);

  // Returns when the kernel has taken every byte.
  void send_all(std::span<const char> bytes);

  // Half-close: tells the peer that nothing more will come. Receiving goes on as before.
  void end_sending();

  // Ends both directions, so that a thread that waits in one of them comes back. Says nothing if the
  // connection is dead already, and leaves the descriptor to its owner.
  void end_both() noexcept;

  // Makes closing a reset instead of an end of stream: the peer must not take what it has for all there is.
  void break_off() noexcept;

  // Waits until both directions have ended. Returns the error that ended them, 0 if there was none.
  int wait_for_end();

  // For poll(). -1 if there is none: 0 is a descriptor like any other.
  int descriptor() const { return descriptor_; }

 private:
  void close() noexcept;

  int descriptor_ = -1;
};

// Returns `result`, or throws what errno says about `what` if it is -1.
long check(const std::string& what, long result);

}  // namespace sockrig
