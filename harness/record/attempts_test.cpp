#include "record/attempts.hpp"

#include <boost/test/unit_test.hpp>
#include <cerrno>

namespace sockrig {
namespace {

using wire::Call;

CallEvent tried(std::int32_t socket, int error) {
  CallEvent e;
  e.call = Call::connect;
  e.socket = socket;
  e.result = error == 0 ? 0 : -1;
  e.error = error;
  return e;
}

CallEvent list_event(Call call, std::int32_t pid, std::int64_t list, std::int64_t result = 0) {
  CallEvent e;
  e.call = call;
  e.pid = pid;
  e.asked = list;
  e.result = result;
  return e;
}
CallEvent handed(std::int32_t pid, std::int64_t list) {
  return list_event(Call::getaddrinfo, pid, list);
}
CallEvent freed(std::int32_t pid, std::int64_t list) {
  return list_event(Call::freeaddrinfo, pid, list);
}

}  // namespace

BOOST_AUTO_TEST_SUITE(attempts)

BOOST_AUTO_TEST_CASE(an_attempt_after_a_failure_is_a_further_one) {
  const CallEvent good[] = {tried(0, 0)};
  BOOST_TEST(!attempts_of(good).failed);
  const CallEvent once[] = {tried(0, ECONNREFUSED)};
  BOOST_TEST(attempts_of(once).failed);
  BOOST_TEST(!attempts_of(once).made_again);
  const CallEvent again[] = {tried(0, ETIMEDOUT), tried(1, 0)};
  BOOST_TEST(attempts_of(again).made_again);
  BOOST_TEST(!attempts_of(again).on_same_socket);
  const CallEvent same[] = {tried(0, ETIMEDOUT), tried(1, ECONNREFUSED), tried(0, ETIMEDOUT)};
  BOOST_TEST(attempts_of(same).on_same_socket);
}

BOOST_AUTO_TEST_CASE(asking_how_it_went_is_no_further_attempt) {
  for (const int goes_on : {EINTR, EINPROGRESS, EALREADY, EISCONN}) {
    const CallEvent events[] = {tried(0, goes_on), tried(0, 0)};
    BOOST_TEST(!attempts_of(events).failed);
    BOOST_TEST(!attempts_of(events).on_same_socket);
  }
}

BOOST_AUTO_TEST_CASE(lists_are_matched_by_process_and_place) {
  const CallEvent well[] = {handed(1, 16), freed(1, 16), handed(1, 16), freed(1, 16)};  // the place is used again
  BOOST_TEST(result_lists_of(well).handed_out == 2u);
  BOOST_TEST(result_lists_of(well).held == 0u);
  BOOST_TEST(!result_lists_of(well).freed_twice);
  const CallEvent leak[] = {handed(1, 16), handed(1, 32), freed(1, 16)};
  BOOST_TEST(result_lists_of(leak).held == 1u);
  const CallEvent twice[] = {handed(1, 16), freed(1, 16), freed(1, 16)};
  BOOST_TEST(result_lists_of(twice).freed_twice);
  const CallEvent none[] = {list_event(Call::getaddrinfo, 1, 0, -2)};
  BOOST_TEST(result_lists_of(none).handed_out == 0u);
}

BOOST_AUTO_TEST_CASE(a_child_frees_its_copy_and_the_parent_its_own) {
  const CallEvent both[] = {handed(1, 16), freed(2, 16), freed(1, 16)};
  BOOST_TEST(result_lists_of(both).held == 0u);
  BOOST_TEST(!result_lists_of(both).freed_twice);
  const CallEvent only_child[] = {handed(1, 16), freed(2, 16)};
  BOOST_TEST(result_lists_of(only_child).held == 1u);
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace sockrig
