// SPDX-License-Identifier: Apache-2.0
#include "io/proxy_wait.hpp"

#include "base/log.hpp"
#include "io/core.hpp"
#include "io/loop.hpp"
#include "io/proxy_header.hpp"
#include "io/timer.hpp"

#include <boost/asio/io_context.hpp>
#include <boost/asio/posix/basic_stream_descriptor.hpp>

#include <sys/socket.h>

#include <array>
#include <cerrno>
#include <string>
#include <utility>

namespace longwave::io {

namespace asio = boost::asio;

namespace {

constexpr auto patience = std::chrono::seconds{5};

class Wait : public std::enable_shared_from_this<Wait> {
 public:
  Wait(Loop& loop, int fd, ProxyRead done)
      : socket_(*loop.core().context, fd), timer_(loop), done_(std::move(done)) {}

  void start() {
    timer_.after(patience, [weak = weak_from_this()] {
      if (const auto self = weak.lock()) self->end();
    });
    wait();
  }

 private:
  using Descriptor = asio::posix::basic_stream_descriptor<asio::io_context::executor_type>;

  void wait() {
    socket_.async_wait(Descriptor::wait_read,
                       [self = shared_from_this()](const boost::system::error_code& failed) {
                         if (!failed && self->done_) self->on_readable();
                       });
  }

  // What is only looked at keeps the socket readable, so everything that belongs to the header is taken at
  // once.
  void on_readable() {
    std::array<char, proxy_header_limit> buffer;
    const int fd = socket_.native_handle();
    const auto seen = ::recv(fd, buffer.data(), buffer.size() - seen_.size(), MSG_PEEK | MSG_DONTWAIT);
    if (seen < 0 && (errno == EAGAIN || errno == EINTR)) return wait();
    if (seen <= 0) return end();
    const auto before = seen_.size();
    seen_.append(buffer.data(), static_cast<std::size_t>(seen));
    const auto header = parse_proxy_header(seen_);
    if (header.state == ProxyHeader::State::malformed) {
      log::warn("a connection without a well-formed PROXY header was closed");
      return end();
    }
    const bool over = header.state == ProxyHeader::State::done;
    const auto ours = over ? header.size - before : static_cast<std::size_t>(seen);
    if (::recv(fd, buffer.data(), ours, MSG_DONTWAIT) != static_cast<ssize_t>(ours)) return end();
    if (!over) return wait();
    timer_.cancel();
    auto done = std::exchange(done_, {});
    done(socket_.release(), header.client);
  }

  void end() {
    timer_.cancel();
    done_ = {};
    boost::system::error_code ignored;
    socket_.close(ignored);
  }

  Descriptor socket_;
  Timer timer_;
  ProxyRead done_;
  std::string seen_;
};

}  // namespace

void read_proxy_header(Loop& loop, int fd, ProxyRead done) {
  std::make_shared<Wait>(loop, fd, std::move(done))->start();
}

}  // namespace longwave::io
