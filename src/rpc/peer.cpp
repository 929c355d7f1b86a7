// SPDX-License-Identifier: Apache-2.0
#include "rpc/peer.hpp"

#include "base/log.hpp"
#include "rpc/arguments.hpp"
#include "rpc/mailbox.hpp"
#include "rpc/message.hpp"

#include <boost/json/serialize.hpp>
#include <boost/json/value.hpp>

#include <optional>
#include <unordered_map>
#include <unordered_set>

namespace longwave::rpc {
namespace {

namespace json = boost::json;

std::string result_text(Dialect dialect, std::string_view id, std::string_view result,
                        std::string_view extra) {
  std::string text;
  text.reserve(48 + id.size() + result.size() + extra.size());
  text += dialect == Dialect::v2 ? "{\"jsonrpc\":\"2.0\",\"id\":" : "{\"id\":";
  text.append(id).append(",\"result\":").append(result);
  if (dialect == Dialect::v1) text += ",\"error\":null";
  text.append(extra).append("}");
  return text;
}

std::string fault_text(Dialect dialect, std::string_view id, const Fault& fault) {
  std::string text = dialect == Dialect::v2 ? "{\"jsonrpc\":\"2.0\",\"id\":" : "{\"id\":";
  text.append(id).append(dialect == Dialect::v2 ? ",\"error\":" : ",\"result\":null,\"error\":");
  return text.append(to_json(fault)).append("}");
}

/// The calls of one batch: answered together, in the order of the calls.
struct Batch {
  std::vector<std::string> answers;
  std::size_t open = 0;
  HeaderList headers;
};

struct LiveCall {
  Dialect dialect = Dialect::v2;
  bool notification = false;
  std::string id, key;
  std::shared_ptr<Batch> batch;
  std::size_t slot = 0;
  std::weak_ptr<ResponderState> state;
  std::optional<std::string> gauge;  // the newest that waits for the queue to get shorter
};

void run_handler(const Method& method, Call call, Responder responder) {
  try {
    method.handler(std::move(call), responder);
  } catch (const std::exception& e) {
    log::error("rpc: {} failed: {}", method.name, e.what());
    responder.fail(Fault{internal_error, "internal error", {}});
  }
}

}  // namespace

class Peer::Impl final : public AnswerSink {
 public:
  Impl(const Surroundings& surroundings, Outlet& outlet, Caller caller)
      : around_(surroundings), outlet_(outlet), caller_(std::make_shared<const Caller>(std::move(caller))) {
    mailbox_->sink = this;
    mailbox_->post = surroundings.post;
    mailbox_->soft_bytes = surroundings.limits.soft_bytes;
  }

  ~Impl() {
    mailbox_->sink = nullptr;
    const auto live = std::move(live_);
    for (const auto& [number, call] : live) {
      if (call.notification) continue;  // nobody waits for it: it is carried out
      if (const auto state = call.state.lock()) state->cancel();
    }
    for (Task& task : std::exchange(waiting_, {})) task();
  }

  bool receive(std::string_view text) {
    Envelope envelope = read_message(text, around_.limits.depth, around_.limits.batch);
    if (envelope.fault) {
      send({fault_text(Dialect::v2, "null", *envelope.fault), true, {}});
      return true;
    }
    if (!envelope.batch) return take(std::move(envelope.elements[0]), nullptr, 0);
    const auto batch = std::make_shared<Batch>();
    for (const Incoming& in : envelope.elements)
      if (in.kind == Incoming::Kind::call || in.kind == Incoming::Kind::invalid) ++batch->open;
    if (batch->open == 0) {
      for (Incoming& in : envelope.elements) take(std::move(in), nullptr, 0);
      return false;
    }
    batch->answers.resize(batch->open);
    std::size_t slot = 0;
    for (Incoming& in : envelope.elements) {
      const bool answered = in.kind == Incoming::Kind::call || in.kind == Incoming::Kind::invalid;
      take(std::move(in), answered ? batch : nullptr, slot);
      if (answered) ++slot;
    }
    return true;
  }

