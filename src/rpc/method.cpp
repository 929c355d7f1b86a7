// SPDX-License-Identifier: Apache-2.0
#include "rpc/method.hpp"

#include "base/assert.hpp"
#include "rpc/mailbox.hpp"

#include <boost/json/serialize.hpp>
#include <boost/json/value.hpp>

namespace longwave::rpc {
namespace {

namespace json = boost::json;

const json::value& at(const json::object& params, std::string_view name) {
  const json::value* value = params.if_contains(name);
  LW_ASSERT(value != nullptr, name);
  return *value;
}

}  // namespace

Call::Call(std::string_view method, std::shared_ptr<const json::object> params, Origin origin)
    : method_(method), params_(std::move(params)), origin_(std::move(origin)) {}

bool Call::has(std::string_view name) const {
  const json::value* value = params_->if_contains(name);
  return value && !value->is_null();
}

std::string Call::string(std::string_view name) const {
  return std::string(at(*params_, name).as_string());
}
std::int64_t Call::integer(std::string_view name) const {
  return at(*params_, name).as_int64();
}
double Call::number(std::string_view name) const {
  return at(*params_, name).to_number<double>();
}
bool Call::boolean(std::string_view name) const {
  return at(*params_, name).as_bool();
}

std::vector<std::int64_t> Call::integers(std::string_view name) const {
  std::vector<std::int64_t> result;
  for (const json::value& item : at(*params_, name).as_array()) result.push_back(item.as_int64());
  return result;
}

std::vector<std::string> Call::strings(std::string_view name) const {
  std::vector<std::string> result;
  for (const json::value& item : at(*params_, name).as_array()) result.emplace_back(item.as_string());
  return result;
}

void Responder::finish(const json::value& result) const {
  state_->finish(state_->silent() ? std::string() : json::serialize(result));
}
void Responder::finish_text(std::string text) const {
  state_->finish(std::move(text));
}
void Responder::fail(Fault fault) const {
  state_->fail(std::move(fault));
}

void Responder::answer(const Result<json::value>& outcome) const {
  if (outcome)
    finish(*outcome);
  else
    fail(outcome.error());
}

void Responder::item(const json::value& value) const {
  if (state_->many()) state_->item(json::serialize(value));
}
void Responder::gauge(const json::value& value) const {
  if (state_->many()) state_->gauge(json::serialize(value));
}
bool Responder::paused() const {
  return state_->paused();
}
void Responder::when_ready(Task task) const {
  state_->when_ready(std::move(task));
}
bool Responder::cancelled() const {
  return state_->cancelled();
}
void Responder::on_cancel(Task task) const {
  state_->on_cancel(std::move(task));
}
void Responder::header(std::string name, std::string value) const {
  state_->header(std::move(name), std::move(value));
}

}  // namespace longwave::rpc
