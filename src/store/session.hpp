// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/ids.hpp"
#include "store/failure.hpp"

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <tuple>
#include <type_traits>
#include <utility>
#include <variant>
#include <vector>

namespace longwave::store {

/// Bytes that aren't text, as a value to bind or a column to read.
struct Blob {
  std::string bytes;
};

/// A value that is bound to a parameter for the time of one call.
struct BlobView {
  std::string_view bytes;
};
using Value = std::variant<std::nullptr_t, std::int64_t, double, std::string_view, BlobView>;

/// Which database a session talks to, for the few statements that have to be written twice.
enum class DatabaseKind { sqlite, postgresql };

enum class ColumnType { integer, real, text, blob };

/// The present row of a result; valid only inside the callback that got it.
class Row {
 public:
  virtual bool null(std::size_t column) const = 0;
  virtual std::int64_t integer(std::size_t column) const = 0;
  virtual double real(std::size_t column) const = 0;
  virtual const std::string& text(std::size_t column) const = 0;
  virtual std::string blob(std::size_t column) const = 0;

 protected:
  ~Row() = default;
};

namespace detail {

template <class T>
struct Column;  // what C++ types a column may be read as
template <>
struct Column<std::int64_t> {
  static constexpr ColumnType type = ColumnType::integer;
  static std::int64_t read(const Row& row, std::size_t i) { return row.integer(i); }
};
template <>
struct Column<int> {
  static constexpr ColumnType type = ColumnType::integer;
  static int read(const Row& row, std::size_t i) { return static_cast<int>(row.integer(i)); }
};
template <>
struct Column<bool> {
  static constexpr ColumnType type = ColumnType::integer;
  static bool read(const Row& row, std::size_t i) { return row.integer(i) != 0; }
};
template <>
struct Column<double> {
  static constexpr ColumnType type = ColumnType::real;
  static double read(const Row& row, std::size_t i) { return row.real(i); }
};
template <>
struct Column<std::string> {
  static constexpr ColumnType type = ColumnType::text;
  static std::string read(const Row& row, std::size_t i) { return row.text(i); }
};
template <>
struct Column<Blob> {
  static constexpr ColumnType type = ColumnType::blob;
  static Blob read(const Row& row, std::size_t i) { return Blob{row.blob(i)}; }
};
template <class Tag>
struct Column<Id<Tag>> {
  static constexpr ColumnType type = ColumnType::integer;
  static Id<Tag> read(const Row& row, std::size_t i) { return Id<Tag>{row.integer(i)}; }
};
template <class T>
struct Column<std::optional<T>> {
  static constexpr ColumnType type = Column<T>::type;
  static std::optional<T> read(const Row& row, std::size_t i) {
    if (row.null(i)) return std::nullopt;
    return Column<T>::read(row, i);
  }
};

inline Value to_value(std::nullptr_t) {
  return nullptr;
}
inline Value to_value(const Blob& v) {
  return BlobView{v.bytes};
}
inline Value to_value(BlobView v) {
  return v;
}
template <class T>
Value to_value(const T& v) {
  if constexpr (std::is_integral_v<T> || std::is_enum_v<T>) {
    return static_cast<std::int64_t>(v);
  } else if constexpr (std::is_floating_point_v<T>) {
    return static_cast<double>(v);
  } else {
    return std::string_view(v);
  }
}
template <class Tag>
Value to_value(const Id<Tag>& v) {
  return v.value;
}
template <class T>
Value to_value(const std::optional<T>& v) {
  return v ? to_value(*v) : Value{nullptr};
}

}  // namespace detail

/// One connection to the database, with its statements kept prepared. It belongs to one store thread; a job
/// gets a reference for the time of the call and must not keep it.
///
///   session.run("UPDATE queue SET position = :position WHERE id = :id", position, entry);
///   auto id = session.value<std::int64_t>("INSERT INTO play(track) VALUES (:track) RETURNING id", track);
///   for (auto& [id, name] : session.rows<std::int64_t, std::string>("SELECT id, name FROM artist")) …
///
/// Placeholders are :names, each used once in a statement and filled in the order in which they stand (both
/// databases understand that; a ':' stands nowhere else). The SQL must be a fixed text: it is the key under
/// which the prepared statement is kept. A NULL that is read as a plain type gives 0 or ""; read
/// std::optional<T> to tell it apart. Every call throws Failure when the database can't do it.
class Session {
 public:
  struct Connection;  // how a database is reached; in the .cpp files of this room
  explicit Session(std::unique_ptr<Connection> connection);
  ~Session();
  Session(const Session&) = delete;
  Session& operator=(const Session&) = delete;

