// Children that wait in every way that programs do, and what is said of them.
#include "run/standstill.hpp"

#include <netinet/tcp.h>
#include <poll.h>
#include <signal.h>
#include <sys/epoll.h>
#include <sys/mman.h>
#include <sys/select.h>
#include <sys/time.h>
#include <sys/timerfd.h>

#include <boost/test/unit_test.hpp>

#include <algorithm>
#include <condition_variable>
#include <mutex>

#include "run/child_for_tests.hpp"
#include "run/loopback_for_tests.hpp"

namespace sockrig {
namespace {

struct Detector {
  SockDiag diag;
  // Only the sockets of this test count: other tests may be running beside it.
  std::vector<std::uint16_t> ports;
  StandstillDetector detector{diag, [this](const KernelSocket& s) {
                                return std::ranges::find(ports, s.local_port) != ports.end() ||
                                       std::ranges::find(ports, s.remote_port) != ports.end();
                              }};
  Look look(const Child& child) {
    std::vector<pid_t> pids = descendants(child.pid());
    pids.insert(pids.begin(), child.pid());
    return detector.look([&] { return pids; }, [] { return true; });
  }
  void watch(const Descriptor& socket) {
    sockaddr_in a{};
    socklen_t size = sizeof a;
    ::getsockname(socket.get(), reinterpret_cast<sockaddr*>(&a), &size);
    ports.push_back(ntohs(a.sin_port));
  }
};

// What is said in the end, once the child waits in the call ("" = any).
Look settled(Detector& d, const Child& child, const std::string& call, Motion motion) {
  Look look;
  until([&] {
    look = d.look(child);
    return look.motion == motion && (call.empty() || (!look.threads.empty() && look.threads[0].call == call));
  });
  return look;
}

void receive_once(int fd) {
  char c;
  (void)!::recv(fd, &c, 1, 0);
}

}  // namespace

BOOST_AUTO_TEST_SUITE(standstill)

BOOST_AUTO_TEST_CASE(recv_for_ever_is_a_standstill) {
  Detector d;
  const Pair pair = loopback_pair();
  d.watch(pair.server);
  const Child child([&] { receive_once(pair.server.get()); });
  const Look look = settled(d, child, "recv", Motion::standstill);
  BOOST_REQUIRE((look.motion == Motion::standstill));
  BOOST_REQUIRE(look.threads.size() == 1u);
  BOOST_TEST(look.threads[0].fd == pair.server.get());
  BOOST_TEST(look.threads[0].local_port == d.ports[0]);
  BOOST_TEST(!look.threads[0].timed);
  BOOST_TEST(!look.threads[0].listener);
}

BOOST_AUTO_TEST_CASE(accept_for_ever_is_a_standstill_on_a_listener) {
  Detector d;
  std::uint16_t port = 0;
  const Descriptor listener = loopback_listener(port);
  const Child child([&] { ::accept(listener.get(), nullptr, nullptr); });
  const Look look = settled(d, child, "accept", Motion::standstill);
  BOOST_REQUIRE((look.motion == Motion::standstill));
  BOOST_TEST(look.threads[0].listener);
  BOOST_TEST(look.threads[0].local_port == port);
}

BOOST_AUTO_TEST_CASE(a_blocked_send_is_a_standstill_with_its_queue) {
  Detector d;
  const Pair pair = loopback_pair();
  d.watch(pair.server);
  const Child child([&] {
    const std::string much(1 << 16, 'x');
    while (::send(pair.server.get(), much.data(), much.size(), 0) > 0) {
    }
  });
  const Look look = settled(d, child, "send", Motion::standstill);
  BOOST_REQUIRE((look.motion == Motion::standstill));
  BOOST_TEST(look.threads[0].send_queue > 0u);
}

BOOST_AUTO_TEST_CASE(waits_without_a_timeout_are_standstills) {
  Detector d;
  const Pair pair = loopback_pair();
  const int fd = pair.server.get();
  const std::pair<const char*, std::function<void()>> waits[] = {
      {"poll",
       [&] {
         pollfd p{fd, POLLIN, 0};
         ::poll(&p, 1, -1);
       }},
      {"ppoll",
       [&] {
         pollfd p{fd, POLLIN, 0};
         ::ppoll(&p, 1, nullptr, nullptr);
       }},
      {"select",
       [&] {
         fd_set s;
         FD_ZERO(&s);
         FD_SET(fd, &s);
         ::select(fd + 1, &s, nullptr, nullptr, nullptr);
       }},
      {"epoll_wait",
       [&] {
         epoll_event e;
         ::epoll_wait(::epoll_create1(0), &e, 1, -1);
       }},
      {"read",
       [&] {
         char c;
         (void)!::read(fd, &c, 1);
       }},
      {"pause", [] { ::pause(); }},
      {"wait",
       [] {
         if (::fork() == 0) pause_for_ever();
         ::waitpid(-1, nullptr, 0);
       }},
  };
  for (const auto& [call, wait] : waits) {
    const Child child(wait);
    // Some libraries make poll of ppoll, select of pselect: the machine decides which call it is.
    const Look look = settled(d, child, "", Motion::standstill);
    BOOST_TEST((look.motion == Motion::standstill), call);
    BOOST_REQUIRE(!look.threads.empty());
    BOOST_TEST(look.threads[0].call.find(std::string(call).substr(0, 4)) != std::string::npos,
               call << ": " << look.threads[0].call);
    BOOST_TEST(!look.threads[0].timed, call);
  }
}

BOOST_AUTO_TEST_CASE(waits_with_a_timeout_are_attentive_dozing) {
  Detector d;
  const Pair pair = loopback_pair();
  const int fd = pair.server.get();
  const std::pair<const char*, std::function<void()>> waits[] = {
      {"poll",
       [&] {
         for (;;) {
           pollfd p{fd, POLLIN, 0};
           ::poll(&p, 1, 1000);
         }
       }},
      {"select",
       [&] {
         for (;;) {
           timeval t{1, 0};
           fd_set s;
           FD_ZERO(&s);
           FD_SET(fd, &s);
           ::select(fd + 1, &s, nullptr, nullptr, &t);
         }
       }},
      {"epoll",
       [&] {
         const int e = ::epoll_create1(0);
         for (;;) {
           epoll_event event;
           ::epoll_wait(e, &event, 1, 1000);
         }
       }},
      {"SO_RCVTIMEO",
       [&] {
         const timeval t{1, 0};
         ::setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &t, sizeof t);
         for (;;) receive_once(fd);
       }},
      {"timerfd",
       [&] {
         const int timer = ::timerfd_create(CLOCK_MONOTONIC, 0), e = ::epoll_create1(0);
         const itimerspec in_an_hour{{0, 0}, {3600, 0}};
         ::timerfd_settime(timer, 0, &in_an_hour, nullptr);
         epoll_event event{EPOLLIN, {}};
         ::epoll_ctl(e, EPOLL_CTL_ADD, timer, &event);
         ::epoll_wait(e, &event, 1, -1);
       }},
      {"SIGALRM",
       [] {
         ::signal(SIGALRM, [](int) {});
         ::alarm(3600);
         pause_for_ever();
       }},
  };
  for (const auto& [what, wait] : waits) {
    const Child child(wait);
    const Look look = settled(d, child, "", Motion::dozing);
    BOOST_TEST((look.motion == Motion::dozing), what);
    BOOST_TEST(look.attentive, what);
  }
}

