// Files that a command writes at its end, opened at its beginning: an hour of runs must not be lost to a path that
// never could have been written.
#pragma once

#include <string>

#include "run/check.hpp"

namespace sockrig {

class OutputFile {
 public:
  // Empties the file. Throws std::system_error that names the path.
  explicit OutputFile(std::string path);

  // Writes everything and closes. Returns "" or what went wrong; nothing counts as written before the close succeeded.
  std::string write(const std::string& text);
  const std::string& path() const { return path_; }

 private:
  std::string path_;
  Descriptor file_;
};

}  // namespace sockrig
