// SPDX-License-Identifier: Apache-2.0
#include "web/stream_connection.hpp"

#include "io/loop.hpp"
#include "web/http_connection.hpp"

#include <fmt/core.h>

#include <utility>

namespace longwave::web {

StreamConnection::StreamConnection(Connections& owner, io::Stream stream, bool chunked, bool keep_alive)
    : Connection(owner), stream_(std::move(stream)), chunked_(chunked), keep_alive_(keep_alive) {
  ++owner.counters().streams;
}

StreamConnection::~StreamConnection() {
  part();
}

void StreamConnection::start(std::string rest) {
  if (keep_alive_ && !rest.empty()) rest_ = std::make_unique<std::string>(std::move(rest));
  stream_.start(*this);
  watch();
}

void StreamConnection::on_bytes(std::span<char> bytes) {
  if (!keep_alive_) return;
  if (!rest_) rest_ = std::make_unique<std::string>();
  rest_->append(bytes.data(), bytes.size());
  if (rest_->size() > HttpConnection::pipelined_bytes) stream_.pause();
}

void StreamConnection::write(io::SharedBytes bytes) {
  if (bytes.bytes.empty()) return;
  if (chunked_) stream_.write(fmt::format("{:x}\r\n", bytes.bytes.size()));
  stream_.write(std::move(bytes));
  if (chunked_) stream_.write(io::SharedBytes{nullptr, "\r\n"});
  watch();
}

void StreamConnection::on_drained() {
  if (auto task = std::exchange(on_drained_, {})) task();
}

void StreamConnection::finish() {
  part();
  if (chunked_) stream_.write(io::SharedBytes{nullptr, "0\r\n\r\n"});
  auto next = std::make_unique<HttpConnection>(owner_, std::move(stream_));
  auto& http = *next;
  owner_.add(std::move(next), std::move(place_));
  http.take_back(keep_alive_, rest_ ? std::move(*rest_) : std::string{});
  retire();
}

/// Lets go of the other half; what it wanted to be told.
Task StreamConnection::part() {
  if (body_) std::exchange(body_, nullptr)->connection_ = nullptr;
  on_shutdown_ = {};
  on_drained_ = {};
  return std::exchange(on_close_, {});
}

void StreamConnection::gone() {
  if (over_) return;
  auto task = part();
  retire();
  if (task) task();
}

void StreamConnection::cut() {
  if (over_) return;
  if (stream_) stream_.abort();
  gone();
}

// The stream is closed before its owner hears of it, so that letting go of it isn't taken for a failure.
void StreamConnection::shut_down() {
  if (over_) return;
  keep_alive_ = false;
  if (auto last_words = std::exchange(on_shutdown_, {})) {
    on_close_ = {};
    return last_words();
  }
  auto task = std::exchange(on_close_, {});
  finish();
  if (task) task();
}

void StreamConnection::retire() {
  if (over_) return;
  over_ = true;
  --owner_.counters().streams;
  disarm();
  stream_ = io::Stream{};
  owner_.retire(*this);
}

void StreamConnection::watch() {
  if (!armed()) io::arm(owner_.loop(), *this, owner_.options().write_timeout);
}

void StreamConnection::on_deadline(Instant now) {
  const auto since = stream_.stalled_since();
  if (since && now - *since >= owner_.options().write_timeout) return cut();
  if (stream_.queued_bytes() > 0) watch();
}

// ---- the public face

BodyStream::BodyStream(StreamConnection& connection) : connection_(&connection) {
  connection.body_ = this;
}

BodyStream::BodyStream(BodyStream&& other) noexcept : connection_(std::exchange(other.connection_, nullptr)) {
  if (connection_) connection_->body_ = this;
}

BodyStream& BodyStream::operator=(BodyStream&& other) noexcept {
  if (this == &other) return *this;
  BodyStream old{std::move(*this)};
  connection_ = std::exchange(other.connection_, nullptr);
  if (connection_) connection_->body_ = this;
  return *this;
}

BodyStream::~BodyStream() {
  if (!connection_) return;
  connection_->on_close_ = {};
  connection_->cut();
}

void BodyStream::when_drained(Task task) {
  if (connection_) connection_->on_drained_ = std::move(task);
}
void BodyStream::write(io::SharedBytes bytes) {
  if (connection_) connection_->write(std::move(bytes));
}

std::size_t BodyStream::queued_bytes() const {
  return connection_ ? connection_->stream_.queued_bytes() : 0;
}

std::optional<Instant> BodyStream::stalled_since() const {
  return connection_ ? connection_->stream_.stalled_since() : std::nullopt;
}

void BodyStream::on_close(Task task) {
  if (connection_) connection_->on_close_ = std::move(task);
}

void BodyStream::flush() {
  if (connection_) connection_->stream_.flush();
}

void BodyStream::on_shutdown(Task task) {
  if (connection_) connection_->on_shutdown_ = std::move(task);
}

void BodyStream::finish() {
  if (connection_) connection_->finish();
}

}  // namespace longwave::web
