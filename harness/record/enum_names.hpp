// How values of our enums are written: one table each, by which they are read back.
//
// Decides spelling only. A table names every value; what is not in it cannot be read.
#pragma once

#include <optional>
#include <span>
#include <string_view>

#include "catalogue/scenario.hpp"
#include "record/record.hpp"

namespace sockrig {

template <typename E>
struct EnumName {
  E value;
  std::string_view name;
};

std::span<const EnumName<Payload>> names_of(Payload);
std::span<const EnumName<Ended>> names_of(Ended);
std::span<const EnumName<StepOutcome>> names_of(StepOutcome);
std::span<const EnumName<StepVerb>> names_of(StepVerb);  // a verb is named as the script writes it: "send SIZE"
std::span<const EnumName<StepMeaning>> names_of(StepMeaning);
std::span<const EnumName<ActorKind>> names_of(ActorKind);
std::span<const EnumName<Stop>> names_of(Stop);
std::span<const EnumName<Motion>> names_of(Motion);
std::span<const EnumName<TcpState>> names_of(TcpState);
std::span<const EnumName<PeerAct>> names_of(PeerAct);
std::span<const EnumName<LifeEvent::What>> names_of(LifeEvent::What);
std::span<const EnumName<wire::Call>> names_of(wire::Call);
std::span<const EnumName<wire::Withheld>> names_of(wire::Withheld);
std::span<const EnumName<Role>> names_of(Role);
std::span<const EnumName<Serves>> names_of(Serves);
std::span<const EnumName<wire::SocketFlag>> names_of(wire::SocketFlag);  // bits: a socket may have several

template <typename E>
std::string_view name_in_table(E value) {
  for (const EnumName<E>& n : names_of(E{})) {
    if (n.value == value) return n.name;
  }
  return {};
}

template <typename E>
std::optional<E> value_in_table(std::string_view name) {
  for (const EnumName<E>& n : names_of(E{})) {
    if (n.name == name) return n.value;
  }
  return std::nullopt;
}

}  // namespace sockrig
