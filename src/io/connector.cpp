// SPDX-License-Identifier: Apache-2.0
#include "io/connector.hpp"

#include "io/core.hpp"
#include "io/loop.hpp"
#include "io/timer.hpp"
#include "io/tls_session.hpp"

#include <boost/asio/connect.hpp>
#include <boost/asio/generic/stream_protocol.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/local/stream_protocol.hpp>

#include <fmt/core.h>

#include <utility>
#include <vector>

namespace longwave::io {

namespace asio = boost::asio;
using asio::ip::tcp;

struct Connector::State : std::enable_shared_from_this<State> {
  using Socket = asio::basic_stream_socket<asio::generic::stream_protocol, asio::io_context::executor_type>;
  using Code = boost::system::error_code;

  State(Loop& own, Endpoint where, ConnectOptions given, Connected callback)
      : loop(own),
        endpoint(std::move(where)),
        options(std::move(given)),
        connected(std::move(callback)),
        resolver(*own.core().context),
        socket(*own.core().context),
        timer(own) {}

  void start() {
    timer.after(options.timeout, [this] { fail("no answer in time"); });
    if (!endpoint.unix_path.empty()) return start_unix();
    Code failed;
    const auto address = asio::ip::make_address(endpoint.host, failed);
    if (!failed) {
      addresses.emplace_back(tcp::endpoint{address, endpoint.port});
      return try_next();
    }
    // Asio resolves on a thread of its own.
    resolver.async_resolve(
        endpoint.host, std::to_string(endpoint.port), tcp::resolver::numeric_service,
        [self = shared_from_this()](const Code& error, const tcp::resolver::results_type& found) {
          if (self->done) return;
          if (error) return self->fail(error.message());
          for (const auto& one : found) self->addresses.emplace_back(one.endpoint());
          self->try_next();
        });
  }

  void start_unix() {
    try {
      addresses.emplace_back(asio::local::stream_protocol::endpoint{endpoint.unix_path});
    } catch (const boost::system::system_error& too_long) {
      last = too_long.code().message();
    }
    try_next();
  }

  void try_next() {
    if (next == addresses.size()) return fail(last);
    Code ignored;
    socket.close(ignored);
    socket.async_connect(addresses[next++], [self = shared_from_this()](const Code& error) {
      if (self->done) return;
      if (!error) return self->succeed();
      self->last = error.message();
      self->try_next();
    });
  }

  void succeed() {
    done = true;
    socket.native_non_blocking(true);
    const int fd = socket.release();
    std::unique_ptr<TlsSession> tls;
    if (options.tls)
      tls = std::make_unique<TlsSession>(*options.tls,
                                         options.tls_name.empty() ? endpoint.host : options.tls_name);
    tell(Stream::adopt(loop, fd, std::move(tls)));
  }

  // Deferred: a caller never hears from inside connect().
  void fail(std::string why) {
    if (std::exchange(done, true)) return;
    loop.post(
        [self = shared_from_this(), text = fmt::format("can't connect to {}: {}", endpoint.text(), why)] {
          self->tell(error(Errc::unavailable, text));
        });
    stop();
  }

  void tell(Result<Stream> result) {
    timer.cancel();
    if (auto told = std::exchange(connected, {})) told(std::move(result));
  }

  void stop() {
    timer.cancel();
    resolver.cancel();
    Code ignored;
    if (socket.is_open()) socket.close(ignored);
  }

  void cancel() {
    done = true;
    stop();
    connected = {};
  }

  Loop& loop;
  Endpoint endpoint;
  ConnectOptions options;
  Connected connected;
  asio::ip::basic_resolver<tcp, asio::io_context::executor_type> resolver;
  Socket socket;
  Timer timer;
  std::vector<asio::generic::stream_protocol::endpoint> addresses;
  std::size_t next = 0;
  std::string last = "no such address";
  bool done = false;  // what the system still reports doesn't matter
};

Connector::Connector(Loop& loop) : loop_(loop) {}
Connector::~Connector() {
  cancel();
}

void Connector::connect(Endpoint endpoint, ConnectOptions options, Connected connected) {
  cancel();
  state_ = std::make_shared<State>(loop_, std::move(endpoint), std::move(options), std::move(connected));
  state_->start();
}

void Connector::cancel() {
  if (auto state = std::exchange(state_, nullptr)) state->cancel();
}

}  // namespace longwave::io
