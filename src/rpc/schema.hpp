// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/result.hpp"

#include <boost/json/fwd.hpp>

#include <cstdint>
#include <limits>
#include <string>
#include <string_view>
#include <vector>

namespace longwave::rpc {

/// A value with a type, a name and limits: a parameter, a member of a result, the item of an array. Written
/// as a chain, read by the argument check, OpenRPC, docs/api.md and the TypeScript types:
///
///   string("station").about("slug of the station")
///   array("tracks", integer()).max(1000)
///   integer("limit").range(1, 500).otherwise("50")
///   integer("at").optional()
///   object({integer("version"), array("entries", ref("Entry"))})      // a result has no name
///
/// Plain data; made at start, read by any thread afterwards.
class Field {
 public:
  enum class Type { any, string, integer, number, boolean, array, object, map, ref };

  Type type = Type::any;
  std::string name;       ///< empty for the item of an array and for a result
  std::string summary;    ///< one phrase, no full stop
  std::string unit;       ///< "ms", "samples", …: for numbers that leave the process
  std::string fallback;   ///< JSON text that is taken when the caller leaves it out; empty: none
  std::string target;     ///< of a ref: the name of the shape
  bool required = true;   ///< false: may be left out
  bool nullable = false;  ///< null is a value too
  double least =
      -std::numeric_limits<double>::infinity();  ///< of a number; items of an array, characters of a string
  double most = std::numeric_limits<double>::infinity();
  std::vector<std::string> words;  ///< of a string: the only values allowed
  std::vector<Field> inside;       ///< array, map: the one item; object: its members

  Field&& about(std::string text) && { return summary = std::move(text), std::move(*this); }
  Field&& in(std::string text) && { return unit = std::move(text), std::move(*this); }
  /// May be left out, and is then absent.
  Field&& optional() && { return required = false, std::move(*this); }
  /// May be left out, and is then this value (JSON text).
  Field&& otherwise(std::string json) && {
    return fallback = std::move(json), required = false, std::move(*this);
  }
  Field&& or_null() && { return nullable = true, std::move(*this); }
  Field&& min(double value) && { return least = value, std::move(*this); }
  Field&& max(double value) && { return most = value, std::move(*this); }
  Field&& range(double low, double high) && { return least = low, most = high, std::move(*this); }
  Field&& one_of(std::vector<std::string> allowed) && { return words = std::move(allowed), std::move(*this); }
};

Field any(std::string name = {});
Field string(std::string name = {});
Field integer(std::string name = {});
Field number(std::string name = {});
Field boolean(std::string name = {});
Field array(std::string name, Field item);
Field array(Field item);
Field object(std::string name, std::vector<Field> members);
Field object(std::vector<Field> members);
/// An object whose keys are the caller's and whose values are all alike.
Field map(std::string name, Field value);
Field map(Field value);
/// A shape that the table defines once ("Track").
Field ref(std::string name, std::string shape);
Field ref(std::string shape);

/// A shape that several methods share.
struct Shape {
  std::string name;
  std::string summary;
  Field field;
};

/// What is expected, in words: "an integer from 1 to 500".
std::string expectation(const Field& field);

/// Why an argument was refused: which, and what it must be.
struct Mismatch {
  std::string parameter;  ///< "tracks", "tracks[3]", "since.library.offset"
  std::string expected;
  std::string message;  ///< the whole sentence
};

/// Checks a value against its field; null if it fits. Integers given as 5.0 fit and are made integers. Shapes
/// behind a ref are not looked into: a parameter is spelled out.
std::vector<Mismatch> mismatches(const Field& field, boost::json::value& value, const std::string& path);

}  // namespace longwave::rpc
