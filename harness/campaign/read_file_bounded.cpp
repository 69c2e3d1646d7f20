#include "campaign/read_file_bounded.hpp"

#include <fmt/format.h>

#include <filesystem>
#include <fstream>
#include <system_error>

namespace sockrig {

namespace fs = std::filesystem;

std::string read_bounded(const std::string& file, std::string& problem) {
  std::error_code error;
  const fs::file_status status = fs::status(file, error);
  const std::uintmax_t size = fs::is_regular_file(status) ? fs::file_size(file, error) : 0;
  if (!fs::exists(status))
    problem = fmt::format("{}: there is no such file", file);
  else if (!fs::is_regular_file(status))
    problem = fmt::format("{}: is no file", file);
  else if (error)
    problem = fmt::format("{}: cannot be read: {}", file, error.message());
  else if (size > largest_file)
    problem = fmt::format("{}: expected at most {} bytes, found {}", file, largest_file, size);
  if (!problem.empty()) return "";
  std::ifstream in(file, std::ios::binary);
  std::string text(static_cast<std::size_t>(size), '\0');
  in.read(text.data(), static_cast<std::streamsize>(text.size()));
  text.resize(static_cast<std::size_t>(in.gcount()));
  if (in.bad() || !in.is_open()) problem = fmt::format("{}: cannot be read", file);
  return text;
}

}  // namespace sockrig
