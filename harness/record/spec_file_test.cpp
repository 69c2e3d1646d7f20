#include "record/spec_file.hpp"

#include <boost/test/unit_test.hpp>
#include <nlohmann/json.hpp>

namespace sockrig {
namespace {

using nlohmann::json;

json spec() {
  const char* text = R"(claim = "A message is answered"
clause = "RFC 9293 3.8"
hint = "Look."
level = "must"
role = ["custom", "echo-server"]
[script]
custom = """
a: plays the dialogue
"""
echo-server = """
subject: is told to stop, exits 0
"""
)";
  return {{"schema", spec_schema},
          {"scenario", {{"id", "stream/x"}, {"file", "x.toml"}, {"text", text}}},
          {"role", "custom"},
          {"command", "./server {port}"},
          {"dialogue", {{"file", "x.dialogue"}, {"text", "> hello\\n\n< HELLO\\n\n"}}}};
}

std::string refused(const json& document) {
  std::string problem;
  BOOST_TEST(!spec_from_json(document.dump(), problem).has_value());
  return problem;
}

std::string refused(const std::string& pointer, const json& value) {
  json document = spec();
  document[json::json_pointer(pointer)] = value;
  return refused(document);
}

}  // namespace

BOOST_AUTO_TEST_SUITE(spec_file)

BOOST_AUTO_TEST_CASE(what_is_read_is_what_was_written) {
  std::string problem;
  const std::optional<RunSpec> read = spec_from_json(spec().dump(), problem);
  BOOST_REQUIRE_MESSAGE(read.has_value(), problem);
  const std::string written = spec_to_json(*read);
  const std::optional<RunSpec> again = spec_from_json(written, problem);
  BOOST_REQUIRE_MESSAGE(again.has_value(), problem);
  BOOST_TEST(spec_to_json(*again) == written);
}

// Folders are named after it.
BOOST_AUTO_TEST_CASE(an_id_that_no_file_could_have_is_refused) {
  for (const std::string& id :
       {std::string(), std::string("stream"), std::string("stream/"), std::string("../x"), std::string("stream/x/y"),
        std::string("stream/\x1b[2J"), std::string("stream/x\0", 9), "stream/" + std::string(300, 'x')})
    BOOST_TEST(refused("/scenario/id", id).starts_with("/scenario/id: expected CHAPTER/NAME"), id);
}

BOOST_AUTO_TEST_CASE(a_scenario_is_bounded_as_its_file_is) {
  const std::string text = spec().at("scenario").at("text").get<std::string>() + std::string(256 << 10, '\n');
  BOOST_TEST(refused("/scenario/text", text) == "/scenario/text: it is larger than 256 KiB: that is no scenario");
}

// Else carrying it out again would look for them where nothing is.
BOOST_AUTO_TEST_CASE(what_its_script_needs_must_be_there) {
  json silent = spec();
  silent.erase("dialogue");
  BOOST_TEST(refused(silent) ==
             "/: no dialogue was given: "
             "--dialogue FILE says what the server is asked");
  silent["role"] = "echo-server";
  BOOST_TEST(refused(silent) == "/: the script tells the server to stop, and it is not declared how");
  std::string problem;
  silent["stop"] = "SIGTERM";
  BOOST_TEST(spec_from_json(silent.dump(), problem).has_value(), problem);
  silent.erase("stop");
  silent["skip"] = "not declared";
  BOOST_TEST(spec_from_json(silent.dump(), problem).has_value(), problem);
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace sockrig
