#include "catalogue/dialogue.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cctype>
#include <cerrno>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <utility>

namespace sockrig {
namespace {

constexpr std::array<std::pair<char, char>, 12> letters = {{{'n', '\n'},
                                                            {'r', '\r'},
                                                            {'t', '\t'},
                                                            {'a', '\a'},
                                                            {'b', '\b'},
                                                            {'f', '\f'},
                                                            {'v', '\v'},
                                                            {'e', '\x1b'},
                                                            {'\\', '\\'},
                                                            {'"', '"'},
                                                            {'\'', '\''},
                                                            {'?', '?'}}};

bool is_octal(char c) {
  return c >= '0' && c <= '7';
}

int hexadecimal(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  const int letter = std::tolower(static_cast<unsigned char>(c));
  return letter >= 'a' && letter <= 'f' ? letter - 'a' + 10 : -1;
}

// Columns count characters, as editors do.
int column_of(std::string_view line, std::size_t at) {
  int column = 1;
  for (std::size_t i = 0; i < at; ++i) column += (static_cast<unsigned char>(line[i]) & 0xc0) != 0x80;
  return column;
}

// One file on its way through: where it is, what was said so far.
class Reader {
 public:
  Reader(std::string_view text, const std::string& file, Diagnostics& out) : out_(out) {
    dialogue_.file = file;
    dialogue_.text = text;
  }

  void line(std::string_view text, int number) {
    text_ = text;
    number_ = number;
    const std::size_t first = text.find_first_not_of(" \t");
    if (first == text.npos || text[first] == '#') return;
    const char side = text[first];
    if (side != '>' && side != '<') return unknown_beginning(first);
    const std::size_t after = first + 1;
    if (after == text.size() || text.find_first_not_of(' ', after) == text.npos)
      return problem(first, fmt::format("'{}' says nothing: expected a message, or 'end'", side));
    if (text[after] != ' ') return no_space(first);
    DialogueLine said{side == '>', text.substr(after + 1) == "end", {}, number};
    if (!said.ends && !read_message(after + 1, said.bytes)) return;
    add(std::move(said), first);
  }

  std::optional<Dialogue> finish(int last_line) {
    const bool asks =
        std::ranges::any_of(dialogue_.lines, [](const DialogueLine& l) { return l.from_client && !l.ends; });
    if (good_ && !asks) {
      number_ = std::max(last_line, 1);
      problem(0, "nothing is sent: expected at least one line '> MESSAGE'");
    }
    if (!good_) return std::nullopt;
    return std::move(dialogue_);
  }

 private:
  void problem(std::size_t at, std::string message) {
    out_.push_back({dialogue_.file, number_, column_of(text_, std::min(at, text_.size())), std::move(message)});
    good_ = false;
  }

  void unknown_beginning(std::size_t first) {
    const std::size_t end = std::min(text_.find_first_of(" \t:", first), text_.size());
    const std::string_view word = text_.substr(first, end - first);
    const std::string near =
        nearest(word, {"client", "send", "sends", "server", "receive", "expect", "answer", "->", "=>", "<-", "<="});
    std::string_view meant;
    if (near == "client" || near.starts_with("send") || near == "->" || near == "=>")
      meant = ">";
    else if (!near.empty())
      meant = "<";
    problem(first,
            fmt::format("expected '>' (what the client sends), '<' (what the server answers) or '#', found '{}'{}",
                        escaped(word, 40), did_you_mean(meant)));
  }

  void no_space(std::size_t first) {
    const std::size_t begin = std::min(text_.find_first_not_of("<>=- ", first), text_.size());
    problem(first + 1, fmt::format("expected a space after '{}'{}", text_[first],
                                   did_you_mean(fmt::format("{} {}", text_[first], escaped(text_.substr(begin), 40)))));
  }

  bool read_message(std::size_t begin, std::string& bytes) {
    if (text_.back() == ' ') {
      problem(text_.size() - 1, "a space at the end of a line cannot be seen: write it as \\x20");
      return false;
    }
    for (std::size_t i = begin; i < text_.size();) {
      const auto c = static_cast<unsigned char>(text_[i]);
      if (c < 0x20 || c == 0x7f) {
        problem(i, fmt::format("a control character cannot be seen: write it as {}", escaped(text_.substr(i, 1))));
        return false;
      }
      if (c != '\\') {
        bytes += text_[i++];
      } else if (!read_escape(i, bytes)) {
        return false;
      }
    }
    if (bytes.size() <= most_message_bytes) return true;
    problem(begin, fmt::format("a message of {} bytes: at most {}", bytes.size(), most_message_bytes));
    return false;
  }

