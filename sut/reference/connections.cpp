#include "connections.hpp"

#include <system_error>
#include <utility>

#include "thread.hpp"

namespace sockrig {

Connections::Connections(Service service, std::function<void()> on_end)
    : service_(service), on_end_(std::move(on_end)) {}

Connections::~Connections() {
  std::unique_lock lock(mutex_);
  for (Socket& connection : open_) connection.end_both();  // Whoever waits in a send or a receive comes back.
  none_left_.wait(lock, [&] { return open_.empty(); });
}

void Connections::serve(Socket connection) {
  const std::lock_guard lock(mutex_);
  open_.push_front(std::move(connection));
  try {
    pthread_detach(start_thread([this, position = open_.begin()] { run(position); }));
  } catch (...) {
    open_.pop_front();
    throw;
  }
}

std::size_t Connections::count() const {
  const std::lock_guard lock(mutex_);
  return open_.size();
}

void Connections::run(Position connection) noexcept {
  try {
    service_(*connection);
  } catch (const std::system_error&) {
    // Most likely the client is gone, and nobody else needs to know. If it is not, it must see that
    // this was not the end.
    connection->break_off();
  }
  // Closed under the lock: the destructor must not shut down a number that is somebody else's by then.
  const std::lock_guard lock(mutex_);
  open_.erase(connection);
  on_end_();
  none_left_.notify_all();
}

}  // namespace sockrig
