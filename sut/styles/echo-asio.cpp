// One thread, Boost.Asio, asynchronous: each completion starts the next operation of its connection.
#include <utility>  // Boost 1.74's Asio forgets it.

#include <array>
#include <boost/asio.hpp>
#include <chrono>
#include <iostream>
#include <memory>

namespace {

namespace asio = boost::asio;
using asio::ip::tcp;
using boost::system::error_code;

// Lives for as long as an operation of it is under way. Nothing is owed when the end is read, for each part was sent
// before the next was asked for: the destructor may close.
class Session : public std::enable_shared_from_this<Session> {
 public:
  explicit Session(tcp::socket connection) : connection_(std::move(connection)) {}

  void receive() {
    connection_.async_read_some(asio::buffer(buffer_), [self = shared_from_this()](error_code error, size_t size) {
      if (!error) self->send(size);
    });
  }

 private:
  void send(size_t size) {
    async_write(connection_, asio::buffer(buffer_, size), [self = shared_from_this()](error_code error, size_t) {
      if (!error) self->receive();
    });
  }

  tcp::socket connection_;
  std::array<char, size_t{16} * 1024> buffer_;
};

class Server {
 public:
  Server(asio::io_context& context, const tcp::endpoint& address) : listener_(context, address), rest_(context) {}

  void accept() {
    listener_.async_accept([this](error_code error, tcp::socket connection) {
      if (error) return accept_later();
      std::make_shared<Session>(std::move(connection))->receive();
      accept();
    });
  }

 private:
  void accept_later() {  // No descriptor left, perhaps.
    rest_.expires_after(std::chrono::milliseconds(50));
    rest_.async_wait([this](error_code) { accept(); });
  }

  tcp::acceptor listener_;
  asio::steady_timer rest_;
};

}  // namespace

int main(int count, char** arguments) try {
  if (count != 3) {
    std::cerr << "usage: " << arguments[0] << " HOST PORT\n";
    return 2;
  }
  asio::io_context context(1);
  const auto addresses = tcp::resolver(context).resolve(tcp::v4(), arguments[1], arguments[2], tcp::resolver::passive);
  Server server(context, *addresses.begin());
  server.accept();
  asio::signal_set stop(context, SIGTERM, SIGINT);
  stop.async_wait([&](error_code, int) { context.stop(); });
  context.run();
} catch (const std::exception& error) {
  std::cerr << arguments[0] << ": " << error.what() << '\n';
  return 1;
}
