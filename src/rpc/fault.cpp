// SPDX-License-Identifier: Apache-2.0
#include "rpc/fault.hpp"

#include "base/assert.hpp"
#include "base/text.hpp"

#include <boost/json/serialize.hpp>
#include <boost/json/string.hpp>
#include <boost/json/value.hpp>

namespace longwave::rpc {
namespace {

int code_of(Errc kind) {
  switch (kind) {
    case Errc::invalid:
      return invalid_params;
    case Errc::not_found:
      return not_found;
    case Errc::refused:
      return refused;
    case Errc::conflict:
      return conflict;
    case Errc::full:
      return full;
    case Errc::cancelled:
      return cancelled;
    case Errc::unavailable:
      return unavailable;
    case Errc::unsupported:
      return unsupported;
    case Errc::broken:
      return broken;
  }
  return internal_error;
}

}  // namespace

const char* code_name(int code) {
  switch (code) {
    case parse_error:
      return "parse_error";
    case invalid_request:
      return "invalid_request";
    case method_not_found:
      return "method_not_found";
    case invalid_params:
      return "invalid_params";
    case internal_error:
      return "internal_error";
    case cancelled:
      return "cancelled";
    case unavailable:
      return "unavailable";
    case too_many_calls:
      return "too_many_calls";
    case refused:
      return "refused";
    case not_found:
      return "not_found";
    case conflict:
      return "conflict";
    case full:
      return "full";
    case unsupported:
      return "unsupported";
    case broken:
      return "broken";
    case timed_out:
      return "timed_out";
    default:
      return "";
  }
}

Fault invalid_call(std::string_view reason) {
  Fault fault{invalid_request, "Invalid Request", {}};
  if (!reason.empty())
    fault.data = "{\"kind\":\"invalid_request\",\"reason\":" +
                 boost::json::serialize(boost::json::string_view(reason)) + "}";
  return fault;
}

void throw_exception_from_error(const Fault& fault, const boost::source_location& where) {
  assertion_failed("reply.has_value()", fault.message, where.file_name(), static_cast<int>(where.line()));
}

Fault to_fault(const Error& error) {
  const int code = code_of(error.code);
  return {code, error.message, std::string("{\"kind\":\"") + code_name(code) + "\"}"};
}

std::string to_json(const Fault& fault) {
  std::string text = "{\"code\":" + std::to_string(fault.code) + ",\"message\":";
  text += boost::json::serialize(boost::json::string_view(text::to_utf8(fault.message)));
  if (!fault.data.empty()) text += ",\"data\":" + fault.data;
  return text + "}";
}

}  // namespace longwave::rpc
