// SPDX-License-Identifier: Apache-2.0
// Tokens: the examples of RFC 7515, and what RFC 8725 warns of. docs/channels.md tells what a token may say.
#include "access/jwt.hpp"
#include "access/hmac.hpp"
#include "base/text.hpp"

#include <gtest/gtest.h>

namespace longwave::access {
namespace {

constexpr std::string_view rfc_claims =
    "eyJpc3MiOiJqb2UiLA0KICJleHAiOjEzMDA4MTkzODAsDQogImh0dHA6Ly9leGFtcGxlLmNvbS9pc19yb290Ijp0cnVlfQ";
const WallTime before_rfc_ends = from_unix_ms(1'300'819'379'000);
const WallTime now = from_unix_ms(1'800'000'000'000);
const std::string secret = "0123456789abcdef0123456789abcdef";

std::string signed_token(std::string_view claims, std::string_view header = R"({"alg":"HS256"})",
                         std::string_view key = secret) {
  const auto text = text::base64url(header) + "." + text::base64url(claims);
  return text + "." + text::base64url(hmac_sha256(key, text));
}

Tokens tokens(TokenRules rules = {}) {
  JwtKeys keys;
  EXPECT_TRUE(keys.add_secret(secret));
  return Tokens(std::move(keys), std::move(rules));
}

std::string complaint(const Result<Token>& found) {
  return found ? "" : found.error().message;
}

struct Example {
  const char* jwks;
  const char* header;
  const char* signature;
};
const Example examples[] = {
    // RFC 7515 appendix A.1
    {R"({"keys":[{"kty":"oct","k":
      "AyM1SysPpbyDfgZld3umj1qzKObwVMkoqQ-EstJQLr_T-1qS0gZH75aKtMN3Yj0iPS4hcgUuTwjAzZr1Z9CAow"}]})",
     "eyJ0eXAiOiJKV1QiLA0KICJhbGciOiJIUzI1NiJ9", "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk"},
    // A.2
    {R"({"keys":[{"kty":"RSA","e":"AQAB","n":"ofgWCuLjybRlzo0tZWJjNiuSfb4p4fAkd_wWJcyQoTbji9k0l8W26mPddxHmfHQp-Vaw-4qPCJrcS2mJPMEzP1Pt0Bm4d4QlL-yRT-SFd2lZS-pCgNMsD1W_YpRPEwOWvG6b32690r2jZ47soMZo9wGzjb_7OMg0LOL-bSf63kpaSHSXndS5z5rexMdbBYUsLA9e-KXBdQOS-UTo7WTBEMa2R2CapHg665xsmtdVMTBQY4uDZlxvb3qCo5ZwKh9kG4LT6_I5IhlJH7aGhyxXFvUK-DWNmoudF8NAco9_h9iaGNj8q2ethFkMLs91kzk2PAcDTW9gb54h4FRWyuXpoQ"}]})",
     "eyJhbGciOiJSUzI1NiJ9",
     "cC4hiUPoj9Eetdgtv3hF80EGrhuB__dzERat0XF9g2VtQgr9PJbu3XOiZj5RZmh7AAuHIm4Bh-0Qc_lF5YKt_O8W2Fp5jujGbds9uJ"
     "dbF9CUAr7t1dnZcAcQjbKBYNX4BAynRFdiuB--f_nZLgrnbyTyWzO75vRK5h6xBArLIARNPvkSjtQBMHlb1L07Qe7K0GarZRmB_eSN"
     "9383LcOLn6_dO--xi12jzDwusC-eOkHWEsqtFZESc6BfI7noOPqvhJ1phCnvWh6IeYI2w9QOYEUipUTI8np6LbgGY9Fs98rqVt5AXL"
     "IhWkWywlVmtVrBp0igcN_IoypGlUPQGe77Rw"},
    // A.3
    {R"({"keys":[{"kty":"EC","crv":"P-256","x":"f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU",
      "y":"x_FEzRu9m36HLN_tue659LNpXW6pCyStikYjKIWI5a0"}]})",
     "eyJhbGciOiJFUzI1NiJ9",
     "DtEhU3ljbEg8L38VWAfUAqOyKAM6-Xx-F4GawxaepmXFCgfTjDxw5djxLa8ISlSApmWQxfKTUJqPP3-Kg6NU1Q"},
};

