// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

/// The three ways in which a web application proves that it knows the secret
/// (docs/protocols/channelstream.md, "Signatures"). Pure functions; comparing takes the same time whatever
/// was sent. Times are Unix seconds. Whether a time is too old is for the caller to say.
namespace longwave::channelstream {

/// Which server a signature was made for. It also tells the two REST dialects apart, which share paths.
enum class Form { g1, g2, own };

/// By its looks alone: "v2:" begins ours, one dot is the seed's, anything else is of the server of 2020.
Form form_of(std::string_view token);

/// The seed's: `base64(HMAC-SHA256(secret, text + "." + time)) + "." + time`. `text` is the path of the
/// request, or the name of the user for a browser.
std::string sign_g1(std::string_view secret, std::string_view text, std::int64_t time);
/// The time of a signature that is right; nullopt if it isn't.
std::optional<std::int64_t> check_g1(std::string_view secret, std::string_view text, std::string_view token);

/// itsdangerous' TimestampSigner with HMAC-SHA1. The value isn't looked at: clients sign their own name or
/// the path. Takes what old clients write: padding, both alphabets, an epoch of 2011.
std::string sign_g2(std::string_view secret, std::string_view value, std::int64_t time);
std::optional<std::int64_t> check_g2(std::string_view secret, std::string_view token);

/// What our own signature covers.
struct Covered {
  std::string_view method;  ///< "POST"
  std::string_view path;    ///< as sent, without query
  std::string_view body;
};
struct OwnMark {
  std::int64_t time;
  std::string nonce;  ///< to be remembered as long as `time` is young enough to pass
};
/// `v2:<time>:<nonce>:<hex HMAC-SHA256(secret, method \n path \n hex sha256(body) \n time \n nonce)>`; the
/// nonce has 16 to 64 letters, digits, - or _.
std::string sign_own(std::string_view secret, const Covered& covered, std::int64_t time,
                     std::string_view nonce);
std::optional<OwnMark> check_own(std::string_view secret, const Covered& covered, std::string_view token);

/// Compares in a time that depends on the length of `given` only.
bool same_secret(std::string_view given, std::string_view ours);

}  // namespace longwave::channelstream
