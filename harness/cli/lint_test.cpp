// Fifty broken scenario files through `sockrig lint`: each is told with its line, its column and what to do about it.
// Among them what no licence allows: such a scenario is not refused when it runs, but before there is one.
#include <boost/test/unit_test.hpp>

#include <sstream>

#include "cli/commands.hpp"
#include "cli/spawned_for_tests.hpp"

namespace sockrig {
namespace {

const std::string good = R"(claim = "Bytes come back"
clause = "RFC 862"
role = "echo-server"
level = "should"
hint = "Look at recv()."
[[fault]]
kind = "short-recv"
bytes = 1
[script]
peer = """
a: connect
a: send 1 KiB & receive echo
"""
)";

const std::string client = R"(claim = "Bytes come back"
clause = "RFC 862"
role = "client"
level = "should"
hint = "Look at recv()."
[[fault]]
kind = "interrupted"
call = "connect"
[script]
client = """
a: accept
subject: exits 0
"""
)";

struct Broken {
  const std::string& file;
  std::string from, to;
  int line, column;
  std::string says;
};

const std::vector<Broken> fifty = {
    // What no licence allows.
    {good, "bytes = 1", "bytes = 1\nerror = \"EBADF\"", 9, 1, "nothing licenses an error of one's choice"},
    {good, "\"short-recv\"\nbytes = 1", "\"ebadf\"\ncall = \"recv\"", 7, 8, "nothing licenses that error"},
    {good, "\"short-recv\"\nbytes = 1", "\"efault\"", 7, 8, "nothing licenses that error"},
    {good, "\"short-recv\"\nbytes = 1", "\"error\"\ncall = \"recv\"\nerrno = \"EINVAL\"", 7, 8,
     "an error of one's choice"},
    {good, "\"short-recv\"\nbytes = 1", "\"eagain\"\ncall = \"recv\"", 7, 8, "descriptor that blocks"},
    {good, "\"short-recv\"\nbytes = 1", "\"lost\"", 7, 8, "nothing licenses loss"},
    {good, "\"short-recv\"\nbytes = 1", "\"reordered\"", 7, 8, "nothing licenses loss"},
    {good, "\"short-recv\"\nbytes = 1", "\"epipe\"", 7, 8, "EPIPE without SIGPIPE never happens"},
    {good, "\"short-recv\"\nbytes = 1", "\"econnreset\"", 7, 8, "a reset must be a real one"},
    {good, "\"short-recv\"\nbytes = 1", "\"interrupted\"\ncall = \"close\"", 8, 8, "Linux frees the descriptor first"},
    {good, "\"short-recv\"\nbytes = 1", "\"interrupted\"\ncall = \"socket\"", 8, 8, "it does not wait"},
    {good, "\"short-recv\"\nbytes = 1", "\"interrupted\"\ncall = \"getaddrinfo\"", 8, 8, "no EINTR"},
    {good, "\"short-recv\"\nbytes = 1", "\"interrupted\"\ncall = \"connect\"", 7, 8, "can never fire in a server"},
    {good, "level = \"should\"\nhint = \"Look at recv().\"\n[[fault]]\nkind = \"short-recv\"\nbytes = 1",
     "level = \"must\"\nhint = \"h\"\n[[fault]]\nkind = \"interrupted\"\ncall = \"recv\"", 7, 8,
     "licensed only for level = \"should\""},
    {good, "bytes = 1", "bytes = 0", 8, 9, "'bytes' is out of range: 0 (expected 1 to"},
    {good, "bytes = 1", "bytes = -5", 8, 9, "out of range"},
    {good, "bytes = 1", "part = \"none\"", 8, 8, "'part' cannot be 'none'"},
    {good, "bytes = 1", "part = \"all\"", 8, 8, "expected random, all-but-one, half"},
    {client, "\"interrupted\"\ncall = \"connect\"", "\"interrupted\"\ncall = \"accept\"", 7, 8, "it does not listen"},
    {client, "\"interrupted\"\ncall = \"connect\"", "\"short-backlog\"\nmost = 1", 7, 8, "it does not listen"},
    {client, "\"interrupted\"\ncall = \"connect\"", "\"econnrefused\"", 7, 8, "listens = false"},
    // What is not written as it must be.
    {good, "kind = \"short-recv\"", "kind = \"short-recieve\"", 7, 8, "unknown fault 'short-recieve'"},
    {good, "kind = \"short-recv\"", "kind = 5", 7, 8, "'kind' must be a string"},
    {good, "bytes = 1", "bites = 1", 8, 1, "did you mean 'bytes'"},
    {good, "bytes = 1", "bytes = true", 8, 9, "must be a whole number or a word"},
    {good, "bytes = 1", "bytes = 1\none-in = 0", 9, 10, "'one-in' is out of range"},
    {good, "bytes = 1", "bytes = 1\ntimes = 0", 9, 9, "'times' is out of range"},
    {good, "bytes = 1", "bytes = 1\nbytes = 2", 9, 9, "redefine"},
    {good, "[[fault]]", "[[falut]]", 6, 3, "unknown key 'falut' (did you mean 'fault'?)"},
    {good, "[[fault]]", "[fault]", 6, 1, "faults are written as '[[fault]]'"},
    {good, "claim = \"Bytes come back\"", "claim = \"\"", 1, 9, "'claim' is empty"},
    {good, "claim = \"Bytes come back\"", "claim = \"Bytes", 1, 15, ""},
    {good, "clause = \"RFC 862\"\n", "", 1, 1, "'clause' is missing"},
    {good, "hint = \"Look at recv().\"\n", "", 1, 1, "'hint' is missing"},
    {good, "hint = ", "hnit = \"\"\nhint = ", 5, 1, "unknown key 'hnit' (did you mean 'hint'?)"},
    {good, "\"echo-server\"", "\"server\"", 3, 8, "unknown role 'server'"},
    {good, "\"echo-server\"", "[]", 3, 8, "'role' names no role"},
    {good, "\"should\"", "\"may\"", 4, 9, "unknown level 'may' (expected must or should)"},
    {good, "\"should\"", "\"should\"\nserves = \"many\"", 5, 10, "cannot serve 'many'"},
    {good, "\"should\"", "\"should\"\nafter = [\"stream/nowhere\"]", 5, 10, "stream/nowhere"},
    {good, "\"should\"", "\"should\"\nmust_when = \"handler\"", 5, 13, "nothing that one could cut is cut here"},
    {good, "[[fault]]", "[world]\nmtu = 9\n[[fault]]", 7, 7, "'mtu' is out of range"},
    {good, "[[fault]]", "[world]\nsysctl = { \"kernel.hostname\" = \"x\" }\n[[fault]]", 7, 32, "network namespace"},
    {good, "[[fault]]", "[peer]\nlistens = false\n[[fault]]", 7, 11, "'listens' is for the role client"},
    {good, "[[fault]]", "[peer]\nreceive_buffer = \"much\"\n[[fault]]", 7, 18, "must be a size"},
    {good, "a: connect\n", "a: conect\n", 11, 4, "unknown verb 'conect'"},
    {good, "a: connect\n", "", 11, 4, "'a' is not connected yet"},
    {good, "a: connect\n", "a connect\n", 11, 1, ""},
    {good, "receive echo\n", "receive echo\na: receive 5 KB\n", 13, 14, ""},
    {client, "a: accept\n", "a: connect\n", 11, 4, "'connect' is not for the role client"},
};

