// SPDX-License-Identifier: Apache-2.0
#include "dialects/channelstream/signatures.hpp"

#include "base/text.hpp"

#include <fmt/format.h>

#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>

#include <algorithm>
#include <array>
#include <charconv>

namespace longwave::channelstream {
namespace {

constexpr std::size_t longest_token = 8 * 1024;
constexpr std::size_t seconds_digits = 12;
/// Releases before 1.0 of the signing library counted from 2011-01-01.
constexpr std::int64_t old_epoch = 1'293'840'000;

std::string digest(const EVP_MD* kind, std::string_view text) {
  std::array<unsigned char, EVP_MAX_MD_SIZE> bytes{};
  unsigned size = 0;
  EVP_Digest(text.data(), text.size(), bytes.data(), &size, kind, nullptr);
  return {reinterpret_cast<const char*>(bytes.data()), size};
}

std::string hmac(const EVP_MD* kind, std::string_view key, std::string_view text) {
  std::array<unsigned char, EVP_MAX_MD_SIZE> bytes{};
  unsigned size = 0;
  HMAC(kind, key.data(), static_cast<int>(key.size()), reinterpret_cast<const unsigned char*>(text.data()),
       text.size(), bytes.data(), &size);
  return {reinterpret_cast<const char*>(bytes.data()), size};
}

std::optional<std::int64_t> seconds(std::string_view digits) {
  std::int64_t value = 0;
  if (digits.empty() || digits.size() > seconds_digits || digits.front() == '-') return std::nullopt;
  const auto [end, failed] = std::from_chars(digits.data(), digits.data() + digits.size(), value);
  if (failed != std::errc{} || end != digits.data() + digits.size()) return std::nullopt;
  return value;
}

std::string g2_key(std::string_view secret) {
  return digest(EVP_sha1(), fmt::format("itsdangerous.Signersigner{}", secret));
}

bool nonce_is_good(std::string_view nonce) {
  return nonce.size() >= 16 && nonce.size() <= 64 && std::all_of(nonce.begin(), nonce.end(), [](char c) {
           return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '-' ||
                  c == '_';
         });
}

}  // namespace

bool same_secret(std::string_view given, std::string_view ours) {
  const auto a = digest(EVP_sha256(), given);
  const auto b = digest(EVP_sha256(), ours);
  return CRYPTO_memcmp(a.data(), b.data(), a.size()) == 0;
}

Form form_of(std::string_view token) {
  if (token.starts_with("v2:")) return Form::own;
  return std::count(token.begin(), token.end(), '.') == 1 ? Form::g1 : Form::g2;
}

std::string sign_g1(std::string_view secret, std::string_view text, std::int64_t time) {
  return fmt::format("{}.{}", text::base64(hmac(EVP_sha256(), secret, fmt::format("{}.{}", text, time))),
                     time);
}

std::optional<std::int64_t> check_g1(std::string_view secret, std::string_view text, std::string_view token) {
  if (token.size() > longest_token) return std::nullopt;
  const auto dot = token.find('.');
  if (dot == std::string_view::npos) return std::nullopt;
  const auto time = seconds(token.substr(dot + 1));
  if (!time) return std::nullopt;
  // The text of the time is signed as it was written, but sign_g1() writes it without leading zeros.
  return same_secret(token, sign_g1(secret, text, *time)) ? time : std::nullopt;
}

std::string sign_g2(std::string_view secret, std::string_view value, std::int64_t time) {
  std::string bytes;
  for (int shift = 56; shift >= 0; shift -= 8) {
    const auto byte = static_cast<char>(static_cast<std::uint64_t>(time) >> shift & 0xff);
    if (!bytes.empty() || byte != 0) bytes.push_back(byte);
  }
  const auto body = fmt::format("{}.{}", value, text::base64url(bytes));
  return fmt::format("{}.{}", body, text::base64url(hmac(EVP_sha1(), g2_key(secret), body)));
}

std::optional<std::int64_t> check_g2(std::string_view secret, std::string_view token) {
  if (token.size() > longest_token) return std::nullopt;
  const auto last = token.rfind('.');
  if (last == std::string_view::npos) return std::nullopt;
  const auto body = token.substr(0, last);
  const auto before = body.rfind('.');
  if (before == std::string_view::npos) return std::nullopt;
  const auto given = text::unbase64(token.substr(last + 1));
  if (!given || !same_secret(*given, hmac(EVP_sha1(), g2_key(secret), body))) return std::nullopt;
  const auto bytes = text::unbase64(body.substr(before + 1));
  if (!bytes || bytes->empty() || bytes->size() > 5) return std::nullopt;
  std::int64_t time = 0;
  for (const char byte : *bytes) time = time << 8 | static_cast<unsigned char>(byte);
  return time < old_epoch ? time + old_epoch : time;
}

std::string sign_own(std::string_view secret, const Covered& covered, std::int64_t time,
                     std::string_view nonce) {
  const auto text = fmt::format("{}\n{}\n{}\n{}\n{}", covered.method, covered.path,
                                text::hex(digest(EVP_sha256(), covered.body)), time, nonce);
  return fmt::format("v2:{}:{}:{}", time, nonce, text::hex(hmac(EVP_sha256(), secret, text)));
}

std::optional<OwnMark> check_own(std::string_view secret, const Covered& covered, std::string_view token) {
  if (token.size() > longest_token) return std::nullopt;
  const auto parts = text::split(token, ':');
  if (parts.size() != 4 || parts[0] != "v2" || !nonce_is_good(parts[2])) return std::nullopt;
  const auto time = seconds(parts[1]);
  if (!time || !same_secret(token, sign_own(secret, covered, *time, parts[2]))) return std::nullopt;
  return OwnMark{*time, std::string(parts[2])};
}

}  // namespace longwave::channelstream
