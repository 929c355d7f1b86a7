// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/task.hpp"
#include "io/listener.hpp"
#include "io/stream.hpp"

#include <memory>
#include <string>

namespace longwave::io {

class Loop;
class TlsClientContext;

struct ConnectOptions {
  const TlsClientContext* tls = nullptr;  ///< must outlive the stream; null: plain
  std::string tls_name = {};              ///< that the certificate must carry; empty: the endpoint's host
  Duration timeout = std::chrono::seconds{10};  ///< for name and connection together, not for TLS
};

/// Connects to a TCP address (names are resolved on a thread of their own, every address is tried in turn) or
/// a Unix socket. Belongs to its loop. One attempt at a time; destroying it ends the attempt, and the
/// callback is then never called.
class Connector {
 public:
  /// Called once, on the loop, never from inside connect(): the stream, not yet started, or `unavailable`
  /// with a sentence that names the address. With TLS its handshake begins with start(); what fails there
  /// comes as on_lost().
  using Connected = UniqueFunction<void(Result<Stream>)>;

  explicit Connector(Loop& loop);
  ~Connector();
  Connector(const Connector&) = delete;
  Connector& operator=(const Connector&) = delete;

  void connect(Endpoint endpoint, ConnectOptions options, Connected connected);
  void cancel();

 private:
  struct State;
  Loop& loop_;
  std::shared_ptr<State> state_;  // of the attempt under way
};

}  // namespace longwave::io
