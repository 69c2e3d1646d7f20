// What ends a command before anything runs, with its exit code.
#pragma once

#include <stdexcept>
#include <string>

namespace sockrig {

struct Refusal : std::runtime_error {
  explicit Refusal(const std::string& message, int exit = 2) : std::runtime_error(message), code(exit) {}
  int code;
};

}  // namespace sockrig
