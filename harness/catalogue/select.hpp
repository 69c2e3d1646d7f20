// Which scenarios a command line means: ids, chapters, globs, and "!not".
#pragma once

#include <set>
#include <string>
#include <vector>

#include "catalogue/scenario.hpp"

namespace sockrig {

// No selector, or only negative ones: start from all. A selector is an id ("stream/large"), a chapter ("stream"), a
// glob over ids ("*/short-*"); with "!" in front it takes away. A selector that matches nothing is a problem, with the
// nearest id or chapter. Keeps the catalogue's order.
std::vector<const Scenario*> select(const Catalogue& all, const std::vector<std::string>& selectors,
                                    std::vector<std::string>& problems);

// These claims and all that must hold before them, as far as they stand among `all`.
std::set<std::string> with_prerequisites(const std::vector<const Scenario*>& all, std::set<std::string> ids);

}  // namespace sockrig
