#include "run/program_file.hpp"

#include <sys/stat.h>
#include <unistd.h>

#include <boost/test/unit_test.hpp>
#include <cstdlib>
#include <filesystem>
#include <fstream>

namespace sockrig {
namespace {

struct Folder {
  Folder() {
    char pattern[] = "/tmp/sockrig-test-XXXXXX";
    BOOST_REQUIRE(::mkdtemp(pattern) != nullptr);
    path = pattern;
  }
  ~Folder() { std::filesystem::remove_all(path); }
  std::string file(const std::string& name, const std::string& content, mode_t mode) const {
    const std::string full = path + "/" + name;
    std::ofstream(full, std::ios::binary) << content;
    ::chmod(full.c_str(), mode);
    return full;
  }
  std::string path;
};

bool says(const std::string& file, const char* why) {
  return why_not_preloaded(file).find(why) != std::string::npos;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(program_file)

BOOST_AUTO_TEST_CASE(programs_are_found_as_exec_finds_them) {
  const Folder folder;
  const std::string program = folder.file("program", "#!/bin/sh\n", 0755);
  folder.file("text", "hello", 0644);
  BOOST_TEST(find_program(program) == program);
  BOOST_TEST(find_program(folder.path + "/text") == "");
  BOOST_TEST(find_program(folder.path) == "");
  BOOST_TEST(find_program(folder.path + "/nothing") == "");
  BOOST_TEST(find_program("a-program-that-nobody-has") == "");
  BOOST_TEST(find_program("sh").ends_with("/sh"));
}

BOOST_AUTO_TEST_CASE(the_file_tells_why_nothing_is_preloaded) {
  const Folder folder;
  std::string elf(
      "\x7f"
      "ELF\x02\x01\x01",
      7);
  elf.resize(64);  // 64-bit, no program headers: nothing asks for a dynamic linker
  BOOST_TEST(says(folder.file("static", elf, 0755), "static"));
  elf[4] = '\x01';
  BOOST_TEST(says(folder.file("small", elf, 0755), "word size"));
  BOOST_TEST(says(folder.file("setuid", elf, 04755), "set-user-id"));
  BOOST_TEST(says(folder.file("script", "#!/bin/sh\n" + std::string(100, '#'), 0755), "script"));
  BOOST_TEST(says(folder.file("short", "x", 0755), "does not show"));
  BOOST_TEST(says("/bin/true", "does not show"));
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace sockrig
