// SPDX-License-Identifier: Apache-2.0
#include "store/session.hpp"

#include "store/connection.hpp"
#include "store/text_values.hpp"

namespace longwave::store {

namespace {

/// soci::use() keeps a reference to the name, so it must live longer than the call.
const std::string unnamed;

ColumnType type_of(const Value& value) {
  switch (value.index()) {
    case 1:
      return ColumnType::integer;
    case 2:
      return ColumnType::real;
    case 4:
      return ColumnType::blob;
    default:
      return ColumnType::text;
  }
}

bool fits(const Cell& cell, const Value& value) {
  return value.index() == 0 || (cell.typed && cell.type == type_of(value));
}

void assign(Cell& cell, const Value& value, Session::Connection& connection) {
  cell.indicator = value.index() == 0 ? soci::i_null : soci::i_ok;
  if (connection.dialect->text_only()) {
    cell.text = to_text(value);
    return;
  }
  if (auto* i = std::get_if<std::int64_t>(&value)) cell.integer = *i;
  if (auto* d = std::get_if<double>(&value)) cell.real = *d;
  if (auto* s = std::get_if<std::string_view>(&value)) cell.text.assign(*s);
  if (auto* b = std::get_if<BlobView>(&value)) {
    cell.blob = std::make_unique<soci::blob>(connection.sql);
    cell.blob->write(0, b->bytes.data(), b->bytes.size());
  }
}

template <class Bind>
void bind(Prepared& prepared, Cell& cell, Session::Connection& connection, Bind make) {
  switch (connection.dialect->text_only() ? ColumnType::text : cell.type) {
    case ColumnType::integer:
      prepared.statement.exchange(make(cell.integer, cell.indicator));
      break;
    case ColumnType::real:
      prepared.statement.exchange(make(cell.real, cell.indicator));
      break;
    case ColumnType::text:
      prepared.statement.exchange(make(cell.text, cell.indicator));
      break;
    case ColumnType::blob:
      if (!cell.blob) cell.blob = std::make_unique<soci::blob>(connection.sql);
      prepared.statement.exchange(make(*cell.blob, cell.indicator));
      break;
  }
}

std::unique_ptr<Prepared> prepare(Session::Connection& connection, std::string_view text, const Value* values,
                                  std::size_t count, const ColumnType* types, std::size_t columns) {
  auto prepared = std::make_unique<Prepared>(connection.sql);
  std::vector<std::optional<ColumnType>> given;
  prepared->in.resize(count);
  prepared->out.resize(columns);
  for (std::size_t i = 0; i < count; ++i) {
    Cell& cell = prepared->in[i];
    cell.type = type_of(values[i]);
    cell.typed = values[i].index() != 0;
    given.push_back(cell.typed ? std::optional(cell.type) : std::nullopt);
    assign(cell, values[i], connection);
    bind(*prepared, cell, connection,
         [](auto& value, soci::indicator& null) { return soci::use(value, null, unnamed); });
  }
  for (std::size_t i = 0; i < columns; ++i) {
    Cell& cell = prepared->out[i];
    cell.type = types[i];
    bind(*prepared, cell, connection,
         [](auto& value, soci::indicator& null) { return soci::into(value, null); });
  }
  prepared->statement.alloc();
  prepared->statement.prepare(connection.dialect->statement(text, given));
  prepared->statement.define_and_bind();
  return prepared;
}

bool reusable(const Session::Connection& connection, const Prepared& prepared, const Value* values,
              std::size_t count, const ColumnType* types, std::size_t columns) {
  if (prepared.failed || prepared.in.size() != count || prepared.out.size() != columns) return false;
  for (std::size_t i = 0; i < count; ++i) {
    // SOCI binds a blob by its address at prepare time, so a new one needs a new binding.
    const bool kept_blob = prepared.in[i].type == ColumnType::blob && !connection.dialect->text_only();
    if (!fits(prepared.in[i], values[i]) || kept_blob) return false;
  }
  for (std::size_t i = 0; i < columns; ++i) {
    if (prepared.out[i].type != types[i]) return false;
  }
  return true;
}

/// The statement for this call: the kept one, or a new one which is kept unless the old one is being read or
/// it is used only once.
class Use {
 public:
  Use(Session::Connection& connection, std::string_view text, const Value* values, std::size_t count,
      const ColumnType* types, std::size_t columns, bool keep = true)
      : dialect_(*connection.dialect) {
    auto found = connection.prepared.find(text);
    const bool busy = found != connection.prepared.end() && found->second->busy;
    if (found != connection.prepared.end() && !busy &&
        reusable(connection, *found->second, values, count, types, columns)) {
      prepared_ = found->second.get();
      for (std::size_t i = 0; i < count; ++i) assign(prepared_->in[i], values[i], connection);
    } else {
      auto fresh = prepare(connection, text, values, count, types, columns);
      prepared_ = fresh.get();
      if (busy || !keep) {
        own_ = std::move(fresh);
      } else {
        connection.prepared.insert_or_assign(std::string(text), std::move(fresh));
      }
    }
    prepared_->busy = true;
  }
  ~Use() {
    dialect_.reset(*prepared_->statement.get_backend());
    prepared_->busy = false;
  }
  /// Executes the statement, then fetches; false when there is no (further) row.
  bool next() {
    prepared_->failed = true;  // unless the next line comes back
    const bool more = started_ ? prepared_->statement.fetch() : prepared_->statement.execute(true);
    prepared_->failed = false;
    started_ = true;
    return more;
  }
  Prepared* operator->() const { return prepared_; }