BOOST_AUTO_TEST_CASE(a_timer_that_is_not_armed_wakes_nobody) {
  Detector d;
  const Child child([] {
    ::timerfd_create(CLOCK_MONOTONIC, 0);
    pause_for_ever();
  });
  BOOST_TEST((settled(d, child, "", Motion::standstill).motion == Motion::standstill));
}

BOOST_AUTO_TEST_CASE(sleeping_is_dozing_without_attention) {
  Detector d;
  const std::function<void()> sleeps[] = {
      [] {
        for (;;) ::sleep(3600);
      },
      [] {
        for (;;) ::poll(nullptr, 0, 3600000);
      },
      [] {
        for (;;) {
          timeval t{3600, 0};
          ::select(0, nullptr, nullptr, nullptr, &t);
        }
      },
  };
  for (const auto& sleep : sleeps) {
    const Child child(sleep);
    const Look look = settled(d, child, "", Motion::dozing);
    BOOST_TEST((look.motion == Motion::dozing));
    BOOST_TEST(!look.attentive);
  }
}

BOOST_AUTO_TEST_CASE(one_sleeper_among_those_who_wait_is_no_standstill) {
  Detector d;
  const Child child([] {
    if (::fork() == 0) pause_for_ever();
    for (;;) ::sleep(3600);
  });
  until([&] { return descendants(child.pid()).size() == 1; });
  const Look look = settled(d, child, "", Motion::dozing);
  BOOST_TEST((look.motion == Motion::dozing));
  BOOST_TEST(look.threads.size() == 2u);
}

