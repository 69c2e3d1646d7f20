// A thread with a small stack, so that thousands of connections can have one each.
//
// Decides the size of the stack and who waits for whom. What runs in it must not throw.
#pragma once

#include <pthread.h>

#include <cerrno>
#include <functional>
#include <memory>
#include <system_error>
#include <utility>

namespace sockrig {

inline constexpr std::size_t stack_size = std::size_t{256} * 1024;

// Throws std::system_error if there can be no further thread now.
inline pthread_t start_thread(std::function<void()> work) {
  auto handed_over = std::make_unique<std::function<void()>>(std::move(work));
  const auto run = [](void* argument) -> void* {
    const std::unique_ptr<std::function<void()>> mine(static_cast<std::function<void()>*>(argument));
    (*mine)();
    return nullptr;
  };
  pthread_attr_t attributes;
  pthread_attr_init(&attributes);
  pthread_attr_setstacksize(&attributes, stack_size);
  pthread_t thread;
  const int error = pthread_create(&thread, &attributes, run, handed_over.get());
  pthread_attr_destroy(&attributes);
  if (error != 0) throw std::system_error(error, std::generic_category(), "thread");
  handed_over.release();
  return thread;
}

// Runs until it returns, and is waited for at the end of the scope that started it.
class JoiningThread {
 public:
  explicit JoiningThread(std::function<void()> work) : thread_(start_thread(std::move(work))) {}
  ~JoiningThread() { pthread_join(thread_, nullptr); }
  JoiningThread(const JoiningThread&) = delete;
  JoiningThread& operator=(const JoiningThread&) = delete;

 private:
  pthread_t thread_;
};

}  // namespace sockrig
