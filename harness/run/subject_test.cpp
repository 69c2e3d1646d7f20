#include "run/subject.hpp"

#include <signal.h>
#include <sys/wait.h>

#include <boost/test/unit_test.hpp>

#include <algorithm>
#include <stdexcept>

#include "run/child_for_tests.hpp"

namespace sockrig {
namespace {

void to_the_end(Subject& s) {
  BOOST_REQUIRE(until([&] { return s.poll_end().has_value(); }));
}

SubjectOptions options(const std::string& command) {
  SubjectOptions o;
  o.command = command;
  o.in_world = false;
  return o;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(subject)

BOOST_AUTO_TEST_CASE(descriptors_at_the_start) {
  // The lowest that was free is the one by which ls reads the directory.
  const auto seen_by_ls = [](bool closed, std::uint32_t open) {
    SubjectOptions o = options("ls -v /proc/self/fd");
    o.standard_input_closed = closed;
    o.open_descriptors = open;
    Subject s;
    s.start(o);
    to_the_end(s);
    s.read_output();
    return s.output();
  };
  BOOST_TEST(seen_by_ls(false, 0) == "0\n1\n2\n3\n");
  BOOST_TEST(seen_by_ls(true, 0) == "0\n1\n2\n");
  const std::string many = seen_by_ls(false, 1100);
  BOOST_TEST(std::ranges::count(many, '\n') == 1101);
  BOOST_TEST(many.ends_with("\n1099\n1100\n"));
  SubjectOptions missing = options("/nonexistent/program");
  missing.open_descriptors = 1100;
  Subject s;
  BOOST_CHECK_THROW(s.start(missing), std::system_error);
}

BOOST_AUTO_TEST_CASE(a_missing_program_is_told_with_the_call_that_failed) {
  Subject s;
  try {
    s.start(options("/nonexistent/program 1"));
    BOOST_ERROR("it was started");
  } catch (const std::system_error& e) {
    BOOST_TEST((e.code() == std::errc::no_such_file_or_directory));
    BOOST_TEST(std::string(e.what()).find("exec") != std::string::npos, e.what());
    BOOST_TEST(std::string(e.what()).find("/nonexistent/program") != std::string::npos, e.what());
  }
  BOOST_TEST(!s.started());
  BOOST_TEST((::waitpid(-1, nullptr, WNOHANG) < 0), "no child is left");
}

BOOST_AUTO_TEST_CASE(a_file_that_is_no_program_is_told) {
  Subject s;
  BOOST_CHECK_THROW(s.start(options("/etc/passwd")), std::system_error);
  BOOST_CHECK_THROW(s.start(options("")), std::invalid_argument);
}

BOOST_AUTO_TEST_CASE(an_exit_status_is_kept) {
  Subject s;
  s.start(options("/bin/sh -c 'echo out; echo err >&2; exit 17'"));
  BOOST_TEST(s.started());
  to_the_end(s);
  BOOST_TEST(!s.ending()->by_signal);
  BOOST_TEST(s.ending()->code == 17);
  BOOST_TEST(to_string(*s.ending()) == "exited with status 17");
  BOOST_TEST(s.output() == "out\nerr\n");
  BOOST_TEST((s.poll_end()->code == 17), "once ended it stays so");
}

BOOST_AUTO_TEST_CASE(death_by_a_signal_is_named) {
  const std::pair<int, const char*> signals[] = {
      {SIGSEGV, "was killed by SIGSEGV"}, {SIGPIPE, "was killed by SIGPIPE"}, {SIGKILL, "was killed by SIGKILL"}};
  for (const auto& [signal, text] : signals) {
    Subject s;
    s.start(options("/bin/sh -c 'kill -" + std::to_string(signal) + " $$'"));
    to_the_end(s);
    BOOST_TEST(s.ending()->by_signal);
    BOOST_TEST(s.ending()->code == signal);
    BOOST_TEST(to_string(*s.ending()) == text);
  }
}

BOOST_AUTO_TEST_CASE(signals_are_as_a_shell_would_start_it) {
  // SIGPIPE is ignored in the runner; ignored signals are inherited, and would hide a program's mistake.
  ::signal(SIGPIPE, SIG_IGN);
  sigset_t all, before;
  ::sigfillset(&all);
  ::sigprocmask(SIG_BLOCK, &all, &before);
  Subject s;
  s.start(options("/bin/grep -E ^Sig(Blk|Ign) /proc/self/status"));
  ::sigprocmask(SIG_SETMASK, &before, nullptr);
  to_the_end(s);
  BOOST_TEST(s.output() == "SigBlk:\t0000000000000000\nSigIgn:\t0000000000000000\n");
}

BOOST_AUTO_TEST_CASE(it_gets_no_descriptor_but_the_three) {
  Descriptor leaks(::dup(0));  // without O_CLOEXEC
  Subject s;
  s.start(options("/bin/ls /proc/self/fd"));
  to_the_end(s);
  BOOST_TEST(s.output() == "0\n1\n2\n3\n");  // 3 is the folder that it lists
}

BOOST_AUTO_TEST_CASE(output_is_kept_up_to_a_bound) {
  Subject s;
  s.start(options("/bin/sh -c 'dd if=/dev/zero bs=1024 count=1024 2>/dev/null | tr \"\\\\0\" x'"));
  to_the_end(s);
  BOOST_TEST(s.output().size() == 64u * 1024u);
  BOOST_TEST(s.output().find_first_not_of('x') == std::string::npos);
}

BOOST_AUTO_TEST_CASE(standard_output_as_data_is_apart_from_what_it_says) {
  Subject s;
  SubjectOptions o = options("/bin/sh -c 'cat; echo done >&2'");
  o.standard_output_is_data = true;
  s.start(o);
  BOOST_REQUIRE(::write(s.standard_input(), "hello", 5) == 5);
  s.close_standard_input();
  BOOST_TEST(s.standard_input() == -1);
  to_the_end(s);
  char buffer[100];
  BOOST_TEST(::read(s.standard_output(), buffer, sizeof buffer) == 5);
  BOOST_TEST(std::string(buffer, 5) == "hello");
  BOOST_TEST(::read(s.standard_output(), buffer, sizeof buffer) == 0);
  BOOST_TEST(s.output() == "done\n");
}

BOOST_AUTO_TEST_CASE(variables_are_added_and_replaced) {
  ::setenv("SOCKRIG_TEST_A", "old", 1);
  ::setenv("SOCKRIG_TEST_AB", "kept", 1);
  Subject s;
  SubjectOptions o = options("/bin/sh -c 'echo $SOCKRIG_TEST_A $SOCKRIG_TEST_AB $SOCKRIG_TEST_C'");
  o.environment = {"SOCKRIG_TEST_A=new", "SOCKRIG_TEST_C=added"};
  s.start(o);
  to_the_end(s);
  BOOST_TEST(s.output() == "new kept added\n");
}

BOOST_AUTO_TEST_CASE(it_can_be_started_again) {
  Subject s;
  for (int i = 0; i < 3; ++i) {
    s.start(options("/bin/sh -c 'read line; echo again'"));
    BOOST_TEST(!s.said_something());
    s.close_standard_input();
    to_the_end(s);
    BOOST_TEST(s.said_something());
    BOOST_TEST(s.ending()->code == 0);
  }
  BOOST_TEST(s.output() == "again\nagain\nagain\n");
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace sockrig
