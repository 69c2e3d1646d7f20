// One thread, Boost.Asio, asynchronous: stdin, stdout and the connection on one io_context. stdin and stdout must be
// something that can be waited for: a pipe, a terminal, a socket.
#include <utility>  // Boost 1.74's Asio forgets it.

#include <array>
#include <boost/asio.hpp>
#include <iostream>

namespace {

namespace asio = boost::asio;
using asio::ip::tcp;
using boost::system::error_code;
using boost::system::system_error;

// Bytes on their way, until `from` ends; then `end` is called.
template <typename From, typename To, typename End>
class Direction {
 public:
  Direction(From& from, To& to, End end) : from_(from), to_(to), end_(std::move(end)) {}

  void start() {
    from_.async_read_some(asio::buffer(buffer_), [this](error_code error, size_t size) {
      if (error == asio::error::eof) return end_();
      if (error) throw system_error(error, "receive");
      write(size);
    });
  }

 private:
  void write(size_t size) {
    async_write(to_, asio::buffer(buffer_, size), [this](error_code error, size_t) {
      if (error) throw system_error(error, "send");
      start();
    });
  }

  From& from_;
  To& to_;
  End end_;
  std::array<char, size_t{16} * 1024> buffer_;
};

void talk(asio::io_context& context, tcp::socket& connection) {
  asio::posix::stream_descriptor input(context, ::dup(STDIN_FILENO)), output(context, ::dup(STDOUT_FILENO));
  bool delivered = false;
  Direction up(input, connection, [&] {
    delivered = true;
    connection.shutdown(tcp::socket::shutdown_send);
  });
  Direction down(connection, output, [&] {
    // The server may be listening on. Both directions are over when stdin is, or when the server is gone.
    connection.async_wait(tcp::socket::wait_error, [&](error_code error) {
      int pending = 0;
      socklen_t size = sizeof pending;
      ::getsockopt(connection.native_handle(), SOL_SOCKET, SO_ERROR, &pending, &size);
      if (!error && pending != 0) error.assign(pending, asio::error::get_system_category());
      if (!error && !delivered) error = asio::error::broken_pipe;
      if (error) throw system_error(error, "connection");
      context.stop();
    });
  });
  up.start();
  down.start();
  context.run();
}

}  // namespace

int main(int count, char** arguments) try {
  if (count != 3) {
    std::cerr << "usage: " << arguments[0] << " HOST PORT\n";
    return 2;
  }
  asio::io_context context(1);
  tcp::socket connection(context);
  // Not asio::connect(): that gives up when a signal interrupts it.
  const auto addresses = tcp::resolver(context).resolve(arguments[1], arguments[2]);
  async_connect(connection, addresses, [&](error_code error, const tcp::endpoint&) {
    if (error) throw system_error(error, "connect");
  });
  context.run();
  context.restart();
  talk(context, connection);
} catch (const std::exception& error) {
  std::cerr << arguments[0] << ": " << error.what() << '\n';
  return 1;
}
