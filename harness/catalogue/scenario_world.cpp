// [world] and [peer]: what the private network is like, and how the peer's sockets are set.
#include <arpa/inet.h>
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <sstream>

#include "catalogue/scenario_tables.hpp"
#include "wire/wire.hpp"

namespace sockrig {
namespace {

constexpr std::int64_t largest_buffer = 1 << 30;

bool is_name(std::string_view text, std::string_view more) {
  return !text.empty() && std::all_of(text.begin(), text.end(), [&](unsigned char c) {
    return std::isalnum(c) != 0 || more.find(static_cast<char>(c)) != std::string_view::npos;
  });
}

bool is_address(const std::string& text) {
  std::array<unsigned char, sizeof(in6_addr)> ignored{};
  return inet_pton(AF_INET, text.c_str(), ignored.data()) == 1 ||
         inet_pton(AF_INET6, text.c_str(), ignored.data()) == 1;
}

void read_sysctls(const toml::table& table, Scenario& s, TableReader& world) {
  for (const auto& [key, value] : table) {
    const std::string name(key.str());
    if (!name.starts_with("net.") || !is_name(name, "._-") || name.find("..") != std::string::npos) {
      world.problem(value, fmt::format("'{}' is no setting of a network namespace: expected a name like "
                                       "\"net.ipv4.tcp_syncookies\" (in quotes)",
                                       name));
    } else if (value.is_integer()) {
      s.sysctls[name] = std::to_string(value.as_integer()->get());
    } else if (value.is_string() && is_name(value.as_string()->get(), "._- \t")) {
      s.sysctls[name] = value.as_string()->get();
    } else {
      world.problem(value, fmt::format("'{}' must be a whole number or a word, not {}", name, type_name(value)));
    }
  }
}

// As many as fit where names cannot be given by a private file (wire.hpp).
std::string too_much(const std::vector<std::string>& lines) {
  std::map<std::string, std::uint32_t> addresses;
  for (const std::string& line : lines) {
    std::istringstream words(line);
    std::string name;
    for (words >> name; words >> name; ++addresses[name]) {
      if (name.size() >= wire::name_size) return fmt::format("'{}' is too long a name", name);
    }
  }
  for (const auto& [name, count] : addresses) {
    if (count > wire::max_addresses) return fmt::format("'{}' has more than {} addresses", name, wire::max_addresses);
  }
  return addresses.size() > wire::max_names ? fmt::format("more than {} names", wire::max_names) : "";
}

void read_hosts(TableReader& world, Scenario& s) {
  for (const toml::node* node : world.strings("hosts")) {
    const std::string& line = node->as_string()->get();
    std::istringstream words(line);
    std::string address, name;
    words >> address;
    int names = 0;
    bool good = is_address(address);
    while (words >> name) good = is_name(name, ".-_") && good, ++names;
    if (!good || names == 0 || line.find('\n') != std::string::npos) {
      world.problem(
          *node,
          fmt::format("'{}' is no line of a hosts file: expected ADDRESS NAME, as in \"127.0.0.1 one.test\"", line));
    } else {
      s.hosts.push_back(line);
    }
  }
  if (const std::string wrong = too_much(s.hosts); !wrong.empty()) world.problem("hosts", wrong);
}

void read_service(TableReader& world, Scenario& s) {
  const auto service = world.line("service");
  if (!service) return;
  const bool letter = std::any_of(service->begin(), service->end(), [](unsigned char c) { return std::isalpha(c); });
  if (!is_name(*service, "-") || !letter || service->size() >= wire::name_size)
    world.problem("service", fmt::format("'{}' is no name of a service: expected letters, digits and '-'", *service));
  s.service = *service;
}

void read_listen_address(TableReader& peer, Scenario& s) {
  const auto address = peer.line("address");
  if (!address) return;
  if (!is_address(*address) || (!address->starts_with("127.") && *address != "::1"))
    peer.problem("address", fmt::format("'{}' is no loopback address: expected 127.X.Y.Z or ::1", *address));
  if (!s.listens) peer.problem("address", "'address' needs a peer that listens");
  s.listen_address = *address;
}

std::uint64_t read_buffer(TableReader& peer, std::string_view key) {
  const toml::node* node = peer.find(key);
  if (node == nullptr) return 0;
  std::uint64_t bytes = 0;
  if (node->is_integer()) {
    bytes = static_cast<std::uint64_t>(std::max<std::int64_t>(node->as_integer()->get(), 0));
  } else if (!node->is_string() || !parse_size(node->as_string()->get(), bytes)) {
    peer.problem(*node, fmt::format("'{}' must be a size such as \"4 KiB\"", key));
    return 0;
  }
  if (bytes >= 1 && bytes <= static_cast<std::uint64_t>(largest_buffer)) return bytes;
  peer.problem(*node, fmt::format("'{}' is out of range: expected 1 B to 1 GiB", key));
  return 0;
}

}  // namespace

void read_world(TableReader& top, Scenario& s, const Source& source) {
  const toml::table* table = top.table("world");
  if (table == nullptr) return;
  TableReader world(*table, "[world]", source.file, source.out);
  const auto namespaces = world.yes_or_no("namespaces");
  if (const toml::table* sysctls = world.table("sysctl")) read_sysctls(*sysctls, s, world);
  s.mtu = static_cast<std::uint32_t>(world.number("mtu", 68, 65535).value_or(0));
  read_hosts(world, s);
  if (const auto host = world.line("host")) {
    if (!is_name(*host, ".:-_")) world.problem("host", fmt::format("'{}' is neither a name nor an address", *host));
    s.host = *host;
  }
  read_service(world, s);
  s.port = static_cast<std::uint16_t>(world.number("port", 1, 65535).value_or(0));
  const bool implied = !s.sysctls.empty() || s.mtu != 0 || s.port != 0;
  if (namespaces == false && implied) {
    world.problem("namespaces", "sysctl, mtu and port need a private network: 'namespaces' cannot be false");
  }
  s.needs_namespaces = namespaces.value_or(false) || implied;
  world.refuse_the_rest();
}

void read_subject(TableReader& top, Scenario& s, const Source& source) {
  const toml::table* table = top.table("subject");
  if (table == nullptr) return;
  TableReader subject(*table, "[subject]", source.file, source.out);
  if (const auto word = subject.line("stdin")) {
    s.input_closed = *word == "closed";
    s.input_is_pipe = *word == "pipe";
    const bool client = std::find(s.roles.begin(), s.roles.end(), Role::client) != s.roles.end();
    if (!s.input_closed && !s.input_is_pipe)
      subject.problem("stdin", fmt::format("'stdin' cannot be '{}' (expected closed or pipe)", *word));
    if (s.input_closed && client) subject.problem("stdin", "a client's standard input is what it sends");
  }
  if (const auto word = subject.line("stdout")) {
    s.output_is_pipe = *word == "pipe";
    const bool server = std::any_of(s.roles.begin(), s.roles.end(), is_server);
    if (!s.output_is_pipe) subject.problem("stdout", fmt::format("'stdout' cannot be '{}' (expected pipe)", *word));
    if (server) subject.problem("stdout", "what a server writes there is no part of what it promises");
  }
  s.open_descriptors = static_cast<std::uint32_t>(subject.number("open_descriptors", 4, 3000).value_or(0));
  subject.refuse_the_rest();
}

void read_peer(TableReader& top, Scenario& s, const Source& source) {
  const toml::table* table = top.table("peer");
  if (table == nullptr) return;
  TableReader peer(*table, "[peer]", source.file, source.out);
  s.receive_buffer = read_buffer(peer, "receive_buffer");
  s.send_buffer = read_buffer(peer, "send_buffer");
  s.listens = peer.yes_or_no("listens").value_or(true);
  const bool server = std::any_of(s.roles.begin(), s.roles.end(), is_server);
  if (!s.listens && server) peer.problem("listens", "'listens' is for the role client: a server listens itself");
  read_listen_address(peer, s);
  if (!s.listen_address.empty() && server)
    peer.problem("address", "'address' is for the role client: a server listens itself");
  peer.refuse_the_rest();
}

}  // namespace sockrig