  /// Runs a statement that gives no rows; returns how many rows it changed.
  template <class... Args>
  std::int64_t run(std::string_view sql, const Args&... args) {
    const Value values[] = {detail::to_value(args)..., nullptr};
    return run_values(sql, values, sizeof...(args));
  }

  /// Calls `use(Columns...)` for every row of the result.
  template <class... Columns, class F, class... Args>
  void each(std::string_view sql, F&& use, const Args&... args) {
    const Value values[] = {detail::to_value(args)..., nullptr};
    static constexpr ColumnType types[] = {detail::Column<Columns>::type...};
    auto visit = [&]<std::size_t... I>(const Row& row, std::index_sequence<I...>) {
      use(detail::Column<Columns>::read(row, I)...);
      return true;
    };
    query(sql, values, sizeof...(args), types, sizeof...(Columns),
          [&](const Row& row) { return visit(row, std::index_sequence_for<Columns...>{}); });
  }

  template <class... Columns, class... Args>
  std::vector<std::tuple<Columns...>> rows(std::string_view sql, const Args&... args) {
    std::vector<std::tuple<Columns...>> result;
    each<Columns...>(
        sql, [&](Columns... columns) { result.emplace_back(std::move(columns)...); }, args...);
    return result;
  }

  /// As each(), for a statement that was put together for this one call: it isn't kept prepared.
  template <class... Columns, class F>
  void each_once(std::string_view sql, const std::vector<Value>& values, F&& use) {
    static constexpr ColumnType types[] = {detail::Column<Columns>::type...};
    auto visit = [&]<std::size_t... I>(const Row& row, std::index_sequence<I...>) {
      use(detail::Column<Columns>::read(row, I)...);
      return true;
    };
    auto visit_row = [&](const Row& row) { return visit(row, std::index_sequence_for<Columns...>{}); };
    query_values(sql, values.data(), values.size(), types, sizeof...(Columns),
                 FunctionRef<bool(const Row&)>(visit_row), false);
  }

  /// The first row, if there is one.
  template <class... Columns, class... Args>
  std::optional<std::tuple<Columns...>> row(std::string_view sql, const Args&... args) {
    const Value values[] = {detail::to_value(args)..., nullptr};
    static constexpr ColumnType types[] = {detail::Column<Columns>::type...};
    std::optional<std::tuple<Columns...>> result;
    auto take = [&]<std::size_t... I>(const Row& row, std::index_sequence<I...>) {
      result.emplace(detail::Column<Columns>::read(row, I)...);
      return false;
    };
    query(sql, values, sizeof...(args), types, sizeof...(Columns),
          [&](const Row& row) { return take(row, std::index_sequence_for<Columns...>{}); });
    return result;
  }

  /// The first column of the first row, if there is one.
  template <class T, class... Args>
  std::optional<T> value(std::string_view sql, const Args&... args) {
    auto found = row<T>(sql, args...);
    if (!found) return std::nullopt;
    return std::get<0>(std::move(*found));
  }

  /// Runs several statements without parameters (migrations).
  void script(std::string_view sql);

  DatabaseKind kind() const;

  Connection& connection() { return *connection_; }

 private:
  /// Returns false when it wants no more rows.
  template <class Signature>
  class FunctionRef;
  template <class R, class... A>
  class FunctionRef<R(A...)> {
   public:
    template <class F>
    FunctionRef(F& f)
        : object_(&f),
          call_([](void* o, A... a) -> R { return (*static_cast<F*>(o))(std::forward<A>(a)...); }) {}
    R operator()(A... a) const { return call_(object_, std::forward<A>(a)...); }

   private:
    void* object_;
    R (*call_)(void*, A...);
  };

  std::int64_t run_values(std::string_view sql, const Value* values, std::size_t count);
  template <class F>
  void query(std::string_view sql, const Value* values, std::size_t count, const ColumnType* types,
             std::size_t columns, F&& visit) {
    query_values(sql, values, count, types, columns, FunctionRef<bool(const Row&)>(visit));
  }
  void query_values(std::string_view sql, const Value* values, std::size_t count, const ColumnType* types,
                    std::size_t columns, FunctionRef<bool(const Row&)> visit, bool keep = true);

  std::unique_ptr<Connection> connection_;
};

}  // namespace longwave::store
