// SPDX-License-Identifier: Apache-2.0
#include "station/backends/xmms2_value.hpp"

#include <algorithm>
#include <cmath>
#include <optional>

namespace longwave::station::xmms2 {
namespace {

enum Tag : std::uint32_t {
  tag_none = 0,
  tag_error = 1,
  tag_int = 2,
  tag_string = 3,
  tag_collection = 4,
  tag_bin = 5,
  tag_list = 6,
  tag_dict = 7,
  tag_float = 9
};

/// Reads forward; after the first thing that doesn't fit, everything is empty and ok() is false.
class Reader {
 public:
  Reader(std::string_view bytes, Protocol protocol) : rest_(bytes), protocol_(protocol) {}
  bool ok() const { return ok_; }

  Value value(int depth) { return body(u32(), depth); }

 private:
  void fail() {
    ok_ = false;
    rest_ = {};
  }
  std::uint64_t unsigned_of(std::size_t size) {
    if (rest_.size() < size) return fail(), 0;
    std::uint64_t out = 0;
    for (std::size_t i = 0; i < size; ++i) out = out << 8 | static_cast<unsigned char>(rest_[i]);
    rest_.remove_prefix(size);
    return out;
  }
  std::uint32_t u32() { return static_cast<std::uint32_t>(unsigned_of(4)); }
  std::int32_t i32() { return static_cast<std::int32_t>(u32()); }
  std::int64_t integer() {
    return protocol_ == Protocol::v18 ? i32() : static_cast<std::int64_t>(unsigned_of(8));
  }
  std::size_t integer_size() const { return protocol_ == Protocol::v18 ? 4 : 8; }
  /// A count whose entries can't be more than the bytes that are left.
  std::uint32_t count(std::size_t smallest_entry) {
    const auto n = u32();
    if (n > rest_.size() / smallest_entry) return fail(), 0;
    return n;
  }
  std::string bytes() {
    const auto n = u32();
    if (n > rest_.size()) return fail(), std::string();
    std::string out(rest_.substr(0, n));
    rest_.remove_prefix(n);
    return out;
  }
  std::string string() {
    auto text = bytes();
    text.resize(std::min(text.size(), text.find('\0')));
    return text;
  }
  Dict dict(int depth) {
    Dict out;
    for (auto n = count(8); n > 0 && ok_; --n) {
      auto key = string();
      out.emplace_back(std::move(key), value(depth + 1));
    }
    return out;
  }
  List list(int depth) {
    const std::uint32_t restriction = protocol_ == Protocol::v24 ? u32() : 0;
    List out;
    for (auto n = count(4); n > 0 && ok_; --n)
      out.push_back(restriction == 0 ? value(depth + 1) : body(restriction, depth + 1));
    return out;
  }
  double real() {
    const auto mantissa = i32();
    const auto exponent = i32();
    const auto value =
        static_cast<float>(std::ldexp(static_cast<double>(mantissa), std::clamp(exponent, -2000, 2000) - 31));
    return std::isfinite(value) ? value : 0;
  }
  Collection collection(int depth) {
    Collection out;
    out.op = u32();
    if (protocol_ == Protocol::v18) {
      for (auto n = count(8); n > 0 && ok_; --n) {
        auto key = string();
        out.attributes.emplace_back(std::move(key), Value(string()));
      }
      for (auto n = count(integer_size()); n > 0 && ok_; --n) out.ids.push_back(integer());
      for (auto n = count(4); n > 0 && ok_; --n) out.operands.push_back(value(depth + 1));
      return out;
    }
    out.attributes = dict(depth);
    if (u32() != tag_int) fail();
    for (auto n = count(integer_size()); n > 0 && ok_; --n) out.ids.push_back(integer());
    if (u32() != tag_collection) fail();
    for (auto n = count(4); n > 0 && ok_; --n) out.operands.push_back(body(tag_collection, depth + 1));
    return out;
  }
  Value body(std::uint32_t tag, int depth) {
    if (depth > deepest) fail();
    if (!ok_) return {};
    switch (tag) {
      case tag_none:
        return {};
      case tag_error:
        return Failure{string()};
      case tag_int:
        return integer();
      case tag_string:
        return string();
      case tag_collection:
        return collection(depth);
      case tag_bin:
        return Bytes{bytes()};
      case tag_list:
        return list(depth);
      case tag_dict:
        return dict(depth);
      case tag_float:
        if (protocol_ == Protocol::v24) return real();
        break;
      default:
        break;
    }
    fail();
    return {};
  }

  std::string_view rest_;
  Protocol protocol_;
  bool ok_ = true;
};

class Writer {
 public:
  explicit Writer(Protocol protocol) : protocol_(protocol) {}
  std::string take() { return std::move(out_); }

  void value(const Value& value) {
    std::visit([this](const auto& one) { tagged(one); }, value.of);
  }
  void number_of(std::uint64_t number, int size) {
    for (int shift = (size - 1) * 8; shift >= 0; shift -= 8)
      out_ += static_cast<char>(number >> shift & 0xff);
  }
  void u32(std::uint64_t number) { number_of(number, 4); }

