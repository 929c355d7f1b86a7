// SPDX-License-Identifier: Apache-2.0
#include "api/stream_connection.hpp"

#include "access/password.hpp"
#include "io/loop.hpp"
#include "web/websocket.hpp"

#include <fmt/format.h>
#include <boost/json.hpp>

namespace longwave::api {
namespace {

constexpr std::size_t queue_limit = 1024 * 1024;  // unsent bytes, as for a WebSocket
constexpr std::chrono::milliseconds ping_every{25'000};
constexpr std::uint64_t least_retry_ms = 1000, spread_ms = 3000;

}  // namespace

StreamConnection::StreamConnection(hub::ClientId id, web::BodyStream stream, StreamForm form,
                                   std::string secret, io::Loop& loop, const rpc::Surroundings& surroundings,
                                   std::shared_ptr<const rpc::Caller> caller, access::Rates* rates,
                                   ConnectionOwner& owner)
    : Connection(id, surroundings, std::move(caller), rates),
      stream_(std::move(stream)),
      form_(form),
      secret_(std::move(secret)),
      loop_(loop),
      owner_(owner),
      ping_(loop) {
  stream_.on_close([this] { end(); });
  stream_.on_shutdown([this] { close(web::close_code::shutdown, "shutdown"); });
  ping_.every(ping_every, [this] {
    stream_.write(io::SharedBytes{nullptr, form_ == StreamForm::events ? ":\n\n" : "\n"});
  });
}

StreamConnection::~StreamConnection() {
  peer().end();                 // calls that are still open must not answer into what is half gone
  if (open_) stream_.finish();  // only when everything ends
}

void StreamConnection::greet() {
  const auto words = fmt::format(R"({{"session":"{}","ping_ms":{}}})", secret_, ping_every.count());
  if (form_ == StreamForm::lines) return stream_.write(io::SharedBytes::own(words + "\n"));
  // EventSource comes back by itself after `retry`: not all in the same moment.
  const auto retry = least_retry_ms + (id() >> 8) * 7919 % spread_ms;
  stream_.write(io::SharedBytes::own(fmt::format("retry: {}\nevent: open\ndata: {}\n\n", retry, words)));
}

bool StreamConnection::answers_to(std::string_view secret) const {
  return open_ && access::equal_in_constant_time(secret, secret_);
}

void StreamConnection::transmit(std::string_view text) {
  if (!open_) return;
  write(io::SharedBytes::own(form_ == StreamForm::events ? event_text({}, text) : std::string(text) + "\n"));
}

void StreamConnection::transmit(Wording& wording, bool marked) {
  if (!open_) return;
  write(form_ == StreamForm::lines ? wording.line() : wording.event(marked ? positions() : std::string{}));
}

void StreamConnection::write(const io::SharedBytes& bytes) {
  if (stream_.queued_bytes() > 0 && stream_.queued_bytes() + bytes.bytes.size() > queue_limit) {
    stream_.flush();  // much in one turn isn't a slow client: what counts is what the kernel doesn't take
    if (stream_.queued_bytes() > 0 && stream_.queued_bytes() + bytes.bytes.size() > queue_limit)
      return close(web::close_code::slow, "slow");
  }
  stream_.write(bytes);
}

void StreamConnection::close(std::uint16_t code, std::string_view reason) {
  if (!open_) return;
  const auto why = boost::json::serialize(boost::json::object{{"code", code}, {"reason", reason}});
  stream_.write(io::SharedBytes::own(form_ == StreamForm::events
                                         ? fmt::format("event: close\ndata: {}\n\n", why)
                                         : fmt::format("{{\"close\":{}}}\n", why)));
  stream_.finish();
  end();
}

void StreamConnection::end() {
  if (!std::exchange(open_, false)) return;
  ping_.cancel();
  loop_.post([&owner = owner_, client = id()] { owner.leave(client); });
}

}  // namespace longwave::api