  // An escape that begins at `i`, which is moved behind it.
  bool read_escape(std::size_t& i, std::string& bytes) {
    const std::size_t begin = i++;
    const char c = i < text_.size() ? text_[i] : '\0';
    if (c == 'x') {
      const int high = i + 1 < text_.size() ? hexadecimal(text_[i + 1]) : -1;
      const int low = i + 2 < text_.size() ? hexadecimal(text_[i + 2]) : -1;
      if (high < 0 || low < 0) {
        problem(begin, "\\x takes two hexadecimal digits, as in \\x0a");
        return false;
      }
      bytes += static_cast<char>(high * 16 + low);
      i += 3;
      return true;
    }
    if (is_octal(c)) {
      int value = 0, digits = 0;
      for (; digits < 3 && i < text_.size() && is_octal(text_[i]); ++digits, ++i) value = value * 8 + (text_[i] - '0');
      if (value > 255) problem(begin, "an octal escape is at most \\377");
      bytes += static_cast<char>(value);
      return value <= 255;
    }
    for (const auto& [letter, byte] : letters) {
      if (letter != c || i >= text_.size()) continue;
      bytes += byte;
      ++i;
      return true;
    }
    if (i >= text_.size()) {
      problem(begin, "a backslash at the end of the line: write a backslash as \\\\, the end of a line as \\n");
    } else {
      const std::string lower(1, static_cast<char>(std::tolower(static_cast<unsigned char>(c))));
      const bool capital = lower[0] != c && std::string_view("nrtabfvex").find(lower) != std::string_view::npos;
      problem(begin, fmt::format("unknown escape '\\{}'{}", c,
                                 capital ? did_you_mean("\\" + lower)
                                         : " (expected \\n \\r \\t \\0 \\\\ \\xHH or another of C's)"));
    }
    return false;
  }

  void add(DialogueLine said, std::size_t at) {
    const bool server_over = server_ended_ != 0, client_over = said.from_client && client_ended_ != 0;
    if (server_over && !(said.from_client && said.ends))
      return problem(at, fmt::format("the server ended its stream in line {}: nothing can follow", server_ended_));
    if (client_over)
      return problem(at,
                     fmt::format("the client ended its stream in line {}: it can send nothing more", client_ended_));
    total_ += said.bytes.size();
    if (dialogue_.lines.size() == most_dialogue_lines)
      return problem(at, fmt::format("too long: a dialogue has at most {} lines", most_dialogue_lines));
    if (total_ > most_dialogue_bytes)
      return problem(at, fmt::format("too long: a dialogue has at most {} bytes", most_dialogue_bytes));
    if (said.ends) (said.from_client ? client_ended_ : server_ended_) = said.number;
    dialogue_.lines.push_back(std::move(said));
  }

  Diagnostics& out_;
  Dialogue dialogue_;
  std::string_view text_;
  int number_ = 0;
  bool good_ = true;
  int client_ended_ = 0, server_ended_ = 0;  // in which line; 0 = not yet
  std::size_t total_ = 0;
};

}  // namespace

std::optional<Dialogue> parse_dialogue(std::string_view text, const std::string& file, Diagnostics& problems) {
  Reader reader(text, file, problems);
  if (text.starts_with("\xef\xbb\xbf")) text.remove_prefix(3);
  int number = 0;
  for (std::size_t begin = 0; begin < text.size();) {
    const std::size_t end = std::min(text.find('\n', begin), text.size());
    std::string_view line = text.substr(begin, end - begin);
    if (line.ends_with('\r')) line.remove_suffix(1);  // an editor's, not the protocol's
    reader.line(line, ++number);
    begin = end + 1;
  }
  return reader.finish(number);
}

std::optional<Dialogue> load_dialogue(const std::string& file, Diagnostics& problems) {
  if (std::filesystem::is_directory(file)) {
    problems.push_back({file, 0, 0, "is a directory, and no dialogue"});
    return std::nullopt;
  }
  std::ifstream in(file, std::ios::binary);
  std::string text{std::istreambuf_iterator<char>(in), {}};
  if (in.bad() || !in.is_open()) {
    problems.push_back({file, 0, 0, fmt::format("cannot be read: {}", std::strerror(errno))});
    return std::nullopt;
  }
  return parse_dialogue(text, file, problems);
}

std::string escaped(std::string_view bytes, std::size_t most) {
  std::string out;
  for (const char c : bytes.substr(0, most)) {
    const auto code = static_cast<unsigned char>(c);
    const auto named = std::ranges::find(letters, c, &std::pair<char, char>::second);
    if (named != letters.end() && (code < 0x20 || c == '\\'))
      out += fmt::format("\\{}", named->first);
    else if (code < 0x20 || code >= 0x7f)
      out += fmt::format("\\x{:02x}", code);
    else
      out += c;
  }
  return bytes.size() > most ? out + "…" : out;
}

}  // namespace sockrig
