// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/task.hpp"
#include "fleet/relayed_stream.hpp"
#include "io/connector.hpp"
#include "io/stream.hpp"
#include "io/timer.hpp"

#include <string>
#include <string_view>

namespace longwave::io {
class Loop;
class TlsClientContext;
}  // namespace longwave::io

namespace longwave::fleet {

/// One connection to another streamer, whose stream is passed on. Belongs to the loop's thread; destroying it
/// ends the connection, and nothing is called any more.
class Upstream final : io::StreamHandler {
 public:
  using Pieces = UniqueFunction<void(std::vector<RelayedStream::Piece>)>;
  using Lost = UniqueFunction<void(const std::string& why)>;

  /// `address`: http://HOST:PORT or https://HOST:PORT; `tls`, which outlives this, is for the second: null,
  /// and it can't be called. `lost` is called once, never from inside; it may destroy this. So it is when
  /// nothing comes for 2 s: a streamer that hangs looks the same as one that is dead.
  Upstream(io::Loop& loop, const io::TlsClientContext* tls, std::string_view address, std::string_view target,
           Pieces pieces, Lost lost);
  ~Upstream();

 private:
  void on_bytes(std::span<char> bytes) override;
  void on_end() override { fail("it ended the stream"); }
  void on_lost(std::string_view why) override { fail(std::string(why)); }
  void fail(std::string why);
  void watch();

  io::Connector connector_;
  io::Stream stream_;
  io::Timer timer_;
  std::string request_;
  RelayedStream parser_;
  Pieces pieces_;
  Lost lost_;
};

}  // namespace longwave::fleet
