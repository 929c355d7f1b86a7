// SPDX-License-Identifier: Apache-2.0
#include "web/multipart.hpp"

#include "base/text.hpp"

#include <algorithm>
#include <utility>

namespace longwave::web {

namespace {

using Kind = MultipartParser::Event::Kind;

constexpr std::size_t longest_boundary = 70;  // RFC 2046

std::string_view trim(std::string_view text) {
  while (!text.empty() && (text.front() == ' ' || text.front() == '\t')) text.remove_prefix(1);
  while (!text.empty() && (text.back() == ' ' || text.back() == '\t')) text.remove_suffix(1);
  return text;
}

/// One parameter of a field, `; name=value` or `; name="value"`, taken from `rest`. Browsers write a quote in
/// a name as %22 and no backslash escapes a character (RFC 7578 section 2; the form of HTML).
struct Parameter {
  std::string name, value;
};
std::optional<Parameter> next_parameter(std::string_view& rest) {
  rest = trim(rest);
  if (!rest.starts_with(';')) return std::nullopt;
  rest.remove_prefix(1);
  const auto equals = rest.find('=');
  if (equals == rest.npos) return std::nullopt;
  Parameter found{text::ascii_lower(trim(rest.substr(0, equals))), {}};
  rest = trim(rest.substr(equals + 1));
  if (rest.starts_with('"')) {
    const auto end = rest.find('"', 1);
    if (end == rest.npos) return std::nullopt;
    found.value = rest.substr(1, end - 1);
    rest.remove_prefix(end + 1);
  } else {
    const auto end = std::min(rest.find(';'), rest.size());
    found.value = trim(rest.substr(0, end));
    rest.remove_prefix(end);
  }
  return found;
}

}  // namespace

Result<std::string> multipart_boundary(std::string_view content_type) {
  const auto end = std::min(content_type.find(';'), content_type.size());
  if (!text::ascii_iequals(trim(content_type.substr(0, end)), "multipart/form-data"))
    return error(Errc::invalid, "send Content-Type: multipart/form-data");
  auto rest = content_type.substr(end);
  while (auto parameter = next_parameter(rest)) {
    if (parameter->name != "boundary") continue;
    const auto& value = parameter->value;
    const bool bad = value.empty() || value.size() > longest_boundary ||
                     std::any_of(value.begin(), value.end(), [](char c) { return c <= ' ' || c > '~'; });
    if (bad) break;
    return value;
  }
  return error(Errc::invalid, "the Content-Type has no boundary that can be used");
}

// The first delimiter may stand at the very beginning: as if a line had ended before it.
MultipartParser::MultipartParser(std::string_view boundary, MultipartLimits limits)
    : delimiter_("\r\n--" + std::string(boundary)), limits_(limits), held_("\r\n") {}

MultipartParser::Event MultipartParser::fail(std::string problem) {
  at_ = At::failed;
  problem_ = std::move(problem);
  held_.clear();
  input_ = {};
  return {Kind::failed};
}

MultipartParser::Event MultipartParser::next() {
  while (true) {
    std::optional<Event> event;
    switch (at_) {
      case At::preamble:
      case At::data:
        event = take_data();
        break;
      case At::line_end:
        event = take_line_end();
        break;
      case At::header:
        event = take_header();
        break;
      case At::epilogue:
        input_ = {};
        return {Kind::more};
      case At::failed:
        return {Kind::failed};
    }
    if (event) return *event;
  }
}

std::optional<MultipartParser::Event> MultipartParser::delimiter_found() {
  const bool ends = at_ == At::data;
  held_.clear();
  at_ = At::line_end;
  return ends ? std::optional(Event{Kind::ended}) : std::nullopt;
}

// What is held is always a beginning of the delimiter: what may turn out to be one.
std::optional<MultipartParser::Event> MultipartParser::take_data() {
  if (!held_.empty()) {
    const auto wanted = std::string_view(delimiter_).substr(held_.size());
    const auto come = input_.substr(0, wanted.size());
    if (wanted.starts_with(come)) {
      held_ += come;
      input_.remove_prefix(come.size());
      return held_.size() < delimiter_.size() ? Event{Kind::more} : delimiter_found();
    }
    // None. Its only CR is its first byte, so no other can begin inside what is held.
    given_ = std::exchange(held_, {});
    return at_ == At::data ? std::optional(Event{Kind::data, given_}) : std::nullopt;
  }
  if (input_.empty()) return Event{Kind::more};
  const auto found = input_.find(delimiter_);
  if (found == 0) {
    input_.remove_prefix(delimiter_.size());
    return delimiter_found();
  }
  auto size = std::min(found, input_.size());
  if (found ==
      input_.npos) {  // the last bytes may be the beginning of one: from the last CR on, as it has one
    const auto cr = input_.rfind('\r');
    if (cr != input_.npos && std::string_view(delimiter_).starts_with(input_.substr(cr))) size = cr;
  }
  const auto data = input_.substr(0, size);
  input_.remove_prefix(size);
  if (found == input_.npos) held_ = std::exchange(input_, {});
  return at_ == At::data && !data.empty() ? std::optional(Event{Kind::data, data}) : std::nullopt;
}

// Behind a boundary: "--" of the last one, or the end of its line, perhaps after some white space.
std::optional<MultipartParser::Event> MultipartParser::take_line_end() {
  while (!input_.empty()) {
    held_ += input_.front();
    input_.remove_prefix(1);
    if (held_ == "--") {
      held_.clear();
      at_ = At::epilogue;
      return Event{Kind::closed};
    }
    if (held_.ends_with("\r\n")) {
      held_.clear();
      at_ = At::header;
      return std::nullopt;
    }
    const std::string_view line = held_;
    const auto before_cr = trim(line.substr(0, line.size() - (line.ends_with('\r') ? 1 : 0)));
    if (held_ != "-" && (!before_cr.empty() || held_.size() > longest_boundary))
      return fail("a boundary is not followed by the end of its line");
  }
  return Event{Kind::more};
}

std::optional<MultipartParser::Event> MultipartParser::take_header() {
  const auto before = held_.size();
  held_ += input_.substr(0, limits_.header_bytes + 4 - before);
  const auto end = held_.find("\r\n\r\n", before - std::min<std::size_t>(before, 3));
  if (end == held_.npos) {
    input_.remove_prefix(held_.size() - before);
    if (held_.size() >= limits_.header_bytes + 4) return fail("the header of a part is too long");
    return Event{Kind::more};
  }
  input_.remove_prefix(end + 4 - before);
  if (++parts_ > limits_.parts) return fail("the form has too many parts");
  const auto block = held_.substr(0, end);
  held_.clear();
  if (!read_header(block)) return fail("a part has no Content-Disposition with a name");
  at_ = At::data;
  return Event{Kind::part};
}

bool MultipartParser::read_header(std::string_view block) {
  part_ = {};
  bool named = false;
  while (!block.empty()) {
    const auto end = std::min(block.find("\r\n"), block.size());
    const auto line = block.substr(0, end);
    block.remove_prefix(std::min(end + 2, block.size()));
    const auto colon = std::min(line.find(':'), line.size());
    const auto name = trim(line.substr(0, colon));
    const auto value = trim(line.substr(std::min(colon + 1, line.size())));
    if (text::ascii_iequals(name, "content-type")) part_.content_type = value;
    if (!text::ascii_iequals(name, "content-disposition")) continue;
    const auto kind = std::min(value.find(';'), value.size());
    if (!text::ascii_iequals(trim(value.substr(0, kind)), "form-data")) return false;
    auto rest = value.substr(kind);
    while (auto parameter = next_parameter(rest)) {
      if (parameter->name == "name") {
        part_.name = std::move(parameter->value);
        named = true;
      } else if (parameter->name == "filename") {
        part_.filename = std::move(parameter->value);
      }
    }
  }
  return named;
}

}  // namespace longwave::web
