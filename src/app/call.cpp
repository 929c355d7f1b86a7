// SPDX-License-Identifier: Apache-2.0
#include "app/call.hpp"

#include "base/result.hpp"
#include "base/text.hpp"

#include <fmt/format.h>
#include <netdb.h>
#include <sys/socket.h>
#include <unistd.h>
#include <boost/json.hpp>

#include <cerrno>
#include <cstdio>
#include <cstring>
#include <memory>

namespace longwave::app {
namespace {

namespace json = boost::json;

/// A blocking connection: this command does one thing and ends.
class Connection {
 public:
  explicit Connection(int fd) : fd_(fd) {}
  Connection(Connection&& other) noexcept
      : fd_(std::exchange(other.fd_, -1)), pending_(std::move(other.pending_)) {}
  Connection& operator=(Connection&&) = delete;
  ~Connection() {
    if (fd_ >= 0) close(fd_);
  }

  bool write(std::string_view bytes) {
    while (!bytes.empty()) {
      const auto sent = send(fd_, bytes.data(), bytes.size(), MSG_NOSIGNAL);
      if (sent <= 0) return false;
      bytes.remove_prefix(static_cast<std::size_t>(sent));
    }
    return true;
  }

  /// The next line without its end; false at the end of the answer.
  bool line(std::string& out) {
    for (;;) {
      if (const auto end = pending_.find('\n'); end != std::string::npos) {
        out = pending_.substr(0, end);
        if (!out.empty() && out.back() == '\r') out.pop_back();
        pending_.erase(0, end + 1);
        return true;
      }
      char buffer[16384];
      const auto got = recv(fd_, buffer, sizeof buffer, 0);
      if (got <= 0) {
        out = std::exchange(pending_, {});
        return !out.empty();
      }
      pending_.append(buffer, static_cast<std::size_t>(got));
    }
  }

 private:
  int fd_;
  std::string pending_;
};

Result<Connection> connect_to(const std::string& address) {
  const auto colon = address.rfind(':');
  if (colon == std::string::npos) return error(Errc::invalid, fmt::format("'{}' is not HOST:PORT", address));
  std::string host = address.substr(0, colon);
  if (host.size() > 1 && host.front() == '[') host = host.substr(1, host.size() - 2);
  if (host == "0.0.0.0") host = "127.0.0.1";
  if (host == "::") host = "::1";
  addrinfo hints{};
  hints.ai_socktype = SOCK_STREAM;
  addrinfo* found = nullptr;
  if (const int code = getaddrinfo(host.c_str(), address.c_str() + colon + 1, &hints, &found); code != 0) {
    return error(Errc::unavailable, fmt::format("{}: {}", address, gai_strerror(code)));
  }
  const std::unique_ptr<addrinfo, decltype(&freeaddrinfo)> owner(found, freeaddrinfo);
  int problem = 0;
  for (const addrinfo* a = found; a; a = a->ai_next) {
    const int fd = socket(a->ai_family, a->ai_socktype | SOCK_CLOEXEC, a->ai_protocol);
    if (fd < 0) continue;
    if (connect(fd, a->ai_addr, a->ai_addrlen) == 0) return Connection(fd);
    problem = errno;
    close(fd);
  }
  return error(Errc::unavailable,
               fmt::format("no Longwave answers at {} ({}); start one with `longwave serve`, or name "
                           "its address with --listen",
                           address, std::strerror(problem)));
}

std::string request_for(const CallOptions& options, const std::string& body) {
  // HTTP/1.0, so that answers come as plain lines until the server closes.
  std::string head = fmt::format(
      "POST /rpc HTTP/1.0\r\nHost: {}\r\nContent-Type: application/json\r\nAccept: application/x-ndjson\r\n"
      "Content-Length: {}\r\n",
      options.address, body.size());
  if (!options.key.empty()) head += fmt::format("Authorization: Bearer {}\r\n", options.key);
  return head + "\r\n" + body;
}

/// Prints one answer; returns false if it is an error.
bool print(const std::string& line) {
  boost::system::error_code bad;
  const auto answer = json::parse(line, bad);
  const auto* object = answer.if_object();
  if (bad || !object) {
    fmt::print(stderr, "{}\n", line);
    return false;
  }
  if (const auto* why = object->if_contains("error")) {
    fmt::print(stderr, "error: {}\n", json::serialize(*why));
    return false;
  }
  if (const auto* result = object->if_contains("result")) fmt::print("{}\n", json::serialize(*result));
  std::fflush(stdout);
  return true;
}

}  // namespace

int call(const CallOptions& options) {
  json::object message{{"jsonrpc", "2.0"}, {"id", 1}, {"method", options.method}};
  if (!options.params.empty()) {
    boost::system::error_code bad;
    auto params = json::parse(options.params, bad);
    if (bad || !(params.is_object() || params.is_array())) {
      fmt::print(stderr, "longwave call: parameters must be a JSON object or array, not '{}'\n",
                 options.params);
      return 1;
    }
    message["params"] = std::move(params);
  }
  auto connection = connect_to(options.address);
  if (!connection) {
    fmt::print(stderr, "longwave call: {}\n", connection.error().message);
    return 2;
  }
  std::string status, line;
  if (!connection->write(request_for(options, json::serialize(message))) || !connection->line(status)) {
    fmt::print(stderr, "longwave call: {} closed the connection\n", options.address);
    return 2;
  }
  while (connection->line(line) && !line.empty()) {
  }
  if (status.find(" 200") == std::string::npos) {
    connection->line(line);
    fmt::print(stderr, "longwave call: {} {}\n", status, line);
    return 1;
  }
  bool good = false;
  while (connection->line(line)) {
    if (!line.empty()) good = print(line);
  }
  return good ? 0 : 1;
}

}  // namespace longwave::app
