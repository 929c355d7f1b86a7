// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/result.hpp"

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

/// The values of XMMS2's client protocol (docs/protocols/xmms2.md). Pure functions; hostile bytes give
/// errors, and never take more memory than they have bytes (times a small factor).
namespace longwave::station::xmms2 {

/// The two encodings there are: daemons 0.9 and 0.8.
enum class Protocol : std::int32_t { v18 = 18, v24 = 24 };

struct Value;
using List = std::vector<Value>;
using Dict = std::vector<std::pair<std::string, Value>>;

struct Failure {
  std::string text;
  friend bool operator==(const Failure&, const Failure&) = default;
};
struct Bytes {
  std::string data;
  friend bool operator==(const Bytes&, const Bytes&) = default;
};
/// A saved query or a list of ids. Operators: those of the encoding.
struct Collection {
  std::uint32_t op = 0;
  Dict attributes;
  std::vector<std::int64_t> ids;
  List operands;
};
bool operator==(const Collection& a, const Collection& b);

struct Value {
  std::variant<std::monostate, Failure, std::int64_t, std::string, Collection, Bytes, List, Dict, double> of =
      {};

  Value() = default;
  Value(std::int64_t number) : of(number) {}
  Value(int number) : of(std::int64_t{number}) {}
  Value(std::string text) : of(std::move(text)) {}
  Value(const char* text) : of(std::string(text)) {}
  Value(Failure failure) : of(std::move(failure)) {}
  Value(Collection collection) : of(std::move(collection)) {}
  Value(Bytes bytes) : of(std::move(bytes)) {}
  Value(List list) : of(std::move(list)) {}
  Value(Dict dict) : of(std::move(dict)) {}
  Value(double number) : of(number) {}

  const Failure* failure() const { return std::get_if<Failure>(&of); }
  const std::int64_t* number() const { return std::get_if<std::int64_t>(&of); }
  const std::string* text() const { return std::get_if<std::string>(&of); }
  const List* list() const { return std::get_if<List>(&of); }
  const Dict* dict() const { return std::get_if<Dict>(&of); }
  /// Of a dict; null when there is no such key, or it is no dict.
  const Value* find(std::string_view key) const;

  friend bool operator==(const Value&, const Value&) = default;
};

/// An IDLIST of these entries: what playlists are, and how ids are added.
Collection id_list(std::vector<std::int64_t> ids, Protocol protocol);
/// All of the library.
Collection everything(Protocol protocol);

inline constexpr std::size_t largest_message = 64u << 20;  ///< bytes of a payload
inline constexpr int deepest = 32;

/// Fails with `broken` for what isn't a value. Bytes behind it are passed over.
Result<Value> read_value(std::string_view bytes, Protocol protocol);
std::string write_value(const Value& value, Protocol protocol);

struct Header {
  static constexpr std::size_t size = 16;
  std::uint32_t object = 0, command = 0, cookie = 0, length = 0;
};
/// `bytes` has at least Header::size.
Header read_header(std::string_view bytes);
/// Header and payload.
std::string write_message(std::uint32_t object, std::uint32_t command, std::uint32_t cookie,
                          const Value& value, Protocol protocol);

}  // namespace longwave::station::xmms2
