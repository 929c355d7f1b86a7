// SPDX-License-Identifier: Apache-2.0
#include "station/backends/xmms2_link.hpp"

#include "io/loop.hpp"

#include <utility>

namespace longwave::station::xmms2 {
namespace {

constexpr std::uint16_t usual_port = 9667;

bool loopback(const std::string& host) {
  return host == "localhost" || host == "::1" || host.starts_with("127.");
}

}  // namespace

Result<io::Endpoint> address_of(std::string_view text) {
  constexpr std::string_view tcp = "tcp://", unix_scheme = "unix://";
  if (text.starts_with(unix_scheme)) text.remove_prefix(unix_scheme.size());
  if (text.starts_with("/")) return io::Endpoint{.host = {}, .port = 0, .unix_path = std::string(text)};
  if (!text.starts_with(tcp))
    return error(Errc::invalid, "an XMMS2 daemon is at a path or at tcp://127.0.0.1:9667");
  std::string rest(text.substr(tcp.size()));
  const bool has_port =
      rest.find(':', rest.find(']') == std::string::npos ? 0 : rest.find(']')) != std::string::npos;
  if (!has_port) rest += ":" + std::to_string(usual_port);
  auto endpoint = io::Endpoint::parse(rest);
  if (!endpoint) return endpoint;
  if (!loopback(endpoint->host))
    return error(Errc::invalid, "an XMMS2 daemon has no login: only one on this machine is used");
  return endpoint;
}

Link::Link(io::Loop& loop, const Clock& clock, io::Endpoint daemon, ClientOptions options)
    : daemon_(std::move(daemon)), connector_(loop), timer_(loop), client_(clock, *this, std::move(options)) {}

Link::~Link() {
  client_.stop();
}

void Link::connect() {
  connector_.connect(daemon_, {}, [this](Result<io::Stream> stream) {
    if (!stream) return client_.lost(stream.error().message);
    stream_ = std::move(*stream);
    stream_.start(*this);
    client_.connected();
  });
}

void Link::write(std::string bytes) {
  if (stream_) stream_.write(std::move(bytes));
}

void Link::close() {
  connector_.cancel();
  stream_ = {};
}

void Link::wake(Instant when) {
  timer_.at(when, [this] { client_.woken(); });
}

void Link::on_bytes(std::span<char> bytes) {
  client_.received({bytes.data(), bytes.size()});
}

void Link::on_end() {
  client_.lost("it ended the connection");
}

void Link::on_lost(std::string_view why) {
  client_.lost(std::string(why));
}

}  // namespace longwave::station::xmms2