BOOST_AUTO_TEST_CASE(a_busy_loop_moves) {
  Detector d;
  const Child child(work_for_ever);
  until([&] { return cpu_seconds(child.pid()) > 0; });
  for (int i = 0; i < 200; ++i) BOOST_REQUIRE((d.look(child).motion == Motion::moving));
}

BOOST_AUTO_TEST_CASE(a_stopped_program_stands_still) {
  Detector d;
  const Child child(work_for_ever);
  ::kill(child.pid(), SIGSTOP);
  const Look look = settled(d, child, "", Motion::standstill);
  BOOST_TEST((look.motion == Motion::standstill));
  BOOST_TEST(look.threads[0].call == "");
  ::kill(child.pid(), SIGCONT);
  BOOST_TEST(until([&] { return d.look(child).motion == Motion::moving; }));
}

BOOST_AUTO_TEST_CASE(threads_that_wait_for_each_other_stand_still) {
  Detector d;
  const Child child([] {
    std::mutex mutex;
    std::condition_variable never;
    const auto wait = [&] {
      std::unique_lock lock(mutex);
      never.wait(lock, [] { return false; });
    };
    std::thread a(wait), b(wait);
    a.join();
    b.join();
  });
  until([&] {
    const auto s = process_state(child.pid());
    return s && s->threads.size() == 3;
  });
  const Look look = settled(d, child, "futex", Motion::standstill);
  BOOST_REQUIRE((look.motion == Motion::standstill));
  BOOST_TEST(look.threads.size() == 3u);
  for (const Waiting& w : look.threads) BOOST_TEST(w.call == "futex");
}

BOOST_AUTO_TEST_CASE(one_thread_that_works_is_motion) {
  Detector d;
  const Child child([] {
    std::jthread busy(work_for_ever);
    pause_for_ever();
  });
  until([&] { return cpu_seconds(child.pid()) > 0; });
  for (int i = 0; i < 200; ++i) BOOST_REQUIRE((d.look(child).motion == Motion::moving));
}

BOOST_AUTO_TEST_CASE(nobody_is_gone) {
  Detector d;
  BOOST_TEST((d.detector.look([] { return std::vector<pid_t>{}; }, [] { return true; }).motion == Motion::gone));
  BOOST_TEST((d.detector.look([] { return std::vector<pid_t>{}; }, [] { return false; }).motion == Motion::moving),
             "the peer has something to do first");
}

BOOST_AUTO_TEST_CASE(a_peer_with_something_to_do_proves_nothing) {
  Detector d;
  const Child child([] { pause_for_ever(); });
  BOOST_REQUIRE((settled(d, child, "", Motion::standstill).motion == Motion::standstill));
  BOOST_TEST((d.detector.look([&] { return std::vector<pid_t>{child.pid()}; }, [] { return false; }).motion ==
              Motion::moving));
}

