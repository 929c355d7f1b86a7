// SPDX-License-Identifier: Apache-2.0
#include "io/listener.hpp"

#include "base/log.hpp"
#include "io/core.hpp"
#include "io/loop.hpp"
#include "io/network.hpp"
#include "io/peer_address.hpp"
#include "io/proxy_wait.hpp"
#include "io/timer.hpp"

#include <boost/asio/io_context.hpp>
#include <boost/asio/posix/basic_stream_descriptor.hpp>

#include <arpa/inet.h>
#include <fcntl.h>
#include <fmt/core.h>
#include <netdb.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include <cerrno>
#include <charconv>
#include <cstring>
#include <utility>

namespace longwave::io {

namespace asio = boost::asio;

namespace {

constexpr int accepts_per_turn = 64;
constexpr auto pause_when_out_of_descriptors = std::chrono::milliseconds{100};

/// A descriptor on its way to another thread: closed if it never gets there.
class OwnedFd {
 public:
  explicit OwnedFd(int fd) : fd_(fd) {}
  OwnedFd(OwnedFd&& other) noexcept : fd_(std::exchange(other.fd_, -1)) {}
  OwnedFd& operator=(OwnedFd&& other) noexcept {
    std::swap(fd_, other.fd_);
    return *this;
  }
  ~OwnedFd() {
    if (fd_ >= 0) ::close(fd_);
  }
  int get() const { return fd_; }
  int release() { return std::exchange(fd_, -1); }

