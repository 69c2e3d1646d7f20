// What the reference server says on one connection: RFC 862, 863 and 864, and a small protocol of its own.
//
// Decides the bytes only. A service returns when it owes the client nothing more, and throws
// std::system_error if the connection broke. It must never know of other connections.
#pragma once

#include <optional>
#include <string_view>

#include "socket.hpp"

namespace sockrig {

using Service = void (*)(Socket& connection);

void echo(Socket& connection);
void discard(Socket& connection);
void chargen(Socket& connection);

// Each line is answered by its length and itself in capitals, "hello\n" by "5 HELLO\n"; after the line "quit" the
// server ends the connection. A line without its end is no line, and one of more than 64 KiB ends the connection.
void lines(Socket& connection);

// Nothing if no service has this name.
std::optional<Service> service_named(std::string_view name);

}  // namespace sockrig
