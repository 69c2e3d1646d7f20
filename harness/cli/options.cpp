#include "cli/options.hpp"

#include <fmt/format.h>

#include <boost/program_options.hpp>
#include <ostream>

#include "faults/nearest.hpp"
#include "reports/text.hpp"

namespace sockrig {
namespace {

namespace po = boost::program_options;

constexpr const char* words_option = "words-without-an-option";  // only a name for the parser

std::string suggestion(const po::unknown_option& error, const po::options_description& options) {
  std::vector<std::string> known;
  for (const auto& option : options.options()) known.push_back("--" + option->long_name());
  std::string word = error.get_option_name();
  word = "--" + word.substr(std::min(word.find_first_not_of('-'), word.size()));
  return did_you_mean(word, known);
}

int refuse(const CommandUsage& usage, const std::string& message, std::ostream& err) {
  err << "sockrig " << usage.command << ": " << message << "\nTry 'sockrig " << usage.command << " --help'.\n";
  return 2;
}

}  // namespace

std::optional<int> parse_options(const std::vector<std::string>& arguments, const CommandUsage& usage,
                                 const po::options_description& options, po::variables_map& values,
                                 std::vector<std::string>& words, std::ostream& out, std::ostream& err) {
  po::options_description shown("Options");
  for (const auto& option : options.options()) shown.add(option);
  shown.add_options()("help,h", "show this and end");
  po::options_description all;
  all.add(shown).add_options()(words_option, po::value<std::vector<std::string>>());
  po::positional_options_description positions;
  positions.add(words_option, -1);
  try {
    // An option that is guessed from its beginning today would mean another one after the next is added.
    const int style = po::command_line_style::unix_style & ~po::command_line_style::allow_guessing;
    po::store(po::command_line_parser(arguments).options(all).positional(positions).style(style).run(), values);
    if (values.contains("help")) {
      out << "usage: sockrig " << usage.command << ' ' << usage.synopsis << "\n\n"
          << usage.description << "\n\n"
          << shown << (usage.examples.empty() ? "" : "\nExamples:\n") << indented(usage.examples, "  ");
      return 0;
    }
    po::notify(values);
  } catch (const po::unknown_option& error) {
    return refuse(usage, fmt::format("unknown option '{}'{}", error.get_option_name(), suggestion(error, shown)), err);
  } catch (const po::error& error) {
    return refuse(usage, error.what(), err);
  }
  if (values.contains(words_option)) words = values[words_option].as<std::vector<std::string>>();
  if (usage.words.empty() && !words.empty()) return refuse(usage, fmt::format("unexpected '{}'", words.front()), err);
  return std::nullopt;
}

}  // namespace sockrig
