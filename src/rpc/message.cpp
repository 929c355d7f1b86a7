// SPDX-License-Identifier: Apache-2.0
#include "rpc/message.hpp"

#include "base/text.hpp"

#include <boost/json/error.hpp>
#include <boost/json/parse.hpp>
#include <boost/json/parse_options.hpp>

#include <cmath>
#include <cstdint>

namespace longwave::rpc {
namespace {

namespace json = boost::json;

// The scanner below walks text that the parser has accepted: it only has to find where values begin and end.

std::size_t skip_space(std::string_view s, std::size_t i) {
  while (i < s.size() && (s[i] == ' ' || s[i] == '\t' || s[i] == '\n' || s[i] == '\r')) ++i;
  return i;
}

std::size_t skip_string(std::string_view s, std::size_t i) {
  for (++i; i < s.size() && s[i] != '"'; ++i)
    if (s[i] == '\\') ++i;
  return i < s.size() ? i + 1 : s.size();
}

std::size_t skip_value(std::string_view s, std::size_t i) {
  if (i >= s.size()) return i;
  if (s[i] == '"') return skip_string(s, i);
  if (s[i] == '{' || s[i] == '[') {
    int depth = 0;
    while (i < s.size()) {
      const char c = s[i];
      if (c == '"') {
        i = skip_string(s, i);
        continue;
      }
      ++i;
      if (c == '{' || c == '[') ++depth;
      if ((c == '}' || c == ']') && --depth == 0) break;
    }
    return i;
  }
  while (i < s.size() && std::string_view{",]} \t\n\r"}.find(s[i]) == std::string_view::npos) ++i;
  return i;
}

struct RawMember {
  std::string_view key;  // with quotes
  std::string_view value;
};

std::vector<RawMember> raw_members(std::string_view object) {
  std::vector<RawMember> result;
  result.reserve(6);
  std::size_t i = skip_space(object, skip_space(object, 0) + 1);
  while (i < object.size() && object[i] == '"') {
    const std::size_t key = i;
    i = skip_string(object, i);
    const std::string_view name = object.substr(key, i - key);
    i = skip_space(object, skip_space(object, i) + 1);  // the colon
    const std::size_t value = i;
    i = skip_value(object, i);
    result.push_back({name, object.substr(value, i - value)});
    i = skip_space(object, i);
    if (i < object.size() && object[i] == ',') i = skip_space(object, i + 1);
  }
  return result;
}

bool named(const RawMember& member, std::string_view name) {
  const std::string_view inner = member.key.substr(1, member.key.size() - 2);
  if (inner == name) return true;
  if (inner.find('\\') == std::string_view::npos) return false;
  boost::system::error_code ec;
  const json::value decoded = json::parse(member.key, ec);
  return !ec && decoded.is_string() && std::string_view(decoded.get_string()) == name;
}

// Takes the id as far as it can be used, so that an error is answered to the right call.
void take_id(Incoming& in, const json::value* id, std::string_view raw, bool any_type) {
  if (!id || id->is_null()) return;
  if (!any_type && !id->is_string() && !id->is_number()) {
    in.fault = invalid_call("\"id\" must be a string or a number");
    return;
  }
  in.id = raw;
  in.key = id_key(*id, raw);
}

/// The members of a message that matter, as values and as text.
struct Members {
  const json::value* version = nullptr;
  const json::value* id = nullptr;
  const json::value* method = nullptr;
  json::value* params = nullptr;
  json::value* result = nullptr;
  json::value* error = nullptr;
  std::string_view raw_id, raw_params;
};

bool looks_like_v1(const Members& m, Dialect dialect) {
  const bool call = m.method && m.method->is_string();
  if (dialect == Dialect::v1) return call;
  return dialect == Dialect::automatic && !m.version && call && (!m.params || m.params->is_array());
}

void classify_v1(Incoming& in, const Members& m) {
  in.dialect = Dialect::v1;
  in.kind = m.id && !m.id->is_null() ? Incoming::Kind::call : Incoming::Kind::notification;
  if (m.params && !m.params->is_array()) in.fault = {invalid_params, "\"params\" must be an array", {}};
}

void classify_v2(Incoming& in, const Members& m) {
  if (!m.version && m.method && m.method->is_string()) {
    in.fault = invalid_call("\"jsonrpc\":\"2.0\" is missing");
  } else if (!m.method || !m.method->is_string()) {
    in.fault = invalid_call();
  } else if (!m.version->is_string() || m.version->get_string() != "2.0") {
    in.fault = invalid_call("\"jsonrpc\" must be \"2.0\"");
  } else if (m.params && !m.params->is_array() && !m.params->is_object()) {
    in.fault = invalid_call("\"params\" must be an array or an object");
  }
  if (in.fault.code == invalid_request) return;
  in.kind = m.id ? Incoming::Kind::call : Incoming::Kind::notification;
}

// What decides is which members there are, not whether their values are true: a result may be null or false.
void classify_answer(Incoming& in, const Members& m, const json::object& object) {
  in.kind = Incoming::Kind::answer;
  if (!m.version) in.dialect = Dialect::v1;
  if (m.id && !m.id->is_null()) {
    in.id = m.raw_id;
    in.key = id_key(*m.id, m.raw_id);
  }
  in.failure = m.error && (!m.error->is_null() || !m.result);
  in.params = in.failure ? m.error : m.result;
  const json::value* more = object.if_contains("more");
  in.more = more && more->is_bool() && more->get_bool() && !in.failure;
  const json::value* kind = object.if_contains("kind");
  in.gauge = in.more && kind && kind->is_string() && kind->get_string() == "gauge";
}

std::string cancel_target(const json::value& params, std::string_view raw) {
  if (params.is_array() && params.get_array().size() == 1) return std::string(raw_elements(raw)[0]);
  if (params.is_object())
    for (const RawMember& member : raw_members(raw))
      if (named(member, "id")) return std::string(member.value);
  return {};
}

/// The members of an object have the order of their text, as long as none is given twice.
Members members_of(json::object& object, const std::vector<RawMember>& raw) {
  Members m;
  std::size_t i = 0;
  for (auto& member : object) {
    const std::string_view key = member.key();
    json::value* value = &member.value();
    if (key == "jsonrpc") m.version = value;
    if (key == "method") m.method = value;
    if (key == "result") m.result = value;
    if (key == "error") m.error = value;
    if (key == "id") {
      m.id = value;
      m.raw_id = raw[i].value;
    }
    if (key == "params") {
      m.params = value;
      m.raw_params = raw[i].value;
    }
    ++i;
  }
  return m;
}

Incoming classify(json::value& value, std::string_view raw, bool in_batch, Dialect dialect) {
  Incoming in;
  in.fault.code = 0;
  if (dialect == Dialect::v1) in.dialect = Dialect::v1;
  if (!value.is_object()) {
    in.fault = invalid_call();
    return in;
  }
  json::object& object = value.get_object();
  const std::vector<RawMember> raws = raw_members(raw);
  if (raws.size() != object.size()) {
    in.fault = invalid_call("a member is given twice");
    return in;  // which of two ids is meant can't be known
  }
  const Members m = members_of(object, raws);
  if (!m.method && (m.result || m.error)) {
    classify_answer(in, m, object);
    return in;
  }
  const bool v1 = looks_like_v1(m, dialect);
  take_id(in, m.id, m.raw_id, v1);
  if (in.fault.code != 0) return in;
  if (v1 && !in_batch)
    classify_v1(in, m);
  else
    classify_v2(in, m);
  if (in.kind == Incoming::Kind::invalid) return in;
  in.method = m.method->get_string();
  if (!m.params || in.fault.code != 0) return in;
  if (in.method == "rpc.cancel") in.raw_target = cancel_target(*m.params, m.raw_params);
  if (m.params->is_object() && raw_members(m.raw_params).size() != m.params->get_object().size())
    in.fault = {invalid_params, "a parameter is given twice", {}};
  in.params = m.params;
  return in;
}

Fault parse_fault(const boost::system::error_code& ec, int max_depth) {
  if (ec == json::error::too_deep)
    return {parse_error, "Parse error: nested deeper than " + std::to_string(max_depth) + " levels", {}};
  return {parse_error, "Parse error", {}};
}

}  // namespace

std::vector<std::string_view> raw_elements(std::string_view array) {
  std::vector<std::string_view> result;
  std::size_t i = skip_space(array, skip_space(array, 0) + 1);
  while (i < array.size() && array[i] != ']') {
    const std::size_t start = i;
    i = skip_value(array, i);
    result.push_back(array.substr(start, i - start));
    i = skip_space(array, i);
    if (i < array.size() && array[i] == ',') i = skip_space(array, i + 1);
  }
  return result;
}

std::string id_key(const json::value& id, std::string_view raw) {
  if (id.is_null()) return {};
  if (id.is_string()) return "s" + std::string(id.get_string());
  if (id.is_int64()) return "n" + std::to_string(id.get_int64());
  if (id.is_uint64()) return "n" + std::to_string(id.get_uint64());
  if (id.is_double()) {
    const double number = id.get_double();
    const bool fraction = raw.find_first_of(".eE") != std::string_view::npos;
    if (fraction && std::abs(number) < 9e15 && number == std::floor(number))
      return "n" + std::to_string(static_cast<std::int64_t>(number));
  }
  return "r" + std::string(raw);  // huge or fractional numbers, and what only 1.0 allows as an id
}

Envelope read_message(std::string_view text, int max_depth, std::size_t max_batch, Dialect dialect,
                      json::storage_ptr memory) {
  Envelope envelope;
  json::parse_options options;
  options.max_depth = static_cast<std::size_t>(max_depth);
  boost::system::error_code ec;
  envelope.root.emplace(json::parse(text, ec, std::move(memory), options));
  json::value& value = *envelope.root;
  if (ec) {
    envelope.fault = parse_fault(ec, max_depth);
    return envelope;
  }
  if (!value.is_array() || dialect == Dialect::v1) {
    envelope.elements.push_back(classify(value, text, false, dialect));
    return envelope;
  }
  json::array& array = value.get_array();
  if (array.empty() || array.size() > max_batch) {
    envelope.fault = array.empty()
                         ? invalid_call()
                         : invalid_call("a batch of more than " + std::to_string(max_batch) + " calls");
    return envelope;
  }
  envelope.batch = true;
  const std::vector<std::string_view> raw = raw_elements(text);
  for (std::size_t i = 0; i < array.size(); ++i)
    envelope.elements.push_back(classify(array[i], raw[i], true, dialect));
  return envelope;
}

}  // namespace longwave::rpc