  void drained() {
    look_at_queue();
    if (mailbox_->unsent.load() > around_.limits.soft_bytes) return watch();
    for (auto& [number, call] : live_)
      if (call.gauge) send_more(call, *std::exchange(call.gauge, std::nullopt), true);
    while (!waiting_.empty() && !mailbox_->above_soft()) {
      Task next = std::move(waiting_.front());
      waiting_.erase(waiting_.begin());
      next();
    }
    if (!waiting_.empty()) watch();
  }

  // AnswerSink

  void finished(std::uint64_t number, std::string result, HeaderList headers) override {
    const auto node = live_.extract(number);
    if (!node) return;
    const LiveCall& call = node.mapped();
    forget(call);
    if (!call.notification) close(call, result_text(call.dialect, call.id, result, {}), std::move(headers));
  }

  void failed(std::uint64_t number, const Fault& fault) override {
    const auto node = live_.extract(number);
    if (!node) return;
    const LiveCall& call = node.mapped();
    forget(call);
    if (!call.notification) close(call, fault_text(call.dialect, call.id, fault), {});
  }

  void more(std::uint64_t number, std::string value, bool gauge) override {
    const auto it = live_.find(number);
    if (it == live_.end()) return;
    LiveCall& call = it->second;
    if (gauge && outlet_.queued_bytes() > around_.limits.soft_bytes) {
      call.gauge = std::move(value);
      watch();
      return;
    }
    if (call.gauge) send_more(call, *std::exchange(call.gauge, std::nullopt), true);
    send_more(call, value, gauge);
  }

  void wait_until_ready(Task task) override {
    look_at_queue();
    if (!mailbox_->above_soft()) {
      task();
      return;
    }
    waiting_.push_back(std::move(task));
    watch();
  }

  void look_at_queue() override { mailbox_->unsent.store(outlet_.queued_bytes()); }

  std::shared_ptr<const Caller> caller_ptr() const { return caller_; }
  void set_caller(Caller caller) { caller_ = std::make_shared<const Caller>(std::move(caller)); }
  std::size_t in_flight() const { return live_.size(); }

 private:
  bool take(Incoming in, std::shared_ptr<Batch> batch, std::size_t slot) {
    if (in.kind == Incoming::Kind::answer) return false;  // we have asked nothing
    LiveCall call;
    call.dialect = in.dialect;
    call.notification = in.kind == Incoming::Kind::notification;
    call.id = std::move(in.id);
    call.key = std::move(in.key);
    call.batch = std::move(batch);
    call.slot = slot;
    const bool answers = !call.notification;
    if (in.kind == Incoming::Kind::invalid) {
      refuse(call, in.fault);
    } else if (in.method == "rpc.cancel") {
      cancel(call, in);
    } else {
      start(std::move(call), std::move(in));
    }
    return answers;
  }

  void start(LiveCall call, Incoming in) {
    const Method* method = around_.table.find(in.method);
    if (auto fault = objection(call, in, method)) return refuse(call, *fault);
    auto params = std::make_shared<json::object>();
    if (auto fault = bind_arguments(method->params, std::move(in.params), *params))
      return refuse(call, *fault);

    const std::uint64_t number = ++last_call_;
    const bool many = method->many && around_.many_answers && !call.notification && !call.key.empty();
    auto state = std::make_shared<ResponderState>(mailbox_, number, many, call.notification);
    call.state = state;
    if (!call.key.empty()) keys_.emplace(call.key, number);
    live_.emplace(number, std::move(call));

    Responder responder(std::move(state));
    Call checked(method->name, std::move(params), caller_);
    if (method->run == Run::inline_) return run_handler(*method, std::move(checked), std::move(responder));
    try {
      around_.run(method->run, [method, checked, responder] { run_handler(*method, checked, responder); });
    } catch (const std::exception& e) {
      log::warn("rpc: {} can't run: {}", method->name, e.what());
      responder.fail(Fault{unavailable, "the server can't take this call now", {}});
    }
  }

