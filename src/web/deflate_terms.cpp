// SPDX-License-Identifier: Apache-2.0
#include "base/text.hpp"
#include "web/deflate.hpp"
#include "web/extensions.hpp"
#include "web/headers.hpp"

#include <algorithm>
#include <string>

namespace longwave::web {

namespace {

constexpr std::string_view extension_name = "permessage-deflate";
constexpr std::uint8_t largest_window = 15;
constexpr std::uint8_t smallest_window = 8;

/// The parameters of one offer or answer (RFC 7692 section 7.1).
struct Parameters {
  bool server_no_context_takeover = false;
  bool client_no_context_takeover = false;
  std::optional<std::uint8_t> server_max_window_bits;
  bool client_window_named = false;  // an offer may name it without a value
  std::optional<std::uint8_t> client_max_window_bits;
};

std::optional<std::uint8_t> window_bits(std::string_view text) {
  if (text == "8" || text == "9") return static_cast<std::uint8_t>(text[0] - '0');
  if (text.size() != 2 || text[0] != '1' || text[1] < '0' || text[1] > '5') return std::nullopt;
  return static_cast<std::uint8_t>(10 + text[1] - '0');
}

/// nullopt: an unknown or repeated parameter, a value that is missing, wrong, or where none may be.
std::optional<Parameters> read_parameters(const Extension& extension, bool is_offer) {
  Parameters found;
  const auto flag = [](bool& seen, const Extension::Parameter& parameter) {
    return !std::exchange(seen, true) && !parameter.value;
  };
  for (const auto& parameter : extension.parameters) {
    const auto bits = parameter.value ? window_bits(*parameter.value) : std::nullopt;
    bool good = false;
    if (parameter.name == "server_no_context_takeover") {
      good = flag(found.server_no_context_takeover, parameter);
    } else if (parameter.name == "client_no_context_takeover") {
      good = flag(found.client_no_context_takeover, parameter);
    } else if (parameter.name == "server_max_window_bits") {
      good = !found.server_max_window_bits && bits;
      found.server_max_window_bits = bits;
    } else if (parameter.name == "client_max_window_bits") {
      good = !std::exchange(found.client_window_named, true) && (bits || (is_offer && !parameter.value));
      found.client_max_window_bits = bits;
    }
    if (!good) return std::nullopt;
  }
  return found;
}

std::string with_bits(std::string_view name, std::uint8_t bits) {
  return "; " + std::string{name} + "=" + std::to_string(bits);
}

std::uint8_t usable_window(const DeflateOptions& options) {
  return std::clamp(options.window_bits, smallest_window, largest_window);
}

}  // namespace

DeflateAnswer answer_deflate(const Headers& request, const DeflateOptions& options) {
  DeflateAnswer answer;
  const auto offers = parse_extensions(request);
  answer.malformed = !offers;
  if (!offers || !options.on) return answer;
  for (const auto& extension : *offers) {
    if (!text::ascii_iequals(extension.name, extension_name)) continue;
    const auto offer = read_parameters(extension, true);
    if (!offer) continue;
    auto& terms = answer.terms;
    terms.on = true;
    terms.send_bits =
        std::min(usable_window(options), offer->server_max_window_bits.value_or(largest_window));
    // What leaves is never compressed with context, so that can be promised to everybody.
    answer.extension = std::string{extension_name} + "; server_no_context_takeover";
    terms.peer_takes_over = options.peer_context_takeover && !offer->client_no_context_takeover;
    if (!terms.peer_takes_over) answer.extension += "; client_no_context_takeover";
    if (offer->server_max_window_bits || terms.send_bits < largest_window)
      answer.extension += with_bits("server_max_window_bits", terms.send_bits);
    if (offer->client_window_named) {
      terms.receive_bits =
          std::min(options.peer_window_bits, offer->client_max_window_bits.value_or(largest_window));
      if (terms.receive_bits < largest_window || offer->client_max_window_bits)
        answer.extension += with_bits("client_max_window_bits", terms.receive_bits);
    }
    break;
  }
  return answer;
}

std::string offer_deflate(const DeflateOptions& options) {
  if (!options.on) return {};
  std::string offer{extension_name};
  offer += "; client_no_context_takeover";  // a hint: the server needs no window for us
  if (!options.peer_context_takeover) offer += "; server_no_context_takeover";
  if (options.peer_window_bits < largest_window)
    offer += with_bits("server_max_window_bits", options.peer_window_bits);
  offer += usable_window(options) < largest_window
               ? with_bits("client_max_window_bits", usable_window(options))
               : "; client_max_window_bits";
  return offer;
}

Result<DeflateTerms> check_deflate_answer(const Headers& response, const DeflateOptions& options) {
  const auto extensions = parse_extensions(response);
  if (!extensions) return error(Errc::invalid, "Sec-WebSocket-Extensions can't be read");
  if (extensions->empty()) return DeflateTerms{};
  const auto& only = extensions->front();
  if (extensions->size() > 1 || !options.on || !text::ascii_iequals(only.name, extension_name))
    return error(Errc::invalid, "the server chose an extension that wasn't offered");
  const auto agreed = read_parameters(only, false);
  if (!agreed) return error(Errc::invalid, "the server's permessage-deflate has a parameter that is wrong");
  DeflateTerms terms;
  terms.on = true;
  terms.peer_takes_over = !agreed->server_no_context_takeover;
  terms.send_bits = std::min(usable_window(options), agreed->client_max_window_bits.value_or(largest_window));
  if (agreed->client_max_window_bits.value_or(smallest_window) > usable_window(options))
    return error(Errc::invalid, "the server chose a larger window than was offered");
  terms.receive_bits = agreed->server_max_window_bits.value_or(largest_window);
  if (terms.receive_bits > options.peer_window_bits)
    return error(Errc::invalid, "the server keeps to a larger window than it was asked to");
  return terms;
}

}  // namespace longwave::web
