// SPDX-License-Identifier: Apache-2.0
#include "app/call.hpp"
#include "app/commands.hpp"
#include "app/config.hpp"
#include "app/export_files.hpp"
#include "app/upgrade.hpp"
#include "base/log.hpp"
#include "library/inspector.hpp"
#include "simulate/simulate.hpp"

#include <fmt/format.h>
#include <CLI/CLI.hpp>

#include <algorithm>
#include <cstdlib>
#include <exception>
#include <map>

namespace {

using namespace longwave;
using namespace longwave::app;

/// The options of one command, as they were typed.
struct Typed {
  Given given;
  std::string file;

  void add_to(CLI::App& command, std::initializer_list<std::string_view> only = {}) {
    command.add_option("--config", file, "A TOML file with any of the options of `longwave config`")
        ->type_name("FILE");
    for (const auto& option : options()) {
      if (only.size() > 0 && std::find(only.begin(), only.end(), option.name) == only.end()) continue;
      add(command, std::string(option.name), fmt::format("{} (default: {})", option.help, default_of(option)),
          std::string(option.value));
      if (option.secret)
        add(command, std::string(option.name) + "-file",
            fmt::format("A file that holds {}, so that it isn't seen in the list of processes", option.name),
            "PATH");
    }
  }

  void add(CLI::App& command, const std::string& name, const std::string& help, const std::string& value) {
    auto* added = command.add_option_function<std::vector<std::string>>(
        "--" + name, [this, name](const std::vector<std::string>& values) { given[name] = values; }, help);
    added->type_name(value)->expected(1)->take_all()->allow_extra_args(false);
  }

