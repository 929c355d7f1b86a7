// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/result.hpp"

#include <string>
#include <string_view>

/// The one file in which errors become the words of JSON-RPC. docs/adr/0006-error-kinds.md lists the codes.
namespace longwave::rpc {

enum Code : int {
  parse_error = -32700,
  invalid_request = -32600,
  method_not_found = -32601,
  invalid_params = -32602,
  internal_error = -32603,
  cancelled = -32000,
  unavailable = -32001,
  too_many_calls = -32002,
  refused = -32003,
  not_found = -32004,
  conflict = -32005,
  full = -32006,
  unsupported = -32007,
  broken = -32008,
  timed_out = -32009,  ///< of our own calls; never sent
};

/// An error answer. `data` is JSON text ("" = none).
struct Fault {
  int code = internal_error;
  std::string message;
  std::string data;
};

/// −32600 in the words of the specification; `reason` says more, in `data.reason`.
Fault invalid_call(std::string_view reason = {});

/// Called by Reply::value() on an error: asking for a value that isn't there is a bug.
[[noreturn]] void throw_exception_from_error(const Fault& fault, const boost::source_location& where);

/// An expected failure of ours, for the caller. The message was written for them; `data` carries the kind as
/// a word.
Fault to_fault(const Error& error);

/// The word for a code that programs compare with ("not_found"); "" for a code that isn't ours.
const char* code_name(int code);

/// `{"code":…,"message":…,"data":…}`. A message that is no UTF-8 is mended.
std::string to_json(const Fault& fault);

}  // namespace longwave::rpc
