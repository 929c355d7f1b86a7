// SPDX-License-Identifier: Apache-2.0
#include "fleet/upstream.hpp"

#include <utility>

namespace longwave::fleet {
namespace {

constexpr Duration patience = std::chrono::seconds{2};
constexpr std::string_view plain = "http://", secured = "https://";

}  // namespace

Upstream::Upstream(io::Loop& loop, const io::TlsClientContext* tls, std::string_view address,
                   std::string_view target, Pieces pieces, Lost lost)
    : connector_(loop), timer_(loop), pieces_(std::move(pieces)), lost_(std::move(lost)) {
  const bool secure = address.starts_with(secured);
  if (secure) {
    address.remove_prefix(secured.size());
  } else if (address.starts_with(plain)) {
    address.remove_prefix(plain.size());
  }
  const auto host = address.substr(0, address.find('/'));
  const auto colon = host.rfind(':');
  const bool has_port = colon != host.npos && host.find(']', colon) == host.npos;
  const auto endpoint =
      io::Endpoint::parse(has_port ? std::string(host) : std::string(host) + (secure ? ":443" : ":80"));
  if (!endpoint || endpoint->host.empty() || (secure && !tls)) {
    timer_.after({}, [this] { fail("it has no address that can be called"); });
    return;
  }
  request_ = RelayedStream::request(host, target);
  watch();
  connector_.connect(*endpoint, {.tls = secure ? tls : nullptr, .timeout = patience},
                     [this](Result<io::Stream> stream) {
                       if (!stream) return fail(stream.error().message);
                       stream_ = std::move(*stream);
                       stream_.start(*this);
                       stream_.write(request_);
                       watch();
                     });
}

Upstream::~Upstream() = default;

void Upstream::watch() {
  timer_.after(patience, [this] { fail("nothing came for 2 s"); });
}

void Upstream::on_bytes(std::span<char> bytes) {
  watch();
  auto pieces = parser_.take({bytes.data(), bytes.size()});
  if (!parser_.problem().empty()) return fail(parser_.problem());
  if (!pieces.empty()) pieces_(std::move(pieces));
}

void Upstream::fail(std::string why) {
  timer_.cancel();
  connector_.cancel();
  stream_ = {};
  if (!lost_) return;
  auto lost = std::exchange(lost_, nullptr);
  lost(why);
}

}  // namespace longwave::fleet
