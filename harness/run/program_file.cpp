#include "run/program_file.hpp"

#include <elf.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cstdlib>
#include <cstring>
#include <fstream>
#include <stdexcept>
#include <vector>

#include "plan/command_words.hpp"

namespace sockrig {
namespace {

bool is_executable(const std::string& path) {
  struct stat info {};
  return ::stat(path.c_str(), &info) == 0 && S_ISREG(info.st_mode) && ::access(path.c_str(), X_OK) == 0;
}

// Whether an ELF file of our own kind asks for the dynamic linker, which is what preloads.
bool has_interpreter(std::ifstream& file, const Elf64_Ehdr& header) {
  for (int i = 0; i < header.e_phnum; ++i) {
    Elf64_Phdr part{};
    file.seekg(static_cast<std::streamoff>(header.e_phoff) + std::streamoff{i} * header.e_phentsize);
    if (!file.read(reinterpret_cast<char*>(&part), sizeof part)) return false;
    if (part.p_type == PT_INTERP) return true;
  }
  return false;
}

}  // namespace

std::string find_program(const std::string& word) {
  if (word.find('/') != word.npos) return is_executable(word) ? word : "";
  const char* const variable = std::getenv("PATH");
  const std::string path = variable != nullptr ? variable : "/bin:/usr/bin";
  for (std::size_t at = 0; at <= path.size();) {
    const std::size_t end = std::min(path.find(':', at), path.size());
    const std::string file = (end == at ? std::string(".") : path.substr(at, end - at)) + "/" + word;
    if (is_executable(file)) return file;
    at = end + 1;
  }
  return "";
}

std::string trouble_with_program(const std::string& command) {
  std::vector<std::string> words;
  try {
    words = split_command(command);
  } catch (const std::invalid_argument& e) {
    return e.what();
  }
  if (words.empty()) return "the command is empty";
  const std::string& program = words.front();
  if (!find_program(program).empty()) return "";
  if (program.find('/') != program.npos)
    return ::access(program.c_str(), F_OK) == 0 ? program + " is not an executable file" : "there is no " + program;
  const char* const path = std::getenv("PATH");
  return "there is no program '" + program + "' in PATH (" + (path != nullptr ? path : "") + ")";
}

std::string why_not_preloaded(const std::string& word) {
  const std::string path = find_program(word), unknown = "for a reason that its file does not show";
  struct stat info {};
  if (path.empty() || ::stat(path.c_str(), &info) != 0) return unknown;
  if ((info.st_mode & (S_ISUID | S_ISGID)) != 0)
    return "it is set-user-id or set-group-id, and nothing is preloaded into those";
  std::ifstream file(path, std::ios::binary);
  Elf64_Ehdr header{};
  if (!file.read(reinterpret_cast<char*>(&header), sizeof header)) return unknown;
  if (std::memcmp(header.e_ident, "#!", 2) == 0)
    return "it is a script, and its interpreter takes no preloaded library";
  if (std::memcmp(header.e_ident, ELFMAG, SELFMAG) != 0) return unknown;
  if (header.e_ident[EI_CLASS] != (sizeof(void*) == 8 ? ELFCLASS64 : ELFCLASS32))
    return "it is built for another word size than sockrig";
  if (!has_interpreter(file, header))
    return "it is a static program: it has no dynamic linker that could preload anything";
  return unknown;
}

}  // namespace sockrig