  std::optional<Fault> objection(const LiveCall& call, const Incoming& in, const Method* method) const {
    if (!method) return Fault{method_not_found, "no such method: " + in.method.substr(0, 64), {}};
    if (in.fault.code != 0) return in.fault;
    if (caller_->role < method->role)
      return Fault{refused,
                   method->name + " needs the role " + std::string(to_string(method->role)) +
                       (caller_->user.empty() ? ": log in" : ""),
                   "{\"kind\":\"refused\",\"role\":\"" + std::string(to_string(method->role)) + "\"}"};
    if (!call.key.empty() && keys_.contains(call.key))
      return Fault{invalid_request, "a call with this id is still being answered", {}};
    if (live_.size() >= around_.limits.in_flight)
      return Fault{
          too_many_calls, "more than " + std::to_string(around_.limits.in_flight) + " calls at a time", {}};
    return std::nullopt;
  }

  void cancel(const LiveCall& by, const Incoming& in) {
    const json::value* id = nullptr;
    if (in.params.is_array() && in.params.get_array().size() == 1) id = &in.params.get_array()[0];
    if (in.params.is_object()) id = in.params.get_object().if_contains("id");
    if (!id) return refuse(by, {invalid_params, "parameter \"id\": expected the id of a call", {}});
    const auto it = keys_.find(id_key(*id, in.raw_target));
    const bool found = it != keys_.end();
    if (found) {
      const std::uint64_t number = it->second;
      const auto state = live_.at(number).state.lock();
      failed(number, {cancelled, "cancelled", "{\"kind\":\"cancelled\"}"});
      if (state) state->cancel();
    }
    if (!by.notification) close(by, result_text(by.dialect, by.id, found ? "true" : "false", {}), {});
  }

  void refuse(const LiveCall& call, const Fault& fault) {
    if (!call.notification) close(call, fault_text(call.dialect, call.id, fault), {});
  }

  void forget(const LiveCall& call) {
    if (!call.key.empty()) keys_.erase(call.key);
  }

  void close(const LiveCall& call, std::string text, HeaderList headers) {
    if (!call.batch) return send({std::move(text), true, std::move(headers)});
    Batch& batch = *call.batch;
    batch.answers[call.slot] = std::move(text);
    for (auto& header : headers) batch.headers.push_back(std::move(header));
    if (--batch.open != 0) return;
    std::string all = "[";
    for (const std::string& answer : batch.answers) (all += all.size() > 1 ? "," : "") += answer;
    send({std::move(all) + "]", true, std::move(batch.headers)});
  }

  void send_more(const LiveCall& call, std::string_view value, bool gauge) {
    send({result_text(call.dialect, call.id, value,
                      gauge ? ",\"more\":true,\"kind\":\"gauge\"" : ",\"more\":true"),
          false,
          {}});
  }

  void send(Message message) {
    outlet_.send(std::move(message));
    look_at_queue();
    if (mailbox_->unsent.load() > around_.limits.soft_bytes) watch();
  }

  void watch() { outlet_.tell_when_drained(); }

  Surroundings around_;
  Outlet& outlet_;
  std::shared_ptr<const Caller> caller_;
  std::shared_ptr<Mailbox> mailbox_ = std::make_shared<Mailbox>();
  std::unordered_map<std::uint64_t, LiveCall> live_;
  std::unordered_map<std::string, std::uint64_t> keys_;  // of live calls: equal ids
  std::vector<Task> waiting_;                            // producers that are paused
  std::uint64_t last_call_ = 0;
};

Peer::Peer(const Surroundings& surroundings, Outlet& outlet, Caller caller)
    : impl_(std::make_unique<Impl>(surroundings, outlet, std::move(caller))) {}
Peer::~Peer() = default;

bool Peer::receive(std::string_view text) {
  return impl_->receive(text);
}
void Peer::drained() {
  impl_->drained();
}
void Peer::set_caller(Caller caller) {
  impl_->set_caller(std::move(caller));
}
const Caller& Peer::caller() const {
  return *impl_->caller_ptr();
}
std::size_t Peer::in_flight() const {
  return impl_->in_flight();
}

std::string notification(std::string_view method, std::string_view params) {
  std::string text = "{\"jsonrpc\":\"2.0\",\"method\":\"";
  return text.append(method).append("\",\"params\":").append(params).append("}");
}

}  // namespace longwave::rpc