  Result<Config> config() const {
    Sources sources{.command_line = given};
    if (!file.empty()) {
      auto from_file = from_toml_file(file);
      if (!from_file) return from_file.error();
      sources.toml = std::move(*from_file);
      sources.toml_path = file;
    }
    for (const auto& said : strange_variables()) log::warn("{}", said);
    auto environment = from_environment();
    if (!environment) return environment.error();
    sources.environment = std::move(*environment);
    auto config = merge(sources);
    if (!config) return config.error();
    for (const auto& said : config->strange) log::warn("{}", said);
    return std::move(config->config);
  }
};

/// Runs a command with its configuration; a failing environment ends it with one line.
template <class Command>
int with_config(const Typed& typed, Command command) {
  const auto config = typed.config();
  if (!config) {
    fmt::print(stderr, "longwave: {}\n", config.error().message);
    return 2;
  }
  return command(*config);
}

/// What was typed, and the exit code of what was done about it.
struct Line {
  Typed typed;
  Invocation invocation;
  CallOptions call;
  simulate::Options simulation;
  bool no_faults = false;
  std::string user, role = "dj", root = ".", kind;
  bool check = false;
  ExportOptions exporting = {};
  int code = EXIT_SUCCESS;
};

void add_serving(CLI::App& program, Line& line) {
  auto* serve_command = program.add_subcommand("serve", "Puts the music on the air until it is stopped");
  line.typed.add_to(*serve_command);
  serve_command->callback([&line] {
    line.code =
        with_config(line.typed, [&line](const Config& config) { return serve(config, line.invocation); });
  });

  auto* scan_command = program.add_subcommand("scan", "Looks through the music without serving");
  line.typed.add_to(*scan_command, {"music", "data", "scan-threads"});
  scan_command->callback([&line] { line.code = with_config(line.typed, scan); });

  auto* config_command =
      program.add_subcommand("config", "Prints the configuration that would be used, as TOML");
  line.typed.add_to(*config_command);
  config_command->callback([&line] {
    line.code = with_config(line.typed, [](const Config& config) {
      fmt::print("{}", to_toml(config));
      return EXIT_SUCCESS;
    });
  });
}

void add_exporting(CLI::App& program, Line& line) {
  auto* command = program.add_subcommand(
      "export-files", "Writes every song under its number, for streamers that read a shared folder");
  line.typed.add_to(*command, {"data", "database", "database-password", "media-threads"});
  command->add_option("folder", line.exporting.folder, "Where to; 123/456/789.mp3 is the file 123456789.mp3")
      ->required()
      ->type_name("DIR");
  command->add_flag("--low-quality", line.exporting.low_quality,
                    "With a twin of 128 kbit/s beside every song, 123/456/789_lq.mp3");
  command->callback([&line] {
    line.code = with_config(line.typed,
                            [&line](const Config& config) { return export_files(config, line.exporting); });
  });
}

void add_calling(CLI::App& program, Line& line) {
  auto* command = program.add_subcommand("call", "Calls a method of a running server, see docs/api.md");
  line.typed.add_to(*command, {"listen"});
  command->add_option("method", line.call.method, "Its name, as in queue.list")
      ->required()
      ->type_name("METHOD");
  command->add_option("params", line.call.params, "Its parameters")->type_name("JSON");
  command
      ->add_option("--key", line.call.key,
                   "A bearer key of auth.login, where one is needed (not on this machine)")
      ->envname("LONGWAVE_KEY")
      ->type_name("KEY");
  command->callback([&line] {
    line.code = with_config(line.typed, [&line](const Config& config) {
      line.call.address = config.listen.front();
      return call(line.call);
    });
  });
}

void add_people(CLI::App& program, Line& line) {
  auto* user_command = program.add_subcommand("user", "People who may log in (while no server runs)");
  user_command->require_subcommand(1);
  auto* add_command = user_command->add_subcommand("add", "Adds somebody; asks for the password");
  line.typed.add_to(*add_command, {"data"});
  add_command->add_option("name", line.user, "a-z, 0-9, '.', '_', '-', at most 32 characters")->required();
  add_command
      ->add_option(
          "--role", line.role,
          "dj (steers every station), admin (everything) or anyone (what is given on single stations)")
      ->capture_default_str();
  add_command->callback([&line] {
    line.code = with_config(line.typed,
                            [&line](const Config& config) { return user_add(config, line.user, line.role); });
  });
  auto* passwd_command = user_command->add_subcommand("passwd", "Gives somebody a new password");
  line.typed.add_to(*passwd_command, {"data"});
  passwd_command->add_option("name", line.user)->required();
  passwd_command->callback([&line] {
    line.code =
        with_config(line.typed, [&line](const Config& config) { return user_passwd(config, line.user); });
  });
}

/// How a server calls itself to look at a file that somebody sent; nothing for people.
void add_inspecting(CLI::App& parent, Line& line) {
  auto* command = parent.add_subcommand("inspect", "Says what the file at standard input is")->group("");
  command->add_option("kind", line.kind, "music or picture")->required();
  command->callback([&line] {
    line.code = library::inspect_here(line.kind == "picture" ? library::UploadKind::picture
                                                             : library::UploadKind::music);
  });
}

/// docs/radios.md, "Simulation". Exit code 1: something didn't hold.
void add_simulating(CLI::App& program, Line& line) {
  auto* command = program.add_subcommand(
      "simulate", "Plays days of a platform of many radios in virtual time, with faults, and judges them");
  auto& options = line.simulation;
  command->add_option("--radios", options.radios, "How many")
      ->capture_default_str()
      ->check(CLI::PositiveNumber);
  command->add_option("--days", options.days, "How long")->capture_default_str()->check(CLI::PositiveNumber);
  command->add_option("--seed", options.seed, "The same seed gives the same days")->capture_default_str();
  command->add_option("--streamers", options.streamers, "Every other one is an original")
      ->capture_default_str()
      ->check(CLI::PositiveNumber);
  command->add_option("--listeners", options.listeners, "At the same time, about")->capture_default_str();
  command->add_option("--trace", options.trace, "Prints every message of this radio, as in r000000007")
      ->type_name("RADIO");
  command->add_flag("--no-faults", line.no_faults, "Nothing breaks");
  command->callback([&line] {
    log::set_level(log::Level::error);
    line.simulation.faults = !line.no_faults;
    line.simulation.say = [](const std::string& said) { fmt::print(stderr, "{}\n", said); };
    const auto report = simulate::run(line.simulation);
    fmt::print("{}", report.text());
    line.code = report.violations == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
  });
}

void add_about(CLI::App& program, Line& line) {
  program.add_subcommand("version", "Prints the version")->callback([] {
    fmt::print("longwave {}\n", LONGWAVE_VERSION);
  });
  auto* dev_command = program.add_subcommand("dev", "For those who change Longwave")->group("");
  auto* docs_command =
      dev_command->add_subcommand("docs", "Writes the documents that are made from the program");
  docs_command->add_option("root", line.root, "The checkout")->capture_default_str();
  docs_command->add_flag("--check", line.check, "Only says which are stale");
  add_inspecting(*dev_command, line);
  docs_command->callback([&line] { line.code = make_docs(line.root, line.check); });
}

int run(int argc, char** argv) {
  CLI::App program{"Longwave: a folder of music as a live station that everyone steers", "longwave"};
  program.require_subcommand(1);
  Line line;
  line.invocation = Invocation::of(argc, argv);
  add_serving(program, line);
  add_exporting(program, line);
  add_calling(program, line);
  add_people(program, line);
  add_simulating(program, line);
  add_about(program, line);
  try {
    program.parse(argc, argv);
  } catch (const CLI::ParseError& e) {
    const int parsed = program.exit(e);
    return parsed == 0 ? EXIT_SUCCESS : 2;
  }
  return line.code;
}

}  // namespace

int main(int argc, char** argv) {
  try {
    return run(argc, argv);
  } catch (const std::exception& e) {
    fmt::print(stderr, "longwave: {}\n", e.what());
    return EXIT_FAILURE;
  }
}
