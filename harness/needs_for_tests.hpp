// What a test case needs and not every machine has: python3, namespaces, another user.
//
// A case that lacks it is skipped, never passed. CMake reads the names out of the sources and makes of each need a
// ctest test of its own (cli_needs_python3), which ctest shows as ***Skipped where all its cases are; the suite's own
// run leaves these cases out. Run by hand, a test program tells at its end what it skipped, and why.
//
//     BOOST_AUTO_TEST_CASE(a_daemon_is_ended, *needs("python3", why_no_python))
#pragma once

#include <boost/test/unit_test.hpp>

#include <string>

namespace sockrig {

class needs : public boost::unit_test::decorator::base {
 public:
  // `why_not` gives "" where it is there. It is asked just before the case would run.
  needs(const char* what, std::string (*why_not)()) : what_(what), why_not_(why_not) {}

 private:
  void apply(boost::unit_test::test_unit& unit) override {
    unit.add_label(what_);
    unit.add_precondition([why_not = why_not_](boost::unit_test::test_unit_id) {
      const std::string reason = why_not();
      boost::test_tools::assertion_result there(reason.empty());
      there.message() << reason;
      return there;
    });
  }
  boost::unit_test::decorator::base_ptr clone() const override {
    return boost::unit_test::decorator::base_ptr(new needs(*this));
  }

  const char* what_;
  std::string (*why_not_)();
};

}  // namespace sockrig
