// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "rpc/dialect.hpp"
#include "rpc/fault.hpp"

#include <boost/container/small_vector.hpp>
#include <boost/json/storage_ptr.hpp>
#include <boost/json/value.hpp>

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

/// Reading of JSON-RPC messages (docs/protocols/jsonrpc.md). Pure functions; hostile text gives faults, never
/// exceptions.
namespace longwave::rpc {

/// One call, notification or answer, classified.
struct Incoming {
  enum class Kind { call, notification, answer, invalid };
  Kind kind = Kind::invalid;
  Dialect dialect = Dialect::v2;
  std::string id = "null";  ///< the raw token, echoed as it came
  std::string key;          ///< equal for equal ids ("1" and "1.0"); empty for null
  std::string method;
  boost::json::value* params =
      nullptr;             ///< in the envelope; null if there are none; of an answer: its result or error
  std::string raw_target;  ///< of rpc.cancel: the raw id that is cancelled
  Fault fault;             ///< why it is invalid, or why its params can't be used (code 0: nothing wrong)
  bool failure = false;    ///< of an answer: params is the error
  bool more = false;       ///< of an answer: others follow
  bool gauge = false;      ///< of an answer that others follow
};

/// A message, read. Its values live in the memory that was given to read_message(): copy what is kept.
struct Envelope {
  std::optional<boost::json::value> root;
  std::optional<Fault> fault;  ///< the whole message can't be used; answered with id null
  bool batch = false;
  boost::container::small_vector<Incoming, 1> elements;
};

/// `dialect`: automatic takes both, v2 and v1 only their own (with v1, there are no batches).
Envelope read_message(std::string_view text, int max_depth, std::size_t max_batch,
                      Dialect dialect = Dialect::automatic, boost::json::storage_ptr memory = {});

/// A key under which equal ids are equal: of a value, and of its raw token (numbers too big for an integer
/// are told apart by their digits).
std::string id_key(const boost::json::value& id, std::string_view raw);

/// The raw tokens of a valid JSON array.
std::vector<std::string_view> raw_elements(std::string_view array);

}  // namespace longwave::rpc
