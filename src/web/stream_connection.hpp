// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "io/deadline.hpp"
#include "io/stream.hpp"
#include "web/connections.hpp"
#include "web/context.hpp"

#include <memory>
#include <string>

namespace longwave::web {

/// A connection on which a body without a known length leaves: all that is left of an HTTP connection while
/// it does, because listeners stay for hours and come in thousands. When the body ends, an HttpConnection
/// takes the socket back.
class StreamConnection final : public Connection, private io::StreamHandler, private io::Deadline {
 public:
  StreamConnection(Connections& owner, io::Stream stream, bool chunked, bool keep_alive);
  ~StreamConnection() override;
  /// `rest`: what the client has sent already behind this request.
  void start(std::string rest);

  void shut_down() override;
  void cut() override;
  bool lasting() const override { return true; }

 private:
  friend class BodyStream;

  void on_bytes(std::span<char> bytes) override;
  void on_end() override { gone(); }
  void on_lost(std::string_view) override { gone(); }
  void on_drained() override;
  void on_deadline(Instant now) override;

  void write(io::SharedBytes bytes);
  void finish();
  void gone();
  void retire();
  void watch();
  Task part();

  io::Stream stream_;
  BodyStream* body_ = nullptr;  // its other half; each clears the other's pointer
  Task on_close_;
  Task on_shutdown_;
  Task on_drained_;
  std::unique_ptr<std::string> rest_;  // of a client that sends ahead
  bool chunked_ : 1;
  bool keep_alive_ : 1;
  bool over_ : 1 = false;
};

}  // namespace longwave::web
