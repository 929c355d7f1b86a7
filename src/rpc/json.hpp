// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "rpc/fault.hpp"

#include <boost/json.hpp>

#include <initializer_list>
#include <utility>

/// JSON as users of the library see it. Templates of methods.hpp convert with it, so the whole of Boost.JSON
/// is here.
namespace longwave::rpc {

using Json = boost::json::value;

/// The parameters of a call: by position `{1, "two"}`, or by name `named({{"one", 1}})`.
class Params {
 public:
  Params() = default;
  Params(std::initializer_list<boost::json::value_ref> items) : value_(boost::json::array(items)) {}
  Params(boost::json::array items) : value_(std::move(items)) {}
  Params(boost::json::object members) : value_(std::move(members)) {}

  /// An array, or an object.
  const Json& value() const { return value_; }

 private:
  Json value_ = boost::json::array();
};

inline Params named(
    std::initializer_list<std::pair<boost::json::string_view, boost::json::value_ref>> members) {
  return boost::json::object(members);
}

}  // namespace longwave::rpc
