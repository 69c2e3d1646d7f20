#include "catalogue/diagnostic.hpp"

#include <fmt/format.h>

namespace sockrig {

std::string to_string(const Diagnostic& d) {
  std::string place = d.file;
  if (d.line > 0) place += fmt::format(":{}", d.line);
  if (d.line > 0 && d.column > 0) place += fmt::format(":{}", d.column);
  return place.empty() ? d.message : place + ": " + d.message;
}

}  // namespace sockrig
