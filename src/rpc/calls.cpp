// SPDX-License-Identifier: Apache-2.0
#include "rpc/calls.hpp"

#include <boost/json/serialize.hpp>
#include <boost/json/value.hpp>

#include <algorithm>

namespace longwave::rpc {

namespace json = boost::json;

std::string OpenCalls::next_id(std::uint32_t& last) const {
  std::string id;
  do id = std::to_string(++last);
  while (contains("n" + id));
  return id;
}

void OpenCalls::add(std::string key, OpenCall call) {
  call.number = ++last_number_;
  if (call.due && (!due_ || *call.due < *due_)) due_ = call.due;
  calls_.emplace(std::move(key), std::move(call));
}

OpenCall* OpenCalls::find(const std::string& key) {
  const auto it = calls_.find(key);
  return it == calls_.end() ? nullptr : &it->second;
}

std::optional<OpenCall> OpenCalls::take(const std::string& key) {
  auto node = calls_.extract(key);
  if (!node) return std::nullopt;
  return std::move(node.mapped());
}

std::optional<OpenCall> OpenCalls::take_oldest() {
  const auto it = std::min_element(calls_.begin(), calls_.end(), [](const auto& a, const auto& b) {
    return a.second.number < b.second.number;
  });
  if (it == calls_.end()) return std::nullopt;
  return std::move(calls_.extract(it).mapped());
}

std::vector<OpenCall> OpenCalls::take_due(Instant now) {
  std::vector<OpenCall> late;
  due_.reset();
  for (auto it = calls_.begin(); it != calls_.end();) {
    const auto due = it->second.due;
    if (due && *due <= now) {
      late.push_back(std::move(it->second));
      it = calls_.erase(it);
      continue;
    }
    if (due && (!due_ || *due < *due_)) due_ = due;
    ++it;
  }
  std::sort(late.begin(), late.end(),
            [](const OpenCall& a, const OpenCall& b) { return a.number < b.number; });
  return late;
}

void OpenCalls::touch(OpenCall& call, Instant now) {
  if (call.due) call.due = now + call.timeout;
}

Reply reply_of(const Incoming& answer) {
  if (!answer.failure) return Reply(json::value(*answer.params, json::storage_ptr()));
  Fault fault{internal_error, {}, {}};
  const json::object* error = answer.params->if_object();
  const json::value* code = error ? error->if_contains("code") : nullptr;
  const json::value* message = error ? error->if_contains("message") : nullptr;
  const bool ours = code && code->is_int64() && code->get_int64() == static_cast<int>(code->get_int64()) &&
                    (!message || message->is_string());
  if (!ours) {
    fault.data = json::serialize(*answer.params);
    return fault;
  }
  fault.code = static_cast<int>(code->get_int64());
  if (message) fault.message = message->get_string();
  if (const json::value* data = error->if_contains("data")) fault.data = json::serialize(*data);
  return fault;
}

}  // namespace longwave::rpc
