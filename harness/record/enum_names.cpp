#include "record/enum_names.hpp"

#include <algorithm>
#include <vector>

#include "catalogue/script_table.hpp"

namespace sockrig {
namespace {

// Where the table is made from another one, whose order is the enum's.
template <typename E, typename Name>
std::vector<EnumName<E>> numbered(std::size_t count, Name name) {
  std::vector<EnumName<E>> out;
  for (std::size_t i = 0; i < count; ++i) out.push_back({static_cast<E>(i), name(static_cast<E>(i))});
  return out;
}

}  // namespace

std::span<const EnumName<Payload>> names_of(Payload) {
  static constexpr EnumName<Payload> all[] = {{Payload::text, "text"}, {Payload::binary, "binary"}};
  return all;
}

std::span<const EnumName<Ended>> names_of(Ended) {
  static constexpr EnumName<Ended> all[] = {{Ended::no, "no"}, {Ended::end, "end"}, {Ended::reset, "reset"}};
  return all;
}

std::span<const EnumName<StepOutcome>> names_of(StepOutcome) {
  static constexpr EnumName<StepOutcome> all[] = {{StepOutcome::not_reached, "not-reached"},
                                                  {StepOutcome::begun, "begun"},
                                                  {StepOutcome::met, "met"},
                                                  {StepOutcome::unmet, "unmet"}};
  return all;
}

std::span<const EnumName<StepMeaning>> names_of(StepMeaning) {
  static constexpr EnumName<StepMeaning> all[] = {
      {StepMeaning::claim, "claim"}, {StepMeaning::evidence, "evidence"}, {StepMeaning::condition, "condition"}};
  return all;
}

std::span<const EnumName<StepVerb>> names_of(StepVerb) {
  static const std::vector<EnumName<StepVerb>> all = [] {
    std::vector<EnumName<StepVerb>> out;
    for (const VerbRow& row : verb_table()) {
      if (std::ranges::find(out, row.verb, &EnumName<StepVerb>::value) == out.end())
        out.push_back({row.verb, row.form});
    }
    return out;
  }();
  return all;
}

std::span<const EnumName<ActorKind>> names_of(ActorKind) {
  static constexpr EnumName<ActorKind> all[] = {{ActorKind::connection, "connection"},
                                                {ActorKind::subject, "subject"},
                                                {ActorKind::second, "second"},
                                                {ActorKind::kernel, "kernel"},
                                                {ActorKind::standard_input, "stdin"},
                                                {ActorKind::standard_output, "stdout"},
                                                {ActorKind::port, "port"},
                                                {ActorKind::queue, "queue"}};
  return all;
}

std::span<const EnumName<Stop>> names_of(Stop) {
  static constexpr EnumName<Stop> all[] = {
      {Stop::none, "none"},         {Stop::unmet, "unmet"}, {Stop::standstill, "standstill"},
      {Stop::spinning, "spinning"}, {Stop::gone, "gone"},   {Stop::deadline, "deadline"},
      {Stop::too_much, "too-much"}};
  return all;
}

std::span<const EnumName<Motion>> names_of(Motion) {
  static constexpr EnumName<Motion> all[] = {{Motion::moving, "moving"},
                                             {Motion::dozing, "dozing"},
                                             {Motion::standstill, "standstill"},
                                             {Motion::gone, "gone"}};
  return all;
}

std::span<const EnumName<TcpState>> names_of(TcpState) {
  static constexpr EnumName<TcpState> all[] = {{TcpState{}, "none"},
                                               {TcpState::established, "established"},
                                               {TcpState::syn_sent, "syn-sent"},
                                               {TcpState::syn_received, "syn-received"},
                                               {TcpState::fin_wait1, "fin-wait-1"},
                                               {TcpState::fin_wait2, "fin-wait-2"},
                                               {TcpState::time_wait, "time-wait"},
                                               {TcpState::closed, "closed"},
                                               {TcpState::close_wait, "close-wait"},
                                               {TcpState::last_ack, "last-ack"},
                                               {TcpState::listen, "listen"},
                                               {TcpState::closing, "closing"},
                                               {TcpState::new_syn_received, "new-syn-received"}};
  return all;
}

std::span<const EnumName<PeerAct>> names_of(PeerAct) {
  static constexpr EnumName<PeerAct> all[] = {
      {PeerAct::connects, "connects"},   {PeerAct::connected, "connected"}, {PeerAct::refused, "refused"},
      {PeerAct::accepted, "accepted"},   {PeerAct::sent, "sent"},           {PeerAct::received, "received"},
      {PeerAct::met_end, "met-end"},     {PeerAct::met_reset, "met-reset"}, {PeerAct::turned_off, "turned-off"},
      {PeerAct::shut_down, "shut-down"}, {PeerAct::closed, "closed"},       {PeerAct::reset, "reset"}};
  return all;
}

std::span<const EnumName<LifeEvent::What>> names_of(LifeEvent::What) {
  using What = LifeEvent::What;
  static constexpr EnumName<What> all[] = {
      {What::started, "started"}, {What::signalled, "signalled"}, {What::ended, "ended"}, {What::told, "told-to-stop"}};
  return all;
}

std::span<const EnumName<wire::Call>> names_of(wire::Call) {
  static const std::vector<EnumName<wire::Call>> all = [] {
    auto out = numbered<wire::Call>(static_cast<std::size_t>(wire::Call::count),
                                    [](wire::Call c) { return std::string_view(wire::name_of(c)); });
    out.push_back({wire::Call::count, "unknown"});
    return out;
  }();
  return all;
}

std::span<const EnumName<wire::Withheld>> names_of(wire::Withheld) {
  using W = wire::Withheld;
  static constexpr EnumName<W> all[] = {{W::too_small, "too-small"},
                                        {W::non_blocking, "non-blocking"},
                                        {W::no_handler, "no-handler"},
                                        {W::restarts, "restarts"},
                                        {W::signal_blocked, "signal-blocked"},
                                        {W::ready, "ready"},
                                        {W::wait_all, "wait-all"},
                                        {W::low_water, "low-water"},
                                        {W::peek, "peek"},
                                        {W::not_stream, "not-stream"},
                                        {W::several_at_once, "several-at-once"},
                                        {W::end_queued, "end-queued"},
                                        {W::edge_triggered, "edge-triggered"},
                                        {W::blocking, "blocking"},
                                        {W::not_ready, "not-ready"},
                                        {W::alive, "alive"},
                                        {W::under_way, "under-way"},
                                        {W::numeric, "numeric"},
                                        {W::in_handler, "in-handler"},
                                        {W::count, "unknown"}};
  static_assert(std::size(all) == static_cast<std::size_t>(W::count) + 1);
  return all;
}

std::span<const EnumName<Role>> names_of(Role) {
  static const std::vector<EnumName<Role>> all =
      numbered<Role>(static_cast<std::size_t>(Role::custom) + 1, [](Role r) { return to_string(r); });
  return all;
}

std::span<const EnumName<Serves>> names_of(Serves) {
  static const std::vector<EnumName<Serves>> all =
      numbered<Serves>(static_cast<std::size_t>(Serves::at_once) + 1, [](Serves s) { return to_string(s); });
  return all;
}

std::span<const EnumName<wire::SocketFlag>> names_of(wire::SocketFlag) {
  static constexpr EnumName<wire::SocketFlag> all[] = {{wire::socket_listener, "listener"},
                                                       {wire::socket_accepted, "accepted"},
                                                       {wire::socket_connected, "connected"},
                                                       {wire::socket_non_blocking, "non-blocking"},
                                                       {wire::socket_edge_triggered, "edge-triggered"},
                                                       {wire::socket_reuse_before_bind, "reuse-before-bind"},
                                                       {wire::socket_reuse_after_bind, "reuse-after-bind"},
                                                       {wire::socket_bound, "bound"},
                                                       {wire::socket_closed, "closed"},
                                                       {wire::socket_no_delay, "no-delay"},
                                                       {wire::socket_sigpipe_kills, "sigpipe-kills"},
                                                       {wire::socket_linger_zero, "linger-zero"},
                                                       {wire::socket_timed_recv, "timed-recv"}};
  return all;
}

}  // namespace sockrig