 private:
  int fd_;
};

Error problem(const Endpoint& endpoint, const char* what) {
  return error(Errc::unavailable, fmt::format("can't listen on {}: {}", endpoint.text(), what));
}

Result<OwnedFd> bind_and_listen(const Endpoint& endpoint, const sockaddr* address, socklen_t size,
                                int backlog) {
  OwnedFd fd{::socket(address->sa_family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0)};
  if (fd.get() < 0) return problem(endpoint, std::strerror(errno));
  const int on = 1;
  const int off = 0;
  ::setsockopt(fd.get(), SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
  if (address->sa_family == AF_INET6) ::setsockopt(fd.get(), IPPROTO_IPV6, IPV6_V6ONLY, &off, sizeof off);
  if (::bind(fd.get(), address, size) != 0) return problem(endpoint, std::strerror(errno));
  // Before listen(): until then nobody gets in, whatever the umask was.
  if (address->sa_family == AF_UNIX &&
      ::chmod(endpoint.unix_path.c_str(), static_cast<mode_t>(endpoint.unix_mode)) != 0) {
    return problem(endpoint, std::strerror(errno));
  }
  if (::listen(fd.get(), backlog) != 0) return problem(endpoint, std::strerror(errno));
  return fd;
}

Result<OwnedFd> open_unix(const Endpoint& endpoint, int backlog) {
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  if (endpoint.unix_path.size() >= sizeof address.sun_path) return problem(endpoint, "the path is too long");
  std::memcpy(address.sun_path, endpoint.unix_path.c_str(), endpoint.unix_path.size() + 1);
  struct stat old {};
  if (::lstat(endpoint.unix_path.c_str(), &old) == 0 && S_ISSOCK(old.st_mode))
    ::unlink(endpoint.unix_path.c_str());
  return bind_and_listen(endpoint, reinterpret_cast<const sockaddr*>(&address), sizeof address, backlog);
}

Result<OwnedFd> open_inet(const Endpoint& endpoint, int backlog) {
  addrinfo hints{};
  hints.ai_socktype = SOCK_STREAM;
  hints.ai_flags = AI_PASSIVE | AI_NUMERICSERV;
  addrinfo* found = nullptr;
  const auto port = std::to_string(endpoint.port);
  const int failed =
      ::getaddrinfo(endpoint.host.empty() ? nullptr : endpoint.host.c_str(), port.c_str(), &hints, &found);
  if (failed != 0) return problem(endpoint, ::gai_strerror(failed));
  std::unique_ptr<addrinfo, decltype(&::freeaddrinfo)> owner{found, &::freeaddrinfo};
  // All addresses means the dual-stack socket where there is IPv6; a name (localhost) prefers IPv4.
  const int preferred = endpoint.host.empty() ? AF_INET6 : AF_INET;
  Result<OwnedFd> result = problem(endpoint, "no such address");
  for (const bool first_choice : {true, false}) {
    for (auto* one = found; one; one = one->ai_next) {
      if ((one->ai_family == preferred) != first_choice) continue;
      result = bind_and_listen(endpoint, one->ai_addr, one->ai_addrlen, backlog);
      if (result || errno == EADDRINUSE) return result;
    }
  }
  return result;
}

/// A socket that another program bound.
Result<OwnedFd> take_over(int inherited) {
  OwnedFd fd{inherited};
  const int flags = ::fcntl(fd.get(), F_GETFL);
  if (flags < 0 || ::fcntl(fd.get(), F_SETFL, flags | O_NONBLOCK) < 0 ||
      ::fcntl(fd.get(), F_SETFD, FD_CLOEXEC) < 0) {
    return error(Errc::unavailable,
                 fmt::format("the inherited socket {}: {}", inherited, std::strerror(errno)));
  }
  return fd;
}

}  // namespace

Result<Endpoint> Endpoint::parse(std::string_view text) {
  Endpoint endpoint;
  if (text.substr(0, 5) == "unix:") {
    endpoint.unix_path = text.substr(5);
    if (endpoint.unix_path.empty()) return error(Errc::invalid, "unix: needs a path behind it");
    return endpoint;
  }
  const auto colon = text.rfind(':');
  auto host = text.substr(0, colon == text.npos ? 0 : colon);
  const auto digits = colon == text.npos ? text : text.substr(colon + 1);
  const auto [end, failed] = std::from_chars(digits.data(), digits.data() + digits.size(), endpoint.port);
  if (failed != std::errc{} || end != digits.data() + digits.size() || colon == text.npos) {
    return error(Errc::invalid, fmt::format("\"{}\" is not HOST:PORT", text));
  }
  if (host.size() >= 2 && host.front() == '[' && host.back() == ']') {
    host = host.substr(1, host.size() - 2);
  } else if (host.find(':') != host.npos) {
    return error(Errc::invalid, fmt::format("write the IPv6 address in \"{}\" as [address]:port", text));
  }
  endpoint.host = host;
  return endpoint;
}

Endpoint Endpoint::bound(int fd) {
  sockaddr_storage address{};
  socklen_t size = sizeof address;
  ::getsockname(fd, reinterpret_cast<sockaddr*>(&address), &size);
  Endpoint endpoint;
  char text[INET6_ADDRSTRLEN] = {};
  if (address.ss_family == AF_INET) {
    const auto& v4 = reinterpret_cast<const sockaddr_in&>(address);
    endpoint.host = ::inet_ntop(AF_INET, &v4.sin_addr, text, sizeof text);
    endpoint.port = ntohs(v4.sin_port);
  } else if (address.ss_family == AF_INET6) {
    const auto& v6 = reinterpret_cast<const sockaddr_in6&>(address);
    endpoint.host = ::inet_ntop(AF_INET6, &v6.sin6_addr, text, sizeof text);
    endpoint.port = ntohs(v6.sin6_port);
  } else if (address.ss_family == AF_UNIX) {
    endpoint.unix_path = reinterpret_cast<const sockaddr_un&>(address).sun_path;
  }
  return endpoint;
}

std::string Endpoint::text() const {
  if (!unix_path.empty()) return "unix:" + unix_path;
  if (host.find(':') != host.npos) return fmt::format("[{}]:{}", host, port);
  return fmt::format("{}:{}", host, port);
}

struct Listener::State : std::enable_shared_from_this<State> {
  using Descriptor = asio::posix::basic_stream_descriptor<asio::io_context::executor_type>;

