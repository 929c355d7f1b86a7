// SPDX-License-Identifier: Apache-2.0
#include "app/listening.hpp"

#include "io/network.hpp"

#include <fmt/format.h>

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <charconv>
#include <cstdlib>
#include <cstring>
#include <string>

namespace longwave::app {

namespace {

constexpr int first_inherited = 3;  // after standard input, output and error

Result<void> apply_word(Listening& listening, std::string_view word, std::string_view text) {
  if (word == "tls" || word == "plain") {
    listening.tls = word == "tls";
  } else if (word == "proxy") {
    listening.proxy = true;
  } else if (word.starts_with("mode=") && text.starts_with("unix:")) {
    const auto digits = word.substr(5);
    int& mode = listening.endpoint.unix_mode;
    const auto [end, failed] = std::from_chars(digits.data(), digits.data() + digits.size(), mode, 8);
    if (failed != std::errc{} || end != digits.data() + digits.size() || mode < 0 || mode > 0777) {
      return error(Errc::invalid, fmt::format("{}: a mode is octal, as in mode=660", text));
    }
  } else {
    return error(
        Errc::invalid,
        fmt::format("{}: '+{}' is none of +tls, +plain, +proxy, +mode=660 (of a Unix socket)", text, word));
  }
  return {};
}

bool same_host(const io::Endpoint& bound, const io::Endpoint& wanted) {
  if (wanted.host.empty()) return bound.host == "::" || bound.host == "0.0.0.0";
  if (wanted.host == "localhost") return bound.host == "127.0.0.1" || bound.host == "::1";
  const auto a = io::parse_address(bound.host);
  const auto b = io::parse_address(wanted.host);
  return a && b && *a == *b;
}

}  // namespace

bool is_loopback(const io::Endpoint& endpoint) {
  return !endpoint.unix_path.empty() || endpoint.host == "localhost" || endpoint.host == "::1" ||
         endpoint.host.starts_with("127.");
}

Result<Listening> Listening::parse(std::string_view text) {
  const auto address = text.substr(0, text.find('+'));
  auto endpoint = io::Endpoint::parse(address);
  if (!endpoint) return endpoint.error();
  Listening listening{std::move(*endpoint), std::nullopt, false};
  for (auto rest = text.substr(address.size()); !rest.empty();) {
    const auto word = rest.substr(1, rest.find('+', 1) - 1);
    rest.remove_prefix(1 + word.size());
    if (auto done = apply_word(listening, word, text); !done) return done.error();
  }
  return listening;
}

std::vector<int> take_inherited_sockets() {
  const char* pid = std::getenv("LISTEN_PID");
  const char* count = std::getenv("LISTEN_FDS");
  std::vector<int> sockets;
  if (pid && count && std::atol(pid) == ::getpid()) {
    const int most = std::clamp(std::atoi(count), 0, 64);
    for (int i = 0; i < most; ++i) {
      const int fd = first_inherited + i;
      if (::fcntl(fd, F_SETFD, FD_CLOEXEC) == 0) sockets.push_back(fd);
    }
  }
  for (const char* name : {"LISTEN_PID", "LISTEN_FDS", "LISTEN_FDNAMES"}) ::unsetenv(name);
  return sockets;
}

int take_matching(std::vector<int>& sockets, const io::Endpoint& wanted) {
  const auto found = std::find_if(sockets.begin(), sockets.end(), [&](int fd) {
    const auto bound = io::Endpoint::bound(fd);
    if (!wanted.unix_path.empty() || !bound.unix_path.empty()) return bound.unix_path == wanted.unix_path;
    return same_host(bound, wanted) && (wanted.port == 0 || wanted.port == bound.port);
  });
  if (found == sockets.end()) return -1;
  const int fd = *found;
  sockets.erase(found);
  return fd;
}

}  // namespace longwave::app
