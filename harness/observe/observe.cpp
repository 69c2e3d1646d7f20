#include <netdb.h>

#include <algorithm>
#include <cstring>
#include <set>
#include <span>

#include "observe/observation.hpp"
#include "observe/trace_line.hpp"

namespace sockrig {
namespace {

// The line of a call that waits, where the shim saw it begin.
std::string place_of(const Waiting& w, const Record& record) {
  if (w.local_port == 0) return {};
  for (const SocketRecord& s : record.sockets) {
    if (s.inside == wire::Call::count || s.local_port != w.local_port || (s.flags & wire::socket_closed) != 0) continue;
    const bool same = w.listener ? (s.flags & wire::socket_listener) != 0 : s.remote_port == w.remote_port;
    // The kernel's name of a call may be another than the C library's: recv() is recvfrom.
    const std::string_view name = wire::name_of(s.inside);
    const bool call = name.starts_with(w.call) || (w.call == "accept4" && name == "accept");
    if (same && call) return place_of(record, s.image, s.caller);
  }
  return {};
}

std::string describe(const Waiting& w, const Record& record) {
  if (w.call.empty()) return "is stopped by a signal";
  if (w.sleeping) return "sleeps";
  std::string out = "waits in " + w.call + "()" + place_of(w, record);
  if (w.listener)
    out += " on its listener";
  else if (const Channel* c = channel_at(record, w.local_port, w.remote_port); c != nullptr && w.local_port != 0) {
    out += " on the connection " + c->name;
    if (w.send_queue != 0)
      out += ", which does not read: " + std::to_string(w.send_queue) + " bytes are queued to it";
    else if (w.receive_queue == 0 && (w.call.starts_with("re")))
      out += ", with nothing to receive";
  } else if (w.fd >= 0) {
    out += w.fd == 0   ? " on its standard input"
           : w.fd == 1 ? " on its standard output"
                       : " on descriptor " + std::to_string(w.fd);
  }
  if (w.timed) out += " (with a timeout)";
  return out;
}

std::vector<FaultFacts> fault_facts(const RunSpec& spec, const Record& record) {
  std::vector<FaultFacts> out;
  for (std::size_t i = 0; i < spec.scenario->faults.size() && i < record.rules.size(); ++i) {
    const Fault& fault = spec.scenario->faults[i];
    const RuleRecord& rule = record.rules[i];
    if (!concerns(fault, spec)) continue;
    FaultFacts f{fault.text, fault.kind, fault.rule, rule.seen, rule.fired, rule.fired_own, {}};
    for (std::size_t w = 0; w < std::size(rule.withheld); ++w) {
      if (rule.withheld[w] != 0) f.withheld[static_cast<wire::Withheld>(w)] = rule.withheld[w];
    }
    out.push_back(std::move(f));
  }
  return out;
}

// Did the shim see bytes wherever the peer did?
bool saw_data(const Record& record) {
  return std::ranges::all_of(record.channels, [&](const Channel& c) {
    if (c.local_port == 0 || (c.sent == 0 && c.received == 0)) return true;
    std::uint64_t received = 0, sent = 0;
    for (const SocketRecord& s : record.sockets) {
      if (s.remote_port != c.local_port && s.local_port != c.local_port) continue;
      received += s.received;
      sent += s.sent;
      // What a send that has not returned may have moved is seen, too, though not counted.
      if (s.inside != wire::Call::count && wire::family_of(s.inside) == wire::Family::send) ++sent;
    }
    return (c.received == 0 || sent > 0) && (c.sent == 0 || received > 0);
  });
}

}  // namespace

bool waits_for_network(const Waiting& w) {
  const auto is = [&](std::string_view name) { return w.call.starts_with(name); };
  return w.listener || w.local_port != 0 || is("poll") || is("ppoll") || is("select") || is("pselect") || is("epoll_");
}

const Channel* channel_at(const Record& record, std::uint16_t local_port, std::uint16_t remote_port) {
  for (const Channel& c : record.channels) {
    if (c.local_port != 0 && (c.local_port == local_port || c.local_port == remote_port)) return &c;
  }
  return nullptr;
}

const SocketRecord* socket_of(const Record& record, const CallEvent& e) {
  const auto index = static_cast<std::size_t>(e.socket);
  return e.socket >= 0 && index < record.sockets.size() ? &record.sockets[index] : nullptr;
}

const KernelSocket* subjects_end(const Observation& o, const Channel& c) {
  const auto& sockets = o.record.last_look.sockets;
  const auto found = std::ranges::find_if(sockets, [&](const KernelSocket& s) {
    if (c.local_port == 0 || s.state == TcpState::listen) return false;
    return o.serves ? s.remote_port == c.local_port && s.local_port == o.record.port
                    : s.local_port == c.local_port && s.remote_port == o.record.port;
  });
  return found == sockets.end() ? nullptr : &*found;
}

std::string place_of(const Record& record, std::uint8_t image, std::uint32_t caller) {
  const auto found = record.places.find({image, caller});
  return found == record.places.end() ? "" : " at " + found->second;
}

// The shim leaves out nothing before the ring is half full, and the rig keeps the first 8000 calls.
bool is_counted(const Record& record, const CallEvent& e) {
  constexpr std::uint64_t first = 8000;
  static_assert(first <= wire::ring_size / 2);
  if (e.sequence != 0 && e.sequence <= first) return true;
  const auto position = static_cast<std::uint64_t>(&e - record.events.data()) + 1;
  return record.events_dropped == 0 && (e.sequence == 0 || e.sequence == position);  // no gap before it
}

std::string_view to_string(wire::Withheld w) {
  switch (w) {
    case wire::Withheld::too_small:
      return "nothing smaller could be asked for";
    case wire::Withheld::non_blocking:
      return "the call does not block";
    case wire::Withheld::no_handler:
      return "the program catches no signal";
    case wire::Withheld::restarts:
      return "the caught signal restarts the call (SA_RESTART)";
    case wire::Withheld::signal_blocked:
      return "the thread blocks the signal";
    case wire::Withheld::ready:
      return "the call would not have waited";
    case wire::Withheld::wait_all:
      return "MSG_WAITALL";
    case wire::Withheld::low_water:
      return "SO_RCVLOWAT asks for more";
    case wire::Withheld::peek:
      return "MSG_PEEK";
    case wire::Withheld::not_stream:
      return "not a TCP connection";
    case wire::Withheld::several_at_once:
      return "a call for several messages, or from one descriptor to another";
    case wire::Withheld::end_queued:
      return "the end of the stream was queued already";
    case wire::Withheld::edge_triggered:
      return "an edge-triggered descriptor: no event would come for the rest";
    case wire::Withheld::blocking:
      return "the descriptor blocks";
    case wire::Withheld::not_ready:
      return "nothing was ready";
    case wire::Withheld::alive:
      return "the connection is alive";
    case wire::Withheld::under_way:
      return "the connection was being made already";
    case wire::Withheld::numeric:
      return "a numeric address: nobody has to be asked";
    case wire::Withheld::in_handler:
      return "a signal handler may have been making the call";
    case wire::Withheld::count:
      break;
  }
  return "?";
}

namespace {

// What stands between the parentheses: only what can be told, as the program would say it.
std::string arguments_of(const CallEvent& e) {
  constexpr const char* ways[] = {"SHUT_RD", "SHUT_WR", "SHUT_RDWR"};  // as Linux numbers them
  const std::string fd = "fd " + std::to_string(e.fd), number = std::to_string(e.asked);
  switch (wire::family_of(e.call)) {
    case wire::Family::bind:
    case wire::Family::connect:
      return fd + ", port " + number;
    case wire::Family::listen:
      return fd + ", backlog " + number;
    case wire::Family::shutdown:
      return fd + ", " + (e.asked >= 0 && e.asked < 3 ? ways[e.asked] : number);
    case wire::Family::wait:
      return e.asked < 0 ? "no timeout" : "timeout " + number + " ms";
    case wire::Family::socket:
    case wire::Family::resolve:
    case wire::Family::process:
      return {};
    default:
      return fd + (e.call == wire::Call::setsockopt ? ", option " + number : "");
  }
}

// What `connection` and `at` of a fault would be to meet this very call; of accept and connect, also what came of it.
std::string place_among_calls(const CallEvent& e) {
  if (e.ordinal == 0) return {};
  const wire::Family family = wire::family_of(e.call);
  const std::string nth = wire::name_of(family) + (" " + std::to_string(e.ordinal));
  const std::string connection = "connection " + std::to_string(e.connection);
  if (e.connection == 0) return " [" + nth + "]";
  const bool makes_it = (wire::bit(family) & wire::unconnected_families) != 0;
  return makes_it ? " [" + nth + ": " + connection + "]" : " [" + connection + ", " + nth + "]";
}

constexpr std::size_t most_injected = 3;

bool is_injected(const CallEvent& e) {
  return (e.flags & wire::event_injected) != 0;
}

// The calls on one socket up to the one in which the byte that went wrong was moved: for a connection of the peer's the
// sends, whose sums are offsets in what it got; for the program's standard output the receives. Empty: the timeline
// does not tell.
std::span<const CallEvent> calls_up_to(const Record& record, const Channel& c, std::int32_t& socket) {
  std::size_t connections = 0;
  for (std::size_t i = 0; i < record.sockets.size(); ++i) {
    const SocketRecord& s = record.sockets[i];
    if ((s.flags & wire::socket_listener) != 0) continue;
    if (c.local_port != 0 && !is_end_of(s, c)) continue;
    socket = static_cast<std::int32_t>(i);
    ++connections;
  }
  if (connections == 0 || (c.local_port == 0 && connections > 1)) return {};
  const wire::Family family = c.local_port != 0 ? wire::Family::send : wire::Family::recv;
  const SocketRecord& s = record.sockets[static_cast<std::size_t>(socket)];
  std::uint64_t sum = 0;
  std::size_t end = 0;
  for (std::size_t i = 0; i < record.events.size(); ++i) {
    const CallEvent& e = record.events[i];
    if (e.socket != socket || wire::family_of(e.call) != family || e.result <= 0) continue;
    if (sum <= *c.differs_at) end = i + 1;
    sum += static_cast<std::uint64_t>(e.result);
  }
  const bool whole = sum == (c.local_port != 0 ? s.sent : s.received);
  return whole || (end != 0 && is_counted(record, record.events[end - 1])) ? std::span(record.events).first(end)
                                                                           : std::span<const CallEvent>();
}

// The last injected calls before the stream went wrong, or the last of all where that cannot be told.
std::vector<std::string> injected_before(const Record& record, std::span<const Fault> faults, const Channel* wrong) {
  std::int32_t socket = -1;
  std::span<const CallEvent> calls;
  if (wrong != nullptr) calls = calls_up_to(record, *wrong, socket);
  const auto counts = [&](const CallEvent& e) { return is_injected(e) && (socket < 0 || e.socket == socket); };
  if (std::ranges::none_of(calls, counts)) calls = record.events, socket = -1;
  std::vector<std::string> out;
  for (auto e = calls.rbegin(); e != calls.rend() && out.size() < most_injected; ++e) {
    if (counts(*e)) out.push_back(trace_line(*e, faults, place_of(record, *e)));
  }
  std::ranges::reverse(out);
  return out;
}

}  // namespace

std::string to_string(const CallEvent& e, bool placed) {
  const bool met = (e.flags & (wire::event_injected | wire::event_withheld | wire::event_held)) != 0;
  const std::string place = placed || met ? place_among_calls(e) : "";
  const bool data = wire::moves_data(wire::family_of(e.call));
  const std::string call = std::string(wire::name_of(e.call)) + "(" + arguments_of(e) + ")" +
                           (data ? " asked " + std::to_string(e.asked) : "") + " → ";
  if (e.call == wire::Call::getaddrinfo && e.result != 0)
    return call + ::gai_strerror(static_cast<int>(e.result)) + place;
  if (e.result >= 0) return call + std::to_string(e.result) + place;
  const char* name = ::strerrorname_np(e.error);
  return call + (name != nullptr ? name : std::to_string(e.error)) + place;
}

Observation observe(const RunSpec& spec, Record record) {
  Observation o;
  o.faults = fault_facts(spec, record);
  o.serves = is_server(spec.role);
  o.attached = record.processes_attached > 0;
  o.data_seen = saw_data(record);
  // Who is killed in the middle of a call counts its bytes no more.
  if (!record.ended_by_script) o.unseen = unseen_bytes(record.channels, record.sockets);
  if (record.unmet && record.unmet->channel && record.channels[*record.unmet->channel].differs_at)
    o.divergence = classify(record.channels[*record.unmet->channel], record.channels);

  std::set<std::string> told;  // there may be thousands of threads
  for (const bool for_network : {true, false}) {
    for (const Waiting& w : record.last_look.threads) {
      if (waits_for_network(w) != for_network) continue;
      std::string text = describe(w, record);
      if (told.insert(text).second) o.waits.push_back(std::move(text));
    }
  }
  bool first = true;
  for (const Waiting& w : record.last_look.threads) {
    const Channel* c = w.local_port != 0 && !w.listener ? channel_at(record, w.local_port, w.remote_port) : nullptr;
    if (c == nullptr) continue;
    o.blocked_call = first || o.blocked_call == w.call ? w.call : "";
    o.blocked_on = first || o.blocked_on == c->name ? c->name : "";
    first = false;
  }
  for (const SocketRecord& s : record.sockets) {
    if (s.ends > 100 && (!o.spun_on || s.ends > o.spun_on->ends)) o.spun_on = s;
  }
  if (o.spun_on) {
    const Channel* c = channel_at(record, o.spun_on->local_port, o.spun_on->remote_port);
    o.spun_name = c != nullptr ? c->name : "a connection";
  }
  o.injected =
      injected_before(record, spec.scenario->faults, o.divergence ? &record.channels[*record.unmet->channel] : nullptr);
  o.record = std::move(record);
  return o;
}

}  // namespace sockrig