  State(Loop& own, std::vector<Loop*> loops, Options given, Accept callback)
      : loop(own),
        targets(std::move(loops)),
        options(std::move(given)),
        accept(std::move(callback)),
        socket(*own.core().context),
        retry(own) {}

  void wait() {
    socket.async_wait(Descriptor::wait_read,
                      [self = shared_from_this()](const boost::system::error_code& failed) {
                        if (!failed && !self->closed) self->accept_ready();
                      });
  }

  void accept_ready() {
    for (int i = 0; i < accepts_per_turn; ++i) {
      OwnedFd fd{::accept4(socket.native_handle(), nullptr, nullptr, SOCK_NONBLOCK | SOCK_CLOEXEC)};
      if (fd.get() < 0) {
        if (errno == EMFILE || errno == ENFILE || errno == ENOBUFS || errno == ENOMEM) return rest(errno);
        if (errno == EINTR || errno == ECONNABORTED) continue;
        break;
      }
      hand_out(std::move(fd));
      if (closed) return;
    }
    wait();
  }

  void rest(int why) {
    log::warn("accepting on {} pauses: {}", options.endpoint.text(), std::strerror(why));
    retry.after(pause_when_out_of_descriptors, [this] { accept_ready(); });
  }

  void hand_out(OwnedFd fd) {
    Loop& target = *targets[turn++ % targets.size()];
    auto bring = [self = shared_from_this(), &target, fd = std::move(fd)]() mutable {
      if (self->options.proxies) return self->unwrap(target, std::move(fd));
      self->accept(target, Stream::adopt(target, fd.release(), self->options.tls));
    };
    if (&target == &loop) return bring();
    target.post(std::move(bring));
  }

  // On the target loop.
  void unwrap(Loop& target, OwnedFd fd) {
    const auto proxy = peer_address(fd.get());
    if (!options.proxies->contains(proxy.ip)) {
      return log::warn("{} isn't trusted to send PROXY headers to {}", proxy.ip, options.endpoint.text());
    }
    read_proxy_header(target, fd.release(),
                      [self = shared_from_this(), &target](int socket, std::optional<PeerAddress> client) {
                        auto stream = Stream::adopt(target, socket, self->options.tls);
                        if (client) stream.speaks_for(std::move(*client));
                        self->accept(target, std::move(stream));
                      });
  }

  void close() {
    if (std::exchange(closed, true)) return;
    retry.cancel();
    boost::system::error_code ignored;
    socket.close(ignored);
    if (!options.endpoint.unix_path.empty() && !shared) ::unlink(options.endpoint.unix_path.c_str());
  }

  Loop& loop;
  std::vector<Loop*> targets;
  Options options;
  Accept accept;
  Descriptor socket;
  Timer retry;
  std::size_t turn = 0;
  bool shared = false;  // another program has the socket too
  bool closed = false;
};

Result<std::unique_ptr<Listener>> Listener::open(Loop& own, std::vector<Loop*> targets, Options options,
                                                 Accept accept) {
  const auto& endpoint = options.endpoint;
  auto fd = options.inherited >= 0       ? take_over(options.inherited)
            : endpoint.unix_path.empty() ? open_inet(endpoint, options.backlog)
                                         : open_unix(endpoint, options.backlog);
  if (!fd) return fd.error();
  auto state = std::make_shared<State>(own, std::move(targets), std::move(options), std::move(accept));
  state->shared = state->options.inherited >= 0 && !state->options.endpoint.unix_path.empty();
  if (state->options.endpoint.unix_path.empty())
    state->options.endpoint.port = Endpoint::bound(fd->get()).port;
  state->socket.assign(fd->release());
  state->wait();
  return std::unique_ptr<Listener>{new Listener(std::move(state))};
}

Listener::~Listener() {
  state_->close();
}
void Listener::close() {
  state_->close();
}
int Listener::duplicate() {
  state_->shared = true;
  return ::dup(state_->socket.native_handle());  // without close-on-exec
}
const Endpoint& Listener::endpoint() const {
  return state_->options.endpoint;
}

}  // namespace longwave::io
