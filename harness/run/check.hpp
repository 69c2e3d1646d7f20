// Failing system calls of our own: an exception that names the call.
#pragma once

#include <fcntl.h>
#include <unistd.h>
#include <cerrno>
#include <string>
#include <system_error>
#include <utility>

namespace sockrig {

// Hands on `result` unless it is -1: then throws std::system_error with errno and the call's name.
template <typename T>
T check(const char* call, T result) {
  if (result == static_cast<T>(-1)) throw std::system_error(errno, std::generic_category(), call);
  return result;
}

// A descriptor of ours, closed when it goes.
class Descriptor {
 public:
  Descriptor() = default;
  explicit Descriptor(int fd) : fd_(fd) {}
  Descriptor(Descriptor&& other) noexcept : fd_(std::exchange(other.fd_, -1)) {}
  Descriptor& operator=(Descriptor&& other) noexcept {
    if (this != &other) {
      reset();
      fd_ = std::exchange(other.fd_, -1);
    }
    return *this;
  }
  ~Descriptor() { reset(); }
  void reset() {
    if (fd_ >= 0) ::close(std::exchange(fd_, -1));
  }
  int get() const { return fd_; }
  explicit operator bool() const { return fd_ >= 0; }

 private:
  int fd_ = -1;
};

struct Pipe {
  Descriptor read_end, write_end;
  Pipe() {  // throws std::system_error
    int ends[2];
    check("pipe", ::pipe2(ends, O_CLOEXEC));
    read_end = Descriptor(ends[0]);
    write_end = Descriptor(ends[1]);
  }
};

}  // namespace sockrig