BOOST_AUTO_TEST_CASE(a_program_that_woke_between_two_looks_moves) {
  Detector d;
  const Pair pair = loopback_pair();
  d.watch(pair.server);
  const Child child([&] {
    for (;;) receive_once(pair.server.get());
  });
  BOOST_REQUIRE((settled(d, child, "recv", Motion::standstill).motion == Motion::standstill));
  // Asked between the two looks: the byte wakes the child, and only when it waits again is the second look taken.
  const Look look = d.detector.look([&] { return std::vector<pid_t>{child.pid()}; },
                                    [&] {
                                      const std::uint64_t before = process_state(child.pid())->threads[0].switches;
                                      BOOST_TEST(::send(pair.client.get(), "x", 1, 0) == 1);
                                      return until([&] {
                                        const ThreadState t = process_state(child.pid())->threads[0];
                                        return t.switches > before && t.state == 'S';
                                      });
                                    });
  BOOST_TEST((look.motion == Motion::moving));
}

BOOST_AUTO_TEST_CASE(data_that_is_not_acknowledged_is_on_its_way) {
  // A listener's queue is full: the connection is asked for again and again, until somebody accepts; then the bytes
  // that were sent meanwhile arrive. What is seen of it here is the kernel's retransmission timer, not time.
  Detector d;
  const Pair pair = loopback_pair();
  d.watch(pair.server);
  const Child child([] { pause_for_ever(); });
  until([&] { return d.look(child).motion == Motion::standstill; });
  bool seen_moving = false;
  // With delayed acknowledgements a byte stays unacknowledged for a moment after an answer: it must count as moving
  // whenever the kernel shows it so, and as nothing afterwards.
  for (int i = 0; i < 2000 && !seen_moving; ++i) {
    BOOST_REQUIRE(::send(pair.client.get(), "x", 1, 0) == 1);
    const std::vector<KernelSocket> before = d.diag.list();
    const Look look = d.look(child);
    const auto row =
        std::ranges::find_if(look.sockets, [&](const KernelSocket& s) { return s.remote_port == d.ports[0]; });
    if (row != look.sockets.end() && row->send_queue > 0 && row->timer == 1) {
      BOOST_TEST((look.motion == Motion::moving));
      seen_moving = true;
    }
    receive_once(pair.server.get());
    (void)before;
  }
  if (!seen_moving) BOOST_TEST_MESSAGE("this kernel acknowledged every byte at once");
  BOOST_TEST(until([&] { return d.look(child).motion == Motion::standstill; }), "in the end everything has arrived");
}

BOOST_AUTO_TEST_CASE(what_a_full_receiver_drops_is_not_on_its_way) {
  // There is room in the window that it announced, but no memory left: the kernel sends again and again, in vain.
  Detector d;
  const Pair pair = loopback_pair();
  d.watch(pair.server);
  const Child child([] { pause_for_ever(); });
  const int yes = 1, smallest = 1;
  BOOST_REQUIRE(::setsockopt(pair.client.get(), IPPROTO_TCP, TCP_NODELAY, &yes, sizeof yes) == 0);
  const auto send_some = [&] {
    BOOST_REQUIRE(::send(pair.client.get(), std::string(1000, 'x').data(), 1000, 0) == 1000);
  };
  for (int i = 0; i < 20; ++i) send_some();
  BOOST_REQUIRE(::setsockopt(pair.server.get(), SOL_SOCKET, SO_RCVBUF, &smallest, sizeof smallest) == 0);
  send_some();
  const Look look = settled(d, child, "", Motion::standstill);
  BOOST_REQUIRE((look.motion == Motion::standstill));
  const auto owed = std::ranges::find(look.sockets, d.ports[0], &KernelSocket::remote_port);
  BOOST_REQUIRE((owed != look.sockets.end()));
  BOOST_TEST(owed->send_queue == 1000u);
  BOOST_TEST(owed->timer == 1);
  BOOST_TEST(owed->tries >= 2u);
  // Whoever reads makes room, and the next try arrives.
  std::size_t got = 0;
  for (char part[1000]; got < 21'000;) got += static_cast<std::size_t>(::recv(pair.server.get(), part, sizeof part, 0));
  BOOST_TEST(got == 21'000u);
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace sockrig
