#include "catalogue/select.hpp"

#include <fmt/format.h>
#include <fnmatch.h>

#include <algorithm>
#include <set>

namespace sockrig {
namespace {

bool matches(const Scenario& s, const std::string& pattern) {
  if (s.id == pattern || s.chapter == pattern) return true;
  return pattern.find_first_of("*?[") != std::string::npos && fnmatch(pattern.c_str(), s.id.c_str(), 0) == 0;
}

std::string suggestion(const Catalogue& all, const std::string& pattern) {
  std::set<std::string> known;
  std::vector<std::string> names;
  for (const Scenario& s : all.scenarios) {
    known.insert(s.chapter);
    known.insert(s.id);
    names.push_back(s.id.substr(s.id.find('/') + 1));
  }
  std::string guess = nearest(pattern, {known.begin(), known.end()});
  if (guess.empty()) {
    // A name without its chapter is still the best hint at what was meant.
    const std::string name = nearest(pattern, names);
    for (const Scenario& s : all.scenarios) {
      if (guess.empty() && !name.empty() && s.id.ends_with("/" + name)) guess = s.id;
    }
  }
  return did_you_mean(guess);
}

}  // namespace

std::vector<const Scenario*> select(const Catalogue& all, const std::vector<std::string>& selectors,
                                    std::vector<std::string>& problems) {
  const auto takes_away = [](const std::string& s) { return s.starts_with('!'); };
  std::set<const Scenario*> chosen;
  if (std::all_of(selectors.begin(), selectors.end(), takes_away)) {
    for (const Scenario& s : all.scenarios) chosen.insert(&s);
  }
  // What is taken away stays away, wherever it stands among the selectors.
  std::set<const Scenario*> removed;
  for (const std::string& selector : selectors) {
    const std::string pattern = takes_away(selector) ? selector.substr(1) : selector;
    bool any = false;
    for (const Scenario& s : all.scenarios) {
      if (!matches(s, pattern)) continue;
      (takes_away(selector) ? removed : chosen).insert(&s);
      any = true;
    }
    if (!any) problems.push_back(fmt::format("no scenario matches '{}'{}", pattern, suggestion(all, pattern)));
  }
  std::vector<const Scenario*> out;
  for (const Scenario& s : all.scenarios) {
    if (chosen.contains(&s) && !removed.contains(&s)) out.push_back(&s);
  }
  return out;
}

std::set<std::string> with_prerequisites(const std::vector<const Scenario*>& all, std::set<std::string> ids) {
  for (bool more = true; more;) {
    more = false;
    for (const Scenario* s : all) {
      if (!ids.contains(s->id)) continue;
      for (const std::string& id : s->after) more = ids.insert(id).second || more;
    }
  }
  return ids;
}

}  // namespace sockrig