 private:
  const Dialect& dialect_;
  Prepared* prepared_ = nullptr;
  std::unique_ptr<Prepared> own_;
  bool started_ = false;
};

class CellRow final : public Row {
 public:
  CellRow(Prepared& prepared, bool text_only) : cells_(prepared.out), text_only_(text_only) {}
  /// After each row that came.
  void arrived() {
    if (!text_only_) return;
    for (auto& cell : cells_) {
      if (cell.indicator == soci::i_null) continue;
      switch (cell.type) {
        case ColumnType::integer:
          cell.integer = integer_from_text(cell.text);
          break;
        case ColumnType::real:
          cell.real = real_from_text(cell.text);
          break;
        case ColumnType::text:
          decode_text(cell.text);
          break;
        case ColumnType::blob:
          cell.text = bytes_from_text(cell.text);
          break;
      }
    }
  }
  bool null(std::size_t i) const override { return cells_[i].indicator == soci::i_null; }
  std::int64_t integer(std::size_t i) const override { return null(i) ? 0 : cells_[i].integer; }
  double real(std::size_t i) const override { return null(i) ? 0 : cells_[i].real; }
  const std::string& text(std::size_t i) const override {
    static const std::string empty;
    return null(i) ? empty : cells_[i].text;
  }
  std::string blob(std::size_t i) const override {
    std::string bytes;
    if (null(i)) return bytes;
    if (text_only_) return cells_[i].text;
    bytes.resize(cells_[i].blob->get_len());
    if (!bytes.empty()) cells_[i].blob->read(0, bytes.data(), bytes.size());
    return bytes;
  }

 private:
  std::vector<Cell>& cells_;
  const bool text_only_;
};

}  // namespace

Session::Session(std::unique_ptr<Connection> connection) : connection_(std::move(connection)) {}
Session::~Session() {
  connection_->prepared.clear();
}

DatabaseKind Session::kind() const {
  return connection_->dialect->kind();
}

std::int64_t Session::run_values(std::string_view sql, const Value* values, std::size_t count) {
  try {
    Use use(*connection_, sql, values, count, nullptr, 0);
    use.next();
    return use->statement.get_affected_rows();
  } catch (const soci::soci_error&) {
    std::rethrow_exception(connection_->dialect->translated(*this, std::current_exception(), sql));
  }
}

void Session::query_values(std::string_view sql, const Value* values, std::size_t count,
                           const ColumnType* types, std::size_t columns, FunctionRef<bool(const Row&)> visit,
                           bool keep) {
  try {
    Use use(*connection_, sql, values, count, types, columns, keep);
    CellRow row(*use.operator->(), connection_->dialect->text_only());
    while (use.next()) {
      row.arrived();
      if (!visit(row)) return;
    }
  } catch (const soci::soci_error&) {
    std::rethrow_exception(connection_->dialect->translated(*this, std::current_exception(), sql));
  }
}

void Session::script(std::string_view sql) {
  connection_->dialect->script(*this, sql);
}

}  // namespace longwave::store