TEST(Jwt, the_examples_of_the_standard_and_each_of_them_spoilt) {
  for (const auto& example : examples) {
    JwtKeys keys;
    const auto added = keys.add_jwks(example.jwks);
    ASSERT_TRUE(added) << added.error().message;
    const Tokens tokens(std::move(keys), {.issuer = "joe"});
    const auto token = std::string(example.header) + "." + std::string(rfc_claims) + "." + example.signature;
    const auto found = tokens.check(token, before_rfc_ends);
    ASSERT_TRUE(found) << complaint(found);
    EXPECT_EQ(found->expires, from_unix_ms(1'300'819'380'000));

    const auto late = tokens.check(token, from_unix_ms(1'300'819'380'000));
    ASSERT_FALSE(late);
    EXPECT_EQ(late.error().code, Errc::refused);
    for (std::size_t i = 0; i < token.size(); i += 7) {
      auto spoilt = token;
      spoilt[i] = spoilt[i] == 'A' ? 'B' : 'A';
      EXPECT_FALSE(tokens.check(spoilt, before_rfc_ends)) << i;
    }
    EXPECT_FALSE(tokens.check(token.substr(0, token.size() - 4), before_rfc_ends));
  }
}

TEST(Jwt, a_key_has_one_algorithm_whatever_the_header_says) {
  const auto claims = R"({"sub":"ada"})";
  for (const auto* header :
       {R"({"alg":"none"})", R"({"alg":"None"})", R"({"alg":""})", R"({})", R"({"alg":"HS384"})",
        R"({"alg":"hs256"})", R"({"alg":null})", R"({"alg":["HS256"]})", R"({"alg":"RS256"})",
        R"({"alg":"ES256"})", R"({"alg":"HS256","crit":["exp"]})", R"("HS256")", R"(not json)"}) {
    EXPECT_FALSE(tokens().check(signed_token(claims, header), now)) << header;
  }
  EXPECT_FALSE(
      tokens().check(text::base64url(R"({"alg":"none"})") + "." + text::base64url(claims) + ".", now));

  // The public key as a shared secret, in each spelling that it could be taken in.
  JwtKeys keys;
  ASSERT_TRUE(keys.add_jwks(examples[1].jwks));
  const Tokens rsa(std::move(keys));
  for (const auto& spelling : {std::string(examples[1].jwks), std::string(examples[1].header)})
    EXPECT_FALSE(rsa.check(signed_token(claims, R"({"alg":"HS256"})", spelling), now));
}

TEST(Jwt, claims_are_checked) {
  struct Case {
    const char* claims;
    const char* says;  ///< empty: it is taken
  };
  const Case cases[] = {
      {R"({})", ""},
      {R"({"sub":"ada","name":"Ada","exp":1800000001,"iat":1799999999,"nbf":1800000000})", ""},
      {R"({"exp":1800000000.5})", ""},
      {R"({"exp":1800000000})", "expired"},
      {R"({"exp":1})", "expired"},
      {R"({"exp":"1800000001"})", "'exp' must be"},
      {R"({"exp":-1})", "'exp' must be"},
      {R"({"exp":1e300})", "'exp' must be"},
      {R"({"exp":null})", "'exp' must be"},
      {R"({"nbf":1800000030})", ""},
      {R"({"nbf":1800000031})", "not come yet"},
      {R"({"iat":1800000031})", "in the future"},
      {R"({"nbf":true})", "'nbf' must be"},
      {R"({"iss":"anybody"})", ""},
      {R"({"iss":7})", "'iss' must be"},
      {R"({"aud":"somebody"})", "another audience"},
      {R"({"sub":7})", "'sub' must be"},
      {R"({"channel":["a"]})", "'channel' must be"},
      {R"({"channels":"a"})", "'channels' must be"},
      {R"({"channels":[1]})", "'channels' must be"},
      {R"([])", "claims can't be read"},
      {R"({"sub":)", "claims can't be read"},
  };
  for (const auto& [claims, says] : cases) {
    const auto found = tokens().check(signed_token(claims), now);
    EXPECT_EQ(bool(found), std::string_view(says).empty()) << claims << complaint(found);
    EXPECT_NE(complaint(found).find(says), std::string::npos) << claims << ": " << complaint(found);
  }
}

