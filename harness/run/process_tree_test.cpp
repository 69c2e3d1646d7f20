// What is asked of all processes of a subject together, and the limits that are set on them.
#include "run/process_tree.hpp"

#include <sys/socket.h>

#include <boost/test/unit_test.hpp>

#include <algorithm>

#include "run/activity.hpp"
#include "run/child_for_tests.hpp"
#include "run/descriptor_limits.hpp"

namespace sockrig {

BOOST_AUTO_TEST_SUITE(process_tree)

BOOST_AUTO_TEST_CASE(the_world_s_init_is_not_the_subject_s) {
  const Child init(pause_for_ever), subject(pause_for_ever);
  BOOST_TEST(ProcessTree(init.pid()).pids() == std::vector<pid_t>{subject.pid()}, boost::test_tools::per_element());
  BOOST_TEST(ProcessTree(0).pids().size() == 2u);
  BOOST_TEST(ProcessTree(0).descriptors().all() == 2 * ProcessTree(init.pid()).descriptors().all());
  BOOST_TEST(ProcessTree(init.pid()).memory() > 0u);
}

BOOST_AUTO_TEST_CASE(a_stopped_tree_is_told_from_one_that_waits) {
  const Child child(pause_for_ever);
  const ProcessTree tree(0);
  BOOST_TEST(until([&] { return !tree.are_stopped(); }));
  ::kill(child.pid(), SIGSTOP);
  BOOST_TEST(until([&] { return tree.are_stopped(); }));
}

BOOST_AUTO_TEST_CASE(a_socket_that_is_on_no_list_is_dead) {
  SockDiag sock_diag;
  const Child child([] {
    const int unused = ::socket(AF_INET, SOCK_STREAM, 0), datagrams = ::socket(AF_INET, SOCK_DGRAM, 0);
    const int listener = ::socket(AF_INET, SOCK_STREAM, 0);
    if (unused >= 0 && datagrams >= 0 && ::listen(listener, 1) == 0) pause_for_ever();
  });
  BOOST_TEST(until([&] { return ProcessTree(0).dead_sockets(sock_diag) == 1; }));
  BOOST_TEST(until([&] { return ProcessTree(0).listeners(sock_diag).size() == 1; }));
}

BOOST_AUTO_TEST_CASE(a_process_without_descriptors_left_gets_them_back) {
  Pipe orders, answers;
  const Child child([&] {
    for (char order; ::read(orders.read_end.get(), &order, 1) == 1;) {
      const int fd = ::dup(0);
      const char answer = fd >= 0 ? 'y' : 'n';
      if (fd >= 0) ::close(fd);
      if (::write(answers.write_end.get(), &answer, 1) != 1) return;
    }
  });
  const auto can_open = [&] {
    char answer = '?';
    BOOST_REQUIRE(::write(orders.write_end.get(), "?", 1) == 1);
    BOOST_REQUIRE(::read(answers.read_end.get(), &answer, 1) == 1);
    return answer == 'y';
  };
  DescriptorLimits limits;
  BOOST_TEST(!limits.were_lowered());
  BOOST_TEST(can_open());
  limits.use_up({child.pid()});
  BOOST_TEST(limits.were_lowered());
  BOOST_TEST(!can_open());
  limits.restore({child.pid()});
  BOOST_TEST(can_open());
}

BOOST_AUTO_TEST_CASE(who_works_without_moving_a_byte_spins) {
  const Child busy(work_for_ever), idle(pause_for_ever);
  std::vector<wire::Socket> sockets(1);
  std::vector<KernelSocket> queues(1);
  Activity activity;
  activity.note();
  const std::vector<pid_t> both = {busy.pid(), idle.pid()};
  BOOST_TEST(!activity.spins(both, sockets, queues, false));
  BOOST_TEST(until([&] { return activity.spins(both, sockets, queues, false); }));
  BOOST_TEST(!activity.spins(both, sockets, queues, true));  // its run-time may still be loading
  BOOST_TEST(!activity.spins({idle.pid()}, sockets, queues, false));
  sockets[0].received = 1;
  BOOST_TEST(!activity.spins(both, sockets, queues, false));
  BOOST_TEST(until([&] { return activity.spins(both, sockets, queues, false); }));
  queues[0].state = TcpState::syn_sent;
  queues[0].send_queue = 1;
  BOOST_TEST(activity.spins(both, sockets, queues, false));
  queues[0].state = TcpState::established;  // calls that nobody counts move bytes all the same
  BOOST_TEST(!activity.spins(both, sockets, queues, false));
  sockets[0].ends = 2000;
  BOOST_TEST(activity.spins({idle.pid()}, sockets, queues, false));
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace sockrig