std::string name_of(std::size_t i) {
  return "stream/broken-" + std::to_string(i) + ".toml";
}

// The lines of `text` that are about the file.
std::string about(const std::string& text, const std::string& file) {
  std::istringstream in(text);
  std::string out;
  for (std::string line; std::getline(in, line);) {
    if (line.starts_with(file + ":")) out += line + "\n";
  }
  return out;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(lint)

BOOST_AUTO_TEST_CASE(fifty_broken_files_are_told_with_their_places) {
  BOOST_TEST(fifty.size() == 50u);
  const Folder folder;
  folder.write("stream/good.toml", good);
  folder.write("stream/client.toml", client);
  for (std::size_t i = 0; i < fifty.size(); ++i) {
    std::string text = fifty[i].file;
    const std::size_t at = text.find(fifty[i].from);
    BOOST_REQUIRE_MESSAGE(at != text.npos, "no '" << fifty[i].from << "' to change");
    folder.write(name_of(i), text.replace(at, fifty[i].from.size(), fifty[i].to));
  }
  Paths paths;
  paths.scenarios = folder.file("");
  std::ostringstream out, err;
  BOOST_TEST(lint_command({}, paths, out, err) == 2);
  BOOST_TEST(out.str().starts_with("52 files, "), out.str());
  for (std::size_t i = 0; i < fifty.size(); ++i) {
    const std::string file = folder.file(name_of(i)), told = about(err.str(), file);
    const std::string place = file + ":" + std::to_string(fifty[i].line) + ":" + std::to_string(fifty[i].column) + ": ";
    const std::size_t at = told.find(place);
    BOOST_TEST(at != told.npos, i << " (" << fifty[i].to << "): expected " << place << " in\n" << told);
    if (at == told.npos) continue;
    const std::string line = told.substr(at, told.find('\n', at) - at);
    BOOST_TEST(line.find(fifty[i].says, place.size()) != line.npos, i << ": " << line);
    BOOST_TEST(line.size() > place.size() + 10, i << ": says too little: " << line);
  }
  for (const char* file : {"stream/good.toml", "stream/client.toml"})
    BOOST_TEST(about(err.str(), folder.file(file)) == "");
}

BOOST_AUTO_TEST_CASE(a_broken_file_is_never_run) {
  const Folder folder;
  std::string text = good;
  folder.write("stream/bad.toml", text.replace(text.find("bytes = 1"), 9, "bytes = 0"));
  const Finished f = sockrig({"run", "--scenarios", folder.file("")});
  BOOST_TEST(f.code == 2);
  BOOST_TEST(f.err.find("stream/bad.toml:8:9: ") != f.err.npos, f.err);
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace sockrig
