// SPDX-License-Identifier: Apache-2.0
#include "rpc/served.hpp"

#include "base/log.hpp"
#include "rpc/arguments.hpp"

#include <boost/json/serialize.hpp>
#include <boost/json/value.hpp>

#include <algorithm>
#include <utility>

namespace longwave::rpc {
namespace {

namespace json = boost::json;

void run_handler(const Method& method, Call call, Responder responder) {
  try {
    method.handler(std::move(call), responder);
  } catch (const std::exception& e) {
    log::error("rpc: {} failed: {}", method.name, e.what());
    responder.fail(Fault{internal_error, "internal error", {}});
  }
}

bool is_answered(const Incoming& in) {
  return in.kind == Incoming::Kind::call || in.kind == Incoming::Kind::invalid;
}

std::string opening(Dialect dialect, std::string_view id, std::string_view method) {
  std::string text;
  text.reserve(64 + id.size() + method.size());
  text += dialect == Dialect::v2 ? "{\"jsonrpc\":\"2.0\"," : "{";
  if (dialect == Dialect::v2 && !method.empty())
    text.append("\"method\":").append(json::serialize(json::string_view(method))).append(",");
  return text.append("\"id\":").append(id);
}

}  // namespace

std::string result_text(Dialect dialect, std::string_view id, std::string_view result, std::string_view extra,
                        std::string_view method) {
  std::string text = opening(dialect, id, method);
  text.append(",\"result\":").append(result);
  if (dialect == Dialect::v1) text += ",\"error\":null";
  text.append(extra).append("}");
  return text;
}

std::string fault_text(Dialect dialect, std::string_view id, const Fault& fault, std::string_view method) {
  std::string text = opening(dialect, id, method);
  text.append(dialect == Dialect::v2 ? ",\"error\":" : ",\"result\":null,\"error\":");
  return text.append(to_json(fault)).append("}");
}

Fault bare(const Fault& fault) {
  return {fault.code, fault.code == method_not_found ? "method not found" : fault.message, {}};
}

/// The calls of one batch: answered together, in the order of the calls.
struct Served::Batch {
  std::vector<std::string> answers;
  std::size_t open = 0;
  HeaderList headers;
};

struct Served::LiveCall {
  Dialect dialect = Dialect::v2;
  bool notification = false;
  std::uint64_t number = 0;
  std::string id, key;
  std::string method;  // only where answers tell it
  std::shared_ptr<Batch> batch;
  std::size_t slot = 0;
  std::weak_ptr<ResponderState> state;
  std::optional<std::string> gauge;  // the newest that waits for the queue to get shorter
};

struct Served::Work {
  boost::container::small_vector<LiveCall, 1> live;  // few: looked through faster than hashed
  std::vector<Task> waiting;                         // producers that are paused
};

Served::Served(const Surroundings& surroundings, Outlet& outlet, std::shared_ptr<const Caller> caller,
               const Terms& terms)
    : around_(surroundings),
      outlet_(outlet),
      caller_(std::move(caller)),
      connection_(terms.connection),
      owner_(terms.owner),
      many_answers_(terms.many_answers),
      tells_method_(terms.tells_method),
      bare_faults_(terms.bare_faults) {}

Served::~Served() = default;

const std::shared_ptr<Mailbox>& Served::mailbox() {
  if (!mailbox_) {
    mailbox_ = std::make_shared<Mailbox>();
    mailbox_->sink = this;
    mailbox_->post = around_.post;
    mailbox_->soft_bytes = around_.limits.soft_bytes;
  }
  return mailbox_;
}

void Served::end_calls() {
  ended_ = true;
  if (mailbox_) mailbox_->sink = nullptr;
  const auto work = std::move(work_);
  if (!work) return;
  for (const LiveCall& call : work->live) {
    if (call.notification) continue;  // nobody waits for it: it is carried out
    if (const auto state = call.state.lock()) state->cancel();
  }
  for (Task& task : work->waiting) task();
}

bool Served::serve(Incoming& in) {
  return take(in, nullptr, 0);
}

bool Served::serve_batch(boost::container::small_vector_base<Incoming>& elements) {
  const auto open = static_cast<std::size_t>(std::count_if(elements.begin(), elements.end(), is_answered));
  std::shared_ptr<Batch> batch;
  if (open != 0) {
    batch = std::make_shared<Batch>();
    batch->answers.resize(batch->open = open);
  }
  std::size_t slot = 0;
  for (Incoming& in : elements) {
    const bool answered = is_answered(in);
    take(in, answered ? batch : nullptr, slot);
    if (answered) ++slot;
  }
  return open != 0;
}

void Served::drained() {
  look_at_queue();
  if (!work_) return;
  if (mailbox_->unsent.load() > around_.limits.soft_bytes) return outlet_.tell_when_drained();
  for (LiveCall& call : work_->live)
    if (call.gauge) send_more(call, *std::exchange(call.gauge, std::nullopt), true);
  while (work_ && !work_->waiting.empty() && !mailbox_->above_soft()) {
    Task next = std::move(work_->waiting.front());
    work_->waiting.erase(work_->waiting.begin());
    next();
  }
  if (work_ && !work_->waiting.empty()) outlet_.tell_when_drained();
}

void Served::finished(std::uint64_t number, std::string result, HeaderList headers) {
  const auto call = take(number);
  if (call && !call->notification) close(*call, answer_text(*call, result, {}), std::move(headers));
}

void Served::failed(std::uint64_t number, const Fault& fault) {
  const auto call = take(number);
  if (call) refuse(*call, fault);
}

void Served::more(std::uint64_t number, std::string value, bool gauge) {
  LiveCall* call = find(number);
  if (!call) return;
  if (gauge && outlet_.queued_bytes() > around_.limits.soft_bytes) {
    call->gauge = std::move(value);
    outlet_.tell_when_drained();
    return;
  }
  if (call->gauge) send_more(*call, *std::exchange(call->gauge, std::nullopt), true);
  send_more(*call, value, gauge);
}

void Served::wait_until_ready(Task task) {
  look_at_queue();
  if (!mailbox_->above_soft()) return task();
  if (!work_) work_ = std::make_unique<Work>();
  work_->waiting.push_back(std::move(task));
  outlet_.tell_when_drained();
}

void Served::look_at_queue() {
  if (mailbox_) mailbox_->unsent.store(outlet_.queued_bytes());
}

std::size_t Served::in_flight() const {
  return work_ ? work_->live.size() : 0;
}

bool Served::take(Incoming& in, std::shared_ptr<Batch> batch, std::size_t slot) {
  if (ended_) return false;  // a handler of the same batch ended it
  LiveCall call;
  call.dialect = in.dialect;
  call.notification = in.kind == Incoming::Kind::notification;
  call.id = std::move(in.id);
  call.key = std::move(in.key);
  if (tells_method_) call.method = in.method;
  call.batch = std::move(batch);
  call.slot = slot;
  const bool answers = !call.notification;
  if (in.kind == Incoming::Kind::invalid) {
    refuse(call, in.fault);
  } else if (const auto fault = outlet_.admit()) {
    refuse(call, *fault);
  } else if (in.method == "rpc.cancel") {
    cancel(call, in);
  } else {
    start(call, in);
  }
  return answers;
}

void Served::start(LiveCall& call, Incoming& in) {
  const Method* method = around_.table.find(in.method);
  if (auto fault = objection(call, in, method)) return refuse(call, *fault);
  auto params = std::make_shared<json::object>();
  if (auto fault = bind_arguments(method->params, in.params ? std::move(*in.params) : json::value(), *params))
    return refuse(call, *fault);

  call.number = ++last_call_;
  const bool many = method->many && many_answers_ && !call.notification && !call.key.empty();
  auto state = std::make_shared<ResponderState>(mailbox(), call.number, many, call.notification);
  call.state = state;
  Call checked(method->name, std::move(params),
               {.caller = caller_,
                .connection = connection_,
                .owner = owner_,
                .id = call.id,
                .notification = call.notification});
  if (!work_) work_ = std::make_unique<Work>();
  work_->live.push_back(std::move(call));

  Responder responder(std::move(state));
  if (method->run == Run::inline_) return run_handler(*method, std::move(checked), std::move(responder));
  try {
    around_.run(method->run, [method, checked = std::move(checked), responder]() mutable {
      run_handler(*method, std::move(checked), responder);
    });
  } catch (const std::exception& e) {
    log::warn("rpc: {} can't run: {}", method->name, e.what());
    responder.fail(Fault{unavailable, "the server can't take this call now", {}});
  }
}

std::optional<Fault> Served::objection(const LiveCall& call, const Incoming& in, const Method* method) const {
  if (!method) return Fault{method_not_found, "Method not found", {}};
  if (in.fault.code != 0) return in.fault;
  if (caller_->role < method->role)
    return Fault{refused,
                 method->name + " needs the role " + std::string(to_string(method->role)) +
                     (caller_->user.empty() ? ": log in" : ""),
                 "{\"kind\":\"refused\",\"role\":\"" + std::string(to_string(method->role)) + "\"}"};
  if (!call.key.empty() && find(call.key)) return invalid_call("a call with this id is still being answered");
  if (in_flight() >= around_.limits.in_flight)
    return Fault{
        too_many_calls, "more than " + std::to_string(around_.limits.in_flight) + " calls at a time", {}};
  return std::nullopt;
}

void Served::cancel(const LiveCall& by, const Incoming& in) {
  const json::value* id = nullptr;
  if (in.params && in.params->is_array() && in.params->get_array().size() == 1)
    id = &in.params->get_array()[0];
  if (in.params && in.params->is_object()) id = in.params->get_object().if_contains("id");
  if (!id) return refuse(by, {invalid_params, "parameter \"id\": expected the id of a call", {}});
  const std::string key = id_key(*id, in.raw_target);
  const LiveCall* call = key.empty() ? nullptr : find(key);
  const bool found = call != nullptr;
  if (found) {
    const auto state = call->state.lock();
    failed(call->number, {cancelled, "cancelled", "{\"kind\":\"cancelled\"}"});
    if (state) state->cancel();
  }
  if (!by.notification) close(by, answer_text(by, found ? "true" : "false", {}), {});
}

void Served::refuse(const LiveCall& call, const Fault& fault) {
  if (call.notification) return;
  close(call, fault_text(call.dialect, call.id, bare_faults_ ? bare(fault) : fault, call.method), {});
}

std::string Served::answer_text(const LiveCall& call, std::string_view result, std::string_view extra) const {
  return result_text(call.dialect, call.id, result, extra, call.method);
}

void Served::close(const LiveCall& call, std::string text, HeaderList headers) {
  if (!call.batch) return send({std::move(text), true, std::move(headers)});
  Batch& batch = *call.batch;
  batch.answers[call.slot] = std::move(text);
  for (auto& header : headers) batch.headers.push_back(std::move(header));
  if (--batch.open != 0) return;
  std::string all = "[";
  for (const std::string& answer : batch.answers) (all += all.size() > 1 ? "," : "") += answer;
  send({std::move(all) + "]", true, std::move(batch.headers)});
}

void Served::send_more(const LiveCall& call, std::string_view value, bool gauge) {
  send({answer_text(call, value, gauge ? ",\"more\":true,\"kind\":\"gauge\"" : ",\"more\":true"), false, {}});
}

void Served::send(Message message) {
  if (ended_) return;
  outlet_.send(std::move(message));
  look_at_queue();
  if (mailbox_ && mailbox_->unsent.load() > around_.limits.soft_bytes) outlet_.tell_when_drained();
}

Served::LiveCall* Served::find(std::uint64_t number) const {
  if (!work_) return nullptr;
  const auto it = std::find_if(work_->live.begin(), work_->live.end(),
                               [&](const LiveCall& call) { return call.number == number; });
  return it == work_->live.end() ? nullptr : &*it;
}

Served::LiveCall* Served::find(std::string_view key) const {
  if (!work_) return nullptr;
  const auto it = std::find_if(work_->live.begin(), work_->live.end(),
                               [&](const LiveCall& call) { return call.key == key; });
  return it == work_->live.end() ? nullptr : &*it;
}

std::optional<Served::LiveCall> Served::take(std::uint64_t number) {
  LiveCall* found = find(number);
  if (!found) return std::nullopt;
  std::optional<LiveCall> call(std::move(*found));
  if (found != &work_->live.back()) *found = std::move(work_->live.back());
  work_->live.pop_back();
  if (work_->live.empty() && work_->waiting.empty()) work_.reset();
  return call;
}

}  // namespace longwave::rpc
