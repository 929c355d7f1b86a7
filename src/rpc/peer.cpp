// SPDX-License-Identifier: Apache-2.0
#include "rpc/peer.hpp"

#include "base/assert.hpp"
#include "rpc/calls.hpp"
#include "rpc/message.hpp"
#include "rpc/served.hpp"

#include <boost/json/monotonic_resource.hpp>
#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>
#include <boost/json/value.hpp>

#include <algorithm>
#include <utility>

namespace longwave::rpc {
namespace {

namespace json = boost::json;

constexpr std::uint16_t protocol_error = 1002, no_data = 1007;  // RFC 6455 section 7.4.1

std::string call_text(Dialect dialect, std::string_view id, std::string_view method,
                      std::string_view params) {
  std::string text;
  text.reserve(56 + id.size() + method.size() + params.size());
  text += dialect == Dialect::v1 ? "{\"id\":" : "{\"jsonrpc\":\"2.0\",\"id\":";
  text.append(id).append(",\"method\":").append(json::serialize(json::string_view(method)));
  return text.append(",\"params\":").append(params).append("}");
}

bool are_params(const json::value& params, Dialect dialect) {
  return params.is_array() || (dialect != Dialect::v1 && params.is_object());
}

}  // namespace

/// A peer is the half that is called (Served) and the half that calls (OpenCalls).
class Peer::Impl final : public Served {
 public:
  Impl(const Surroundings& surroundings, Outlet& outlet, std::shared_ptr<const Caller> caller, Terms terms)
      : Served(surroundings, outlet, std::move(caller), terms),
        dialect_(terms.dialect),
        bare_faults_(terms.bare_faults),
        null_is_no_id_(terms.tells_method) {
    if (dialect_ == Dialect::v1) spoken_ = Dialect::v1;
  }
  ~Impl() { end(); }

  bool receive(std::string_view text) {
    if (ended_) return false;
    unsigned char buffer[4096];
    json::monotonic_resource memory(buffer, sizeof(buffer));  // what is read lives as long as this call
    Envelope envelope = read_message(text, around().limits.depth, around().limits.batch, dialect_, &memory);
    auto& elements = envelope.elements;
    const bool garbage =
        envelope.fault || std::all_of(elements.begin(), elements.end(),
                                      [](const Incoming& in) { return in.kind == Incoming::Kind::invalid; });
    if (garbage && dialect_ == Dialect::v1) return refuse_conversation(envelope);
    if (garbage) outlet().on_garbage();
    if (ended_) return false;
    if (envelope.fault) {
      const auto& fault = *envelope.fault;
      send({fault_text(Dialect::v2, "null", bare_faults_ ? bare(fault) : fault), true, {}});
      return true;
    }
    if (dialect_ == Dialect::automatic && !garbage) spoken_ = elements.front().dialect;
    boost::container::small_vector<Incoming, 1> calls;
    for (Incoming& in : elements) {
      if (null_is_no_id_ && in.kind == Incoming::Kind::call && in.key.empty())
        in.kind = Incoming::Kind::notification;
      if (in.kind == Incoming::Kind::answer)
        answered(in);
      else if (!envelope.batch)
        return serve(in);
      else
        calls.push_back(std::move(in));
    }
    return !ended_ && !calls.empty() && serve_batch(calls);
  }

  Result<std::string> call(std::string_view method, const json::value& params, CallOptions options,
                           UniqueFunction<void(Reply)> done) {
    if (ended_) return error(Errc::unavailable, "the connection is over");
    if (!are_params(params, spoken_)) return error(Errc::invalid, "params are an array or an object");
    if (!ours_) ours_ = std::make_unique<OpenCalls>();
    std::string id = options.id.empty() ? ours_->next_id(last_id_) : std::move(options.id);
    const auto key = key_of(id);
    if (!key) return error(Errc::invalid, "an id is a string or a number");
    if (ours_->contains(*key)) return error(Errc::conflict, "a call with this id is still open");
    std::optional<OpenCall> oldest;
    if (ours_->size() >= around().limits.outstanding) oldest = ours_->take_oldest();

    OpenCall made;
    made.id = id;
    made.timeout = options.timeout;
    const auto due_before = ours_->due();
    if (options.timeout > Duration::zero() && around().clock)
      made.due = around().clock->now() + options.timeout;
    const bool sooner = made.due && (!due_before || *made.due < *due_before);
    made.on_more = std::move(options.on_more);
    made.done = std::move(done);
    ours_->add(*key, std::move(made));
    send({call_text(spoken_, id, method, json::serialize(params)), true, {}});
    if (sooner) outlet().tell_when_due();
    if (oldest) give_up(std::move(*oldest), {too_many_calls, "given up for a newer call", {}});
    return id;
  }

  void notify(std::string_view method, const json::value& params) {
    if (!ended_) send({notification(method, json::serialize(params), spoken_), true, {}});
  }

