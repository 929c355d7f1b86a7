// SPDX-License-Identifier: Apache-2.0
#include "access/jwt_keys.hpp"

#include "access/hmac.hpp"
#include "access/password.hpp"
#include "base/text.hpp"

#include <fmt/format.h>
#include <boost/json.hpp>

#include <openssl/bio.h>
#include <openssl/core_names.h>
#include <openssl/ec.h>
#include <openssl/evp.h>
#include <openssl/param_build.h>
#include <openssl/pem.h>

#include <optional>
#include <utility>

namespace longwave::access {
namespace {

namespace json = boost::json;

constexpr std::size_t least_secret_bytes = 32;
constexpr int least_rsa_bits = 2048;
constexpr std::size_t coordinate_bytes = 32;  // of P-256

template <class T, void (*release)(T*)>
struct Release {
  void operator()(T* what) const { release(what); }
};
using PublicKey = std::unique_ptr<EVP_PKEY, Release<EVP_PKEY, EVP_PKEY_free>>;
using KeyContext = std::unique_ptr<EVP_PKEY_CTX, Release<EVP_PKEY_CTX, EVP_PKEY_CTX_free>>;
using Digesting = std::unique_ptr<EVP_MD_CTX, Release<EVP_MD_CTX, EVP_MD_CTX_free>>;
using Builder = std::unique_ptr<OSSL_PARAM_BLD, Release<OSSL_PARAM_BLD, OSSL_PARAM_BLD_free>>;
using Params = std::unique_ptr<OSSL_PARAM, Release<OSSL_PARAM, OSSL_PARAM_free>>;
using Number = std::unique_ptr<BIGNUM, Release<BIGNUM, BN_free>>;
using EcSignature = std::unique_ptr<ECDSA_SIG, Release<ECDSA_SIG, ECDSA_SIG_free>>;
struct ReleaseBio {
  void operator()(BIO* bio) const { BIO_free(bio); }
};

const unsigned char* bytes(std::string_view text) {
  return reinterpret_cast<const unsigned char*>(text.data());
}
Number number(std::string_view big_endian) {
  return Number(BN_bin2bn(bytes(big_endian), static_cast<int>(big_endian.size()), nullptr));
}

std::string text_of(const json::object& object, std::string_view name) {
  const auto* value = object.if_contains(name);
  const auto* text = value ? value->if_string() : nullptr;
  return text ? std::string(*text) : std::string{};
}
std::string bytes_of(const json::object& object, std::string_view name) {
  return text::unbase64url(text_of(object, name)).value_or(std::string{});
}

PublicKey made(const char* kind, OSSL_PARAM_BLD* builder) {
  const Params params(OSSL_PARAM_BLD_to_param(builder));
  const KeyContext context(EVP_PKEY_CTX_new_from_name(nullptr, kind, nullptr));
  EVP_PKEY* key = nullptr;
  if (!params || !context || EVP_PKEY_fromdata_init(context.get()) != 1 ||
      EVP_PKEY_fromdata(context.get(), &key, EVP_PKEY_PUBLIC_KEY, params.get()) != 1) {
    return nullptr;
  }
  return PublicKey(key);
}

PublicKey rsa_of(const json::object& jwk) {
  const auto n = number(bytes_of(jwk, "n")), e = number(bytes_of(jwk, "e"));
  const Builder builder(OSSL_PARAM_BLD_new());
  if (OSSL_PARAM_BLD_push_BN(builder.get(), OSSL_PKEY_PARAM_RSA_N, n.get()) != 1 ||
      OSSL_PARAM_BLD_push_BN(builder.get(), OSSL_PKEY_PARAM_RSA_E, e.get()) != 1) {
    return nullptr;
  }
  return made("RSA", builder.get());
}

PublicKey p256_of(const json::object& jwk) {
  const auto x = bytes_of(jwk, "x"), y = bytes_of(jwk, "y");
  if (text_of(jwk, "crv") != "P-256" || x.size() != coordinate_bytes || y.size() != coordinate_bytes)
    return nullptr;
  const std::string point = '\x04' + x + y;  // uncompressed, SEC 1 section 2.3.3
  const Builder builder(OSSL_PARAM_BLD_new());
  if (OSSL_PARAM_BLD_push_utf8_string(builder.get(), OSSL_PKEY_PARAM_GROUP_NAME, "P-256", 0) != 1 ||
      OSSL_PARAM_BLD_push_octet_string(builder.get(), OSSL_PKEY_PARAM_PUB_KEY, point.data(), point.size()) !=
          1) {
    return nullptr;
  }
  return made("EC", builder.get());
}

/// Which signature a public key can check, and why none.
Result<JwtAlgorithm> algorithm_of(EVP_PKEY* key) {
  if (EVP_PKEY_is_a(key, "RSA") == 1) {
    if (EVP_PKEY_get_bits(key) < least_rsa_bits)
      return error(Errc::invalid, fmt::format("an RSA key has at least {} bits", least_rsa_bits));
    return JwtAlgorithm::rs256;
  }
  char group[32] = {};
  if (EVP_PKEY_is_a(key, "EC") == 1 && EVP_PKEY_get_group_name(key, group, sizeof group, nullptr) == 1 &&
      std::string_view(group) == "prime256v1") {
    return JwtAlgorithm::es256;
  }
  return error(Errc::invalid, "a key is RSA, or EC with the curve P-256");
}

/// RFC 7518 section 3.4: R and S side by side; OpenSSL wants them in DER.
std::optional<std::string> der_of(std::string_view signature) {
  if (signature.size() != 2 * coordinate_bytes) return std::nullopt;
  const EcSignature pair(ECDSA_SIG_new());
  ECDSA_SIG_set0(pair.get(), number(signature.substr(0, coordinate_bytes)).release(),
                 number(signature.substr(coordinate_bytes)).release());
  unsigned char* der = nullptr;
  const int size = i2d_ECDSA_SIG(pair.get(), &der);
  if (size <= 0) return std::nullopt;
  std::string out(reinterpret_cast<const char*>(der), static_cast<std::size_t>(size));
  OPENSSL_free(der);
  return out;
}

bool verify_public(EVP_PKEY* key, std::string_view text, std::string_view signature) {
  const Digesting context(EVP_MD_CTX_new());
  return EVP_DigestVerifyInit(context.get(), nullptr, EVP_sha256(), nullptr, key) == 1 &&
         EVP_DigestVerify(context.get(), bytes(signature), signature.size(), bytes(text), text.size()) == 1;
}

}  // namespace

struct JwtKeys::Key {
  JwtAlgorithm algorithm;
  std::string kid;
  std::string secret = {};         // of hs256
  PublicKey public_key = nullptr;  // of the others
};

JwtKeys::JwtKeys() = default;
JwtKeys::~JwtKeys() = default;
JwtKeys::JwtKeys(JwtKeys&&) noexcept = default;
JwtKeys& JwtKeys::operator=(JwtKeys&&) noexcept = default;

bool JwtKeys::empty() const {
  return keys_.empty();
}
std::size_t JwtKeys::size() const {
  return keys_.size();
}

Result<void> JwtKeys::add(Key key) {
  keys_.push_back(std::make_unique<const Key>(std::move(key)));
  return {};
}

Result<void> JwtKeys::add_secret(std::string secret, std::string kid) {
  if (secret.size() < least_secret_bytes) {
    return error(Errc::invalid,
                 fmt::format("a secret for HS256 has at least {} bytes: `openssl rand -base64 32` makes one",
                             least_secret_bytes));
  }
  return add({JwtAlgorithm::hs256, std::move(kid), std::move(secret)});
}

Result<void> JwtKeys::add_pem(std::string_view text, std::string kid) {
  const std::unique_ptr<BIO, ReleaseBio> bio(BIO_new_mem_buf(text.data(), static_cast<int>(text.size())));
  PublicKey key(PEM_read_bio_PUBKEY(bio.get(), nullptr, nullptr, nullptr));
  if (!key) return error(Errc::invalid, "this is no public key in PEM (-----BEGIN PUBLIC KEY-----)");
  const auto algorithm = algorithm_of(key.get());
  if (!algorithm) return algorithm.error();
  return add({*algorithm, std::move(kid), {}, std::move(key)});
}

Result<void> JwtKeys::add_jwks(std::string_view text) {
  boost::system::error_code bad;
  const auto parsed = json::parse(text, bad);
  const auto* root = bad ? nullptr : parsed.if_object();
  const auto* list = root ? root->if_contains("keys") : nullptr;
  if (!list || !list->is_array()) return error(Errc::invalid, "a JWK Set is {\"keys\":[…]}");
  const auto before = keys_.size();
  for (const auto& item : list->get_array()) {
    const auto* jwk = item.if_object();
    if (!jwk) return error(Errc::invalid, "a JWK is an object");
    if (const auto use = text_of(*jwk, "use"); !use.empty() && use != "sig") continue;
    const auto kind = text_of(*jwk, "kty");
    auto kid = text_of(*jwk, "kid");
    const auto wrong = [&](std::string_view why) {
      return error(Errc::invalid, fmt::format("the JWK '{}': {}", kid, why));
    };
    if (const auto named = text_of(*jwk, "alg");
        !named.empty() && named != "HS256" && named != "RS256" && named != "ES256") {
      continue;
    }
    if (kind == "oct") {
      const auto added = add_secret(bytes_of(*jwk, "k"), kid);
      if (!added) return wrong(added.error().message);
    } else if (kind == "RSA" || (kind == "EC" && text_of(*jwk, "crv") == "P-256")) {
      auto key = kind == "RSA" ? rsa_of(*jwk) : p256_of(*jwk);
      if (!key) return wrong("its numbers are no key");
      const auto algorithm = algorithm_of(key.get());
      if (!algorithm) return wrong(algorithm.error().message);
      (void)add({*algorithm, std::move(kid), {}, std::move(key)});
    }
  }
  if (keys_.size() == before) return error(Errc::invalid, "none of the keys of this JWK Set can be used");
  return {};
}

bool JwtKeys::verify(JwtAlgorithm algorithm, std::string_view kid, std::string_view text,
                     std::string_view signature) const {
  std::optional<std::string> der;
  if (algorithm == JwtAlgorithm::es256) {
    der = der_of(signature);
    if (!der) return false;
  }
  for (const auto& key : keys_) {
    if (key->algorithm != algorithm) continue;
    if (!kid.empty() && !key->kid.empty() && key->kid != kid) continue;
    const bool good = algorithm == JwtAlgorithm::hs256
                          ? equal_in_constant_time(hmac_sha256(key->secret, text), signature)
                          : verify_public(key->public_key.get(), text, der ? *der : signature);
    if (good) return true;
  }
  return false;
}

}  // namespace longwave::access