 private:
  void tagged(std::monostate) { u32(tag_none); }
  void tagged(const Failure& failure) { u32(tag_error), string(failure.text); }
  void tagged(std::int64_t number) { u32(tag_int), integer(number); }
  void tagged(const std::string& text) { u32(tag_string), string(text); }
  void tagged(const Collection& one) { u32(tag_collection), collection(one); }
  void tagged(const Bytes& bytes) {
    u32(tag_bin), u32(bytes.data.size());
    out_ += bytes.data;
  }
  void tagged(const List& list) {
    u32(tag_list);
    if (protocol_ == Protocol::v24) u32(0);
    u32(list.size());
    for (const auto& one : list) value(one);
  }
  void tagged(const Dict& entries) { u32(tag_dict), dict(entries); }
  void tagged(double number) {
    int exponent = 0;
    const double mantissa = std::frexp(number, &exponent);
    u32(tag_float);
    const auto whole = std::clamp(std::llround(std::ldexp(mantissa, 31)), -2147483648LL, 2147483647LL);
    u32(static_cast<std::uint32_t>(static_cast<std::int32_t>(whole)));
    u32(static_cast<std::uint32_t>(exponent));
  }
  void integer(std::int64_t number) {
    if (protocol_ == Protocol::v24) return number_of(static_cast<std::uint64_t>(number), 8);
    u32(static_cast<std::uint32_t>(
        static_cast<std::int32_t>(std::clamp<std::int64_t>(number, INT32_MIN, INT32_MAX))));
  }
  void string(std::string_view text) {
    u32(text.size() + 1);
    out_ += text;
    out_ += '\0';
  }
  void dict(const Dict& entries) {
    u32(entries.size());
    for (const auto& [key, one] : entries) string(key), value(one);
  }
  void collection(const Collection& one) {
    u32(one.op);
    if (protocol_ == Protocol::v18) {
      u32(one.attributes.size());
      for (const auto& [key, attribute] : one.attributes)
        string(key), string(attribute.text() ? *attribute.text() : std::string());
      u32(one.ids.size());
      for (const auto id : one.ids) integer(id);
      u32(one.operands.size());
      for (const auto& operand : one.operands) value(operand);
      return;
    }
    dict(one.attributes);
    u32(tag_int), u32(one.ids.size());
    for (const auto id : one.ids) integer(id);
    u32(tag_collection), u32(one.operands.size());
    for (const auto& operand : one.operands)
      if (const auto* inner = std::get_if<Collection>(&operand.of)) collection(*inner);
  }

  std::string out_;
  Protocol protocol_;
};

}  // namespace

bool operator==(const Collection& a, const Collection& b) {
  return a.op == b.op && a.attributes == b.attributes && a.ids == b.ids && a.operands == b.operands;
}

const Value* Value::find(std::string_view key) const {
  const auto* entries = dict();
  if (!entries) return nullptr;
  const auto found =
      std::find_if(entries->begin(), entries->end(), [key](const auto& entry) { return entry.first == key; });
  return found == entries->end() ? nullptr : &found->second;
}

Collection id_list(std::vector<std::int64_t> ids, Protocol protocol) {
  return {
      .op = protocol == Protocol::v24 ? 17u : 9u, .attributes = {}, .ids = std::move(ids), .operands = {}};
}

Collection everything(Protocol protocol) {
  if (protocol == Protocol::v24) return {.op = 1, .attributes = {}, .ids = {}, .operands = {}};
  return {.op = 0, .attributes = {{"reference", "All Media"}}, .ids = {}, .operands = {}};
}

Result<Value> read_value(std::string_view bytes, Protocol protocol) {
  Reader reader(bytes, protocol);
  auto value = reader.value(0);
  if (!reader.ok()) return error(Errc::broken, "what the daemon sent is no value");
  return value;
}

std::string write_value(const Value& value, Protocol protocol) {
  Writer writer(protocol);
  writer.value(value);
  return writer.take();
}

Header read_header(std::string_view bytes) {
  const auto at = [bytes](std::size_t offset) {
    std::uint32_t out = 0;
    for (std::size_t i = 0; i < 4; ++i) out = out << 8 | static_cast<unsigned char>(bytes[offset + i]);
    return out;
  };
  return {.object = at(0), .command = at(4), .cookie = at(8), .length = at(12)};
}

std::string write_message(std::uint32_t object, std::uint32_t command, std::uint32_t cookie,
                          const Value& value, Protocol protocol) {
  const auto payload = write_value(value, protocol);
  Writer writer(protocol);
  for (const std::uint64_t word :
       {std::uint64_t{object}, std::uint64_t{command}, std::uint64_t{cookie}, std::uint64_t{payload.size()}})
    writer.u32(word);
  return writer.take() + payload;
}

}  // namespace longwave::station::xmms2
