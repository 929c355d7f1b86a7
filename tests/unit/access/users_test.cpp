// SPDX-License-Identifier: Apache-2.0
#include "access/users.hpp"

#include "store/store.hpp"
#include "unit/store/options.hpp"

#include <gtest/gtest.h>
#include <sys/stat.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <future>
#include <set>

namespace longwave::access {
namespace {

class UsersTest : public ::testing::Test {
 protected:
  std::unique_ptr<Users> open() { return std::make_unique<Users>(store, clock, PasswordCost::least()); }
  Result<Login> login(const std::string& user, const std::string& password,
                      const std::string& address = "10.0.0.1") {
    return users->login(user, password, address, TokenKind::cookie);
  }
  Result<void> logout(const std::string& session) {
    std::promise<Result<void>> done;
    users->logout(session, [&](Result<void> result) { done.set_value(std::move(result)); });
    return done.get_future().get();
  }

  ManualClock clock;
  store::Store store{store::test_options(), {migrations()}};
  std::unique_ptr<Users> users = open();
};

TEST_F(UsersTest, a_login_is_a_session_that_survives_a_restart) {
  ASSERT_TRUE(users->add("ada", "correct horse", Role::dj));
  const auto in = login("ada", "correct horse");
  ASSERT_TRUE(in);
  EXPECT_EQ(in->identity.role, Role::dj);
  EXPECT_GE(in->token.size(), 43u);
  for (int round = 0; round < 2; ++round) {
    const auto who = users->find(in->token);
    ASSERT_TRUE(who);
    EXPECT_EQ(who->user, "ada");
    EXPECT_EQ(who->role, Role::dj);
    EXPECT_EQ(who->session, in->identity.session);
    users = open();
  }
  ASSERT_TRUE(logout(in->identity.session));
  EXPECT_FALSE(users->find(in->token));
  users = open();
  EXPECT_FALSE(users->find(in->token));
}

TEST_F(UsersTest, secrets_are_stored_only_as_digests) {
  ASSERT_TRUE(users->add("ada", "correct horse", Role::dj));
  const auto in = login("ada", "correct horse");
  store.read_now([&](store::Session& session) {
    for (auto& [password] : session.rows<std::string>("SELECT password FROM access_user"))
      EXPECT_TRUE(password.starts_with("$argon2id$")) << password;
    for (auto& [digest, id] :
         session.rows<std::string, std::string>("SELECT digest, id FROM access_session")) {
      EXPECT_EQ(digest, token_digest(in->token));
      EXPECT_EQ(digest.find(in->token), std::string::npos);
      EXPECT_EQ(id.find(in->token), std::string::npos);
    }
  });
}

TEST_F(UsersTest, what_isnt_right_is_refused_in_the_same_words) {
  ASSERT_TRUE(users->add("ada", "correct horse", Role::dj));
  const auto wrong = login("ada", "Correct horse"), nobody = login("eve", "correct horse");
  ASSERT_FALSE(wrong);
  ASSERT_FALSE(nobody);
  EXPECT_EQ(wrong.error().code, Errc::refused);
  EXPECT_EQ(wrong.error().message, nobody.error().message);
  for (const char* token : {"", "x", "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"})
    EXPECT_FALSE(users->find(token));
}

TEST_F(UsersTest, guessing_is_slowed_down) {
  ASSERT_TRUE(users->add("ada", "correct horse", Role::dj));
  for (int i = 0; i < 5; ++i) EXPECT_EQ(login("ada", "guess").error().code, Errc::refused);
  const auto tired = login("ada", "correct horse");
  ASSERT_FALSE(tired);
  EXPECT_EQ(tired.error().code, Errc::full);
  EXPECT_EQ(tired.error().message, "too many attempts; try again in 2 s");
  EXPECT_TRUE(login("ada", "correct horse", "10.0.0.2")) << "from elsewhere she can still log in";
  clock.advance(std::chrono::seconds{2});
  EXPECT_TRUE(login("ada", "correct horse"));
  for (int i = 0; i < 5; ++i) login("ada", "guess", "2001:db8::" + std::to_string(i + 1));
  EXPECT_EQ(login("ada", "guess", "2001:db8::ffff").error().code, Errc::full)
      << "an IPv6 network counts as one";
  EXPECT_EQ(login("ada", "guess", "2001:db8:0:1::1").error().code, Errc::refused);
}

TEST_F(UsersTest, sessions_end) {
  ASSERT_TRUE(users->add("ada", "correct horse", Role::dj));
  const auto cookie = login("ada", "correct horse");
  const auto key = users->login("ada", "correct horse", "x", TokenKind::key);
  clock.advance(std::chrono::hours{24 * 30});
  EXPECT_FALSE(users->find(cookie->token));
  EXPECT_TRUE(users->find(key->token));
  std::vector<std::string> ended;
  users->on_ended([&](const std::vector<std::string>& sessions) { ended = sessions; });
  ASSERT_TRUE(users->set_password("ada", "battery staple"));
  std::sort(ended.begin(), ended.end());
  std::vector<std::string> both{cookie->identity.session, key->identity.session};
  std::sort(both.begin(), both.end());
  EXPECT_EQ(ended, both) << "open connections hear of it";
  EXPECT_FALSE(users->find(key->token)) << "a new password ends what the old one opened";
  EXPECT_FALSE(login("ada", "correct horse"));
  EXPECT_TRUE(login("ada", "battery staple"));
}

TEST_F(UsersTest, the_oldest_of_too_many_sessions_goes) {
  ASSERT_TRUE(users->add("ada", "correct horse", Role::dj));
  std::vector<std::string> tokens;
  for (int i = 0; i < 52; ++i) {
    tokens.push_back(login("ada", "correct horse")->token);
    clock.advance(std::chrono::seconds{1});
  }
  for (int round = 0; round < 2; ++round) {
    EXPECT_FALSE(users->find(tokens[0]));
    EXPECT_FALSE(users->find(tokens[1]));
    EXPECT_TRUE(users->find(tokens[2]));
    EXPECT_TRUE(users->find(tokens[51]));
    users = open();
  }
}

TEST_F(UsersTest, names_and_passwords_have_rules) {
  const std::pair<const char*, const char*> bad[] = {{"", "long enough"},
                                                     {"Ada", "long enough"},
                                                     {"a b", "long enough"},
                                                     {"ada", "short"},
                                                     {"é", "long enough"}};
  for (const auto& [name, password] : bad) {
    const auto added = users->add(name, password, Role::dj);
    ASSERT_FALSE(added) << name;
    EXPECT_EQ(added.error().code, Errc::invalid);
  }
  ASSERT_TRUE(users->add("ada", "long enough", Role::dj));
  EXPECT_EQ(users->add("ada", "long enough", Role::admin).error().code, Errc::conflict);
  EXPECT_EQ(users->set_password("eve", "long enough").error().code, Errc::not_found);
  ASSERT_EQ(users->list().size(), 1u);
  EXPECT_EQ(users->list()[0].role, Role::dj);
}

TEST_F(UsersTest, a_password_changed_meanwhile_opens_nothing) {
  ASSERT_TRUE(users->add("ada", "correct horse", Role::dj));
  auto other = open();
  ASSERT_TRUE(other->set_password("ada", "battery staple"));
  EXPECT_FALSE(login("ada", "correct horse")) << "the book here is old, the disk decides";
}

class FirstAdmin : public UsersTest {
 protected:
  FirstAdmin() { std::filesystem::create_directories(data); }
  ~FirstAdmin() override { std::filesystem::remove_all(data); }
  std::filesystem::path data =
      std::filesystem::temp_directory_path() / ("longwave-access-" + random_token(6));
};

TEST_F(FirstAdmin, gets_a_password_that_only_the_owner_can_read) {
  const auto file = data / "admin-password";
  const auto victim = data / "victim";
  std::ofstream(victim) << "keep";
  std::filesystem::create_symlink(victim, file);
  const auto password = users->ensure_first_admin(data);
  ASSERT_TRUE(password);
  EXPECT_EQ(password->size(), 19u);
  struct stat info {};
  ASSERT_EQ(::lstat(file.c_str(), &info), 0);
  EXPECT_TRUE(S_ISREG(info.st_mode)) << "a link that was there was replaced, not followed";
  EXPECT_EQ(info.st_mode & 0777, 0600u);
  std::string line, kept;
  std::getline(std::ifstream(file), line);
  std::getline(std::ifstream(victim), kept);
  EXPECT_EQ(line, *password);
  EXPECT_EQ(kept, "keep");
  const auto in = login("admin", *password);
  ASSERT_TRUE(in);
  EXPECT_EQ(in->identity.role, Role::admin);
  EXPECT_FALSE(users->ensure_first_admin(data)) << "only once";
}

TEST_F(FirstAdmin, is_not_made_when_the_password_cant_be_written) {
  EXPECT_THROW(users->ensure_first_admin(data / "missing"), std::system_error);
  EXPECT_TRUE(users->list().empty());
}

TEST(Password, of_a_kind_that_people_can_read_out) {
  std::set<std::string> seen;
  for (int i = 0; i < 100; ++i) {
    const std::string password = readable_password();
    EXPECT_EQ(password.find_first_not_of("abcdefghjkmnpqrstuvwxyz23456789-"), std::string::npos);
    seen.insert(password);
  }
  EXPECT_EQ(seen.size(), 100u);
}

TEST(Password, comparisons) {
  EXPECT_TRUE(equal_in_constant_time("abc", "abc"));
  EXPECT_FALSE(equal_in_constant_time("abc", "abd"));
  EXPECT_FALSE(equal_in_constant_time("abc", "abcd"));
  const std::string hash = hash_password("secret", PasswordCost::least());
  EXPECT_TRUE(verify_password(hash, "secret"));
  EXPECT_FALSE(verify_password(hash, "Secret"));
  EXPECT_FALSE(verify_password("no hash", "secret"));
  EXPECT_NE(hash, hash_password("secret", PasswordCost::least())) << "each has a salt of its own";
}

TEST(Cookie, cant_be_read_by_scripts_nor_sent_by_other_sites) {
  EXPECT_EQ(session_cookie("tok", std::chrono::hours{1}, false),
            "longwave_session=tok; Path=/; HttpOnly; SameSite=Strict; Max-Age=3600");
  EXPECT_EQ(session_cookie("tok", std::chrono::hours{1}, true),
            "longwave_session=tok; Path=/; HttpOnly; SameSite=Strict; Max-Age=3600; Secure");
  EXPECT_EQ(ended_cookie(false), "longwave_session=; Path=/; HttpOnly; SameSite=Strict; Max-Age=0");
}

TEST_F(UsersTest, what_another_program_changes_counts_when_it_was_read_again) {
  auto other = open();
  std::vector<std::string> ended;
  other->on_ended([&](const std::vector<std::string>& sessions) {
    ended.insert(ended.end(), sessions.begin(), sessions.end());
  });
  ASSERT_TRUE(users->add("ada", "correct horse", Role::dj));
  const auto in = login("ada", "correct horse");
  ASSERT_TRUE(in);
  EXPECT_FALSE(other->find(in->token));
  const std::vector<std::string> ada{"ada"}, session{token_digest(in->token)};
  const auto read = [&](const std::vector<std::string>* names, const std::vector<std::string>* digests) {
    auto take = store.write_now([&](store::Session& s) { return other->read_again(s, names, digests); });
    take();
  };
  read(&ada, &session);
  ASSERT_TRUE(other->find(in->token));
  EXPECT_EQ(other->find(in->token)->role, Role::dj);
  EXPECT_TRUE(other->login("ada", "correct horse", "10.0.0.2", TokenKind::key));
  EXPECT_TRUE(ended.empty());
  ASSERT_TRUE(users->set_password("ada", "staple battery"));
  read(&ada, &session);
  EXPECT_FALSE(other->find(in->token));
  EXPECT_EQ(ended, std::vector<std::string>{in->identity.session});
  EXPECT_FALSE(other->login("ada", "correct horse", "10.0.0.2", TokenKind::key));
  const auto again = login("ada", "staple battery");
  ASSERT_TRUE(again);
  read(nullptr, nullptr);  // everything
  EXPECT_TRUE(other->find(again->token));
  ASSERT_EQ(ended.size(), 2U) << "the key that was made here, and deleted with the password there";
}

TEST(Cookie, the_token_of_a_request) {
  const std::tuple<const char*, const char*, const char*> cases[] = {
      {"Bearer abc", "", "abc"},
      {"bearer  abc ", "", "abc"},
      {"Bearer abc", "longwave_session=def", "abc"},
      {"Basic abc", "longwave_session=def", "def"},
      {"", "a=b; longwave_session=def; c=d", "def"},
      {"", "longwave_session=def", "def"},
      {"", "xlongwave_session=def", ""},
      {"", "longwave_sessionx=def", ""},
      {"Bearer", "", ""},
      {"", "", ""},
  };
  for (const auto& [authorization, cookie, token] : cases)
    EXPECT_EQ(token_of(authorization, cookie), token) << authorization << " / " << cookie;
}

}  // namespace
}  // namespace longwave::access
