// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/result.hpp"

#include <boost/json/object.hpp>
#include <boost/json/value.hpp>

#include <cstdint>
#include <initializer_list>
#include <optional>
#include <span>
#include <string>
#include <string_view>

/// The arguments of a function: what it declares, and checked values. Pure; any thread.
namespace longwave::musicdb {

/// What a client may give for an argument.
enum class Kind {
  integer,  ///< ids too; also as a string of digits, which pages make of attributes
  number,   ///< or null, where the sheet says so
  boolean,  ///< also 0 and 1
  text,
  text_or_null,
  number_or_null,
  text_or_number,  ///< an entry id or a word
  list,
  object,
  any,
};

struct Parameter {
  std::string_view name;
  Kind kind;
  bool optional = false;
};

/// A call's arguments after check(): every required one is there and of its kind.
class Arguments {
 public:
  Arguments() = default;
  /// Takes an object, or null where nothing is required; `parameters` are the function's. Errors: invalid,
  /// naming the argument.
  static Result<Arguments> check(boost::json::value given, std::span<const Parameter> parameters);

  bool has(std::string_view name) const;  ///< and isn't null
  std::int64_t integer(std::string_view name) const;
  double number(std::string_view name) const;
  bool boolean(std::string_view name) const;
  std::string text(std::string_view name) const;
  /// Its digits when it is a number.
  std::string text_or_digits(std::string_view name) const;
  std::optional<std::string> optional_text(std::string_view name) const;
  std::optional<double> optional_number(std::string_view name) const;
  const boost::json::value& value(std::string_view name) const;  ///< null when it isn't there
  /// Everything as it was given (Bounce, AnnotateUpload).
  const boost::json::value& given() const { return given_; }

 private:
  boost::json::value given_;
};

/// Digits of an id, as they stand on the wire; nullopt for anything else.
std::optional<std::int64_t> id_of(const boost::json::value& value);

}  // namespace longwave::musicdb
