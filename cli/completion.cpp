// Completion for shells, generated from the very options that the program parses.
#include <memory>

#include "terminal.hpp"
#include "verbs.hpp"

namespace ostia::cli {
namespace {

std::vector<const CLI::App*> verbs_of(const CLI::App& app) {
  return app.get_subcommands([](const CLI::App*) { return true; });
}

std::string options_of(const CLI::App& verb) {
  std::string out;
  for (const CLI::Option* option : verb.get_options())
    for (const auto& name : option->get_lnames()) out.append(out.empty() ? "--" : " --").append(name);
  return out;
}

bool takes_file(const CLI::Option& option) {
  return option.get_type_name() == "FILE" || option.get_type_name() == "DIR";
}

std::string quoted(const std::string& text) {
  std::string out = "'";
  for (const char c : text) out += c == '\'' ? std::string("'\\''") : std::string(1, c);
  return out + "'";
}

std::string bash(const CLI::App& app) {
  std::string names, cases, files;
  for (const CLI::App* verb : verbs_of(app)) {
    names.append(names.empty() ? "" : " ").append(verb->get_name());
    cases += "    " + verb->get_name() + ") words=" + quoted(options_of(*verb)) + " ;;\n";
    for (const CLI::Option* option : verb->get_options())
      if (takes_file(*option)) files.append(files.empty() ? "" : "|").append(option->get_name());
  }
  return "_ostia() {\n"
         "  local words current=\"${COMP_WORDS[COMP_CWORD]}\" before=\"${COMP_WORDS[COMP_CWORD-1]}\"\n"
         "  case \"$before\" in\n"
         "    " +
         files +
         ") COMPREPLY=($(compgen -f -- \"$current\")); return ;;\n"
         "  esac\n"
         "  if [ \"$COMP_CWORD\" -eq 1 ]; then\n"
         "    COMPREPLY=($(compgen -W " +
         quoted(names + " --help --version") +
         " -- \"$current\"))\n"
         "    return\n"
         "  fi\n"
         "  case \"${COMP_WORDS[1]}\" in\n" +
         cases +
         "  esac\n"
         "  COMPREPLY=($(compgen -W \"$words\" -- \"$current\"))\n"
         "}\n"
         "complete -F _ostia ostia\n";
}

std::string fish(const CLI::App& app) {
  std::string out = "complete -c ostia -f\n";
  for (const CLI::App* verb : verbs_of(app)) {
    out += "complete -c ostia -n __fish_use_subcommand -a " + verb->get_name() + " -d " +
           quoted(verb->get_description()) + "\n";
    for (const CLI::Option* option : verb->get_options())
      for (const auto& name : option->get_lnames())
        out += "complete -c ostia -n '__fish_seen_subcommand_from " + verb->get_name() + "' -l " + name +
               (takes_file(*option)              ? " -r -F"
                : option->get_expected_max() > 0 ? " -x"
                                                 : "") +
               " -d " + quoted(option->get_description()) + "\n";
  }
  return out;
}

int completion(const CLI::App& app, const std::string& shell) {
  const std::string script = shell == "fish" ? fish(app)
                             : shell == "zsh"
                                 ? "#compdef ostia\nautoload -U +X bashcompinit && bashcompinit\n" + bash(app)
                                 : bash(app);
  print_file(script);
  return Exit::done;
}

}  // namespace

Run add_completion(CLI::App& app) {
  auto shell = std::make_shared<std::string>();
  CLI::App* verb = app.add_subcommand("completion", "Prints the completion script for a shell.");
  verb->add_option("shell", *shell, "bash, zsh or fish")
      ->required()
      ->type_name("SHELL")
      ->check(CLI::IsMember({"bash", "zsh", "fish"}));
  return [&app, shell] { return completion(app, *shell); };
}

}  // namespace ostia::cli
