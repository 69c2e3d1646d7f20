#include "faults/fault.hpp"

#include <netdb.h>

#include <boost/test/unit_test.hpp>
#include <cerrno>
#include <set>

using namespace sockrig;
using wire::Family;

namespace {

RulePlan rule_of(std::string_view text) {
  Fault fault;
  BOOST_REQUIRE_EQUAL(parse_fault(text, fault), "");
  return fault.rule;
}

std::string refusal(std::string_view text) {
  Fault fault;
  return parse_fault(text, fault);
}

bool holds(std::string_view text, std::string_view part) {
  return text.find(part) != std::string_view::npos;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(fault)

BOOST_AUTO_TEST_CASE(every_kind_says_what_it_does_and_by_which_licence) {
  std::set<std::string_view> names;
  for (const FaultKind* kind : fault_kinds()) {
    BOOST_TEST_CONTEXT(kind->name) {
      BOOST_TEST(names.insert(kind->name).second);
      BOOST_TEST(!kind->summary.empty());
      BOOST_TEST(!kind->licence.empty());
      BOOST_TEST(!kind->never.empty());
      BOOST_TEST(find_fault_kind(kind->name) == kind);
      for (const FaultParameter& p : kind->parameters) BOOST_TEST(p.words.empty() == (p.most != 0));
    }
  }
  BOOST_TEST(names.size() == 12u);
  BOOST_TEST(find_fault_kind("short") == nullptr);
}

BOOST_AUTO_TEST_CASE(short_transfers_become_clamps) {
  const RulePlan fixed = rule_of("short-recv bytes=7");
  BOOST_TEST((fixed.verb == wire::Verb::clamp));
  BOOST_TEST(fixed.families == wire::bit(Family::recv));
  BOOST_TEST((fixed.size == wire::Size::fixed));
  BOOST_TEST(fixed.bytes == 7u);
  BOOST_TEST(fixed.one_in == 1u);
  BOOST_TEST(fixed.limit == 0u);

  BOOST_TEST((rule_of("short-send part=random").size == wire::Size::random_part));
  BOOST_TEST((rule_of("short-send part=half").size == wire::Size::half));
  BOOST_TEST((rule_of("short-send part=all-but-one").size == wire::Size::all_but_one));
  BOOST_TEST(rule_of("short-send part=half").families == wire::bit(Family::send));
  BOOST_TEST(rule_of("short-recv bytes=1073741824").bytes == 1073741824u);
}

BOOST_AUTO_TEST_CASE(interruptions_say_whose_handler) {
  const RulePlan given = rule_of("interrupted call=recv");
  BOOST_TEST((given.verb == wire::Verb::interrupt));
  BOOST_TEST(given.families == wire::bit(Family::recv));
  BOOST_TEST((given.handler == wire::Handler::given));
  BOOST_TEST(!given.after_part);
  BOOST_TEST((rule_of("interrupted call=wait handler=own").handler == wire::Handler::own));
  BOOST_TEST(rule_of("interrupted call=wait").families == wire::bit(Family::wait));
  BOOST_TEST(rule_of("interrupted call=accept").families == wire::bit(Family::accept));
  BOOST_TEST(rule_of("interrupted call=accept-or-wait").families ==
             (wire::bit(Family::accept) | wire::bit(Family::wait)));
  BOOST_TEST(rule_of("interrupted call=connect").families == wire::bit(Family::connect));
  BOOST_TEST(rule_of("interrupted call=send partial=yes").after_part);
  BOOST_TEST(!rule_of("interrupted call=send partial=no").after_part);
}

BOOST_AUTO_TEST_CASE(backlog_and_delay) {
  const RulePlan backlog = rule_of("short-backlog most=0");
  BOOST_TEST((backlog.verb == wire::Verb::clamp));
  BOOST_TEST(backlog.families == wire::bit(Family::listen));
  BOOST_TEST(backlog.backlog == 0u);
  BOOST_TEST(rule_of("short-backlog most=4096").backlog == 4096u);

  const RulePlan any = rule_of("delayed microseconds=250");
  BOOST_TEST((any.verb == wire::Verb::delay));
  BOOST_TEST(any.longest_us == 250u);
  BOOST_TEST(any.families ==
             (wire::bit(Family::recv) | wire::bit(Family::send) | wire::bit(Family::accept) | wire::bit(Family::wait)));
  BOOST_TEST(rule_of("delayed call=any microseconds=1").families == any.families);
  BOOST_TEST(rule_of("delayed call=connect microseconds=1").families == wire::bit(Family::connect));
}

BOOST_AUTO_TEST_CASE(shortages_and_what_accept_reports) {
  const RulePlan none = rule_of("no-descriptors call=accept");
  BOOST_TEST((none.verb == wire::Verb::fail_before));
  BOOST_TEST(none.families == wire::bit(Family::accept));
  BOOST_TEST(none.error == EMFILE);
  BOOST_TEST(rule_of("no-descriptors call=socket error=ENFILE").error == ENFILE);
  BOOST_TEST(rule_of("no-descriptors call=socket").families == wire::bit(Family::socket));
  BOOST_TEST(rule_of("no-buffers call=send").error == ENOBUFS);
  BOOST_TEST(rule_of("no-buffers call=send error=ENOMEM").error == ENOMEM);
  const RulePlan unready = rule_of("would-block call=recv one-in=3");
  BOOST_TEST((unready.verb == wire::Verb::fail_before));
  BOOST_TEST(unready.error == EAGAIN);
  BOOST_TEST(rule_of("would-block call=accept times=1").families == wire::bit(Family::accept));
  const RulePlan aborted = rule_of("aborted");
  BOOST_TEST((aborted.verb == wire::Verb::fail_after));
  BOOST_TEST(aborted.error == ECONNABORTED);
  BOOST_TEST(aborted.only_gone);
  BOOST_TEST(rule_of("aborted error=EPROTO").error == EPROTO);
}

BOOST_AUTO_TEST_CASE(names_and_attempts_fail_before_the_call) {
  const RulePlan again = rule_of("resolver-fails error=again");
  BOOST_TEST((again.verb == wire::Verb::fail_before));
  BOOST_TEST(again.families == wire::bit(Family::resolve));
  BOOST_TEST(again.error == EAI_AGAIN);
  BOOST_TEST(rule_of("resolver-fails error=noname").error == EAI_NONAME);
  BOOST_TEST(rule_of("resolver-fails error=fail").error == EAI_FAIL);
  BOOST_TEST(rule_of("resolver-fails error=memory").error == EAI_MEMORY);
  const RulePlan refused = rule_of("connect-fails error=ECONNREFUSED");
  BOOST_TEST((refused.verb == wire::Verb::fail_before));
  BOOST_TEST(refused.families == wire::bit(Family::connect));
  BOOST_TEST(refused.error == ECONNREFUSED);
  BOOST_TEST(rule_of("connect-fails error=ETIMEDOUT").error == ETIMEDOUT);
  BOOST_TEST(rule_of("connect-fails error=ENETUNREACH").error == ENETUNREACH);
  BOOST_TEST(rule_of("connect-fails error=EHOSTUNREACH").error == EHOSTUNREACH);
}

BOOST_AUTO_TEST_CASE(one_call_is_held) {
  const RulePlan held = rule_of("held call=send skip=3");
  BOOST_TEST((held.verb == wire::Verb::hold));
  BOOST_TEST(held.families == wire::bit(Family::send));
  BOOST_TEST(held.skip == 3u);
  BOOST_TEST(held.limit == 1u);
  BOOST_TEST((rule_of("held call=send skip=3 times=1") == held));
}

BOOST_AUTO_TEST_CASE(every_kind_has_a_schedule) {
  for (const char* text :
       {"short-recv bytes=1", "short-send part=half", "interrupted call=recv", "short-backlog most=1",
        "delayed microseconds=9", "no-descriptors call=accept", "no-buffers call=send", "would-block call=recv",
        "aborted", "resolver-fails error=again", "connect-fails error=ETIMEDOUT"}) {
    const RulePlan rule = rule_of(std::string(text) + " skip=3 one-in=5 times=7");
    BOOST_TEST(rule.skip == 3u);
    BOOST_TEST(rule.one_in == 5u);
    BOOST_TEST(rule.limit == 7u);
  }
}

BOOST_AUTO_TEST_CASE(one_call_is_named_by_its_connection_and_its_number) {
  const RulePlan third = rule_of("short-recv bytes=1 connection=2 at=3");
  BOOST_TEST(third.connection == 2u);
  BOOST_TEST(third.at == 3u);
  BOOST_TEST(third.skip == 0u);
  BOOST_TEST(third.limit == 0u);
  // Each alone, and a connection with a schedule.
  BOOST_TEST(rule_of("interrupted call=accept at=4294967295").at == 4294967295u);
  BOOST_TEST(rule_of("short-send part=half connection=4096").connection == 4096u);
  const RulePlan some = rule_of("would-block call=recv connection=2 skip=3 one-in=5 times=7");
  BOOST_TEST(some.connection == 2u);
  BOOST_TEST(some.skip == 3u);
  BOOST_TEST(some.limit == 7u);
  // One call is not for ever.
  BOOST_TEST(rule_of("would-block call=recv at=2").at == 2u);
  BOOST_TEST(rule_of("held call=send connection=1 at=2").limit == 1u);
  Fault fault;
  BOOST_TEST(parse_fault("short-recv at=3 connection=2 bytes=1", fault) == "");
  BOOST_TEST(fault.text == "short-recv bytes=1 connection=2 at=3");
}

BOOST_AUTO_TEST_CASE(a_call_that_cannot_be_named_so_is_refused) {
  struct {
    const char *text, *says;
  } const table[] = {
      {"short-recv bytes=1 at=3 skip=1", "short-recv: 'at' names one call: 'skip' cannot be given with it"},
      {"short-recv bytes=1 at=3 one-in=1", "'at' names one call: 'one-in' cannot be given with it"},
      {"short-recv bytes=1 at=3 times=1", "'at' names one call: 'times' cannot be given with it"},
      {"held call=send at=1 times=1", "'at' names one call: 'times' cannot be given with it"},
      {"interrupted call=accept-or-wait at=1", "'at' names one call, and accept, wait are counted apart"},
      {"delayed microseconds=1 at=1", "'at' names one call, and accept, recv, send, wait are counted apart"},
      {"short-recv bytes=1 at=0", "'at' is out of range: 0 (expected 1 to 4294967295)"},
      {"short-recv bytes=1 at=first", "'at' takes a number from 1 to 4294967295, not 'first'"},
      {"short-recv bytes=1 at=1.5", "'at' takes a number from 1 to 4294967295, not '1.5'"},
      {"short-recv bytes=1 connection=0", "'connection' is out of range: 0 (expected 1 to 4096)"},
      {"short-recv bytes=1 connection=a", "'connection' takes a number from 1 to 4096, not 'a'"},
      {"short-recv bytes=1 connexion=1", "did you mean 'connection'?"},
      {"no-descriptors call=accept connection=1", "accept is on none: 'at' counts the calls of each process"},
      {"no-descriptors call=socket connection=1", "socket is on none"},
      {"short-backlog most=1 connection=1", "listen is on none"},
      {"connect-fails error=ETIMEDOUT connection=1", "connect is on none"},
      {"interrupted call=wait connection=1", "wait is on none"},
      {"resolver-fails error=again connection=1", "resolve is on none"},
      {"delayed microseconds=1 connection=1", "accept and wait are on none"},
  };
  for (const auto& row : table) {
    const std::string said = refusal(row.text);
    BOOST_TEST(holds(said, row.says), "'" << row.text << "' said: " << said);
  }
  Fault fault;
  std::string key;
  BOOST_TEST(make_fault("aborted", {{"connection", std::int64_t{1}}}, fault, key) != "");
  BOOST_TEST(key == "connection");
  BOOST_TEST(make_fault("aborted", {{"at", std::int64_t{1}}, {"skip", std::int64_t{1}}}, fault, key) != "");
  BOOST_TEST(key == "at");
}

BOOST_AUTO_TEST_CASE(the_text_is_the_same_however_it_was_written) {
  Fault one, other;
  BOOST_TEST(parse_fault("  short-recv\tone-in=3  bytes=1 ", one) == "");
  BOOST_TEST(parse_fault("short-recv bytes=1 one-in=3", other) == "");
  BOOST_TEST(one.text == "short-recv bytes=1 one-in=3");
  BOOST_TEST((one == other));
  Fault again;
  BOOST_TEST(parse_fault(one.text, again) == "");
  BOOST_TEST((again == one));
}

BOOST_AUTO_TEST_CASE(mistakes_are_told_with_what_was_expected) {
  struct {
    const char *text, *says;
  } const table[] = {
      {"", "no fault is named"},
      {"   ", "no fault is named"},
      {"short-recieve bytes=1", "did you mean 'short-recv'"},
      {"shrot-send bytes=1", "did you mean 'short-send'"},
      {"zzz",
       "the kinds are short-recv, short-send, interrupted, short-backlog, delayed, no-descriptors, no-buffers, "
       "would-block, aborted, resolver-fails, connect-fails, held"},
      {"short-recv", "needs 'bytes'"},
      {"short-recv bytes=1 part=half", "'part' cannot be given together with 'bytes'"},
      {"short-recv bytes=0", "out of range: 0 (expected 1 to 1073741824)"},
      {"short-recv bytes=-1", "out of range: -1"},
      {"short-recv bytes=1073741825", "out of range"},
      {"short-recv bytes=99999999999999999999", "takes a number"},
      {"short-recv bytes=half", "takes a number from 1 to 1073741824, not 'half'"},
      {"short-recv part=3", "takes a word (random, all-but-one, half), not 3"},
      {"short-recv part=hlaf", "did you mean 'half'"},
      {"short-recv byte=1", "did you mean 'bytes'"},
      {"short-recv bytes", "expected NAME=VALUE"},
      {"short-recv bytes=", "expected NAME=VALUE"},
      {"short-recv =1", "expected NAME=VALUE"},
      {"short-recv bytes=1 bytes=2", "'bytes' is given twice"},
      {"short-recv bytes=1 skip=-1", "'skip' is out of range"},
      {"short-recv bytes=1 one-in=0", "'one-in' is out of range"},
      {"short-recv bytes=1 one-in=4294967296", "'one-in' is out of range"},
      {"short-recv bytes=1 times=0", "'times' is out of range"},
      {"interrupted", "needs 'call'"},
      {"interrupted call=recv handler=mine", "'handler' cannot be 'mine'"},
      {"interrupted call=recv partial=yes", "'partial' goes only with call = send"},
      {"interrupted call=recv microseconds=1", "does not take 'microseconds'"},
      {"short-backlog", "needs 'most'"},
      {"short-backlog most=4097", "out of range: 4097 (expected 0 to 4096)"},
      {"delayed", "needs 'microseconds'"},
      {"delayed microseconds=1000001", "out of range"},
      {"no-descriptors", "needs 'call'"},
      {"no-descriptors call=send", "'call' cannot be 'send'"},
      {"no-buffers error=ENOMEM", "needs 'call'"},
      {"no-buffers call=recv", "'call' cannot be 'recv'"},
      {"would-block", "needs 'call'"},
      {"would-block call=recv", "needs 'one-in' (2 or more), 'times' or 'at'"},
      {"would-block call=recv one-in=1", "needs 'one-in' (2 or more), 'times' or 'at'"},
      {"held", "needs 'call' (send)"},
      {"held call=recv", "'call' cannot be 'recv'"},
      {"held call=send times=2", "'times' can only be 1"},
      {"aborted error=EINVAL", "'error' cannot be 'EINVAL'"},
      {"delayed microseconds=1 call=close", "'call' cannot be 'close'"},
      {"resolver-fails", "needs 'error'"},
      {"connect-fails", "needs 'error'"},
      {"connect-fails error=EINTR", "'error' cannot be 'EINTR'"},
  };
  for (const auto& row : table) {
    const std::string said = refusal(row.text);
    BOOST_TEST(holds(said, row.says), "'" << row.text << "' said: " << said);
  }
}

BOOST_AUTO_TEST_CASE(what_no_licence_allows_is_refused_with_the_reason) {
  BOOST_TEST(holds(refusal("corrupt"), "nothing licenses loss, repetition, reordering or corruption"));
  BOOST_TEST(holds(refusal("reorder one-in=2"), "nothing licenses loss"));
  BOOST_TEST(holds(refusal("ebadf"), "nothing licenses that error on a valid call"));
  BOOST_TEST(holds(refusal("epipe"), "SIGPIPE"));
  BOOST_TEST(holds(refusal("interrupted call=close"), "Linux frees the descriptor first"));
  BOOST_TEST(holds(refusal("interrupted call=poll"), "say 'wait'"));
  BOOST_TEST(holds(refusal("interrupted call=epoll_wait"), "say 'wait'"));
  BOOST_TEST(holds(refusal("interrupted call=shutdown"), "not licensed"));
}

BOOST_AUTO_TEST_CASE(the_argument_at_fault_is_named) {
  Fault fault;
  std::string key = "stale";
  BOOST_TEST(make_fault("short-recv", {{"bytes", std::int64_t{1}}}, fault, key) == "");
  BOOST_TEST(key == "");
  BOOST_TEST(make_fault("short-recv", {{"bytes", std::int64_t{0}}, {"skip", std::int64_t{1}}}, fault, key) != "");
  BOOST_TEST(key == "bytes");
  BOOST_TEST(make_fault("short-recv", {{"bytes", std::int64_t{1}}, {"part", std::string("half")}}, fault, key) != "");
  BOOST_TEST(key == "part");
  BOOST_TEST(make_fault("interrupted", {{"call", std::string("close")}}, fault, key) != "");
  BOOST_TEST(key == "call");
  BOOST_TEST(make_fault("nonsense", {{"bytes", std::int64_t{1}}}, fault, key) != "");
  BOOST_TEST(key == "");
}

BOOST_AUTO_TEST_CASE(a_refused_fault_leaves_the_old_one_alone) {
  Fault fault;
  BOOST_TEST(parse_fault("short-recv bytes=7", fault) == "");
  const Fault before = fault;
  BOOST_TEST(parse_fault("short-recv bytes=0", fault) != "");
  BOOST_TEST((fault == before));
}

BOOST_AUTO_TEST_SUITE_END()