  bool cancel(std::string_view id) {
    const auto key = key_of(id);
    auto call = key && ours_ ? ours_->take(*key) : std::nullopt;
    if (!call) return false;
    forget_none();
    give_up(std::move(*call), {cancelled, "cancelled", "{\"kind\":\"cancelled\"}"});
    return true;
  }

  std::optional<Instant> due() const { return ours_ ? ours_->due() : std::nullopt; }

  void on_time(Instant now) {
    if (!ours_) return;
    auto late = ours_->take_due(now);
    forget_none();
    for (OpenCall& call : late) give_up(std::move(call), {timed_out, "no answer in time", {}});
  }

  void end() {
    if (ended_) return;
    end_calls();
    if (const auto ours = std::move(ours_))
      while (auto call = ours->take_oldest())
        complete(*call, Fault{unavailable, "the connection is over", {}});
  }

  std::size_t outstanding() const { return ours_ ? ours_->size() : 0; }

 private:
  bool refuse_conversation(const Envelope& envelope) {
    const Fault& fault = envelope.fault ? *envelope.fault : envelope.elements.front().fault;
    outlet().close(fault.code == parse_error ? no_data : protocol_error, fault.message);
    end();
    return false;
  }

  void answered(const Incoming& in) {
    OpenCall* call = ours_ && !in.key.empty() ? ours_->find(in.key) : nullptr;
    if (!call) return;  // late, or nobody asked
    if (!in.more) {
      auto last = ours_->take(in.key);
      forget_none();
      return complete(*last, reply_of(in));
    }
    if (around().clock) ours_->touch(*call, around().clock->now());
    if (!call->on_more) return;
    auto on_more = std::move(call->on_more);  // it may end this call, or the peer
    on_more(json::value(*in.params, json::storage_ptr()), in.gauge);
    call = ours_ ? ours_->find(in.key) : nullptr;
    if (call && !call->on_more) call->on_more = std::move(on_more);
  }

  void forget_none() {
    if (ours_ && ours_->empty()) ours_.reset();
  }

  static void complete(OpenCall& call, Reply reply) {
    if (call.done) call.done(std::move(reply));
  }

  /// Tells the other side to stop. A caller of version 1 may know nothing of this: it is told only where it
  /// speaks the extension, because it was asked for many answers.
  void give_up(OpenCall call, Fault fault) {
    if (spoken_ != Dialect::v1 || call.many())
      send({notification("rpc.cancel", "[" + call.id + "]", spoken_), true, {}});
    complete(call, std::move(fault));
  }

  static std::optional<std::string> key_of(std::string_view id) {
    boost::system::error_code ec;
    const json::value value = json::parse(id, ec);
    if (ec || (!value.is_string() && !value.is_number())) return std::nullopt;
    return id_key(value, id);
  }

  Dialect dialect_;
  bool bare_faults_;
  bool null_is_no_id_;
  Dialect spoken_ = Dialect::v2;
  std::uint32_t last_id_ = 0;
  std::unique_ptr<OpenCalls> ours_;  // null while no call of ours is open
};

Peer::Peer(const Surroundings& surroundings, Outlet& outlet, std::shared_ptr<const Caller> caller,
           Terms terms)
    : impl_(std::make_unique<Impl>(surroundings, outlet, std::move(caller), terms)) {}
Peer::~Peer() = default;

bool Peer::receive(std::string_view text) {
  return impl_->receive(text);
}
Result<std::string> Peer::call(std::string_view method, const json::value& params, CallOptions options,
                               UniqueFunction<void(Reply)> done) {
  return impl_->call(method, params, std::move(options), std::move(done));
}
void Peer::notify(std::string_view method, const json::value& params) {
  impl_->notify(method, params);
}
bool Peer::cancel(std::string_view id) {
  return impl_->cancel(id);
}
std::optional<Instant> Peer::due() const {
  return impl_->due();
}
void Peer::on_time(Instant now) {
  impl_->on_time(now);
}
void Peer::drained() {
  impl_->drained();
}
void Peer::end() {
  impl_->end();
}
void Peer::set_caller(std::shared_ptr<const Caller> caller) {
  impl_->set_caller(std::move(caller));
}
const Caller& Peer::caller() const {
  return impl_->caller();
}
std::size_t Peer::in_flight() const {
  return impl_->in_flight();
}
std::size_t Peer::outstanding() const {
  return impl_->outstanding();
}

std::string notification(std::string_view method, std::string_view params, Dialect dialect) {
  std::string text = dialect == Dialect::v1 ? "{\"id\":null,\"method\":" : "{\"jsonrpc\":\"2.0\",\"method\":";
  text += json::serialize(json::string_view(method));
  return text.append(",\"params\":").append(params).append("}");
}

}  // namespace longwave::rpc
