// The connections that are being served, with a thread for each.
//
// Decides who owns a connection (this class) and when it is closed (when its service has returned or
// thrown). One client's trouble ends that client's connection and must never reach anything else.
#pragma once

#include <condition_variable>
#include <cstddef>
#include <functional>
#include <list>
#include <mutex>

#include "services.hpp"

namespace sockrig {

class Connections {
 public:
  // `on_end` is called, in the connection's thread, after each connection that has ended.
  Connections(Service service, std::function<void()> on_end);
  ~Connections();  // Ends them all and waits until the last is closed.
  Connections(const Connections&) = delete;
  Connections& operator=(const Connections&) = delete;

  // Returns at once. Throws std::system_error if there can be no thread; the connection is closed then.
  void serve(Socket connection);

  std::size_t count() const;

 private:
  using Position = std::list<Socket>::iterator;
  void run(Position connection) noexcept;

  const Service service_;
  const std::function<void()> on_end_;
  mutable std::mutex mutex_;
  std::condition_variable none_left_;
  std::list<Socket> open_;
};

}  // namespace sockrig