TEST(Jwt, issuer_and_audience) {
  const TokenRules rules{.issuer = "https://app.example.org", .audience = "longwave"};
  struct Case {
    const char* claims;
    bool taken;
  };
  for (const auto& [claims, taken] :
       {Case{R"({"iss":"https://app.example.org","aud":"longwave"})", true},
        Case{R"({"iss":"https://app.example.org","aud":["x","longwave"]})", true},
        Case{R"({"iss":"https://app.example.org"})", false},
        Case{R"({"iss":"https://app.example.org","aud":"longwave2"})", false},
        Case{R"({"iss":"https://app.example.org","aud":["x",1]})", false},
        Case{R"({"iss":"https://app.example.org","aud":{"longwave":1}})", false},
        Case{R"({"aud":"longwave"})", false},
        Case{R"({"iss":"https://app.example.org/","aud":"longwave"})", false}}) {
    EXPECT_EQ(bool(tokens(rules).check(signed_token(claims), now)), taken) << claims;
  }
}

TEST(Jwt, what_a_token_says) {
  const auto found = tokens().check(
      signed_token(
          R"({"sub":"ada","name":"Ada L.","jti":"7","exp":1800000060,"channels":["$team","news:*"]})"),
      now);
  ASSERT_TRUE(found) << complaint(found);
  EXPECT_EQ(found->user, "ada");
  EXPECT_EQ(found->name, "Ada L.");
  EXPECT_EQ(found->id, "7");
  EXPECT_EQ(found->channel, "");
  EXPECT_EQ(found->channels, (std::vector<std::string>{"$team", "news:*"}));
  EXPECT_EQ(found->expires, now + std::chrono::seconds{60});
  EXPECT_EQ(tokens().check(signed_token(R"({"channel":"$a"})"), now)->channel, "$a");
}

TEST(Jwt, form) {
  const auto good = signed_token(R"({"sub":"ada"})");
  EXPECT_TRUE(tokens().check(good, now));
  for (const auto& bad : {std::string(), std::string("a.b"), good + ".", good + "=", good + "\n", " " + good,
                          "." + good, std::string(9000, 'a'), std::string("..")}) {
    const auto found = tokens().check(bad, now);
    ASSERT_FALSE(found) << bad;
    EXPECT_EQ(found.error().code, Errc::invalid);
  }
  EXPECT_FALSE(tokens().check(signed_token(R"({"sub":"ada"})", R"({"alg":"HS256"})", secret + "x"), now));
  EXPECT_FALSE(Tokens(JwtKeys{}).check(good, now)) << "without keys, nobody is let in";
  EXPECT_TRUE(looks_like_jwt(good));
  EXPECT_FALSE(looks_like_jwt("AbCdEf"));
}

TEST(Jwt, a_named_key_is_used_for_the_tokens_that_name_it) {
  const auto old_key = std::string(32, 'o'), new_key = std::string(32, 'n');
  JwtKeys keys;
  ASSERT_TRUE(keys.add_secret(old_key, "old"));
  ASSERT_TRUE(keys.add_secret(new_key, "new"));
  const Tokens rolling(std::move(keys));
  struct Case {
    const char* header;
    const std::string& key;
    bool taken;
  };
  for (const auto& [header, key, taken] :
       {Case{R"({"alg":"HS256","kid":"new"})", new_key, true},
        Case{R"({"alg":"HS256","kid":"old"})", old_key, true},
        Case{R"({"alg":"HS256","kid":"old"})", new_key, false},
        Case{R"({"alg":"HS256","kid":"other"})", new_key, false}, Case{R"({"alg":"HS256"})", new_key, true},
        Case{R"({"alg":"HS256","kid":1})", new_key, false}}) {
    EXPECT_EQ(bool(rolling.check(signed_token("{}", header, key), now)), taken) << header;
  }
}

TEST(Jwt, keys_that_are_none) {
  JwtKeys keys;
  EXPECT_FALSE(keys.add_secret("too short"));
  for (const auto* pem : {"", "hello", "-----BEGIN PUBLIC KEY-----\nAAAA\n-----END PUBLIC KEY-----\n",
                          "-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n"}) {
    EXPECT_FALSE(keys.add_pem(pem)) << pem;
  }
  for (const auto* jwks :
       {"", "[]", "{}", R"({"keys":{}})", R"({"keys":[]})", R"({"keys":[1]})",
        R"({"keys":[{"kty":"oct","k":"c2hvcnQ"}]})", R"({"keys":[{"kty":"RSA","n":"AQAB","e":"AQAB"}]})",
        R"({"keys":[{"kty":"EC","crv":"P-256","x":"AA","y":"AA"}]})",
        // not on the curve
        R"({"keys":[{"kty":"EC","crv":"P-256","x":"f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU",
          "y":"f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU"}]})",
        R"({"keys":[{"kty":"EC","crv":"P-384","x":"AA","y":"AA"}]})",
        R"({"keys":[{"kty":"oct","use":"enc","k":"AyM1SysPpbyDfgZld3umj1qzKObwVMkoqQ-EstJQLr_T"}]})"}) {
    EXPECT_FALSE(keys.add_jwks(jwks)) << jwks;
  }
  EXPECT_TRUE(keys.empty());
}

}  // namespace
}  // namespace longwave::access
