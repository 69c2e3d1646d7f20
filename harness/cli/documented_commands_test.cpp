// The commands in the documents, run word for word, each fence marked `sh run` in a fresh folder. CONTRIBUTING.md says
// what the marks mean.
#include <boost/test/unit_test.hpp>

#include <cctype>
#include <optional>

#include "cli/spawned_for_tests.hpp"
#include "judge/markdown_for_tests.hpp"

namespace sockrig {
namespace {

constexpr std::string_view anything = "…";

struct Command {
  std::string where;  // "README.md:12"
  std::string script;
  int code = 0;
  std::vector<std::string> output;  // what it must print; empty = nothing in particular
};

// "sh run" or "sh run exit=N": N; nothing for another fence.
std::optional<int> wanted_code(const Fence& fence, const std::string& where) {
  constexpr std::string_view run = "sh run", with_code = " exit=";
  std::string_view rest = fence.info;
  if (!rest.starts_with(run)) return std::nullopt;
  rest.remove_prefix(run.size());
  if (rest.empty()) return 0;
  const bool known = rest.starts_with(with_code) && rest.size() > with_code.size() &&
                     rest.find_first_not_of("0123456789", with_code.size()) == rest.npos;
  BOOST_REQUIRE_MESSAGE(known, where << ": a fence is marked 'sh run' or 'sh run exit=N', not '" << fence.info << "'");
  return std::stoi(std::string(rest.substr(with_code.size())));
}

std::vector<Command> documented_commands() {
  std::vector<Command> out;
  for (const Document& document : all_documents()) {
    bool follows_command = false;
    for (const Fence& fence : document.fences) {
      const std::string where = document.file.filename().string() + ":" + std::to_string(fence.number);
      if (fence.info == "text output") {
        BOOST_REQUIRE_MESSAGE(follows_command, where << ": an output must follow the fence that is run");
        out.back().output = fence.lines;
        follows_command = false;
        continue;
      }
      const std::optional<int> code = wanted_code(fence, where);
      follows_command = code.has_value();
      if (!code) continue;
      Command command{where, "", *code, {}};
      for (const std::string& line : fence.lines) command.script += line + "\n";
      out.push_back(std::move(command));
    }
  }
  return out;
}

std::string without_blanks_at_end(std::string text) {
  while (!text.empty() && std::isspace(static_cast<unsigned char>(text.back()))) text.pop_back();
  return text;
}

// … stands for whatever is there.
bool matches(std::string_view pattern, std::string_view line) {
  const std::size_t first = pattern.find(anything);
  if (first == pattern.npos) return pattern == line;
  if (!line.starts_with(pattern.substr(0, first))) return false;
  line.remove_prefix(first);
  pattern.remove_prefix(first + anything.size());
  for (std::size_t next; (next = pattern.find(anything)) != pattern.npos;) {
    const std::size_t at = line.find(pattern.substr(0, next));
    if (at == line.npos) return false;
    line.remove_prefix(at + next);
    pattern.remove_prefix(next + anything.size());
  }
  return line.ends_with(pattern);
}

// The first wanted line that does not come, in its turn; others may stand between.
std::optional<std::string> missing(const std::vector<std::string>& wanted, const std::string& output) {
  std::istringstream lines(output);
  for (const std::string& w : wanted) {
    const std::string pattern = without_blanks_at_end(w);
    if (pattern.empty()) continue;
    bool found = false;
    for (std::string line; !found && std::getline(lines, line);) found = matches(pattern, without_blanks_at_end(line));
    if (!found) return pattern;
  }
  return std::nullopt;
}

// Standard output and error together, as a reader sees them.
Finished run(const Command& command, const Folder& folder) {
  const std::string path = std::string("PATH=") + built("") + ":" + std::getenv("PATH");
  return Spawned({"/usr/bin/env", "-C", folder.file(""), path, "bash", "-e", "-c",
                  "exec 2>&1 </dev/null\n" + command.script})
      .wait();
}

}  // namespace

BOOST_AUTO_TEST_SUITE(documented)

BOOST_AUTO_TEST_CASE(an_output_is_compared_line_by_line) {
  BOOST_TEST(matches("a … c", "a b c"));
  BOOST_TEST(matches("… b …", "a b c"));
  BOOST_TEST(matches("…", ""));
  BOOST_TEST(!matches("a … c", "a b d"));
  BOOST_TEST(!matches("a … c", "b a b c"));
  BOOST_TEST(!matches("a", "a b"));
  BOOST_TEST(!missing({"one", "three"}, "one\ntwo\nthree\n"));
  BOOST_TEST(missing({"three", "one"}, "one\ntwo\nthree\n").value_or("") == "one");
  BOOST_TEST(missing({"one", "one"}, "one\n").value_or("") == "one");
}

BOOST_AUTO_TEST_CASE(commands_do_what_the_documents_say) {
  const std::vector<Command> commands = documented_commands();
  for (const Command& command : commands) {
    const Folder folder;
    const Finished finished = run(command, folder);
    BOOST_TEST(finished.code == command.code, command.where << ": exit " << finished.code << " instead of "
                                                            << command.code << ":\n"
                                                            << finished.out);
    const std::optional<std::string> lacks = missing(command.output, finished.out);
    BOOST_TEST(!lacks.has_value(), command.where << ": this did not come: " << lacks.value_or("") << "\n, but:\n"
                                                 << finished.out);
  }
  BOOST_TEST(commands.size() >= 10u);
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace sockrig
