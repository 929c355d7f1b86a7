// SPDX-License-Identifier: Apache-2.0
#include "redis/connection.hpp"

#include "io/loop.hpp"

#include <utility>

namespace longwave::redis {

std::vector<Command> greeting_for(const Address& address, const std::string& client_name) {
  std::vector<Command> greeting;
  if (!address.password.empty()) {
    greeting.push_back(address.user.empty() ? Command{"AUTH", address.password}
                                            : Command{"AUTH", address.user, address.password});
  }
  if (address.db != 0) greeting.push_back({"SELECT", std::to_string(address.db)});
  greeting.push_back({"CLIENT", "SETNAME", client_name});
  return greeting;
}

Connection::Connection(io::Loop& loop, const Clock& clock, Address address, const io::TlsClientContext* tls,
                       LinkOptions options, std::uint64_t seed)
    : address_(std::move(address)),
      tls_(address_.tls ? tls : nullptr),
      connector_(loop),
      timer_(loop),
      link_(clock, *this, std::move(options), seed) {}

Connection::~Connection() = default;

void Connection::connect() {
  connector_.connect(address_.endpoint, {.tls = tls_, .timeout = std::chrono::seconds{5}},
                     [this](Result<io::Stream> stream) {
                       if (!stream) return link_.lost(stream.error().message);
                       stream_ = std::move(*stream);
                       stream_.start(*this);
                       link_.connected();
                     });
}

void Connection::write(std::string bytes) {
  stream_.write(std::move(bytes));
}

void Connection::close() {
  connector_.cancel();
  stream_ = {};
}

void Connection::wake(Instant when) {
  timer_.at(when, [this] { link_.woken(); });
}

void Connection::on_bytes(std::span<char> bytes) {
  link_.received({bytes.data(), bytes.size()});
}

void Connection::on_end() {
  link_.lost("Redis closed the connection");
}

void Connection::on_lost(std::string_view why) {
  link_.lost(std::string(why));
}

}  // namespace longwave::redis
