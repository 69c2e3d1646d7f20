// Two threads for each connection: one receives, one sends; between them a bounded buffer and a condition variable.
#include <algorithm>
#include <array>
#include <condition_variable>
#include <mutex>

#include "echo.hpp"
#include "threads.hpp"

using namespace sockrig;

namespace {

// A ring. Who fills it waits while it is full, who empties it while it is empty.
class Owed {
 public:
  // False if nobody will take it any more.
  bool put(const char* data, size_t size) {
    std::unique_lock lock(mutex_);
    for (size_t i = 0; i < size; ++i) {
      while (size_ == ring_.size() && !ended_) {
        changed_.notify_one();
        changed_.wait(lock);
      }
      if (ended_) return false;
      ring_[(begin_ + size_++) % ring_.size()] = data[i];
    }
    changed_.notify_one();
    return true;
  }

  // 0 once all is taken and the end has come.
  size_t take(char* data, size_t capacity) {
    std::unique_lock lock(mutex_);
    changed_.wait(lock, [&] { return size_ > 0 || ended_; });
    const size_t taken = std::min(capacity, size_);
    for (size_t i = 0; i < taken; ++i) data[i] = ring_[(begin_ + i) % ring_.size()];
    begin_ = (begin_ + taken) % ring_.size();
    size_ -= taken;
    changed_.notify_one();
    return taken;
  }

  void end() {
    const std::lock_guard lock(mutex_);
    ended_ = true;
    changed_.notify_one();
  }

 private:
  std::mutex mutex_;
  std::condition_variable changed_;
  std::array<char, 4 * buffer_size> ring_{};
  size_t begin_ = 0, size_ = 0;
  bool ended_ = false;
};

void send_what_is_owed(int fd, Owed& owed) {
  char buffer[buffer_size];
  while (const size_t size = owed.take(buffer, sizeof buffer)) {
    if (send_all(fd, buffer, size)) continue;
    owed.end();
    shutdown(fd, SHUT_RDWR);  // So that the reader stops waiting for a client that is gone.
    return;
  }
}

void echo_by_two(int fd) try {
  Owed owed;
  std::thread writer([&] { send_what_is_owed(fd, owed); });
  char buffer[buffer_size];
  ssize_t n;
  while ((n = uninterrupted([&] { return recv(fd, buffer, sizeof buffer, 0); })) > 0)
    if (!owed.put(buffer, static_cast<size_t>(n))) break;
  owed.end();
  writer.join();
} catch (const std::system_error&) {
  // No second thread for this client.
}

}  // namespace

int main(int count, char** arguments) {
  run_threads(open_listener(count, arguments), echo_by_two);
}
