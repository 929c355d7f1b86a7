// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "api/connection.hpp"
#include "web/context.hpp"

namespace longwave::api {

/// How a stream writes what it says (docs/protocols/rpc-transports.md).
enum class StreamForm {
  events,  ///< text/event-stream: each message an event
  lines,   ///< application/x-ndjson: each message a line
};

/// A conversation over an answer without end: messages leave on the stream, and come in by POST with the
/// secret that the stream told first.
class StreamConnection final : public Connection {
 public:
  /// `secret` goes to the client; the owner is told when the stream has ended.
  StreamConnection(hub::ClientId id, web::BodyStream stream, StreamForm form, std::string secret,
                   io::Loop& loop, const rpc::Surroundings& surroundings,
                   std::shared_ptr<const rpc::Caller> caller, access::Rates* rates, ConnectionOwner& owner);
  ~StreamConnection() override;

  /// The first words: the secret and the rhythm of the pings.
  void greet();

  void close(std::uint16_t code, std::string_view reason) override;
  bool answers_to(std::string_view secret) const override;
  std::size_t queued_bytes() const override { return stream_.queued_bytes(); }
  std::string_view transport() const override { return form_ == StreamForm::events ? "sse" : "ndjson"; }

 protected:
  void transmit(std::string_view text) override;
  void transmit(Wording& wording, bool marked) override;
  io::Loop& loop() const override { return loop_; }

 private:
  void write(const io::SharedBytes& bytes);
  void end();

  web::BodyStream stream_;
  StreamForm form_;
  std::string secret_;
  io::Loop& loop_;
  ConnectionOwner& owner_;
  io::Timer ping_;
  bool open_ = true;
};

}  // namespace longwave::api
