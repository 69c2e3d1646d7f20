#include "cli/output_files.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <cstring>

namespace sockrig {

OutputFile::OutputFile(std::string path)
    : path_(std::move(path)),
      file_(check(("cannot write " + path_).c_str(),
                  ::open(path_.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOCTTY, 0666))) {}

std::string OutputFile::write(const std::string& text) {
  const auto problem = [this] { return "cannot write " + path_ + ": " + std::strerror(errno); };
  for (std::size_t done = 0; done < text.size();) {
    const ssize_t count = ::write(file_.get(), text.data() + done, text.size() - done);
    if (count < 0 && errno == EINTR) continue;
    if (count < 0) return problem();
    done += static_cast<std::size_t>(count);
  }
  // Some file systems say only at a close that there was no room; a second descriptor can be closed with a look at the
  // answer.
  const int again = ::dup(file_.get());
  if (again < 0 || ::close(again) != 0) return problem();
  file_.reset();
  return "";
}

}  // namespace sockrig
