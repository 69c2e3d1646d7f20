// The main of the test programs. It tells apart what Boost.Test does not: cases that were skipped and cases that
// failed. Where nothing failed and every case that was asked for was skipped it exits with 77, which ctest is told
// means skipped.
#include <boost/test/results_collector.hpp>
#include <boost/test/unit_test.hpp>

#include <iostream>
#include <string>
#include <vector>

namespace {

namespace ut = boost::unit_test;

constexpr int all_skipped = 77;

struct Tally : ut::test_observer {
  std::vector<std::string> skipped;  // "trust/an_ordinary_user…: why"
  std::size_t ran = 0;
  bool failed = false;

  void test_unit_skipped(const ut::test_unit& unit, ut::const_string reason) override {
    if (!unit.is_enabled()) return;  // not asked for
    skipped.push_back(unit.full_name() + ": " + std::string(reason.begin(), reason.end()));
  }
  void test_unit_finish(const ut::test_unit& unit, unsigned long) override {
    if (unit.p_type != ut::TUT_CASE) return;
    ++ran;
    failed = failed || !ut::results_collector.results(unit.p_id).passed();
  }
  int priority() override { return 10; }  // after the collector of results, whose is 3
};

Tally tally;

bool init() {
  ut::framework::master_test_suite().p_name.value = "sockrig";
  ut::framework::register_observer(tally);
  return true;
}

}  // namespace

int main(int argc, char* argv[]) {
  const int code = ut::unit_test_main(init, argc, argv);
  if (tally.skipped.empty()) return code;
  for (const std::string& line : tally.skipped) std::cout << "SKIPPED " << line << '\n';
  std::cout << std::flush;
  if (tally.failed) return code != 0 ? code : 1;
  return tally.ran == 0 ? all_skipped : 0;
}
