// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/result.hpp"
#include "base/role.hpp"
#include "base/task.hpp"
#include "rpc/fault.hpp"
#include "rpc/schema.hpp"

#include <boost/json/fwd.hpp>

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace longwave::rpc {

/// Who makes a call, as known when the call came in. Shared by calls, never changed.
struct Caller {
  Role role = Role::anyone;
  std::string user = {};     ///< login name; empty without login
  std::string name = {};     ///< shown to other people; empty if never told
  std::string session = {};  ///< the session it logged in with (not the secret); empty without
  std::string address = {};  ///< of the peer, for limits and logs
  bool loopback = false;     ///< a loopback peer on a loopback listener
  bool tls = false;          ///< speaks TLS, with us or with a trusted proxy
  bool token = false;        ///< is known by a signed token, not by a login
  bool server = false;       ///< another program that showed the key for programs

  friend bool operator==(const Caller&, const Caller&) = default;
};

/// Where a handler runs. Nothing that blocks runs inline.
enum class Run {
  inline_,  ///< on the connection's own net loop: memory only, microseconds
  store,    ///< on a reading thread of the store
  pool,     ///< on a worker thread: files, passwords, media
};

/// One call whose arguments were checked: every required parameter is there, of its type and within its
/// limits, and what was left out has its default. The readers below may therefore assume; asking for a
/// parameter that the table doesn't declare so is a bug. Copyable, immutable, for any thread.
class Call {
 public:
  /// Where it came from.
  struct Origin {
    std::shared_ptr<const Caller> caller;
    std::uint64_t connection = 0;
    void* owner = nullptr;
    std::string id = "null";
    bool notification = false;
  };
  Call(std::string_view method, std::shared_ptr<const boost::json::object> params, Origin origin);

  std::string_view method() const { return method_; }
  const Caller& caller() const { return *origin_.caller; }
  /// The number that the transport gave the connection; 0 over plain HTTP.
  std::uint64_t connection() const { return origin_.connection; }
  /// What the maker of the peer wants its inline handlers to find (Terms::owner).
  void* owner() const { return origin_.owner; }
  /// The id as JSON text, as it came; "null" in a notification.
  const std::string& id() const { return origin_.id; }
  bool is_notification() const { return origin_.notification; }
  const boost::json::object& params() const { return *params_; }

  bool has(std::string_view name) const;  ///< given (or defaulted), and not null
  std::string string(std::string_view name) const;
  std::int64_t integer(std::string_view name) const;
  double number(std::string_view name) const;
  bool boolean(std::string_view name) const;
  std::vector<std::int64_t> integers(std::string_view name) const;
  std::vector<std::string> strings(std::string_view name) const;

 private:
  std::string_view method_;
  std::shared_ptr<const boost::json::object> params_;
  Origin origin_;
};

class ResponderState;

/// Answers one call, from any thread, at any time; it stays valid when the connection is gone (then it does
/// nothing). Copies answer the same call. Exactly one of finish/fail counts, the first; later calls do
/// nothing. When the last copy goes without an answer, the caller gets −32603: no call hangs.
///
/// Many answers to one call (docs/protocols/jsonrpc.md): items are never dropped, so a producer asks
/// `paused()` after each and continues from `when_ready`; gauges are lossy, the newest wins. A notification
/// and a caller that takes one answer only get none of them, which costs nothing.
class Responder {
 public:
  explicit Responder(std::shared_ptr<ResponderState> state) : state_(std::move(state)) {}

  void finish(const boost::json::value& result) const;
  void finish_text(std::string json) const;  ///< a result that is JSON text already
  void fail(Fault fault) const;
  void fail(const Error& error) const { fail(to_fault(error)); }
  /// finish(value) or fail(error).
  void answer(const Result<boost::json::value>& outcome) const;

  void item(const boost::json::value& value) const;
  void gauge(const boost::json::value& value) const;

  /// The caller's unsent bytes are above the soft limit: produce no further item now.
  bool paused() const;
  /// Runs `task` once, as soon as the caller takes items again or is gone, on the connection's loop (or at
  /// once, here).
  void when_ready(Task task) const;

  /// The caller cancelled, or is gone: stop the work. finish() is then without effect.
  bool cancelled() const;
  /// Runs `task` once when that happens, on the connection's loop; at once if it already did. One per call:
  /// the last.
  void on_cancel(Task task) const;

  /// For the transport: a header field of the HTTP answer (Set-Cookie). Before finish(); elsewhere without
  /// effect.
  void header(std::string name, std::string value) const;

 private:
  std::shared_ptr<ResponderState> state_;
};

using Handler = std::function<void(Call, Responder)>;

/// A row of the table: everything there is to know about a method. See rpc/table.hpp for an example.
struct Method {
  std::string name = {};           ///< noun.verb
  std::string summary = {};        ///< one sentence
  std::vector<Field> params = {};  ///< in positional order
  Field result = {};
  std::vector<int> errors =
      {};  ///< codes it answers with besides the ones every method may (refused, −326xx)
  Role role = Role::anyone;
  Run run = Run::inline_;
  Field item = {};    ///< of a method with many answers: what an item or gauge looks like (type any: none)
  bool many = false;  ///< may answer many times
  Handler handler = {};
};

/// A notification that the server sends on a channel.
struct Event {
  std::string name = {};
  std::string channel = {};  ///< "station:<slug>"; "" for one that goes to a single connection
  std::string summary = {};
  Field data = {};
};

}  // namespace longwave::rpc
