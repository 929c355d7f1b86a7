// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/result.hpp"
#include "base/task.hpp"
#include "base/time.hpp"
#include "rpc/fault.hpp"
#include "rpc/json.hpp"
#include "rpc/peer.hpp"
#include "web/request.hpp"

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace longwave::io {
class Loop;
}

namespace longwave::rpc {

class Link;

/// Why a connection ended, for Service::on_close.
struct CloseReason {
  std::uint16_t code =
      0;                  ///< RFC 6455 section 7.4; 1005: the other end gave none, 1006: the connection broke
  std::string text = {};  ///< for people, often empty
  /// The other end, or this one, closed as agreed and not because something was wrong.
  bool is_clean() const { return code == 1000 || code == 1001 || code == 1005; }
};

/// How a call of ours goes out. Everything may be left out.
struct RequestOptions {
  std::optional<Json> id = {};  ///< a string or a number; else a counter of the connection: 1, 2, 3 …
  /// To the answer, and between two of many answers; then the callback gets a `timed_out` fault. Zero: waits
  /// as long as the connection lives.
  Duration timeout = {};
  /// The final answer, or the fault that came instead. Called exactly once, on the loop, whatever happens:
  /// also when the connection ends (`unavailable`), or the call is given up because too many others wait
  /// (`too_many_calls`). From inside request() only when nothing could be sent: the id is one that still
  /// waits for its answer, or the connection is closed.
  UniqueFunction<void(Reply)> callback = {};
  /// Answers before the final one (docs/protocols/jsonrpc.md section 4): items, or gauges.
  UniqueFunction<void(Json value, bool is_gauge)> on_more = {};
};

/// One end of a JSON-RPC connection. Derive from it, name the methods the other end may call, and give the
/// *class* to a Server (or a Client): every connection gets an instance of its own, so what belongs to a
/// connection is a member.
///
///   class Hello : public rpc::Service {
///    public:
///     static void methods(rpc::Methods<Hello>& add) { add.method("hello", &Hello::hello, "name"); }
///
///    private:
///     std::string hello(const std::string& name) { return "hi, " + name; }
///     void on_open() override { notify("hello", {"me"}); }
///   };
///
/// Only what is named in methods() can be called; a name that begins with "_" or "rpc." is refused there.
///
/// An instance belongs to one loop: it is made, called and destroyed on that thread, and all its functions
/// are to be called there. From other threads use Server::each(), or poster(). It lives until on_close has
/// returned.
class Service {
 public:
  Service() = default;
  virtual ~Service() = default;
  Service(const Service&) = delete;
  Service& operator=(const Service&) = delete;

  /// A notification: nobody answers. On a closed connection it does nothing.
  void notify(std::string_view method, const Params& params = {});
  /// Calls the other end, while it may be calling us. Returns the id, or null if the call could not go out
  /// (the callback knows why).
  Json request(std::string_view method, const Params& params = {}, RequestOptions options = {});
  /// Asks the other end to stop working on a call of ours (`rpc.cancel`). The callback comes with its last
  /// answer.
  void cancel(const Json& id);
  /// Ends the connection after what is queued; on_close follows later, never from inside.
  void close(std::uint16_t code = 1000, std::string_view reason = {});

  bool is_open() const;
  /// Bytes that the other end hasn't taken yet.
  std::size_t queued_bytes() const;
  /// The request that became this connection: path, query, headers, cookies, address of the other end. At a
  /// client: what was asked.
  const web::Request& upgrade_request() const;
  io::Loop& loop() const;
  /// Brings work to the instance's loop from any thread. What is posted after the instance is gone runs
  /// nevertheless: capture no `this`, but what you need.
  Post poster() const;

 protected:
  friend class Link;
  /// After the upgrade, before the first message (the original's `_oninit`). May send already. If it throws,
  /// the connection is closed with 1011.
  virtual void on_open() {}
  /// Once, at the end, whatever happened (the original's `_onclose`); unanswered requests have got their
  /// callbacks by then. Also when on_open or a method has thrown.
  virtual void on_close(const CloseReason& reason);

 private:
  Link& link() const;
  Link* link_ = nullptr;
};

}  // namespace longwave::rpc
